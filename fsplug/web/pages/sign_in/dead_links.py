"""A link that is no longer good: another one is a press away, and goes to the address that the account has."""

import time
from typing import Any

from flask import g, render_template

from fsplug.errors import Refused
from fsplug.policy.access.attempts import Act
from fsplug.store.accounts import accounts, signin
from fsplug.store.accounts.tokens import TokenKind
from fsplug.web.kernel import guard
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.pages.sign_in.views import PAGE, no_sooner

# The cookies that hold the links' tokens.
COOKIES = {TokenKind.PASSWORD: "set-password", TokenKind.SIGN_IN: "sign-in-link"}


def page(kind: TokenKind, refused: Refused) -> Any:
    """Say that the link is no longer good, and offer another. The page is the same whosever link it was."""
    press = guard.press_token(guard.cookie(COOKIES[kind]))
    trouble = g.words.error(refused.code)
    return render_template("sign_in/dead_link.html", kind=kind, press=press, trouble=trouble), 403


@PAGE.post("/another-link/<kind>")
@takes(Open.ANYBODY, tries=Act.ASK_MAIL)
def another_link(kind: str) -> Any:
    """Mail a link to set a new password; the answer is the same if there is no such account."""
    begun = time.monotonic()
    found = next((one for one in COOKIES if one == kind), TokenKind.PASSWORD)
    token = guard.cookie(COOKIES[found])
    guard.check_press(token)
    account = accounts.of_dead_link(guard.store(), found, token)
    if account is not None:
        signin.ask_reset(guard.store(), account.company, account.email, guard.address())
    no_sooner(begun)
    return render_template("sign_in/forgotten.html", done=True)
