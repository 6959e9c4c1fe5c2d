"""Before every view that needs no session: the limiter is asked, and afterwards told whether the attempt failed."""

import random
import time
from typing import Any

from flask import Response, current_app, g, request

from fsplug.errors import TryLater
from fsplug.policy.access.attempts import ALWAYS_COUNTED, Act, Attempt
from fsplug.store.accounts import known_browsers, signin, tokens
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.web.kernel import guard
from fsplug.web.kernel.guard import BROWSER, rule_of
from fsplug.web.kernel.services import NOT_BEFORE

# A refusal is held back for a time between these, so that programs that try again and again make less work, and don't
# all do it at the same moment.
_LEAST_HELD_SECONDS, _MOST_HELD_SECONDS = 1.0, 2.0
# A view refuses with these: a wrong password or code, a link that is not good.
_FAILED = frozenset({403, 404, 410})


def held_seconds() -> float:
    """How long a refusal is held back, each time another time."""
    return random.uniform(_LEAST_HELD_SECONDS, _MOST_HELD_SECONDS)


def ask() -> None:
    """TryLater if the visitor must not make this attempt now. With a session, only a rule that names an act counts."""
    rule = rule_of(current_app, request.endpoint or "")
    if rule is None or rule.tries in (None, Act.NOTHING):
        return
    try:
        g.passed_doors = guard.services().limiter.take(_attempt(rule.tries))
    except TryLater:
        request.environ[NOT_BEFORE] = time.monotonic() + held_seconds()
        raise
    g.tried = rule.tries


def settle(response: Response) -> Response:
    """After the view: give the attempt back unless it failed."""
    passed = getattr(g, "passed_doors", ())
    if passed and response.status_code not in _FAILED and g.tried not in ALWAYS_COUNTED:
        guard.services().limiter.give_back(passed)
    return response


def _attempt(act: Act) -> Attempt:
    company, person = request.form.get("customer_ref", ""), request.form.get("email", "")
    session = getattr(g, "session", None)
    if session is not None:
        return Attempt(act, guard.address(), browser=f"session {session.id}")
    typed = TypedCredentials(company, person, "", browser=guard.cookie(BROWSER))
    company, person = signin.words(typed)
    brought = person or str((request.view_args or {}).get("token", "")) or request.headers.get("Cookie", "")
    return Attempt(act, guard.address(), company, brought, _known(act, typed))


def _known(act: Act, typed: TypedCredentials) -> str:
    """The mark of a browser that the person who is named has signed in with; where nobody is named, that anybody has.

    It is hashed. "" for an unknown browser.
    """
    if not typed.browser:
        return ""
    services: Any = guard.services()
    if act is Act.PASSKEY:
        is_known = known_browsers.whose(services.store, typed.browser, services.secret_keys) is not None
    else:
        is_known = signin.is_known_browser(services.store, typed, services.secret_keys)
    return tokens.hash_of(typed.browser) if is_known else ""
