"""A listen-in that fsplug ends, while the switch reports the listener's hangup before it confirms the command."""

from typing import Any

from fsplug.esl.calls.ports import Ports
from fsplug.esl.listenin.book import ListenBook, Listening, TargetLeg
from fsplug.esl.listenin.gate_facts import Caller, TargetTalk
from fsplug.esl.listenin.sessions import ListenService
from fsplug.policy.entities import DeviceKind, User
from fsplug.policy.listening.gate import Door, Ending
from fsplug.store.calls.entries import JournalEntry, ListenEnded

BO, ANNA = User("1002", "1002"), User("1001", "1001")


class QuickSwitch:
    """Reports each hangup before it returns from the command."""

    def __init__(self) -> None:
        self.reported: Any = None

    def hang_up(self, leg: str, cause: str) -> None:
        self.reported(leg)


def test_the_row_says_that_fsplug_stopped_however_early_the_hangup_is_reported() -> None:
    switch: Any = QuickSwitch()
    nothing: Any = None
    written: list[JournalEntry] = []
    ports = Ports("fs1", switch, nothing, written.append, lambda: 20.0, lambda *_: None, lambda: "id")
    service = ListenService(ListenBook(), nothing, nothing, nothing, ports)
    caller = Caller("acme.example", BO, next(iter(Door)), next(iter(DeviceKind)), "listener-leg")
    listening = Listening("listen", "acme.example", caller, ANNA, TargetTalk("leg", "partner", "call", 1), 10.0)
    service.book.add(listening, TargetLeg("leg", "acme.example", "", ""))
    switch.reported = lambda leg: service.end("listen", Ending.LISTENER_HUNG_UP)
    service.cut(listening, Ending.FSPLUG_STOPPED)
    assert written == [ListenEnded("listen", 20.0, Ending.FSPLUG_STOPPED, None)]
