"""Those who talk and listen: softphones around FreeSWITCH, or the fake switch's people."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.sip_message import G722, G729, OPUS
from fsplug.lab.softphone import Dialog, Softphone
from tests.calls.lines import FakeLine
from tests.calls.listeners import AUDIBLE, HERTZ, Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant

_RATES = {G722: 16_000, OPUS: 16_000}


@contextmanager
def party(plant: Plant) -> Iterator[Party]:
    """The party for this plant's line. Their calls are over afterwards."""
    if isinstance(plant.line, FakeLine):
        yield FakeParty(plant)
        plant.line.ask("answers", phones={})
        plant.line.ask("asserted", phones={})
        plant.line.ask("keys", phones={})
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
    wait_for(lambda: _answered(plant) > before, "fsplug to see the answer")


class RealParty:
    """Softphones around FreeSWITCH."""

    def __init__(self, plant: Plant, stack: ExitStack) -> None:
        self._plant = plant
        self._ports = plant.line.switch.ports
        self._stack = stack
        self.phones: dict[str, Softphone] = {}
        self._key, self._before = "", 0
        # The ports at which the switch takes calls of phones, and of trunks.
        self.phone_side, self.trunk_side = self._ports.internal_port, self._ports.external_port

    def phone(self, who: str, **options: Any) -> Softphone:
        """A user's phone, or the customer's."""
        if who not in self.phones:
            self.phones[who] = self._stack.enter_context(self._made(who, options))
        return self.phones[who]

    def asserts(self, user: str, number: str) -> None:
        self.phone(user, asserted=f"<sip:{number}@carrier.example>")

    def is_ready(self, user: str) -> None:
        self.phone(user)

    def speaks(self, who: str, codec: str) -> None:
        self.phone(who, codec=codec)

    def is_refused(self, dialled: str) -> None:
        phone = Softphone(self._ports.external_port, ACME, CUSTOMER, codec=G729)
        self._stack.enter_context(phone)
        dialog = phone.call(dialled)
        wait_for(lambda: dialog.state == "ended", "the switch to refuse")
        assert dialog.status == 488

    def only_rings(self, user: str) -> None:
        self.phone(user, rings=None)

    def talk(self, caller: str, answerer: str, dials: str = "") -> "RealTalk":
        with _seen(self._plant):
            talk = self.ring(caller, answerer, rings=0.0, dials=dials)
            talk.phones[caller].until_up(talk.dialogs[caller])
            talk.dialogs[answerer] = talk.phones[answerer].until_up()
        return talk

    def ring(self, caller: str, called: str, rings: float | None = None, dials: str = "") -> "RealTalk":
        answering = self.phone(called, rings=rings)
        before = len(answering.dialogs)
        dialog = self.phone(caller).call(dials or _number(caller, called))
        wait_for(lambda: len(answering.dialogs) > before, f"{called} to ring")
        return RealTalk({caller: self.phone(caller), called: answering}, {caller: dialog})

    def dial(self, user: str, number: str, headers: str = "", says: str = "") -> "RealCaller":
        phone = self.phone(user)
        return RealCaller(phone, phone.call(number, headers, says))

    def dial_in(self, number: str, dialled: str, headers: str = "") -> "RealCaller":
        phone = Softphone(self._ports.external_port, ACME, number, hertz=HERTZ["trunk"])
        self._stack.enter_context(phone)
        return RealCaller(phone, phone.call(dialled, headers))

    def presses(self, mobile: str, key: str) -> None:
        """Every number outside leads to the customer's phone."""
        self._key, self._before = key, len(self.phone(CUSTOMER).dialogs)

    def called_back(self, mobile: str) -> "RealCaller":
        phone = self.phone(CUSTOMER)
        wait_for(lambda: len(phone.dialogs) > self._before, f"{mobile} to be called back")
        self._before += 1
        dialog = phone.until_up()
        wait_for(lambda: dialog.voice.heard().size > 0, "the key to be asked for")
        wait_for(lambda: dialog.voice.loudness()[-1][1] > 200, "the prompt to be spoken")
        phone.press(self._key, dialog)
        return RealCaller(phone, dialog)

    def _made(self, who: str, options: dict[str, Any]) -> Softphone:
        if who == CUSTOMER:
            # Where the trunk leads: the customer can be called, too.
            port = self._ports.trunk_port
            return Softphone(self._ports.external_port, ACME, who, hertz=HERTZ[who], port=port, **options)
        return Softphone(self._ports.internal_port, ACME, who, password(ACME, who), hertz=HERTZ[who], **options)


