"""The SIPp scenarios acted on the fake switch: each role's file, as what the fake switch's people do."""

from collections.abc import Callable, Mapping
from typing import Any

import gevent

from fsplug.fakeswitch.control_client import ControlClient
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.lab.player import NAMES
from fsplug.lab.scenario import Scenario, ScenarioRole

Control = Callable[[], ControlClient]

RING_SECONDS = 0.3
_ANSWERS: Mapping[str, float | str] = {
    "answers": RING_SECONDS,
    "answers-and-is-shown": RING_SECONDS,
    "answers-and-transfers": RING_SECONDS,
    "answers-and-connects": RING_SECONDS,
    "rings-in-vain": "no-answer",
    "is-busy": "busy",
}
# What the caller's side must be told at the end.
_CAUSES: Mapping[str, str] = {
    "outside-gives-up": "ORIGINATOR_CANCEL",
    "outside-hears-busy": "USER_BUSY",
    "outside-hears-no-answer": "NO_ANSWER",
    "outside-is-refused": "CALL_REJECTED",
    "user-is-refused": "CALL_REJECTED",
    "user-is-told": "CALL_REJECTED",
    "user-calls-and-transfers": "BLIND_TRANSFER",
    "user-calls-until-bye": "ATTENDED_TRANSFER",
}
_LATE_OFFER = ("outside-calls-late-offer", "user-calls-late-offer")
_UNTIL_BYE = (
    "outside-calls-until-bye",
    "user-calls-until-bye",
    "user-is-told",
    "user-calls-and-transfers",
    *_LATE_OFFER,
)
_HERTZ, _HERTZ_STEP = 2600, 110


class Performance:
    """One scenario on the fake switch.

    After `run`, `complaints` is what went wrong for the callers in it, and `legs` are the uuids of all who talked.
    """

    def __init__(self, scenario: Scenario, control: Control) -> None:
        self._scenario = scenario
        self._control = control
        self._ended = {role.name: gevent.event.Event() for role in scenario.calling}
        self._placed = {role.name: gevent.event.Event() for role in scenario.calling}
        self._latest: dict[str, str] = {}
        self.complaints: list[str] = []
        self.legs: set[str] = set()

    def run(self) -> None:
        """Act it to its end."""
        players = [gevent.spawn(self._play, role) for role in self._scenario.calling]
        gevent.joinall(players, raise_error=True)

    def _play(self, role: ScenarioRole) -> None:
        if role.after:
            self._ended[role.after].wait(PATIENCE_SECONDS)
        gevent.sleep(role.wait_seconds)
        with self._control() as control:
            for number in range(role.count):
                self._call(role, control, self._order(role, number))
        self._ended[role.name].set()

    def _call(self, role: ScenarioRole, control: ControlClient, order: dict[str, Any]) -> None:
        call = self._latest[role.name] = control.ask("place", **order)["call"]
        self._placed[role.name].set()
        if _kind(self._scenario, role) == "user-listens":
            gevent.sleep(role.talk_seconds)
            control.ask("hang_up", call=call)
        elif connecting := self._connecting(role):
            self._connect(control, call, connecting)
        ended = control.ask("wait", call=call, seconds=PATIENCE_SECONDS)
        talked = {leg for bridge in ended["bridges"] for leg in bridge}
        self.legs |= {call, *talked}
        for leg in talked:
            _until_ended(control, leg)
        cause = ended["cause"]
        expected = _CAUSES.get(_kind(self._scenario, role), "NORMAL_CLEARING")
        if cause != expected:
            self.complaints.append(f"{role.name}: the call ended with {cause}, not {expected}")

    def _order(self, role: ScenarioRole, number: int) -> dict[str, Any]:
        kind = _kind(self._scenario, role)
        who = {"context": role.company, "user": role.user, "domain": role.company} if role.user else {}
        return {
            **who,
            "caller": role.user or role.number,
            "caller_name": self._display(role, number),
            "destination": role.calls,
            "headers": role.headers,
            "late_offer": kind in _LATE_OFFER,
            "tone_hz": tone_of(self._scenario, role),
            "answers": self._answers(role),
            "talk": role.talk_seconds if kind not in _UNTIL_BYE else None,
            "cancel": role.talk_seconds if kind == "outside-gives-up" else None,
            "steps": list(self._steps(role)),
        }

    def _display(self, role: ScenarioRole, number: int) -> str:
        names = self._scenario.folder / NAMES
        if not names.exists():
            return role.display
        # Not splitlines: some of these names hold what Python takes for the end of a line.
        line = names.read_text(encoding="utf-8").split("\n")[1 + number]
        return line.rstrip(" ").strip('"').replace('\\"', '"')

    def _answers(self, role: ScenarioRole) -> dict[str, float | str]:
        waiting = [one for one in self._scenario.waiting if one.company == role.company]
        return {one.user or "trunk": _behaviour(_kind(self._scenario, one), one) for one in waiting}

    def _steps(self, role: ScenarioRole) -> list[dict[str, Any]]:
        if _kind(self._scenario, role) == "user-calls-and-transfers":
            return [{"after": role.talk_seconds, "act": "transfer", "by": "caller", "to": role.target}]
        transfers = [one for one in self._scenario.waiting if _kind(self._scenario, one) == "answers-and-transfers"]
        return [{"after": one.talk_seconds, "act": "transfer", "to": one.target} for one in transfers]

    def _connecting(self, role: ScenarioRole) -> ScenarioRole | None:
        """The phone that will connect this role's call with its own second one."""
        phones = [one for one in self._scenario.waiting if _kind(self._scenario, one) == "answers-and-connects"]
        return next(iter(phones), None) if not role.consults else None

    def _connect(self, control: ControlClient, call: str, phone: ScenarioRole) -> None:
        [consulting] = [role for role in self._scenario.calling if role.consults]
        control.ask("wait_bridged", call=call)
        gevent.sleep(consulting.wait_seconds + RING_SECONDS)
        self._placed[consulting.name].wait(PATIENCE_SECONDS)
        consultation = self._latest[consulting.name]
        control.ask("wait_bridged", call=consultation)
        # The consultation lasts as long on a slow machine.
        gevent.sleep(phone.talk_seconds - consulting.wait_seconds - RING_SECONDS)
        control.ask("attended_transfer", call=call, consultation=consultation)


def tone_of(scenario: Scenario, role: ScenarioRole) -> int:
    """The tone a caller speaks with; none that the switch's own legs have."""
    return _HERTZ + _HERTZ_STEP * scenario.roles.index(role)


def _until_ended(control: ControlClient, leg: str) -> None:
    """Who was sent on may talk longer than the call that it was in first."""
    with gevent.Timeout(PATIENCE_SECONDS):
        while control.ask("api", line=f"uuid_exists {leg}")["text"] == "true":
            gevent.sleep(0.05)


def _behaviour(kind: str, role: ScenarioRole) -> float | str:
    if kind == "answers-and-hangs-up":
        return f"{RING_SECONDS}:{role.talk_seconds}"
    return f"redirect:<sip:{role.target}@127.0.0.1>" if kind == "deflects" else _ANSWERS[kind]


def _kind(scenario: Scenario, role: ScenarioRole) -> str:
    """The kind of behaviour: the file under roles/ that the role's file is a link to."""
    return (scenario.folder / f"{role.name}.xml").resolve().stem
