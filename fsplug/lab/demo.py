"""The demo's calls: what each one shows, and how it is placed on either kind of switch."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from fsplug.errors import Unavailable
from fsplug.fakeswitch.control_client import ControlClient
from fsplug.lab.baresip_phone import find_baresip
from fsplug.lab.ending import die_with_parent
from fsplug.lab.exchange import Exchange, password
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import FIXTURE, RealSwitch, find_freeswitch
from fsplug.lab.scenario import SCENARIOS, Scenario, ScenarioRole
from fsplug.lab.secure_demo import SecureSip, call_out, secure_sip
from fsplug.lab.sipp import play

TRUNK = "trunk"
# The switch itself answers a star code.
NOBODY = ""
STAR = "*28*"
ACME, BETA = "acme.example", "beta.example"
CUSTOMER, WORKS_DOCTOR = "+4522334455", "+4522334499"


@dataclass(frozen=True, slots=True)
class DemoCall:
    """One call. `caller` is a username of `company`, or an outside number; `answers` is the user who answers.

    `is_encrypted`: the caller's phone speaks SIP over TLS and SRTP.
    """

    about: str
    caller: str
    dials: str
    answers: str
    company: str = ACME
    talk_seconds: float = 1.5
    is_encrypted: bool = False

    @property
    def from_outside(self) -> bool:
        return self.caller.startswith("+")


CALLS = (
    DemoCall("a customer calls Anna; Sales records incoming calls", CUSTOMER, "+4570101001", "1001"),
    DemoCall("a customer calls David, who carries no recording flag", CUSTOMER, "+4570101004", "1004"),
    DemoCall("Anna calls a customer; Sales records outgoing calls", "1001", "22334455", "trunk"),
    DemoCall("Anna calls Bo; Sales does not record calls between colleagues", "1001", "1002", "1002"),
    DemoCall("Anna calls Clara; Support does", "1001", "1003", "1003"),
    DemoCall("David calls Clara: one talk, one recording", "1004", "1003", "1003"),
    DemoCall("a customer agrees to be recorded: the group 2001", CUSTOMER, "+4570102001", "1002"),
    DemoCall("the same people answer one who declined: the group 2002", CUSTOMER, "+4570102002", "1002"),
    DemoCall("the group 2003 leaves it to the department", CUSTOMER, "+4570102003", "1003"),
    DemoCall("the works doctor calls Anna: never recorded", WORKS_DOCTOR, "+4570101001", "1001"),
    DemoCall("Anna calls the works doctor, in another spelling: never recorded", "1001", "004522334499", "trunk"),
    DemoCall("another company: its 1001 is not Anna", CUSTOMER, "+4681001001", "1001", company=BETA),
)
ENCRYPTED = DemoCall(
    "Anna calls a customer from a phone over TLS that encrypts its audio (SRTP): recorded as any other",
    "1001",
    "22334455",
    TRUNK,
    is_encrypted=True,
)
LONG_CALL = DemoCall(
    "a customer talks to Anna until the demo ends", CUSTOMER, "+4570101001", "1001", talk_seconds=36_000
)
LISTENING = DemoCall("Bo listens to it", "1002", f"{STAR}1001", NOBODY, talk_seconds=36_000)
_HANG_UP_SECONDS = 20.0


class DemoSwitch(Protocol):
    """A switch on which demo calls can be placed, `calls` among them. `settings` are fsplug's for this switch.

    `hints` say how somebody can try the switch with a telephone.
    """

    name: str
    settings: Mapping[str, str | int]
    calls: Sequence[DemoCall]
    hints: Sequence[str]

    def place(self, call: DemoCall) -> str:
        """Place the call and wait for its end; how it was encrypted, if it was. Unavailable if the call fails."""

    def keeping(self, call: DemoCall) -> AbstractContextManager[None]:
        """Keep the call up until the `with` ends; then hang everything up."""


class RealDemoSwitch:
    """A FreeSWITCH of the demo's own, with SIPp for telephones."""

    def __init__(self, switch: RealSwitch, secure: SecureSip) -> None:
        self._switch = switch
        self._secure = secure
        self.calls: Sequence[DemoCall] = CALLS if find_baresip() is None else (*CALLS, ENCRYPTED)
        self.hints: Sequence[str] = _secure_hints(secure, self.calls)
        self._exchange = Exchange(switch.ports)
        self.name = f"FreeSWITCH, event socket on 127.0.0.1:{switch.ports.event_socket_port}, with SIPp phones"
        self.settings: Mapping[str, str | int] = switch.fsplug_settings

    def place(self, call: DemoCall) -> str:
        """Play the call as a scenario of two roles, or of the one that answers a phone over TLS."""
        if not call.is_encrypted:
            self._play(call, _roles(call))
            return ""
        caller = (call.company, call.caller)
        answer = partial(self._play, call, _roles(call)[:1])
        return call_out(self._secure, self._switch, caller, call.dials, call.talk_seconds, answer)

    def _play(self, call: DemoCall, roles: tuple[ScenarioRole, ...]) -> None:
        seconds = int(call.talk_seconds) + 30
        scenario = Scenario("demo", SCENARIOS / "roles", call.about, call.company, roles, seconds=seconds)
        failed = [outcome for outcome in play(scenario, self._exchange) if not outcome.is_well]
        if failed:
            text = "; ".join(f"{one.role.name}: {one.complaint or one.exit}" for one in failed)
            raise Unavailable("demo-call-failed", f"SIPp did not get through: {text}")

    @contextmanager
    def keeping(self, call: DemoCall) -> Iterator[None]:
        """Play the call in a thread; at the end the switch hangs up SIPp's calls."""
        talking = threading.Thread(target=self._place_until_hung_up, args=(call,))
        talking.start()
        try:
            yield
        finally:
            self._switch.api("hupall NORMAL_CLEARING")
            talking.join(_HANG_UP_SECONDS)

    def _place_until_hung_up(self, call: DemoCall) -> None:
        # The call ends early, which SIPp reports as a failure.
        with suppress(Unavailable):
            self.place(call)


