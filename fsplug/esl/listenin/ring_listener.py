"""Listening in from a command or a console: the listener's own phone is rung and dials the star code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from uuid import uuid4

from gevent.event import AsyncResult
from gevent.timeout import Timeout

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.esl.calls.arming import ANSWER_SECONDS
from fsplug.esl.commands import VANISHED_MILLISECONDS
from fsplug.esl.listenin.gate_facts import Caller, ListenFacts
from fsplug.esl.listenin.sessions import ListenService
from fsplug.esl.listenin.star_code import STAR, FindPrompt, ListenDoor, Ticket
from fsplug.esl.switch import Switch
from fsplug.policy.entities import DeviceKind
from fsplug.policy.listening.gate import Door, Reason
from fsplug.store.config import devices
from fsplug.store.config.devices import Device
from fsplug.store.db.database import Store
from fsplug.words.listening import why_not

# The time from the phone's answer to the gate's decision: a starved switch may be that late to name the call that asks.
DECIDED_SECONDS = ANSWER_SECONDS + 5.0
# How long a mobile rings, how long its key is waited for once it has answered, and how often its leg is looked at.
RING_MOBILE_SECONDS, KEY_SECONDS, LOOK_SECONDS = 30, 30.0 + DECIDED_SECONDS, 0.5
# The prompt that asks for the key.
CONFIRM = "listen-confirm"


class ListenCalls:
    """Rings phones that are signed in at the SIP profile `profile` of the switch of this `node`."""

    def __init__(
        self,
        store: Store,
        facts: ListenFacts,
        service: ListenService,
        door: ListenDoor,
        switch: Switch,
        profile: str,
        find_prompt: FindPrompt,
        node: str = "",
    ) -> None:
        self._node = node
        self._find_prompt = find_prompt
        self._store = store
        self._facts = facts
        self._service = service
        self._door = door
        self._switch = switch
        self._profile = profile

    def viewer(self, company: str, username: str) -> Caller:
        """This user as a possible listener, on the phone that would be rung. Invalid("unknown-user")."""
        user = self._facts.user(company, username)
        if user is None:
            text = f"{company} has no user {username}; see: fsplug user list --company {company}"
            raise Invalid("unknown-user", text, company=company, user=username)
        device = self._phone(company, username)
        return Caller(company, user, Door.COMMAND, device.kind if device else DeviceKind.DESK, phone=device)

    def listen(self, company: str, username: str, number: str) -> str:
        """Ring the user's phone and let it dial; the listen-in's id once the user hears.

        Refused with the gate's code, if possible before anything rings; "phone-not-answered" if nobody answered.
        """
        caller = self.viewer(company, username)
        decided, target, _ = self._service.decide(caller, company, number)
        if decided.reason is not None or target is None:
            reason = decided.reason or Reason.UNKNOWN_PERSON
            self._service.refuse(caller, company, target, number, reason)
            raise self._refusal(company, reason, decided.node)
        phone = self._phone(company, username)
        if phone is None or phone.sip_username is None:
            text = f"{username} has no phone to ring; add one with: fsplug device add --company {company}"
            raise Invalid("no-phone", text, company=company, user=username)
        return self._ring(caller, phone.sip_username, f"{STAR}{target.extension}")

    def _ring(self, caller: Caller, phone: str, dial: str) -> str:
        with self._ticket(caller) as (word, decided):
            variables = {
                **self._marks(caller, word),
                "origination_caller_id_number": dial,
                "origination_caller_id_name": dial,
            }
            _answered(caller, self._switch.ring_and_dial(self._profile, phone, caller.company, variables, dial))
            return self._decided(caller.company, decided)

    def call_back(self, caller: Caller, gateways: Sequence[str], number: str, dial: str) -> bool:
        """Ring this mobile, and let who answers and presses the key dial; whether the key was pressed.

        What the gate then decides, the listener hears. Refused("phone-not-answered") if nobody answered.
        """
        if not gateways:
            text = f"no trunk of {caller.company} takes {number}; give one its prefix with: fsplug trunk set --prefix"
            raise Unavailable("no-trunk", text, company=caller.company)
        with self._ticket(caller) as (word, decided):
            variables = {
                **self._marks(caller, word),
                "originate_timeout": str(RING_MOBILE_SECONDS),
                "fsplug_listen_dial": dial,
                "fsplug_listen_confirm": self._prompt(caller.company),
                **self._shown(caller, number),
            }
            answer = _answered(caller, self._switch.ring_mobile(gateways, number, variables))
            leg, ends_at = answer.removeprefix("+OK").strip(), monotonic() + KEY_SECONDS
            while not decided.ready() and monotonic() < ends_at and self._switch.is_there(leg):
                decided.wait(LOOK_SECONDS)
            return bool(decided.ready())

    @contextmanager
    def _ticket(self, caller: Caller) -> Iterator[tuple[str, "AsyncResult[str | Reason]"]]:
        """The word that admits one call of this caller, and what will be decided of that call."""
        word, decided = uuid4().hex, AsyncResult()
        self._door.tickets[word] = Ticket(caller, decided.set)
        try:
            yield word, decided
        finally:
            self._door.tickets.pop(word, None)

    def _marks(self, caller: Caller, word: str) -> dict[str, str]:
        return {
            "fsplug_company": caller.company,
            "fsplug_user": caller.user.username,
            "fsplug_listen_ticket": word,
            "ignore_early_media": "true",
            # Where the phone is rung, its media begin before the dialplan could set this.
            "media_timeout": str(VANISHED_MILLISECONDS),
        }

    def _shown(self, caller: Caller, mobile: str) -> dict[str, str]:
        """What the mobile shows: the caller's other number, if there is one."""
        own = next((one for one in caller.user.numbers if one != mobile), "")
        return {"origination_caller_id_number": own, "origination_caller_id_name": own} if own else {}

    def _prompt(self, company: str) -> str:
        return self._find_prompt(company, self._facts.language(company), CONFIRM)

    def _decided(self, company: str, decided: "AsyncResult[str | Reason]") -> str:
        try:
            outcome: str | Reason = decided.get(timeout=DECIDED_SECONDS)
        except Timeout:
            text = "the phone answered, and its call did not come; is the star code in the dialplan?"
            raise Unavailable("no-star-code", text, company=company) from None
        if isinstance(outcome, Reason):
            raise self._refusal(company, outcome)
        return outcome

    def _refusal(self, company: str, reason: Reason, node: str = "") -> Refused:
        where = {"call_on": node, "phone_on": self._node} if node else {}
        text = why_not(reason, self._facts.language(company), **where)
        return Refused(reason, text, company=company, **where)

    def _phone(self, company: str, username: str) -> Device | None:
        return devices.phone_to_ring(self._store, company, username, self._facts.version(company))


def _answered(caller: Caller, answer: str) -> str:
    """The switch's answer, if the phone answered."""
    if not answer.startswith("+OK"):
        cause = answer.removeprefix("-ERR ")
        raise Refused("phone-not-answered", f"{caller.user.username}'s phone: {cause}", cause=cause)
    return answer
