"""A page that has a phone rung waits a moment for the gate, and not for the phone."""

import threading
from collections.abc import Callable

import gevent
import gevent.event
import pytest
from gevent.threadpool import ThreadPool

from fsplug.errors import FsplugError, Refused, Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.wiring.console import ringing
from fsplug.wiring.console.ringing import Ringing

ACME, ANNA = "acme.example", "1001"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits as long as a busy machine takes."""
    monkeypatch.setattr(ringing, "DECIDED_SECONDS", PATIENCE_SECONDS)


@pytest.fixture
def quick(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits a tenth of a second."""
    monkeypatch.setattr(ringing, "DECIDED_SECONDS", 0.1)


def asked(ringer: Ringing) -> str | FsplugError | None:
    """What a page's thread gets."""

    def ask() -> str | FsplugError | None:
        try:
            return ringer.ask(ACME, ANNA, "1003")
        except FsplugError as error:
            return error

    found: str | FsplugError | None = ThreadPool(1).apply(ask)
    return found


def refusing(code: str, after: gevent.event.Event | None = None) -> Callable[[str, str, str], str]:
    """A phone that comes to nothing."""

    def ring(company: str, username: str, number: str) -> str:
        if after is not None:
            after.wait(PATIENCE_SECONDS)
        raise Refused(code, "why")

    return ring


def test_a_listener_who_hears_at_once_is_reported_at_once() -> None:
    assert asked(Ringing(lambda *whom: "/".join(whom))) == "acme.example/1001/1003"


def test_a_refusal_of_the_gate_comes_with_the_answer_and_not_again() -> None:
    ringer = Ringing(refusing("not-in-call"))
    error = asked(ringer)
    assert isinstance(error, Refused) and error.code == "not-in-call"
    assert ringer.note(ACME, ANNA) is None


@pytest.mark.usefixtures("quick")
def test_a_phone_that_rings_on_is_not_waited_for_and_its_result_is_reported_later_until_the_next_one_rings() -> None:
    given_up, woken = gevent.event.Event(), gevent.event.Event()
    ringer = Ringing(refusing("phone-not-answered", given_up), woken.set)
    assert asked(ringer) is None
    assert ringer.note(ACME, ANNA) is None
    given_up.set()
    assert woken.wait(PATIENCE_SECONDS)
    note = ringer.note(ACME, ANNA)
    assert note is not None and note.code == "phone-not-answered"
    assert ringer.note(ACME, "1002") is None
    given_up.clear()
    assert asked(ringer) is None
    assert ringer.note(ACME, ANNA) is None
    given_up.set()


@pytest.mark.usefixtures("quick")
def test_a_refusal_that_a_busy_loop_is_late_with_is_reported_later() -> None:
    woken, got = gevent.event.Event(), []
    ringer = Ringing(refusing("not-in-call"), woken.set)
    page = threading.Thread(target=lambda: got.append(ringer.ask(ACME, ANNA, "1003")))
    page.start()
    # The loop does nothing meanwhile.
    page.join()
    assert got == [None]
    assert woken.wait(PATIENCE_SECONDS)
    note = ringer.note(ACME, ANNA)
    assert note is not None and note.code == "not-in-call"


@pytest.mark.usefixtures("quick")
def test_what_came_of_a_ringing_is_news_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up, woken = gevent.event.Event(), gevent.event.Event()
    ringer = Ringing(refusing("phone-not-answered", given_up), woken.set)
    asked(ringer)
    given_up.set()
    assert woken.wait(PATIENCE_SECONDS)
    monkeypatch.setattr(ringing, "NOTE_SECONDS", 0.0)
    assert ringer.note(ACME, ANNA) is None


def test_what_fails_unforeseen_is_an_answer_too() -> None:
    def ring(company: str, username: str, number: str) -> str:
        raise KeyError(number)

    assert isinstance(asked(Ringing(ring)), Unavailable)
