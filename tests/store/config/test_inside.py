"""What a number reaches inside a company: what the dialplan would ring for it, and nothing outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fsplug.store.change import planning
from fsplug.store.config.inside import Inside, reached
from fsplug.store.db.database import Store
from tests.xml.elaborate import DOMAIN, wide


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("inside")
    made = Store(folder / "store.db")
    made.connect()
    made.migrate()
    document = wide()
    document["user"].append({"username": "eve", "extension": "105"})
    planning.apply_plan(made, planning.plan(made, {"company": [document]}), by="test")
    # Earlier versions gave such extensions.
    made.run("""UPDATE "user" SET extension = '112' WHERE username = 'eve'""")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("dialled", "found"),
    [
        ("101", Inside("101", "anna")),
        # Her mobile is hers, and her fixed number leads to her.
        ("20501001", Inside("101", "anna")),
        ("+4520501001", Inside("101", "anna")),
        ("70501001", Inside("+4570501001", "anna")),
        # Its opening hours hold here too.
        ("004570501002", Inside("+4570501002", "bo")),
        ("+4670 123 45 67", Inside("103", "cy")),
        ("201", Inside("201")),
        ("301", Inside("301")),
        ("70502001", Inside("+4570502001")),
        ("+45 70 50 30 01", Inside("+4570503001")),
        ("22334455", None),
        ("+4522334455", None),
        ("999", None),
        ("anna", None),
        ("", None),
        # Somebody's extension, but an emergency number first.
        ("112", None),
        ("*28*101", None),
    ],
)
def test_a_number_reaches_what_the_dialplan_would_ring_for_it(dialled: str, found: Inside | None, store: Store) -> None:
    assert reached(store, DOMAIN, dialled, 1) == found


def test_another_company_s_numbers_are_outside(store: Store) -> None:
    other = {
        "domain": "other.example",
        "name": "Other",
        "country": "DK",
        "user": [{"username": "x", "extension": "401"}],
    }
    planning.apply_plan(store, planning.plan(store, {"company": [other]}), by="test")
    assert reached(store, DOMAIN, "401", 1) is None
    assert reached(store, "other.example", "101", 1) is None
    assert reached(store, "other.example", "401", 1) == Inside("401", "x")
