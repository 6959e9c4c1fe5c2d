"""Whether the switch may arm calls by its policy while fsplug is away: not once it may differ from the store's."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from fsplug.errors import Refused, Unavailable
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Role, WhenAway
from fsplug.policy.recording.away import CHECK
from fsplug.store.change import edit_policy
from fsplug.store.config import away_check, companies
from fsplug.store.db.database import Store
from tests.store.cast import ACME, BETA

NOW = 1_000_000.0
NEVER = {"+4522334499": None}


@pytest.fixture
def told(store: Store, tmp_path: Path) -> Store:
    """A store whose changes the switch's folder, in `tmp_path`, is told of; it has Acme's policy at version 1."""
    folder(tmp_path).mkdir(parents=True)
    store.before_change = partial(away_check.changing, str(tmp_path))
    confirm(store, tmp_path)
    assert version(tmp_path) == 1
    return store


def folder(conf: Path) -> Path:
    return conf / away_check.FOLDER


def confirm(store: Store, conf: Path, now: float = NOW, good_seconds: int = 0) -> None:
    """What fsplug does when it has compared the switch's files with the store."""

    def versions() -> dict[str, int]:
        return {ACME: companies.get(store, ACME).version}

    away_check.confirm(folder(conf), versions, now, good_seconds)


def version(conf: Path) -> int | None:
    """The version of Acme's policy that is surely the store's."""
    check = away_check.checked(folder(conf))
    return check.versions[ACME] if check else None


def test_after_a_change_nothing_is_sure_until_the_store_was_read_again(told: Store, tmp_path: Path) -> None:
    edit_policy.exclude(told, ACME, NEVER, "test")
    assert version(tmp_path) is None
    confirm(told, tmp_path)
    assert version(tmp_path) == 2


def test_nothing_is_sure_from_before_the_change_is_committed_until_after(told: Store, tmp_path: Path) -> None:
    with told.atomic():
        edit_policy.exclude(told, ACME, NEVER, "test")
        assert version(tmp_path) is None
        # Somebody else reads the store meanwhile.
        away_check.confirm(folder(tmp_path), lambda: {ACME: 1}, NOW, 0)
        assert version(tmp_path) is None
    confirm(told, tmp_path)
    assert version(tmp_path) == 2


def test_a_change_that_was_given_up_leaves_the_store_to_be_read(told: Store, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="died"), told.atomic():
        edit_policy.exclude(told, ACME, NEVER, "test")
        raise Unavailable("store-gone", "the database died")
    assert version(tmp_path) is None
    confirm(told, tmp_path)
    assert version(tmp_path) == 1


def test_another_company_s_change_leaves_this_one_s_policy_sure(told: Store, tmp_path: Path) -> None:
    edit_policy.exclude(told, BETA, NEVER, "test")
    assert version(tmp_path) == 1


def test_a_change_that_the_switch_can_t_be_told_of_is_not_made(told: Store, tmp_path: Path) -> None:
    (folder(tmp_path) / CHECK).unlink()
    (folder(tmp_path) / CHECK).mkdir()
    with pytest.raises(Unavailable, match="earlier policy"):
        edit_policy.exclude(told, ACME, NEVER, "test")
    assert companies.get(told, ACME).version == 1


def test_without_a_switch_here_changes_are_made_as_ever(store: Store, tmp_path: Path) -> None:
    for conf in ("", str(tmp_path / "gone")):
        store.before_change = partial(away_check.changing, conf)
        edit_policy.set_when_away(store, ACME, WhenAway.REFUSED if conf else WhenAway.RECORD_THEN_JUDGE, "test")
    assert companies.get(store, ACME).version == 3


def test_the_copy_of_a_store_that_is_away_makes_nothing_sure(told: Store, tmp_path: Path) -> None:
    edit_policy.exclude(told, ACME, NEVER, "test")
    away_check.confirm(folder(tmp_path), lambda: None, NOW, 0)
    assert version(tmp_path) is None


@pytest.mark.parametrize(
    ("good_seconds", "now", "version", "is_sure"),
    [
        (900, NOW + 899, 7, True),
        (900, NOW + 901, 7, False),
        (0, NOW + 1_000_000, 7, True),
        (0, NOW, 6, False),
        (900, NOW - 30, 7, True),
        (900, NOW - 90, 7, False),
    ],
)
def test_a_policy_is_sure_for_as_long_as_the_operator_says(
    tmp_path: Path, good_seconds: int, now: float, version: int, is_sure: bool
) -> None:
    folder(tmp_path).mkdir(parents=True)
    away_check.confirm(folder(tmp_path), lambda: {ACME: 7}, NOW, good_seconds)
    check = away_check.checked(folder(tmp_path))
    assert check is not None
    assert (not check.doubt(ACME, version, now)) is is_sure
    assert check.doubt(BETA, version, now)


@pytest.mark.parametrize("change", [lambda text: "", lambda text: text[:-2], lambda text: text.replace("at", "on")])
def test_what_is_damaged_says_nothing(tmp_path: Path, change: Callable[[str], str]) -> None:
    folder(tmp_path).mkdir(parents=True)
    away_check.confirm(folder(tmp_path), lambda: {ACME: 7}, NOW, 0)
    path = folder(tmp_path) / CHECK
    path.write_text(change(path.read_text()))
    assert away_check.checked(folder(tmp_path)) is None


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (Actor("1001", role=Role.SUPERUSER, company=ACME, scope=AdminScope.NONE), True),
        (Actor("1001", role=Role.MY_CONSOLE, company=ACME, scope=AdminScope.NONE), False),
        (Actor("1001", company=ACME, scope=AdminScope.COMPANY_ADMIN), False),
        (Actor("1001", company=ACME, scope=AdminScope.SUB_ADMIN, departments=frozenset({"Sales"})), False),
    ],
)
def test_who_may_change_policy_may_say_what_happens_while_fsplug_is_away(store: Store, actor: Actor, may: bool) -> None:
    for company in (ACME, BETA):
        if may and company == actor.company:
            assert edit_policy.set_when_away(store, company, WhenAway.REFUSED, actor).changed
        else:
            with pytest.raises(Refused):
                edit_policy.set_when_away(store, company, WhenAway.REFUSED, actor)
