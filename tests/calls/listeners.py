"""Colleagues, customers and those who listen to them, on either kind of switch; told apart by tones on the real one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.softphone import Dialog, Softphone
from fsplug.store import listening
from fsplug.store.listening import ListenIn
from tests.calls.lines import CUSTOMER, FakeLine
from tests.calls.plant import ACME, Plant

ANNA, BO, CLARA, DAVID = "1001", "1002", "1003", "1004"
# What everybody speaks with on the real switch.
HERTZ = {ANNA: 440, BO: 700, CLARA: 900, DAVID: 1100, CUSTOMER: 1500, "trunk": 1900}
AUDIBLE, SILENT = -40.0, -60.0
HEARD_SECONDS = 3.0


def allowed(document: dict[str, Any]) -> None:
    """Everybody is licensed and allows it, and Bo and David may listen."""
    for user in document["company"][0]["user"]:
        user["licences"] = ["contact-pro"]
        user["profile"] = [{"name": "available", "allow_listen": True, "active": True}, {"name": "meeting"}]
        user["rights"] = ["listen-in"] if user["username"] in (BO, DAVID) else []


def user_of(document: dict[str, Any], username: str) -> dict[str, Any]:
    """A user of the first company in the document."""
    return next(user for user in document["company"][0]["user"] if user["username"] == username)


class Caller(Protocol):
    """Somebody who has dialled."""

    def hears(self, *who: str) -> bool:
        """Whether all of these reach this one's ear now; on the fake switch, whether they are connected to a talk."""

    def hears_nothing(self) -> bool:
        """Whether not a sound comes."""

    def is_over(self) -> bool:
        """Whether the call has ended."""

    def hang_up(self) -> None:
        """End it."""


class Talk(Protocol):
    """Two who talk to each other; `answerer` was called."""

    def hang_up(self, by: str) -> None:
        """One of them says goodbye."""

    def transfer(self, by: str, to: str) -> None:
        """One of them sends the other on."""


class Party(Protocol):
    """All who take part in a test."""

    def talk(self, caller: str, answerer: str) -> Talk:
        """A customer or colleague calls, and the other answers."""

    def ring(self, caller: str, called: str) -> Talk:
        """It rings and nobody answers."""

    def dial(self, user: str, number: str) -> Caller:
        """A user's phone dials."""

    def dial_in(self, number: str, dialled: str, headers: str = "") -> Caller:
        """Somebody outside dials, over the trunk."""

    def is_ready(self, user: str) -> None:
        """This user has a phone that answers, from now on."""


@contextmanager
def party(plant: Plant) -> Iterator[Party]:
    """The party for this plant's line. Their calls are over afterwards."""
    if isinstance(plant.line, FakeLine):
        yield FakeParty(plant)
        plant.line.ask("hang_up_all", cause="NORMAL_CLEARING")
    else:
        with ExitStack() as stack:
            yield RealParty(plant, stack)


def _answered(plant: Plant) -> int:
    return sum(1 for call in plant.calls() if call.answered_at)


@contextmanager
def _seen(plant: Plant) -> Iterator[None]:
    """What happens within is a call that is answered, and that fsplug has seen so."""
    before = _answered(plant)
    yield
    wait_for(lambda: _answered(plant) > before, 5, "fsplug to see the answer")


class RealParty:
    """Softphones around FreeSWITCH."""

    def __init__(self, plant: Plant, stack: ExitStack) -> None:
        self._plant = plant
        self._ports = plant.line.switch.ports
        self._stack = stack
        self.phones: dict[str, Softphone] = {}

    def phone(self, who: str, **options: Any) -> Softphone:
        """A user's phone, or the customer's."""
        if who not in self.phones:
            self.phones[who] = self._stack.enter_context(self._made(who, options))
        return self.phones[who]

    def is_ready(self, user: str) -> None:
        self.phone(user)

    def talk(self, caller: str, answerer: str) -> "RealTalk":
        with _seen(self._plant):
            talk = self.ring(caller, answerer, rings=0.0)
            talk.phones[caller].until_up(talk.dialogs[caller])
            talk.dialogs[answerer] = talk.phones[answerer].until_up()
        return talk

    def ring(self, caller: str, called: str, rings: float | None = None) -> "RealTalk":
        answering = self.phone(called, rings=rings)
        before = len(answering.dialogs)
        dialog = self.phone(caller).call(_number(caller, called))
        wait_for(lambda: len(answering.dialogs) > before, 5, f"{called} to ring")
        return RealTalk({caller: self.phone(caller), called: answering}, {caller: dialog})

    def dial(self, user: str, number: str) -> "RealCaller":
        phone = self.phone(user)
        return RealCaller(phone, phone.call(number))

    def dial_in(self, number: str, dialled: str, headers: str = "") -> "RealCaller":
        phone = Softphone(self._ports.external_port, ACME, number, hertz=HERTZ["trunk"])
        self._stack.enter_context(phone)
        return RealCaller(phone, phone.call(dialled, headers))

    def _made(self, who: str, options: dict[str, Any]) -> Softphone:
        if who == CUSTOMER:
            return Softphone(self._ports.external_port, ACME, who, hertz=HERTZ[who])
        return Softphone(self._ports.internal_port, ACME, who, password(ACME, who), hertz=HERTZ[who], **options)


