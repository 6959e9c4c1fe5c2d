"""Sign in, sign out, ask for a new password, set up one-time codes."""

import math
import time
from collections.abc import Mapping
from typing import Any

import segno
from flask import abort, g, jsonify, make_response, redirect, render_template, request
from markupsafe import Markup

from fsplug.errors import Refused, TooBusy, TryLater
from fsplug.policy.access import totp
from fsplug.policy.access.attempts import Act
from fsplug.policy.access.scopes import logged_name
from fsplug.store.accounts import accounts, authenticators, challenges, known_browsers, sessions, signin
from fsplug.store.accounts.passkeys import INSTEAD, PasskeyRequest, credentials, second_of
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.web.kernel import guard, guides, passkeys, step_up
from fsplug.web.kernel.guard import BROWSER, SESSION, Open, takes
from fsplug.web.kernel.page import Page
from fsplug.web.kernel.services import NOT_BEFORE
from fsplug.web.pages.sign_in import remembered

PAGE = Page(__name__)

# Answers that must not reveal which accounts exist come no sooner than this.
ANSWER_SECONDS = 0.3


@PAGE.get("/sign-in")
@takes(Open.ANYBODY, tries=Act.NOTHING)
def page() -> str:
    """The three fields, and a passkey in place of the last."""
    return _form(remembered.fields())


@PAGE.post("/sign-in")
@takes(Open.ANYBODY, tries=Act.SIGN_IN)
def sign_in() -> Any:
    """Sign the user in, or show that something was wrong."""
    begun = time.monotonic()
    form = request.form
    words = (form.get("customer_ref", ""), form.get("email", ""), form.get("password", ""), form.get("code", ""))
    typed = TypedCredentials(*words, guard.address(), guard.agent(), guard.cookie(BROWSER))
    services = guard.services()
    try:
        if answer := passkeys.answer(passkeys.visitor()[1]):
            party, keys = passkeys.party(), services.secret_keys
            found = signin.sign_in_by_passkey(services.store, typed, party, answer, keys)
        else:
            found = signin.sign_in(services.store, typed, services.passwords, services.secret_keys)
    except TryLater:
        raise
    except Refused as refused:
        no_sooner(begun)
        return _second(refused) if "username" in refused.facts else (_again(refused.code), 403)
    sessions.end_replaced(services.store, guard.cookie(SESSION))
    response = redirect("/", 303)
    guard.set_cookie(response, SESSION, found.session, sessions.LONGEST_SECONDS)
    guard.set_cookie(response, BROWSER, found.browser, known_browsers.MARK_SECONDS)
    remembered.keep(response, found.company)
    step_up.begin(response, found.session)
    return response


@PAGE.errorhandler(TryLater)
@PAGE.errorhandler(TooBusy)
def later(error: TryLater | TooBusy) -> Any:
    """The same page, which says when to try again."""
    seconds = str(math.ceil(error.seconds))
    if request.endpoint == f"{PAGE.name}.{sign_in.__name__}":
        shown = _again(error.code, seconds=seconds)
    else:
        shown = render_template("message.html", text=g.words.error(error.code, seconds=seconds))
    return shown, 429 if isinstance(error, TryLater) else 503, {"Retry-After": seconds}


@PAGE.post("/sign-in/passkey")
@takes(Open.ANYBODY, tries=Act.PASSKEY)
def ask_passkey() -> Any:
    """What the script asks the browser for: any passkey of this console's, which its user chooses."""
    cookie, holder = passkeys.visitor()
    asked = passkeys.ask(INSTEAD, holder, None) or abort(404)
    response = jsonify(options=asked.options, challenge=asked.challenge)
    guard.set_cookie(response, passkeys.VISITOR, cookie, challenges.GOOD_SECONDS)
    return response