class FakeDemoSwitch:
    """The fake switch in a process of its own."""

    def __init__(self, event_socket: int, fsplug: int, control: ControlClient) -> None:
        self._control = control
        self.name = f"the fake switch, event socket on 127.0.0.1:{event_socket}"
        self.settings: Mapping[str, str | int] = {"event_socket_port": event_socket, "listen_port": fsplug}
        self.calls: Sequence[DemoCall] = CALLS
        self.hints: Sequence[str] = ()

    def place(self, call: DemoCall) -> str:
        """Place the call through the control port."""
        placed = self._control.ask("place", **_order(call))
        ended = self._control.ask("wait", call=placed["call"])
        if not ended["bridges"]:
            raise Unavailable("demo-call-failed", f"the call ended with {ended['cause']} and was not answered")
        return ""

    @contextmanager
    def keeping(self, call: DemoCall) -> Iterator[None]:
        """Place the call without waiting for its end."""
        self._control.ask("place", **_order(call))
        try:
            yield
        finally:
            self._control.ask("hang_up_all", cause="NORMAL_CLEARING")


def demo_switch(folder: Path) -> tuple[AbstractContextManager[DemoSwitch], str]:
    """The best switch that this machine has for the demo, and in words why this one was chosen.

    It keeps its certificates in the folder.
    """
    if find_freeswitch() is None:
        return _fake_switch(), "no FreeSWITCH is installed here (FSPLUG_FREESWITCH names one elsewhere)"
    if shutil.which("sipp") is None:
        return _fake_switch(), "SIPp is not installed here (on Debian: apt-get install sip-tester)"
    return _real_switch(folder), "FreeSWITCH and SIPp are installed here"


@contextmanager
def _real_switch(folder: Path) -> Iterator[DemoSwitch]:
    secure = secure_sip(folder)
    with RealSwitch(fixture=secure.fixture) as switch:
        yield RealDemoSwitch(switch, secure)


@contextmanager
def _fake_switch() -> Iterator[DemoSwitch]:
    event_socket, fsplug, control_port = some_ports(3)
    command = [sys.executable, "-m", "fsplug.fakeswitch", "--dialplan", str(FIXTURE / "dialplan")]
    command += ["--port", str(event_socket), "--control", str(control_port), "--set", f"fsplug_port={fsplug}"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=die_with_parent
    )
    try:
        if process.stdout is None or not process.stdout.readline():
            raise Unavailable("no-fake-switch", "the fake switch did not start")
        with ControlClient(control_port) as control:
            yield FakeDemoSwitch(event_socket, fsplug, control)
    finally:
        process.terminate()
        process.wait(10)


def _secure_hints(secure: SecureSip, calls: Sequence[DemoCall]) -> list[str]:
    """How a softphone on this machine can use TLS and SRTP, and why the demo made no such call, if it made none."""
    users = " or ".join(f"{user} (password {password(ACME, user)})" for user in ("1003", "1004"))
    missing = [] if ENCRYPTED in calls else ["No call was made so: baresip is not installed (apt-get install baresip)."]
    return [
        "SIP over TLS and SRTP: softphones on this machine call each other, recorded; SRTP is for the one that calls.",
        f"  sign in at 127.0.0.1:{secure.port} over TLS, as {users} of {ACME}",
        f"  trust the demo's own CA: {secure.ca}",
        *missing,
        "",
    ]


def _roles(call: DemoCall) -> tuple[ScenarioRole, ...]:
    user = "" if call.answers == TRUNK else call.answers
    answering = ScenarioRole("answers", call.company, user=user)
    talk = call.talk_seconds
    if call.answers == NOBODY:
        return (ScenarioRole("user-listens", call.company, user=call.caller, calls=call.dials, talk_seconds=talk),)
    if call.from_outside:
        outside = ScenarioRole("outside-calls", call.company, number=call.caller, calls=call.dials, talk_seconds=talk)
        return (answering, outside)
    return (answering, ScenarioRole("user-calls", call.company, user=call.caller, calls=call.dials, talk_seconds=talk))


def _order(call: DemoCall) -> dict[str, Any]:
    who = {} if call.from_outside else {"context": call.company, "user": call.caller, "domain": call.company}
    answers: dict[str, float | str] = {"*": "no-answer", call.answers: 0.2}
    order = {"caller": call.caller, "destination": call.dials, "talk": call.talk_seconds, "answers": answers}
    return {**order, **who}
