"""The fake switch's people, who talk and listen."""

import json
from dataclasses import dataclass

from fsplug.lab.freeswitch import wait_for
from fsplug.lab.sip_message import G722, OPUS
from tests.calls.lines import FakeLine
from tests.calls.partycalls import answer_seen, dialled_number
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant

_RATES = {G722: 16_000, OPUS: 16_000}


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
        with answer_seen(self._plant):
            return self._call(caller, dials or dialled_number(caller, answerer), answerer)

    def ring(self, caller: str, called: str, dials: str = "") -> "FakeTalk":
        before = self._line.legs()
        answers = {**self._answers, _phone(called): "no-answer"}
        talk = self._call(caller, dials or dialled_number(caller, called), called, answers)
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