def _second(refused: Refused) -> Any:
    """The password was right: the form, which asks for the code or for one of this user's passkeys."""
    company, username = str(refused.facts["company"]), str(refused.facts["username"])
    cookie, holder = passkeys.visitor()
    known = credentials(guard.store(), company, username)
    asked = passkeys.ask(second_of(company, username), holder, known) if known else None
    response = make_response(_again(refused.code, asked))
    guard.set_cookie(response, passkeys.VISITOR, cookie, challenges.GOOD_SECONDS)
    return response


def _again(code: str, asked: PasskeyRequest | None = None, **facts: str) -> str:
    """The form with what was typed, and what was wrong with it."""
    form = request.form
    return _form(form, g.words.error(code, **facts), code == "code-wanted" or bool(form.get("code")), asked)


def _form(
    typed: Mapping[str, str], trouble: str | None = None, wants_code: bool = False, asked: PasskeyRequest | None = None
) -> str:
    return render_template(
        "sign_in/page.html",
        typed=typed,
        wants_code=wants_code,
        trouble=trouble,
        asked=asked,
        has_passkeys=passkeys.party().is_possible,
        steps=guides.steps(g.words, "account"),
    )


@PAGE.post("/sign-out")
@takes(Open.ENROLLING)
def sign_out() -> Any:
    """End this session."""
    session = g.session
    by = logged_name(session.username, session.company)
    sessions.end(guard.store(), session.company, session.id, by)
    return guard.signed_out()


@PAGE.get("/forgotten")
@takes(Open.ANYBODY, tries=Act.NOTHING)
def forgotten_page() -> str:
    """The form for customer ref and e-mail."""
    return render_template("sign_in/forgotten.html", done=False, typed=remembered.fields())


@PAGE.post("/forgotten")
@takes(Open.ANYBODY, tries=Act.ASK_MAIL)
def forgotten() -> str:
    """Mail a link if such a user exists; the answer is the same if not."""
    begun = time.monotonic()
    customer_ref, email = request.form.get("customer_ref", ""), request.form.get("email", "")
    signin.ask_reset(guard.store(), customer_ref, email, guard.address())
    no_sooner(begun)
    return render_template("sign_in/forgotten.html", done=True)


@PAGE.get("/one-time-codes")
@takes(Open.ENROLLING, steps_up=True)
def codes_page() -> Any:
    """Show a new secret for the authenticator, or that one exists already."""
    session, services = g.session, guard.services()
    account = accounts.get(guard.store(), session.company, session.username)
    if account.totp:
        return _codes_page(secret=None, trouble=None)
    if not services.secret_keys.can_seal:
        return _codes_page(secret=None, trouble=g.words.error("no-secret-key")), 422
    secret = authenticators.new(guard.store(), session.company, session.username, services.secret_keys)
    return _codes(account, secret)


def _codes_page(**facts: Any) -> str:
    return render_template("sign_in/codes.html", has_passkeys=passkeys.party().is_possible, **facts)


def _codes(account: accounts.Account, secret: str, trouble: str | None = None) -> str:
    uri = totp.uri(secret, account.company, account.email)
    drawn = Markup(segno.make(uri, micro=False).svg_inline(border=4, light="#fff", svgclass="qr", omitsize=True))
    return _codes_page(secret=secret, uri=uri, drawn=drawn, trouble=trouble)


@PAGE.post("/one-time-codes")
@takes(Open.ENROLLING, tries=Act.STEP_UP, steps_up=True)
def confirm_codes() -> Any:
    """The first code proves that the authenticator has the secret; after a wrong code the secret stays the same."""
    session, services, code = g.session, guard.services(), request.form.get("code", "")
    whose = (session.company, session.username)
    try:
        authenticators.confirm(guard.store(), *whose, code, services.secret_keys)
    except Refused as refused:
        if refused.code != "code-wrong":
            raise
        account = accounts.get(guard.store(), *whose)
        secret = authenticators.begun(guard.store(), *whose, services.secret_keys)
        return _codes(account, secret, g.words.error(refused.code)), 403
    return redirect("/", 303)


def no_sooner(begun: float) -> None:
    """Make the server hold the answer back; nobody else waits meanwhile."""
    request.environ[NOT_BEFORE] = begun + ANSWER_SECONDS