@dataclass(slots=True)
class RealTalk:
    phones: dict[str, Softphone]
    dialogs: dict[str, Dialog]

    def hang_up(self, by: str) -> None:
        self.phones[by].hang_up(self.dialogs[by])

    def transfer(self, by: str, to: str) -> None:
        self.phones[by].transfer(to, self.dialogs[by])

    def hold(self, by: str, held: bool) -> None:
        self.phones[by].hold(held, self.dialogs[by])

    def change_codec(self, by: str, codec: str) -> None:
        self.phones[by].change_codec(codec, self.dialogs[by])

    def says(self, by: str, number: str) -> None:
        self.phones[by].says(number, self.dialogs[by])

    def connect(self, by: str, ringing: "RealTalk") -> None:
        self.phones[by].connect(self.dialogs[by], ringing.dialogs[by])

    def answer(self, by: str) -> None:
        self.phones[by].answer()


@dataclass(slots=True)
class RealCaller:
    phone: Softphone
    dialog: Dialog

    def hears(self, *who: str) -> bool:
        # Of a call that has ended, its last moments: a few frames alone would tell no tone from the next.
        voice = self.dialog.voice
        now = voice.last_heard_at if self.is_over() else time.monotonic()
        return all(voice.level(HERTZ[one], now - 0.3) > AUDIBLE for one in who)

    def hears_nothing(self) -> bool:
        return not self.dialog.voice.heard().size

    def is_over(self) -> bool:
        return self.dialog.state == "ended"

    def hang_up(self) -> None:
        self.phone.hang_up(self.dialog)

    def vanish(self) -> None:
        self.phone.vanish()


def _phone(who: str) -> str:
    """What the fake switch calls this person's phone: the customer is reached by the trunk."""
    return "trunk" if who == CUSTOMER else who


