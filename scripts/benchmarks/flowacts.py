"""The flows in which a leg gets another partner, each acted by softphones around FreeSWITCH."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from fsplug.lab.dialog import Dialog
from fsplug.lab.freeswitch import RealSwitch, wait_for
from fsplug.lab.softphone import Softphone

ANNA, BO, CLARA, CUSTOMER = "1001", "1002", "1003", "+4522334455"
_ANNAS_NUMBER, _GROUP, _PARK = "+4570101001", "+4570102001", "6001"
_CALLCENTER, _FIFO, _FIFO_AGENT_CALLS, _ROOM = "+4570105002", "+4570105001", "+4570105003", "4001"
_PATIENCE_SECONDS = 10.0
# Nobody connects others before a word was said.
_SAID_SAMPLES = 4_000


@dataclass(frozen=True, slots=True)
class Part:
    """What is looked at: the part of this user, who talks to `other` and hears them by this dialog.

    `people` is how many talk together in this flow.
    """

    user: str
    other: str
    hears: Dialog
    people: int = 2


@dataclass(frozen=True, slots=True)
class Stage:
    """The switch, and everybody's phone."""

    switch: RealSwitch
    phones: Mapping[str, Softphone]

    def talk(self, caller: str, dials: str, answerer: str) -> tuple[Dialog, Dialog]:
        """They talk: the caller's dialog and the answerer's."""
        dialog, answered = self.ring(caller, dials, answerer)
        self.phones[caller].until_up(dialog)
        self.phones[answerer].until_up(answered)
        for one in (dialog, answered):
            self._until(partial(_have_talked, one), "them to have talked")
        return dialog, answered

    def ring(self, caller: str, dials: str, called: str) -> tuple[Dialog, Dialog]:
        """It rings there: both dialogs. Who answers at once may have answered."""
        phone = self.phones[called]
        known = len(phone.dialogs)
        dialog = self.phones[caller].call(dials)
        self._until(lambda: len(phone.dialogs) > known, f"{called} to ring")
        return dialog, phone.dialogs[-1]

    def dial(self, caller: str, dials: str) -> Dialog:
        """The caller's dialog, once it is answered."""
        phone = self.phones[caller]
        return phone.until_up(phone.call(dials))

    def called(self, user: str, act: Callable[[], object]) -> Dialog:
        """The call that this user gets and answers through this act."""
        phone = self.phones[user]
        known = len(phone.dialogs)
        act()
        self._until(lambda: len(phone.dialogs) > known, f"{user} to be called")
        return phone.until_up(phone.dialogs[-1])

    def leg(self, caller: str) -> str:
        """The leg on which this caller called in."""

        def legs() -> list[str]:
            rows = json.loads(self.switch.api("show channels as json")).get("rows", [])
            return [one["uuid"] for one in rows if one["direction"] == "inbound" and one["cid_num"] == caller]

        self._until(lambda: len(legs()) == 1, f"the leg of {caller}")
        return legs()[0]

    def until_legs(self, count: int) -> None:
        """Return when the switch has so many legs."""
        self._until(lambda: self.switch.legs() == count, f"the switch to have {count} legs")

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        wait_for(condition, what, _PATIENCE_SECONDS)


@contextmanager
def _only_ringing(stage: Stage, user: str) -> Iterator[None]:
    """Within, this phone does not answer."""
    phone = stage.phones[user]
    before, phone.rings = phone.rings, None
    try:
        yield
    finally:
        phone.rings = before


def _blind(stage: Stage) -> Part:
    _, annas = stage.talk(CUSTOMER, _ANNAS_NUMBER, ANNA)
    claras = stage.called(CLARA, lambda: stage.phones[ANNA].transfer(CLARA, annas))
    return Part(CLARA, CUSTOMER, claras)


def _attended(stage: Stage) -> Part:
    _, annas = stage.talk(CUSTOMER, _ANNAS_NUMBER, ANNA)
    consultation, claras = stage.talk(ANNA, CLARA, CLARA)
    stage.phones[ANNA].connect(annas, consultation)
    return Part(CLARA, CUSTOMER, claras)


def _attended_by_caller(stage: Stage) -> Part:
    annas, _ = stage.talk(ANNA, CUSTOMER, CUSTOMER)
    consultation, claras = stage.talk(ANNA, CLARA, CLARA)
    stage.phones[ANNA].connect(annas, consultation)
    return Part(CLARA, CUSTOMER, claras)


