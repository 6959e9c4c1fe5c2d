"""One's own state is one's own to choose, and nothing else of a profile is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fsplug.errors import FsplugError, Refused
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.entities import AdminScope
from fsplug.store.change import own_profile, planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import policies, profiles
from fsplug.store.db.database import Store
from tests.store.cast import ACME, BETA, CAST

BO = Actor("1002", AdminScope.NONE, company=ACME)
STATES = [{"name": "available", "allow_listen": False, "active": True}, {"name": "meeting", "allow_listen": False}]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Bo and Clara have two states each."""
    store = Store(tmp_path / "fsplug.db")
    store.migrate()
    planning.apply_plan(store, planning.plan(store, CAST), "the cast")
    for username in ("1002", "1003"):
        put(store, username, operator("test"), STATES)
    yield store
    store.close()


def put(store: Store, username: str, by: Actor, states: list[dict[str, Any]], **more: Any) -> None:
    """Give a user these profiles, as somebody."""

    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", username), "profile": states, **more}, username)

    edit(store, ACME, by, change)


def active(store: Store, username: str) -> str | None:
    """The state of a user now."""
    found = profiles.active(store, ACME, username, policies.current_version(store, ACME))
    return found.name if found else None


def turned(*given: tuple[str, bool, bool]) -> list[dict[str, Any]]:
    """Profiles, whether they allow, whether they are active."""
    return [{"name": name, "allow_listen": allows, "active": is_active} for name, allows, is_active in given]


def test_it_is_the_active_one_from_then_on(store: Store) -> None:
    assert own_profile.choose(store, BO, "meeting")
    assert (active(store, "1002"), active(store, "1003")) == ("meeting", "available")
    assert not own_profile.choose(store, BO, "meeting"), "it is so already"


def test_another_door_may_do_the_same(store: Store) -> None:
    put(store, "1002", BO, turned(("available", False, False), ("meeting", False, True)))
    assert active(store, "1002") == "meeting"


@pytest.mark.parametrize(
    ("username", "states", "more"),
    [
        ("1003", turned(("available", False, False), ("meeting", False, True)), {}),
        ("1002", turned(("available", True, True), ("meeting", False, False)), {}),
        ("1002", turned(("available", False, False), ("meeting", True, True)), {}),
        ("1002", turned(("available", False, True)), {}),
        ("1002", turned(("available", False, False), ("meeting", False, False), ("free", True, True)), {}),
        ("1002", turned(("available", False, False), ("meeting", False, True)), {"record": True}),
        ("1002", turned(("available", False, False), ("meeting", False, True)), {"rights": ["listen-in"]}),
    ],
    ids=["another's", "allowed", "allowed and chosen", "removed", "added", "a flag beside it", "a right beside it"],
)
def test_nothing_else_is(store: Store, username: str, states: list[dict[str, Any]], more: dict[str, Any]) -> None:
    before = policies.current_version(store, ACME)
    with pytest.raises(Refused):
        put(store, username, BO, states, **more)
    assert policies.current_version(store, ACME) == before


def test_of_a_company_that_isn_t_theirs_nothing_is(store: Store) -> None:
    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "1001"), "profile": STATES}, "1001")

    edit(store, BETA, "test", change)

    def change(draft: Draft) -> None:
        states = turned(("available", False, False), ("meeting", False, True))
        draft.put("user", {**draft.entry("user", "1001"), "profile": states}, "1001")

    with pytest.raises(Refused):
        edit(store, BETA, Actor("1001", AdminScope.NONE, company=ACME), change)


@pytest.mark.parametrize("who", [operator("root"), Actor("9999", AdminScope.NONE, company=ACME)])
def test_who_is_no_user_has_none(store: Store, who: Actor) -> None:
    with pytest.raises(FsplugError):
        own_profile.choose(store, who, "meeting")


@pytest.mark.parametrize(
    "damage",
    [
        """UPDATE "user" SET email = 'no address' WHERE username = '1002'""",
        """UPDATE "user" SET extension = 'abc', role = 'superuser' WHERE username = '1002'""",
        "UPDATE profile SET name = '' WHERE username = '1002' AND name = 'available'",
    ],
)
def test_what_else_is_wrong_with_the_user_is_not_in_the_way(store: Store, damage: str) -> None:
    assert store.run(damage), "an earlier release may have kept it"
    assert own_profile.choose(store, BO, "meeting")
    assert active(store, "1002") == "meeting"
