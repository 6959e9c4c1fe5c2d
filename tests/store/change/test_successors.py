"""A user's entry does not pass to another person by any door; who is said to be the same person keeps it."""

from typing import Any

import pytest

from fsplug.errors import Invalid
from fsplug.policy.access.waiting import DAY_SECONDS
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import users
from tests.store.accountcast import Console
from tests.store.cast import ACME

SUCCESSOR = {"name": "Bodil Krog", "email": "bodil@acme.example"}


@pytest.fixture(autouse=True)
def signed_up(console: Console) -> None:
    """Anna has had an account for a month."""
    console.made()
    console.clock.turn(31 * DAY_SECONDS)


def _put(console: Console, is_same: bool = False, **given: Any) -> None:
    console.clock.turn(60.0)

    def change(draft: Draft) -> None:
        if is_same:
            draft.keep_person("1001")
        draft.put("user", {**draft.entry("user", "1001"), **given}, "1001")

    edit(console.store, ACME, "operator", change)


def _refused(act: Any) -> str:
    with pytest.raises(Invalid) as refused:
        act()
    return str(refused.value.text)


def _name(console: Console) -> str:
    return str(Draft(console.store, ACME).entry("user", "1001")["name"])


def test_an_entry_that_is_written_over_for_somebody_else_is_refused_with_what_to_do(console: Console) -> None:
    text = _refused(lambda: _put(console, **SUCCESSOR))
    assert "user 1001: 'Bodil Krog' (bodil@acme.example) seems to be another person than 'Anna'" in text
    assert "--same-person" in text
    assert _name(console) == "Anna"


def test_a_document_is_refused_alike(console: Console) -> None:
    document = planning.export(console.store, ACME)
    [anna] = [one for one in document["company"][0]["user"] if one["username"] == "1001"]
    anna |= SUCCESSOR
    assert "seems to be another person" in _refused(lambda: planning.plan(console.store, document))


@pytest.mark.parametrize("first", ["name", "email"])
def test_one_after_the_other_is_no_way_round_it(console: Console, first: str) -> None:
    _put(console, **{first: SUCCESSOR[first]})
    console.clock.turn(29 * DAY_SECONDS)
    assert "seems to be another person" in _refused(lambda: _put(console, **SUCCESSOR))


def test_the_same_person_may_have_another_name_and_after_a_month_another_address(console: Console) -> None:
    _put(console, name="Anna Berg")
    console.clock.turn(31 * DAY_SECONDS)
    _put(console, email="anna.berg@acme.example")
    assert _name(console) == "Anna Berg"


def test_who_is_said_to_be_the_same_person_keeps_the_entry(console: Console) -> None:
    _put(console, is_same=True, **SUCCESSOR)
    assert _name(console) == "Bodil Krog"


def test_who_is_removed_may_be_followed_by_anybody(console: Console) -> None:
    before = Draft(console.store, ACME).entry("user", "1003")
    edit(console.store, ACME, "operator", lambda draft: draft.remove("user", "1003"))
    edit(console.store, ACME, "operator", lambda draft: draft.put("user", {**before, **SUCCESSOR}))
    assert users.tenure(console.store, ACME, "1003").version > 0
    # The one before is not what the new one is compared with.
    again = {**before, **SUCCESSOR, "email": "bodil.krog@acme.example"}
    edit(console.store, ACME, "operator", lambda draft: draft.put("user", again, "1003"))