class FakeParty:
    """The fake switch's people, by its control port."""

    def __init__(self, plant: Plant) -> None:
        self._plant, self._line = plant, plant.line
        self._answers: dict[str, float | str] = {"trunk": 0.1, "*": "no-answer"}
        self._rates: dict[str, int] = {}
        self._before: set[str] = set()

    def asserts(self, user: str, number: str) -> None:
        self.is_ready(user)
        self._line.ask("asserted", phones={user: number})

    def is_ready(self, user: str) -> None:
        self._answers[user] = 0.1
        self._line.ask("answers", phones=self._answers)

    def is_refused(self, dialled: str) -> None:
        self._line.ask("place", caller=CUSTOMER, destination=dialled, refused=True)

    def speaks(self, who: str, codec: str) -> None:
        self._rates[who] = _RATES.get(codec, 8_000)

    def only_rings(self, user: str) -> None:
        self._answers[_phone(user)] = "no-answer"

    def talk(self, caller: str, answerer: str, dials: str = "") -> "FakeTalk":
        self._answers[_phone(answerer)] = 0.1
        with _seen(self._plant):
            return self._call(caller, dials or _number(caller, answerer), answerer)

    def ring(self, caller: str, called: str, dials: str = "") -> "FakeTalk":
        before = self._line.legs()
        answers = {**self._answers, _phone(called): "no-answer"}
        talk = self._call(caller, dials or _number(caller, called), called, answers)
        wait_for(lambda: self._line.legs() >= before + 2, f"{called} to ring")
        return talk

    def dial(self, user: str, number: str, headers: str = "", says: str = "") -> "FakeCaller":
        return FakeCaller(self._line, self._call(user, number, "", headers=headers, says=says).call)

    def dial_in(self, number: str, dialled: str, headers: str = "") -> "FakeCaller":
        order = {"caller": number, "destination": dialled, "talk": None, "headers": headers.splitlines()}
        return FakeCaller(self._line, self._line.ask("place", **order)["call"])

    def presses(self, mobile: str, key: str) -> None:
        self._line.ask("keys", phones={mobile: key} if key else {})
        self._line.ask("answers", phones=self._answers)
        self._before = self._rung(mobile)

    def called_back(self, mobile: str) -> "FakeLeg":
        wait_for(lambda: bool(self._rung(mobile) - self._before), f"{mobile} to be called back")
        [leg] = self._rung(mobile) - self._before
        self._before |= {leg}
        return FakeLeg(self._line, leg)

    def _rung(self, mobile: str) -> set[str]:
        rows = json.loads(self._line.api("show channels as json")).get("rows", [])
        return {row["uuid"] for row in rows if row["direction"] == "outbound" and row["name"].endswith(mobile)}

    def _call(
        self,
        caller: str,
        number: str,
        called: str,
        answers: dict[str, float | str] | None = None,
        headers: str = "",
        says: str = "",
    ) -> "FakeTalk":
        who = {} if caller == CUSTOMER else {"context": ACME, "user": caller, "domain": ACME}
        rates = {**self._rates, "caller": self._rates.get(caller, 8_000)}
        order = {"caller": says or caller, "destination": number, "talk": None, "answers": answers or self._answers}
        order |= {"rates": rates, "headers": headers.splitlines(), **who}
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

    def vanish(self, by: str) -> None:
        self.line.ask("vanish", call=self.call, by=self._party(by))

    def says(self, by: str, number: str) -> None:
        self.line.ask("update", call=self.call, by=self._party(by), number=number)

    def connect(self, by: str, ringing: "FakeTalk") -> None:
        self.line.ask("attended_transfer", call=self.call, by=self._party(by), consultation=ringing.call)

    def answer(self, by: str) -> None:
        self.line.ask("answer", call=self.call)

    def hold(self, by: str, held: bool) -> None:
        self.line.ask("hold", call=self.call, by=self._party(by), held=held)

    def change_codec(self, by: str, codec: str) -> None:
        self.line.ask("codec", call=self.call, by=self._party(by), rate=_RATES.get(codec, 8_000))

    def _party(self, who: str) -> str:
        return "caller" if who == self.caller else "callee"


@dataclass(slots=True)
class FakeCaller:
    line: FakeLine
    call: str

    def hears(self, *who: str) -> bool:
        return not self.hears_nothing()

    def hears_nothing(self) -> bool:
        return self._application() != "eavesdrop" or self.line.ask("deaf", leg=self.call)["deaf"]

    def is_over(self) -> bool:
        return bool(self.line.ask("call", call=self.call)["ended"])

    def hang_up(self) -> None:
        self.line.ask("hang_up", call=self.call)

    def vanish(self) -> None:
        self.line.ask("vanish", call=self.call)

    def _application(self) -> str:
        return self.line.api(f"uuid_getvar {self.call} current_application").strip()


@dataclass(slots=True)
class FakeLeg(FakeCaller):
    """One that the switch has called."""

    def is_over(self) -> bool:
        return self.line.api(f"uuid_exists {self.call}").strip() == "false"

    def hang_up(self) -> None:
        self.line.api(f"uuid_kill {self.call}")


def _number(caller: str, called: str) -> str:
    return f"+457010{called}" if caller == CUSTOMER and len(called) == 4 else called
