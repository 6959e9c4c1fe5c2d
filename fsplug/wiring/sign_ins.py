"""Phones that fail to sign in: counted from the switch's own events, and refused at the endpoint's door."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from typing import Any

import structlog

from fsplug.esl.protocol.event import Event
from fsplug.policy.access.sign_in_failures import SignIn, SignInFailures, account_of

log = structlog.get_logger()

# The switch looked at a password: a phone's that registers, or a phone's or a trunk's that calls (mod_sofia, 1.11.1).
_ATTEMPT = "sofia::register_attempt"
# A phone has registered. An attempt does not say whether it was to register or to call.
_REGISTERED = "sofia::register"
EVENTS = (_ATTEMPT, _REGISTERED)
_WORKED, _FAILED = ("SUCCESS", "RENEWED"), "FORBIDDEN"
# What the switch calls a user that it did not look for.
_UNKNOWN = "unknown"
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
        result, its = event.get("auth-result"), _sign_in(event)
        if event.subclass == _REGISTERED:
            self._known.worked(its, self._clock())
        elif result in _WORKED:
            self._known.worked(replace(its, call_id=""), self._clock())
        elif result == _FAILED:
            self._failed(its)
        return True

    def refuses(self, its: SignIn) -> bool:
        """Whether this account must not sign in from there now."""
        return self._known.refuses(its, self._clock())

    def already_there(self, phones: Iterable[SignIn]) -> None:
        """Take in the phones that are signed in."""
        for its in phones:
            self._known.worked(its, self._clock())

    def facts(self) -> dict[str, Any]:
        """Who is refused, for how many more seconds, and which accounts are tried from many sources."""
        now = self._clock()
        refused = [
            {
                "profile": one.profile,
                "source": one.source,
                "failures": one.failures,
                "accounts": list(one.accounts),
                "seconds": one.until - now,
            }
            for one in self._known.refused(now)
        ]
        tried = [asdict(one) for one in self._known.tried(now)[:_MOST_SHOWN]]
        return {"refused": refused, "tried": tried}

    def forgive(self, address: str | None) -> int:
        """Refuse this source no more, or none; returns how many were refused."""
        return self._known.forgive(address)

    def _failed(self, its: SignIn) -> None:
        found = self._known.failed(its, self._clock())
        if found is not None and self._may_log():
            tried = ", ".join(found.accounts)
            log.warning(
                "source-refused", source=found.source, failures=found.failures, tried=tried, profile=found.profile
            )

    def _may_log(self) -> bool:
        now = self._clock()
        if now - self._minute > 60:
            self._minute, self._logged = now, 0
        self._logged += 1
        return self._logged <= LOGGED_A_MINUTE


def _sign_in(event: Event) -> SignIn:
    user = event.get("username") or _UNKNOWN
    account = "" if user == _UNKNOWN else account_of(user, event.get("realm") or "")
    names = ("profile-name", "network-ip", "network-port")
    profile, address, port = (event.get(name) or "" for name in names)
    return SignIn(profile, address, port, account, event.get("call-id") or "")
