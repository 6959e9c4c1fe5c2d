"""What the doctor says of extensions and numbers that earlier versions took."""

from pathlib import Path

from fsplug.store.db.database import Store
from fsplug.wiring.doctor.claims import claimed
from fsplug.wiring.doctor.findings import FindingState
from fsplug.wiring.settings import read
from tests.furnished import cast_store


def test_an_extension_and_a_number_that_are_refused_now_are_named(tmp_path: Path) -> None:
    settings = read(tmp_path, {})
    cast_store(Path(settings.store)).close()
    assert claimed(settings).state == FindingState.OK
    store = Store(settings.store)
    store.run("""UPDATE "user" SET extension = '22334499' WHERE username = '1002'""")
    store.run("UPDATE number_range SET last = '+4570101999' WHERE first = '+4570101000'")
    store.close()
    found = claimed(settings)
    assert found.state == FindingState.WARN
    assert "acme.example, user 1002: extension: 22334499 looks like an outside phone number in DK" in found.text
    assert "acme.example, number +4570102001: +4570102001 is not one of the company's numbers" in found.text
    assert "+4570101001" not in found.text
