"""The star code from a mobile: the number that calls names a person, who is called back over the company's trunk.

A trunk's address and a caller ID can be forged, so the call itself hears nothing, whoever it comes from, and is told
nothing: it is rejected as busy. Only the person who answers the call-back and presses the key comes to the star code.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

import structlog

from fsplug.errors import FsplugError, Refused
from fsplug.esl import commands
from fsplug.esl.calls.ports import Ports
from fsplug.esl.listenin.gate_facts import Caller, ListenFacts
from fsplug.esl.listenin.ring_listener import ListenCalls
from fsplug.esl.listenin.sessions import ListenService
from fsplug.esl.listenin.star_code import STAR
from fsplug.esl.protocol.event import Event
from fsplug.policy.entities import DeviceKind
from fsplug.policy.listening.call_backs import CallBackLimits
from fsplug.policy.listening.gate import ABOUT_LISTENER, Door, Reason
from fsplug.policy.numbers import normalise
from fsplug.store.config import companies, policies, trunks, users
from fsplug.store.config.companies import Company
from fsplug.store.config.trunks import Trunk
from fsplug.store.db.database import Store

log = structlog.get_logger()

# A mobile network takes a moment to know that its subscriber's line is free again.
FREE_AGAIN_SECONDS = 1.0


@dataclass(slots=True)
class CallBacks:
    """Calls mobiles back, each person and company one call at a time."""

    store: Store
    facts: ListenFacts
    service: ListenService
    calls: ListenCalls
    ports: Ports
    _limits: CallBackLimits = field(default_factory=CallBackLimits)

    def asked(self, channel: Event) -> None:
        """A mobile has dialled the star code. Its call is over soon; the rest happens afterwards."""
        caller = self._caller(channel)
        if caller is None:
            log.warning("listen-in-refused", call=channel.uuid, reason=Reason.NOT_IDENTIFIED)
            return
        if not self._limits.begin(caller.company, caller.user.username, monotonic()):
            log.warning("not-called-back", call=channel.uuid, company=caller.company, user=caller.user.username)
            return
        dialled = (channel.get("Caller-Destination-Number") or "").removeprefix(STAR)
        self.ports.later(FREE_AGAIN_SECONDS, self._call_back, caller, dialled)

    def _call_back(self, caller: Caller, dialled: str) -> None:
        is_confirmed = False
        try:
            decided, target, _ = self.service.decide(caller, caller.company, dialled)
            if decided.reason in ABOUT_LISTENER or not commands.is_star_code(STAR + dialled):
                reason = decided.reason or Reason.UNKNOWN_PERSON
                self.service.refuse(caller, caller.company, target, dialled, reason)
                return
            gateways = self._gateways(caller.company, caller.mobile)
            is_confirmed = self.calls.call_back(caller, gateways, caller.mobile, STAR + dialled)
            if not is_confirmed:
                self.service.refuse(caller, caller.company, target, dialled, Reason.NOT_CONFIRMED)
        except Refused as error:
            log.info("listen-in-refused", user=caller.user.username, reason=error.code, error=error.text)
            self.service.refuse(caller, caller.company, None, dialled, Reason.NOT_CONFIRMED)
        except FsplugError as error:
            log.error("not-called-back", company=caller.company, code=error.code, error=error.text)
        finally:
            self._limits.end(caller.company, caller.user.username, is_confirmed)

    def _caller(self, channel: Event) -> Caller | None:
        """Whom the number that calls names, over a trunk whose callers are believed.

        A number that two companies know names nobody.
        """
        address = channel.get("Caller-Network-Addr") or ""
        marked = channel.variable("fsplug_trunk") or ""
        number = channel.get("Caller-Caller-ID-Number") or ""
        found = [
            one
            for company in companies.every(self.store)
            if self._believed(company, address, marked)
            for one in self._whose(company, number, channel.uuid)
        ]
        return found[0] if len(found) == 1 else None

    def _believed(self, company: Company, address: str, marked: str) -> bool:
        known = trunks.trunks(self.store, company.domain, company.version)
        return any(trunk.caller_id_trusted and _is_trunk(trunk, address, marked) for trunk in known)

    def _whose(self, company: Company, number: str, leg: str) -> Iterator[Caller]:
        e164 = normalise(number, company.country)
        version = policies.current_version(self.store, company.domain)
        user = users.by_mobile(self.store, company.domain, e164, version) if e164 else None
        if user is not None and e164:
            yield Caller(company.domain, user, Door.MOBILE, DeviceKind.MOBILE, leg, mobile=e164)

    def _gateways(self, company: str, number: str) -> list[str]:
        version = self.facts.version(company)
        return [one.gateway for one in trunks.towards(trunks.trunks(self.store, company, version), number)]


def _is_trunk(trunk: Trunk, address: str, marked: str) -> bool:
    """Whether a call came from this trunk: from its address, or so marked by the operator's own dialplan."""
    return bool(address and trunk.host == address) or marked == trunk.name
