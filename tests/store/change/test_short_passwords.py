"""A phone's password that somebody chooses is long, and short ones of before go on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fsplug.errors import Invalid
from fsplug.store.change import planning
from fsplug.store.config import devices
from fsplug.store.db.database import Store

SHORT, LONG = "eleven-char", "twelve-chars"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "fsplug.db")
    store.migrate()
    yield store
    store.close()


def put(store: Store, password: str | None, name: str = "Anna") -> None:
    device: dict[str, Any] = {"kind": "desk", **({"password": password} if password else {})}
    user = {"username": "anna", "extension": "1001", "name": name, "device": [device]}
    document = {"company": [{"domain": "acme.example", "name": "Acme", "country": "DK", "user": [user]}]}
    planning.apply_plan(store, planning.plan(store, document), "test")


def test_a_chosen_password_has_twelve_characters_at_least_and_a_made_one_many(store: Store) -> None:
    with pytest.raises(Invalid, match="at least 12 characters") as error:
        put(store, SHORT)
    assert SHORT not in str(error.value)
    put(store, LONG)
    put(store, None)
    assert devices.short(store, 5) == []


def test_a_shorter_one_of_before_goes_on_and_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(devices, "LEAST_CHARACTERS", 8)
        put(store, SHORT)
    put(store, SHORT, name="Anna B.")
    put(store, None, name="Anna C.")
    assert devices.short(store, 5) == [("acme.example", "anna")]
    with pytest.raises(Invalid, match="12 characters"):
        put(store, SHORT[:-1])
