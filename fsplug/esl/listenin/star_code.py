"""The star code `*28*NUMBER`: who dialled it, on which device, and what the switch must do with the call."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog

from fsplug.errors import FsplugError, Refused
from fsplug.esl import commands
from fsplug.esl.calls.arming import ANSWER_SECONDS
from fsplug.esl.listenin.gate_facts import Caller, ListenFacts
from fsplug.esl.listenin.sessions import ListenService
from fsplug.esl.protocol.event import Event
from fsplug.esl.protocol.session import OutboundSession
from fsplug.policy.entities import DeviceKind, User
from fsplug.policy.listening.gate import Door, Reason
from fsplug.policy.numbers import normalise
from fsplug.store.config import companies, policies, trunks, users
from fsplug.store.config.companies import Company
from fsplug.store.config.trunks import Trunk
from fsplug.store.db.database import Store
from fsplug.words.listening import prompt

log = structlog.get_logger()

STAR = "*28*"
# The dialplan's mark on this call. The mark alone does not prove it: a transferred leg could come back here with it.
FEATURE = "listen"

# The file of a prompt (company, language, name without extension), as the switch plays it; empty if there is none.
FindPrompt = Callable[[str, str, str], str]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A star code that fsplug dials from a user's phone; `report` gets the listen-in's id, or the reason why not."""

    company: str
    username: str
    device: DeviceKind
    report: Callable[[str | Reason], object]


class ListenDoor:
    """Takes the calls to the star code, each in one short session.

    `tickets` are keyed by the word that the leg carries.
    """

    def __init__(self, store: Store, service: ListenService, facts: ListenFacts, find_prompt: FindPrompt) -> None:
        self._store = store
        self._service = service
        self._facts = facts
        self._find_prompt = find_prompt
        self.tickets: dict[str, Ticket] = {}
        # The function that reports the outcome, by the leg that asks.
        self._asking: dict[str, Callable[[str | Reason], object]] = {}

    def takes(self, channel: Event) -> bool:
        """Whether this call is for the star code."""
        dialled = channel.get("Caller-Destination-Number") or ""
        return dialled.startswith(STAR) and channel.variable("fsplug_feature") == FEATURE

    def handle(self, session: OutboundSession) -> None:
        """Decide, report, and let the call go on: to listen, or to hear the reason against it."""
        channel = session.connect(ANSWER_SECONDS)
        company, answer = "", {}
        try:
            caller, company = self._caller(channel)
            answer = self._answer(caller, company, channel)
        except FsplugError as error:
            log.error("listen-in-failed", call=channel.uuid, code=error.code, error=error.text)
            answer = self._refusal(company, Reason.UNAVAILABLE)
        try:
            session.api_and_exit(commands.set_variables(channel.uuid, answer), ANSWER_SECONDS)
        except FsplugError as error:
            log.warning("listener-gone", call=channel.uuid, error=error.text)

    def _answer(self, caller: Caller | None, company: str, channel: Event) -> dict[str, str]:
        dialled = (channel.get("Caller-Destination-Number") or "").removeprefix(STAR)
        report = self._asking.pop(channel.uuid, _nobody)
        if caller is None:
            log.warning("listen-in-refused", call=channel.uuid, company=company, reason=Reason.NOT_IDENTIFIED)
            return self._refusal(company, Reason.NOT_IDENTIFIED)
        try:
            listening = self._service.begin(caller, dialled)
        except Refused as refusal:
            log.info("listen-in-refused", call=channel.uuid, user=caller.user.username, reason=refusal.code)
            report(Reason(refusal.code))
            return self._refusal(company, Reason(refusal.code))
        report(listening.id)
        return {"fsplug_listen": listening.talk.leg, "fsplug_listen_prompt": ""}

    def _refusal(self, company: str, reason: Reason) -> dict[str, str]:
        return {
            "fsplug_listen": "",
            "fsplug_listen_reason": reason,
            "fsplug_listen_prompt": self._prompt(company, reason),
        }

    def _prompt(self, company: str, reason: Reason) -> str:
        try:
            language = self._facts.language(company) if company else "en"
            return self._find_prompt(company, language, prompt(reason))
        except FsplugError as error:
            log.warning("no-prompt", company=company, reason=reason, error=error.text)
            return ""

    def _caller(self, channel: Event) -> tuple[Caller | None, str]:
        """The user who dials, None if unknown; and their company, if known."""
        company = channel.variable("fsplug_company") or ""
        if word := channel.variable("fsplug_listen_ticket"):
            return self._by_ticket(channel, word), company
        if company:
            return self._phone(channel, company), company
        caller = self._mobile(channel)
        return caller, caller.company if caller else ""

    def _by_ticket(self, channel: Event, word: str) -> Caller | None:
        """The caller on a phone that fsplug rang; each ticket admits one call."""
        ticket = self.tickets.pop(word, None)
        user = self._facts.user(ticket.company, ticket.username) if ticket else None
        if ticket is None or user is None:
            return None
        self._asking[channel.uuid] = ticket.report
        return Caller(ticket.company, user, Door.COMMAND, ticket.device, channel.uuid)

    def _phone(self, channel: Event, company: str) -> Caller | None:
        """The caller on a phone that dialled by itself: the phone signed in with its password, and was not transferred
        here.
        """
        dialled_itself = channel.get("Call-Direction") == "inbound" and not channel.variable("transfer_source")
        user = self._facts.user(company, channel.variable("fsplug_user") or "") if dialled_itself else None
        if user is None:
            return None
        from_app = channel.variable("fsplug_device") == DeviceKind.APP
        door, device = (Door.APP, DeviceKind.APP) if from_app else (Door.DESK, DeviceKind.DESK)
        return Caller(company, user, door, device, channel.uuid)

    def _mobile(self, channel: Event) -> Caller | None:
        """The caller on a mobile, over a trunk whose caller IDs are trusted; the number gives the
        user and the company.
        """
        address = channel.get("Caller-Network-Addr") or ""
        marked = channel.variable("fsplug_trunk") or ""
        number = channel.get("Caller-Caller-ID-Number") or ""
        found = [
            Caller(company.domain, user, Door.MOBILE, DeviceKind.MOBILE, channel.uuid)
            for company in companies.every(self._store)
            if self._trusted(company, address, marked)
            for user in self._whose(company, number)
        ]
        # A number that two companies know identifies nobody.
        return found[0] if len(found) == 1 else None

    def _trusted(self, company: Company, address: str, marked: str) -> bool:
        known = trunks.trunks(self._store, company.domain, company.version)
        return any(trunk.caller_id_trusted and _is_trunk(trunk, address, marked) for trunk in known)

    def _whose(self, company: Company, number: str) -> Collection[User]:
        e164 = normalise(number, company.country)
        version = policies.current_version(self._store, company.domain)
        user = users.by_number(self._store, company.domain, e164, version) if e164 else None
        return () if user is None else (user,)


def _nobody(outcome: str | Reason) -> None:
    """Used when nothing waits for the report."""


def _is_trunk(trunk: Trunk, address: str, marked: str) -> bool:
    """Whether a call came from this trunk: from its address, or so marked by the operator's own dialplan."""
    return bool(address and trunk.host == address) or marked == trunk.name
