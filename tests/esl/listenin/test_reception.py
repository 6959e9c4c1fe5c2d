"""The one door for calls that ask: the star code's, and all others."""

from fsplug.esl.calls import arming
from fsplug.esl.listenin.reception import Reception
from fsplug.esl.protocol.event import Event, plain_event


class SlowSwitch:
    """A session with a switch that answers just before the deadline for arming a call."""

    def connect(self, deadline_seconds: float) -> Event:
        assert deadline_seconds >= arming.ANSWER_SECONDS
        return Event(plain_event({"Unique-ID": "a"}))


class NoStarCode:
    """The door of listen-in, for a call to somebody."""

    def takes(self, channel: Event) -> bool:
        return False


def test_a_starved_switch_has_as_long_to_name_its_call_as_to_have_it_armed() -> None:
    armed = []
    session = SlowSwitch()
    Reception([NoStarCode()], armed.append).handle(session)
    assert armed == [session]
