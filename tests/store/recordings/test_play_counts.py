"""Plays are counted by person and hour; who plays unusually many is told so, and so are the superusers."""

import pytest

from fsplug.store.accounts import sessions
from fsplug.store.accounts.sessions import Session
from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.config import actors
from fsplug.store.outbox import mails
from fsplug.store.recordings import play_counts, playbacks
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import recorded_call

PER_HOUR = 4


@pytest.fixture
def bo(console: Console) -> Session:
    """Bo, a superuser as Anna is, with six recordings to play."""
    for number in range(6):
        ledger.apply(console.store, recorded_call(f"n{number}"))
    console.made()
    console.made("1002", "bo@acme.example")
    return _signed_in(console)


def _signed_in(console: Console) -> Session:
    session = sessions.find(console.store, sessions.begin(console.store, ACME, "1002", "192.0.2.1", "Firefox"))
    assert session is not None
    return session


def _play(console: Console, session: Session, *numbers: int) -> None:
    actor = actors.actor(console.store, ACME, "1002")
    for number in numbers:
        playbacks.begin(console.store, session, actor, f"n{number}-rec", per_hour=PER_HOUR)


def _alerts(console: Console, domain: str = ACME) -> list[object]:
    return [one.facts["plays"] for one in play_counts.alerts(console.store, domain, 0.0, 10)]


def _mails(console: Console) -> list[tuple[str, str, str]]:
    sent = (one for one in mails.listed(console.store, ACME) if "plays" in one.kind)
    return sorted((str(one.kind), one.subject, one.receiver) for one in sent)


def test_different_recordings_count_once_in_all_sessions_and_for_an_hour(console: Console, bo: Session) -> None:
    _play(console, bo, 0, 1, 1, 0)
    _play(console, _signed_in(console), 1, 2)
    assert play_counts.within_hour(console.store, ACME, "1002") == 3
    assert play_counts.within_hour(console.store, ACME, "1001") == 0
    console.clock.turn(1_800.0)
    _play(console, bo, 3)
    console.clock.turn(1_801.0)
    assert play_counts.within_hour(console.store, ACME, "1002") == 1


def test_beyond_the_threshold_superusers_and_the_person_are_told_once_an_hour(console: Console, bo: Session) -> None:
    _play(console, bo, 0, 1, 2, 3)
    assert (_alerts(console), _mails(console)) == ([], [])
    _play(console, bo, 4)
    assert _alerts(console) == [5]
    assert _mails(console) == [("own-plays", "1002", "bo@acme.example"), ("plays", "1002", "anna@acme.example")]
    [entry] = play_counts.alerts(console.store, ACME, 0.0, 10)
    assert (entry.actor, entry.subject, entry.people) == ("1002@acme.example", "1002", ("1002",))
    _play(console, bo, 5, 0)
    assert (_alerts(console), len(_mails(console))) == ([5], 2)
    console.clock.turn(3_601.0)
    _play(console, bo, 0, 1, 2, 3, 4)
    assert (_alerts(console), len(_mails(console))) == ([5, 5], 4)


def test_people_without_that_role_and_other_companies_hear_nothing(console: Console, bo: Session) -> None:
    console.made("1003", "clara@acme.example", "my-console")
    _play(console, bo, *range(6))
    assert "clara@acme.example" not in str(_mails(console))
    assert _alerts(console, BETA) == []


def test_a_play_that_is_refused_counts_nothing(console: Console, bo: Session) -> None:
    with pytest.raises(Exception, match="there is no recording"):
        _play(console, bo, 9)
    assert play_counts.within_hour(console.store, ACME, "1002") == 0
    assert trail.plays(console.store, ACME, "n9-rec") == []
