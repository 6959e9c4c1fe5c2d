"""One program keeps a SQLite store open, others come and go: nobody's rows get lost on the way."""

import subprocess
import sys
import threading
from pathlib import Path

from fsplug.store.db.database import Store

_COUNTS = """
import sys
from fsplug.store.db.database import Store
store = Store(sys.argv[1])
print(store.row("SELECT count(*) FROM company")[0])
store.close()
"""


def _seen_by_another(path: Path) -> int:
    ended = subprocess.run([sys.executable, "-c", _COUNTS, str(path)], capture_output=True, text=True, check=True)
    return int(ended.stdout)


def test_a_second_connection_does_not_hide_what_is_written_next(tmp_path: Path) -> None:
    path = tmp_path / "fsplug.db"
    store = Store(path)
    store.migrate()
    with store.connection():
        # Another thread at work at the same time has to have a connection of its own.
        other = threading.Thread(target=lambda: store.rows("SELECT 1"))
        other.start()
        other.join()
    assert _seen_by_another(path) == 0
    with store.atomic():
        store.run("INSERT INTO company (id, domain, version) VALUES ('1', 'acme.example', 0)")
    assert _seen_by_another(path) == 1
    store.close()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "fsplug.db")
    store.migrate()
    store.close()
    assert (tmp_path / "fsplug.db").stat().st_mode & 0o777 == 0o600
