"""The star code `*28*NUMBER`: who dialled it, on which device, and what the switch must do with the call."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

import structlog
from gevent import sleep

from fsplug.errors import FsplugError, Refused
from fsplug.esl import commands
from fsplug.esl.calls.arming import ANSWER_SECONDS
from fsplug.esl.listenin.gate_facts import Caller, ListenFacts
from fsplug.esl.listenin.sessions import ListenService
from fsplug.esl.protocol.event import Event
from fsplug.esl.protocol.session import OutboundSession
from fsplug.esl.switch import Switch
from fsplug.policy.entities import DeviceKind
from fsplug.policy.listening.gate import Door, Reason
from fsplug.store.config import devices
from fsplug.store.db.database import Store
from fsplug.words.listening import prompt

log = structlog.get_logger()

STAR = "*28*"
# The dialplan's mark on this call. The mark alone does not prove it: a transferred leg could come back here with it.
FEATURE = "listen"
# How long the listener's ACK is waited for, and how often it is looked for. A lost one is sent again after the third
# 200 at the latest, 3.5 s after the first (RFC 3261, 13.3.1.4).
ACK_SECONDS, ACK_LOOK_SECONDS = 4.0, 0.05
_BUSY, _UNCONFIRMED = "USER_BUSY", "NORMAL_CLEARING"

# The file of a prompt (company, language, name without extension), as the switch plays it; empty if there is none.
FindPrompt = Callable[[str, str, str], str]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A star code that fsplug dials from a user's phone; `report` gets the listen-in's id, or the reason why not."""

    caller: Caller
    report: Callable[[str | Reason], object]


