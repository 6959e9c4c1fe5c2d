"""What a connection says of a call is believed only as far as the switch says the same."""

from functools import partial

import pytest

from fsplug.errors import Unavailable
from fsplug.esl.calls.confirmation import MARK, Confirmation, mark
from fsplug.esl.protocol.event import Event, plain_event
from tests.esl.commandedswitch import CommandedSwitch
from tests.tables import table

SECRET, FORMER = "5" * 64, "4" * 64
LEG = "0c1a5c2e-0000-4000-8000-000000000001"
CALL = {
    "Unique-ID": LEG,
    "Call-Direction": "inbound",
    "Caller-Caller-ID-Number": "+4522334455",
    "Caller-Destination-Number": "+4570101001",
    "variable_fsplug_company": "acme.example",
    "variable_fsplug_legs": "1001",
    "variable_current_application": "socket",
    f"variable_{MARK}": mark(LEG, SECRET),
}


class OneCall(CommandedSwitch):
    """A switch with this one call; `down` is how often it can't be asked first."""

    def __init__(self, down: int = 0, code: str = "link-down", application: str = "socket") -> None:
        super().__init__()
        self.asked, self._down, self._code = 0, down, code
        self._call = {**CALL, "variable_current_application": application}

    def channel(self, leg: str) -> Event | None:
        self.asked += 1
        if self.asked <= self._down:
            raise Unavailable(self._code, "no answer")
        return event(self._call) if leg == LEG else None


def event(headers: dict[str, str]) -> Event:
    return Event(plain_event(headers))


def test_only_a_marked_call_of_which_the_switch_says_the_same_is_answered() -> None:
    other = "0c1a5c2e-0000-4000-8000-000000000002"
    known: dict[str, dict[str, str]] = {
        "no mark": {f"variable_{MARK}": ""},
        "a mark that was guessed": {f"variable_{MARK}": "0" * 32},
        "another call's mark": {f"variable_{MARK}": mark(other, SECRET)},
        "the secret itself": {f"variable_{MARK}": SECRET},
        "the mark of no secret": {f"variable_{MARK}": mark(LEG, "")},
        "no such call": {"Unique-ID": other, f"variable_{MARK}": mark(other, SECRET)},
        "no uuid": {"Unique-ID": "", f"variable_{MARK}": mark("", SECRET)},
        "another caller": {"Caller-Caller-ID-Number": "+4599999999"},
        "another number dialled": {"Caller-Destination-Number": "*28*1001"},
        "another company": {"variable_fsplug_company": "beta.example"},
        "another direction": {"Call-Direction": "outbound"},
        "a user": {"variable_fsplug_user": "1002"},
    }
    with table() as rows:
        for name, changed in known.items():
            with rows.row(name):
                unmarked: list[str] = []
                confirmation = Confirmation(OneCall(), lambda: (SECRET,), partial(unmarked.append, "told"))
                said = event({**CALL, **changed})
                assert confirmation.of(said) is None
                assert confirmation.refused == 1
                # It may be a call of a switch that was started again, and is not linked yet.
                assert unmarked == (["told"] if said.variable(MARK) != mark(said.uuid, SECRET) else [])


def test_a_call_that_does_not_ask_now_is_not_answered() -> None:
    for application, is_answered in (("socket", True), ("python", True), ("bridge", False), ("", False)):
        switch = OneCall(application=application)
        assert (Confirmation(switch, lambda: (SECRET,)).of(event(CALL)) is not None) is is_answered


def test_what_the_switch_says_is_what_counts() -> None:
    said = event({**CALL, "variable_fsplug_legs": "1004", "variable_fsplug_group": "2003"})
    known = Confirmation(OneCall(), lambda: (SECRET,)).of(said)
    assert known is not None
    assert (known.variable("fsplug_legs"), known.variable("fsplug_group")) == ("1001", None)


def test_the_secret_before_counts_for_as_long_as_it_is_in_force() -> None:
    said = event({**CALL, f"variable_{MARK}": mark(LEG, FORMER)})
    assert Confirmation(OneCall(), lambda: (SECRET,)).of(said) is None
    marked_before = Confirmation(OneCall(), lambda: (SECRET, FORMER))
    with pytest.raises(Unavailable, match="fsplug_mark"):
        marked_before.required(said)
    assert marked_before.of(event(CALL)) is not None


def test_a_call_waits_for_a_link_that_comes_back_and_is_believed_by_its_mark_alone_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = "fsplug.esl.calls.confirmation"
    for name in ("LINK_SECONDS", "LOOK_UP_SECONDS"):
        monkeypatch.setattr(f"{module}.{name}", 300.0)
    waiting = OneCall(down=3)
    assert Confirmation(waiting, lambda: (SECRET,)).of(event(CALL)) is not None
    assert waiting.asked == 4
    monkeypatch.setattr(f"{module}.LINK_SECONDS", 0.1)
    for code in ("link-down", "switch-gone", "switch-silent"):
        without_link = Confirmation(OneCall(down=1_000, code=code), lambda: (SECRET,))
        said = event(CALL)
        assert without_link.of(said) is said
        for guessed in ("", "0" * 32, mark("another", SECRET)):
            assert without_link.of(event({**CALL, f"variable_{MARK}": guessed})) is None
