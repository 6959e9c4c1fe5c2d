"""Step-up: acts that a stolen cookie must not make ask the viewer for the password, a code or a passkey once more.

A route says `@takes(..., steps_up=True)`; a view that needs it only sometimes calls `asked`. The page that asks holds
what the viewer sent, and sends it again together with the answer.
"""

import math
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, current_app, g, jsonify, redirect, render_template, request
from werkzeug.datastructures import ImmutableMultiDict

from fsplug.errors import Refused, TooBusy, TryLater
from fsplug.policy.access.attempts import Act, Attempt
from fsplug.store.accounts import step_up
from fsplug.store.accounts.passkeys import STEP_UP, Answer, credentials
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.store.accounts.step_up import PasskeyAnswer
from fsplug.web.kernel import forms, guard, passkeys, shell
from fsplug.web.kernel.guard import BROWSER, SESSION, Open, rule_of, takes

COOKIE = "step-up"
# The fields of an answer have this before their names, so that none is mistaken for a field of the page's own form.
FIELD = "step-up-"
_ADDRESS = "/step-up"

pages = Blueprint("step_up", __name__)


def prepare(app: Flask) -> None:
    """Ask before every view whose rule says so, once the viewer is known."""
    app.before_request(_before_view)
    app.after_request(_keep)


def asked() -> Any:
    """None if the viewer has proved who they are within the last minutes, else what to answer instead of acting.

    A view calls it before an act that needs it only sometimes: `if (page := step_up.asked()) is not None: return page`.
    """
    session = g.session
    if "step_up" in g or step_up.is_fresh(guard.store(), session, guard.cookie(COOKIE)):
        return None
    answer: Mapping[str, str] = g.step_up_answer
    if not answer:
        return _page(None)
    services, token = guard.services(), guard.cookie(SESSION)
    try:
        _check_filled(answer)
        passed = services.limiter.take(Attempt(Act.STEP_UP, guard.address(), browser=f"session {session.id}"))
        g.step_up = step_up.prove(
            services.store, session, token, _given(answer), services.passwords, services.secret_keys
        )
    except (Refused, TooBusy) as error:
        return _page(error)
    services.limiter.give_back(passed)
    return None


def is_answered() -> bool:
    """Whether this very request brought the answer."""
    return "step_up" in g


def begin(response: Any, token: str) -> None:
    """The session of this cookie has just begun with a proof of who its user is, which counts as the first step-up."""
    _set_cookie(response, step_up.new_proof(guard.store(), token))


@pages.post(_ADDRESS)
@takes(Open.ENROLLING, steps_up=True)
def go_on() -> Any:
    """Redirect to the page that was asked for."""
    return redirect(forms.path_here(request.form.get("then", "")), 303)


@pages.get(_ADDRESS)
@takes(Open.ENROLLING)
def question() -> Any:
    """The question by itself, for viewers who come back to its address."""
    page, _ = _page(None, "/")
    return page


def _before_view() -> Any:
    if "session" not in g:
        return None
    g.step_up_answer = {name: value for name, value in request.form.items() if name.startswith(FIELD)}
    if g.step_up_answer:
        kept = [(name, value) for name, value in request.form.items(multi=True) if not name.startswith(FIELD)]
        # The view never sees what was answered: no page can show a password again.
        request.form = ImmutableMultiDict(kept)
    rule = rule_of(current_app, request.endpoint or "")
    return asked() if rule is not None and rule.steps_up else None


def _keep(response: Any) -> Any:
    if "step_up" in g:
        _set_cookie(response, g.step_up)
    return response


def _check_filled(answer: Mapping[str, str]) -> None:
    if not any(answer.get(FIELD + name, "").strip() for name in ("password", "code", passkeys.ANSWER)):
        raise Refused("step-up-empty", "nothing was typed")


def _given(answer: Mapping[str, str]) -> TypedCredentials | PasskeyAnswer:
    if text := answer.get(FIELD + passkeys.ANSWER):
        sealed = answer.get(FIELD + passkeys.CHALLENGE, "")
        return PasskeyAnswer(passkeys.party(), Answer(sealed, text, g.session.id), guard.address())
    account = shell.viewer().account
    return TypedCredentials(
        account.company,
        account.email,
        answer.get(f"{FIELD}password", ""),
        answer.get(f"{FIELD}code", ""),
        guard.address(),
        guard.agent(),
        guard.cookie(BROWSER),
    )


def _page(error: Refused | TooBusy | None, then: str = "") -> Any:
    facts = {"seconds": str(math.ceil(error.seconds))} if isinstance(error, TryLater | TooBusy) else {}
    trouble = g.words.error(error.code, **facts) if error else None
    status = 503 if isinstance(error, TooBusy) else 429 if facts else 403
    if request.headers.get("Accept") == "application/json":
        return jsonify(message=trouble or g.words("step-up-why"), step_up=True), status
    is_form, session = request.method == "POST", g.session
    ways, asked = step_up.ways(guard.store(), session), None
    if ways.passkey:
        known = credentials(guard.store(), session.company, session.username)
        asked = passkeys.ask(STEP_UP, session.id, known)
    page = render_template(
        "step_up.html",
        ways=ways,
        asked=asked,
        field=FIELD,
        action=request.full_path.rstrip("?") if is_form else _ADDRESS,
        kept=list(request.form.items(multi=True)) if is_form else [("then", then or request.full_path.rstrip("?"))],
        trouble=trouble,
    )
    return page, status


def _set_cookie(response: Any, proof: str) -> None:
    guard.set_cookie(response, COOKIE, proof, step_up.FRESH_SECONDS, is_strict=True)