class ListenDoor:
    """Takes the calls to the star code, each in one short session.

    `tickets` are keyed by the word that the leg carries. `on_mobile` gets the calls that belong to no company: they
    come from outside, hear nothing and are told nothing.
    """

    def __init__(
        self, store: Store, service: ListenService, facts: ListenFacts, switch: Switch, find_prompt: FindPrompt
    ) -> None:
        self._store = store
        self._service = service
        self._facts = facts
        self._switch = switch
        self._find_prompt = find_prompt
        self.on_mobile: Callable[[Event], object] = lambda channel: None
        self.tickets: dict[str, Ticket] = {}
        # The function that reports the outcome, by the leg that asks.
        self._asking: dict[str, Callable[[str | Reason], object]] = {}

    def takes(self, channel: Event) -> bool:
        """Whether this call is for the star code."""
        dialled = channel.get("Caller-Destination-Number") or ""
        return dialled.startswith(STAR) and channel.variable("fsplug_feature") == FEATURE

    def handle(self, session: OutboundSession, channel: Event) -> None:
        """Decide, report, and let the call go on: to listen, or to hear the reason against it."""
        company = channel.variable("fsplug_company") or ""
        if not company:
            session.api_and_exit(commands.kill(channel.uuid, _BUSY), ANSWER_SECONDS)
            self.on_mobile(channel)
            return
        self._facts.asking.add(channel.uuid)
        try:
            answer = self._decided(session, channel, company)
            if answer:
                session.api_and_exit(commands.set_variables(channel.uuid, answer), ANSWER_SECONDS)
        except FsplugError as error:
            log.warning("listener-gone", call=channel.uuid, error=error.text)
        finally:
            self._facts.asking.discard(channel.uuid)

    def _decided(self, session: OutboundSession, channel: Event, company: str) -> dict[str, str]:
        """The variables that lead the call on; none if it was hung up."""
        try:
            caller = self._caller(channel, company)
            if self._is_confirmed(session, channel):
                return self._answer(caller, company, channel)
            self._end_unconfirmed(session, caller, channel)
            return {}
        except FsplugError as error:
            log.error("listen-in-failed", call=channel.uuid, code=error.code, error=error.text)
            return self._refusal(company, Reason.UNAVAILABLE)

    def _is_confirmed(self, session: OutboundSession, channel: Event) -> bool:
        """Answer the call, and wait for its ACK: until then nobody has shown that they get what is sent to them.

        A leg that was called is confirmed by its answer. Without an ACK the switch itself would go on for 32 seconds.
        """
        if channel.get("Call-Direction") != "inbound":
            return True
        if channel.get("Answer-State") != "answered":
            session.execute("answer", deadline_seconds=ANSWER_SECONDS)
        ends_at = monotonic() + ACK_SECONDS
        while not self._switch.is_confirmed(channel.uuid):
            if monotonic() > ends_at:
                return False
            sleep(ACK_LOOK_SECONDS)
        return True

    def _end_unconfirmed(self, session: OutboundSession, caller: Caller | None, channel: Event) -> None:
        log.warning("listen-in-refused", call=channel.uuid, reason=Reason.NOT_CONFIRMED)
        session.api_and_exit(commands.kill(channel.uuid, _UNCONFIRMED), ANSWER_SECONDS)
        if caller is not None:
            dialled = (channel.get("Caller-Destination-Number") or "").removeprefix(STAR)
            self._service.refuse(caller, caller.company, None, dialled, Reason.NOT_CONFIRMED)

    def _answer(self, caller: Caller | None, company: str, channel: Event) -> dict[str, str]:
        dialled = (channel.get("Caller-Destination-Number") or "").removeprefix(STAR)
        report = self._asking.pop(channel.uuid, _nobody)
        if caller is None:
            self._refuse_unidentified(company, channel, dialled)
            return self._refusal(company, Reason.NOT_IDENTIFIED)
        try:
            listening = self._service.begin(caller, dialled)
        except Refused as refusal:
            log.info("listen-in-refused", call=channel.uuid, user=caller.user.username, reason=refusal.code)
            report(Reason(refusal.code))
            return self._refusal(company, Reason(refusal.code))
        report(listening.id)
        return {"fsplug_listen": listening.talk.leg, "fsplug_listen_prompt": ""}

    def _refuse_unidentified(self, company: str, channel: Event, dialled: str) -> None:
        """Write down that the call came here, and who sent it."""
        is_sent, leg = bool(channel.variable("transfer_source")), channel.uuid
        door, sender = (Door.TRANSFER, self._facts.sender(channel)) if is_sent else (Door.DESK, None)
        reason = Reason.NOT_IDENTIFIED
        log.warning("listen-in-refused", call=leg, company=company, door=door, user=sender, reason=reason)
        self._service.refuse_unidentified(company, sender, dialled, door, leg)

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

    def _caller(self, channel: Event, company: str) -> Caller | None:
        """The user who dials, None if unknown."""
        if word := channel.variable("fsplug_listen_ticket"):
            return self._by_ticket(channel, word)
        return self._phone(channel, company)

    def _by_ticket(self, channel: Event, word: str) -> Caller | None:
        """The caller on a phone that fsplug rang; each ticket admits one call."""
        ticket = self.tickets.pop(word, None)
        user = self._facts.user(ticket.caller.company, ticket.caller.user.username) if ticket else None
        if ticket is None or user is None:
            return None
        self._asking[channel.uuid] = ticket.report
        return replace(ticket.caller, user=user, leg=channel.uuid)

    def _phone(self, channel: Event, company: str) -> Caller | None:
        """The caller on a phone that dialled by itself: the phone signed in with its password, and was not transferred
        here. Only the name that it proved counts, and no variable of the call.
        """
        dialled_itself = channel.get("Call-Direction") == "inbound" and not channel.variable("transfer_source")
        name = channel.variable("sip_auth_username") or "" if dialled_itself and _has_proved(channel, company) else ""
        version = self._facts.version(company)
        phone = devices.by_sip_username(self._store, company, name, version) if name else None
        user = self._facts.user(company, phone.username if phone else name)
        if user is None or user.username != channel.variable("fsplug_user"):
            return None
        is_app = phone.kind is DeviceKind.APP if phone else channel.variable("fsplug_device") == DeviceKind.APP
        door, device = (Door.APP, DeviceKind.APP) if is_app else (Door.DESK, DeviceKind.DESK)
        return Caller(company, user, door, device, channel.uuid, phone=phone)


def _has_proved(channel: Event, company: str) -> bool:
    """Whether the call's phone has proved a password in this company: not where an address alone let the call in.

    mod_sofia 1.11.1 sets the name and the realm once the digest is right, and `sip_acl_authed_by` for an address.
    """
    is_let_in = any(channel.variable(name) for name in ("sip_acl_authed_by", "sip_acl_token", "sip_looped_call"))
    return channel.variable("sip_auth_realm") == company and not is_let_in


def _nobody(outcome: str | Reason) -> None:
    """Used when nothing waits for the report."""
