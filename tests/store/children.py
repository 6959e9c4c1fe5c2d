"""Writers in processes of their own, to be killed: `python -m tests.store.children WAY URL NAME`.

Each writes call after call, and prints a call's name once it was told that the call is safe.
"""

import sys
from itertools import count
from pathlib import Path

from fsplug.store.calls import ledger
from fsplug.store.calls.journal import Journal
from fsplug.store.calls.writer import Writer
from fsplug.store.db.database import Store
from tests.store.story import recorded_call


def apply(store: Store, name: str) -> None:
    """Straight into the store."""
    for number in count():
        ledger.apply(store, recorded_call(f"{name}-{number}"))
        print(f"{name}-{number}", flush=True)


def put(store: Store, name: str) -> None:
    """Through the writer; `name` is the journal's path."""
    writer = Writer(store, Journal(Path(name)))
    writer.start()
    for number in count(writer.backlog):
        for entry in recorded_call(f"call-{number}"):
            writer.put(entry)
        print(f"call-{number}", flush=True)


if __name__ == "__main__":
    {"apply": apply, "put": put}[sys.argv[1]](Store(sys.argv[2]), sys.argv[3])