@dataclass(slots=True)
class RealTalk:
    phones: dict[str, Softphone]
    dialogs: dict[str, Dialog]

    def hang_up(self, by: str) -> None:
        self.phones[by].hang_up(self.dialogs[by])

    def transfer(self, by: str, to: str) -> None:
        self.phones[by].transfer(to, self.dialogs[by])


@dataclass(slots=True)
class RealCaller:
    phone: Softphone
    dialog: Dialog

    def hears(self, *who: str) -> bool:
        now = self.dialog.voice.last_heard_at
        return all(self.dialog.voice.level(HERTZ[one], now - 0.3) > AUDIBLE for one in who)

    def hears_nothing(self) -> bool:
        return not self.dialog.voice.heard().size

    def is_over(self) -> bool:
        return self.dialog.state == "ended"

    def hang_up(self) -> None:
        self.phone.hang_up(self.dialog)


class FakeParty:
    """The fake switch's people, by its control port."""

    def __init__(self, plant: Plant) -> None:
        self._plant, self._line = plant, plant.line
        self._answers: dict[str, float | str] = {"trunk": 0.1, "*": "no-answer"}

    def is_ready(self, user: str) -> None:
        self._answers[user] = 0.1

    def talk(self, caller: str, answerer: str) -> "FakeTalk":
        self._answers[answerer] = 0.1
        with _seen(self._plant):
            return self._call(caller, _number(caller, answerer), answerer)

    def ring(self, caller: str, called: str) -> "FakeTalk":
        talk = self._call(caller, _number(caller, called), called, {**self._answers, called: "no-answer"})
        wait_for(lambda: self._line.legs() >= 2, 5, f"{called} to ring")
        return talk

    def dial(self, user: str, number: str) -> "FakeCaller":
        return FakeCaller(self._line, self._call(user, number, "").call)

    def dial_in(self, number: str, dialled: str, headers: str = "") -> "FakeCaller":
        order = {"caller": number, "destination": dialled, "talk": None}
        return FakeCaller(self._line, self._line.ask("place", **order)["call"])

    def _call(self, caller: str, number: str, called: str, answers: dict[str, float | str] | None = None) -> "FakeTalk":
        who = {} if caller == CUSTOMER else {"context": ACME, "user": caller, "domain": ACME}
        order = {"caller": caller, "destination": number, "talk": None, "answers": answers or self._answers, **who}
        return FakeTalk(self._line, self._line.ask("place", **order)["call"], caller)


@dataclass(slots=True)
class FakeTalk:
    line: FakeLine
    call: str
    caller: str

    def hang_up(self, by: str) -> None:
        self.line.ask("hang_up", call=self.call, by=self._party(by))

    def transfer(self, by: str, to: str) -> None:
        self.line.ask("transfer", call=self.call, by=self._party(by), to=to)

    def _party(self, who: str) -> str:
        return "caller" if who == self.caller else "callee"


@dataclass(slots=True)
class FakeCaller:
    line: FakeLine
    call: str

    def hears(self, *who: str) -> bool:
        return self._application() == "eavesdrop"

    def hears_nothing(self) -> bool:
        return self._application() != "eavesdrop"

    def is_over(self) -> bool:
        return bool(self.line.ask("call", call=self.call)["ended"])

    def hang_up(self) -> None:
        self.line.ask("hang_up", call=self.call)

    def _application(self) -> str:
        return self.line.api(f"uuid_getvar {self.call} current_application").strip()


@dataclass(slots=True)
class Listens:
    """What fsplug has written down of listen-ins since the test began."""

    plant: Plant
    known: set[str] = field(default_factory=set)

    def rows(self) -> list[ListenIn]:
        """Oldest first."""
        found = listening.listed(self.plant.store, ACME, 10_000)
        return [row for row in reversed(found) if row.id not in self.known]

    def until(self, holds: Callable[[ListenIn], bool], what: str, count: int = 1) -> list[ListenIn]:
        """Wait until there are so many rows and each of them is so."""

        def are_so() -> bool:
            found = self.rows()
            return len(found) == count and all(map(holds, found))

        try:
            wait_for(are_so, 5, what)
        except Exception as error:
            raise AssertionError(f"{what}; there is {self.rows()}") from error
        return self.rows()

    def display(self) -> str:
        """What the heard leg was shown last, as the switch has it."""
        legs = [row.target_leg for row in self.rows()]
        return self.plant.line.api(f"uuid_getvar {legs[-1]} last_sent_callee_id_name").strip() if legs else ""


def _number(caller: str, called: str) -> str:
    return f"+457010{called}" if caller == CUSTOMER and len(called) == 4 else called
