"""The one door for calls that ask: the star code's, and all others."""

from fsplug.esl.calls import arming
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.redirects import Redirects
from fsplug.esl.listenin import ring_listener
from fsplug.esl.listenin.reception import CallService, Reception
from fsplug.esl.listenin.star_code import ListenDoor
from fsplug.esl.protocol.event import Event, plain_event


class SlowSwitch:
    """A session with a switch that answers just before the deadline for arming a call."""

    def __init__(self, **marks: str) -> None:
        self.marks = {"Answer-State": "answered", **marks}
        self.done: list[str] = []

    def connect(self, deadline_seconds: float) -> Event:
        assert deadline_seconds >= arming.ANSWER_SECONDS
        return Event(plain_event({"Unique-ID": "a", "variable_fsplug_company": "acme.example", **self.marks}))

    def api_and_exit(self, command: str, deadline_seconds: float) -> str:
        assert deadline_seconds >= arming.ANSWER_SECONDS
        self.done.append(command)
        return "+OK"


class NoStarCode:
    """The door of listen-in, for a call to somebody."""

    def takes(self, channel: Event) -> bool:
        return False


class Danish:
    """What listen-in knows of a company: its language, and that it has no users."""

    def __init__(self) -> None:
        self.asking: set[str] = set()

    def version(self, company: str) -> int:
        return 1

    def user(self, company: str, username: str) -> None:
        return None

    def language(self, company: str) -> str:
        return "da"


class Noting:
    """The service behind the door, which notes whom it refuses."""

    def __init__(self) -> None:
        self.refused: list[tuple[str, ...]] = []

    def refuse_unidentified(self, company: str, sender: str | None, dialled: str, door: str, leg: str) -> None:
        self.refused.append((company, dialled, door, leg))


def test_a_starved_switch_has_as_long_to_name_its_call_as_to_have_it_armed() -> None:
    armed = []
    session = SlowSwitch()
    Reception([NoStarCode()], lambda session, channel: armed.append(session), lambda said: said).handle(session)
    assert armed == [session]


def test_a_starved_switch_has_as_long_at_every_door() -> None:
    service = Noting()
    listening = ListenDoor(
        None, service, Danish(), None, lambda company, language, name: f"/prompts/{language}/{name}.wav"
    )
    redirects: CallService = Redirects(CallBook(), None)
    star_code = {"Caller-Destination-Number": "*28*1001", "variable_fsplug_feature": "listen"}
    for door, marks in ((listening, star_code), (redirects, {"variable_fsplug_feature": "redirect"})):
        session = SlowSwitch(**marks)
        Reception([door], lambda session, channel: None, lambda said: said).handle(session)
        assert len(session.done) == 1
    assert service.refused == [("acme.example", "1001", "desk", "a")]


def test_whoever_has_a_phone_rung_waits_longer_than_a_starved_switch_takes_to_name_the_call() -> None:
    assert ring_listener.DECIDED_SECONDS > arming.ANSWER_SECONDS
