"""Softphones around FreeSWITCH, who talk and listen."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.sip_message import G729
from fsplug.lab.softphone import Dialog, Softphone
from tests.calls.listeners import AUDIBLE, HERTZ
from tests.calls.partycalls import answer_seen, dialled_number
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant


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
        with answer_seen(self._plant):
            talk = self.ring(caller, answerer, rings=0.0, dials=dials)
            talk.phones[caller].until_up(talk.dialogs[caller])
            talk.dialogs[answerer] = talk.phones[answerer].until_up()
        return talk

    def ring(self, caller: str, called: str, rings: float | None = None, dials: str = "") -> "RealTalk":
        answering = self.phone(called, rings=rings)
        before = len(answering.dialogs)
        dialog = self.phone(caller).call(dials or dialled_number(caller, called))
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