def _semi_attended(stage: Stage) -> Part:
    _, annas = stage.talk(CUSTOMER, _ANNAS_NUMBER, ANNA)
    with _only_ringing(stage, CLARA):
        consultation, claras = stage.ring(ANNA, CLARA, CLARA)
        stage.phones[ANNA].connect(annas, consultation)
        stage.until_legs(3)
        stage.phones[CLARA].answer(claras)
    return Part(CLARA, CUSTOMER, claras)


def _pick_up(stage: Stage) -> Part:
    with _only_ringing(stage, ANNA):
        stage.ring(CUSTOMER, _ANNAS_NUMBER, ANNA)
        return Part(CLARA, CUSTOMER, stage.dial(CLARA, f"*8*{stage.leg(CUSTOMER)}"))


def _park(stage: Stage) -> Part:
    _, annas = stage.talk(CUSTOMER, _ANNAS_NUMBER, ANNA)
    stage.phones[ANNA].transfer(_PARK, annas)
    stage.until_legs(1)
    return Part(CLARA, CUSTOMER, stage.dial(CLARA, _PARK))


def _callcenter(stage: Stage) -> Part:
    return Part(BO, CUSTOMER, stage.called(BO, lambda: stage.dial(CUSTOMER, _CALLCENTER)))


def _fifo(stage: Stage) -> Part:
    return Part(CLARA, CUSTOMER, stage.called(CLARA, lambda: stage.dial(CUSTOMER, _FIFO)))


def _fifo_agent_calls(stage: Stage) -> Part:
    stage.dial(CUSTOMER, _FIFO_AGENT_CALLS)
    return Part(ANNA, CUSTOMER, stage.dial(ANNA, "*5003"))


def _group(stage: Stage) -> Part:
    with _only_ringing(stage, ANNA), _only_ringing(stage, BO):
        return Part(CLARA, CUSTOMER, stage.talk(CUSTOMER, _GROUP, CLARA)[1])


def _conference(stage: Stage) -> Part:
    stage.dial(CUSTOMER, f"+457010{_ROOM}")
    return Part(ANNA, CUSTOMER, stage.dial(ANNA, _ROOM))


def _conference_of_three(stage: Stage) -> Part:
    room = _conference(stage)
    return Part(CLARA, CUSTOMER, stage.dial(CLARA, _ROOM), people=room.people + 1)


def _forwarded_by_phone(stage: Stage) -> Part:
    with _only_ringing(stage, ANNA):
        _, annas = stage.ring(CUSTOMER, _ANNAS_NUMBER, ANNA)
        return Part(CLARA, CUSTOMER, stage.called(CLARA, lambda: stage.phones[ANNA].forward(CLARA, annas)))


def _forwarded_while_ringing(stage: Stage) -> Part:
    with _only_ringing(stage, ANNA):
        stage.ring(CUSTOMER, _ANNAS_NUMBER, ANNA)
        order = f"uuid_transfer {stage.leg(CUSTOMER)} {CLARA} XML acme.example"
        return Part(CLARA, CUSTOMER, stage.called(CLARA, lambda: stage.switch.api(order)))


def _originate(stage: Stage) -> Part:
    phone = f"{{fsplug_company=acme.example,fsplug_user={ANNA}}}user/{ANNA}@acme.example"
    order = f"bgapi originate {phone} {CUSTOMER} XML acme.example"
    return Part(ANNA, CUSTOMER, stage.called(ANNA, lambda: stage.switch.api(order)))


def _uuid_bridge(stage: Stage) -> Part:
    stage.talk(CUSTOMER, _ANNAS_NUMBER, ANNA)
    claras, _ = stage.talk(CLARA, BO, BO)
    stage.switch.api(f"uuid_bridge {stage.leg(CUSTOMER)} {stage.leg(CLARA)}")
    return Part(CLARA, CUSTOMER, claras)


FLOWS: Mapping[str, Callable[[Stage], Part]] = {
    "blind transfer": _blind,
    "attended transfer, by who was called": _attended,
    "attended transfer, by who called": _attended_by_caller,
    "semi-attended transfer": _semi_attended,
    "pick-up": _pick_up,
    "fetched from a park": _park,
    "queue of mod_callcenter": _callcenter,
    "queue of mod_fifo, which calls its agent": _fifo,
    "queue of mod_fifo, whose agent calls": _fifo_agent_calls,
    "ring group": _group,
    "forwarded by the phone that rings (302)": _forwarded_by_phone,
    "sent on by an operator while it rings": _forwarded_while_ringing,
    "conference": _conference,
    "conference of three": _conference_of_three,
    "call made by `originate`": _originate,
    "`uuid_bridge` by an operator": _uuid_bridge,
}


def _have_talked(one: Dialog) -> bool:
    return len(one.voice.heard()) > _SAID_SAMPLES
