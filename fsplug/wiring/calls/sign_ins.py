"""Phones that fail to sign in: counted from the switch's own events, and refused at the endpoint's door."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import structlog

from fsplug.esl.protocol.event import Event
from fsplug.policy.access.sign_in_failures import SignInFailures, account_of

log = structlog.get_logger()

_FAILED, _WORKED = "sofia::register_failure", "sofia::register"
EVENTS = (_FAILED, _WORKED)
# At most so many refusals are logged a minute; all are counted.
LOGGED_A_MINUTE = 60
_MOST_SHOWN = 100


class SignIns:
    """What the switch tells of sign-ins, and who is refused."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._known = SignInFailures()
        self._clock = clock
        self._minute, self._logged = 0.0, 0

    def sees(self, event: Event) -> bool:
        """Take in an event, if it is one of a sign-in; whether it is."""
        if event.name != "CUSTOM" or event.subclass not in EVENTS:
            return False
        address = event.get("network-ip") or ""
        if event.subclass == _WORKED:
            self._known.worked(
                address, account_of(event.get("username") or "", event.get("realm") or ""), self._clock()
            )
        else:
            self._failed(address, event)
        return True

    def refuses(self, address: str, username: str, domain: str) -> bool:
        """Whether this phone must not sign in from there now."""
        return self._known.refuses(address, account_of(username, domain), self._clock())

    def already_there(self, phones: Iterable[tuple[str, str, str]]) -> None:
        """Take in the phones that are signed in: the address of each, its username and its domain."""
        for address, username, domain in phones:
            self._known.worked(address, account_of(username, domain), self._clock())

    def facts(self) -> dict[str, Any]:
        """Who is refused, for how many more seconds, and which accounts are tried from many sources."""
        now = self._clock()
        refused = [
            {"source": one.source, "failures": one.failures, "accounts": list(one.accounts), "seconds": one.until - now}
            for one in self._known.refused(now)
        ]
        tried = [asdict(one) for one in self._known.tried(now)[:_MOST_SHOWN]]
        return {"refused": refused, "tried": tried}

    def forgive(self, address: str | None) -> int:
        """Refuse this source no more, or none; returns how many were refused."""
        return self._known.forgive(address)

    def _failed(self, address: str, event: Event) -> None:
        # Of a call the switch tells whom it wanted to reach, not who it said it was.
        is_call = event.get("registration-type") == "INVITE"
        account = "" if is_call else account_of(event.get("to-user") or "", event.get("to-host") or "")
        found = self._known.failed(address, account, self._clock())
        if found is not None and self._may_log():
            tried = ", ".join(found.accounts)
            log.warning("source-refused", source=found.source, failures=found.failures, tried=tried)

    def _may_log(self) -> bool:
        now = self._clock()
        if now - self._minute > 60:
            self._minute, self._logged = now, 0
        self._logged += 1
        return self._logged <= LOGGED_A_MINUTE
