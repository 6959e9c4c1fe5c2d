"""Sign in by an operator's link. The token moves from the address to a cookie at once; a button uses it up."""

from typing import Any

from flask import redirect, render_template

from fsplug.errors import Refused
from fsplug.policy.access.attempts import Act
from fsplug.store.accounts import sessions, sign_in_links
from fsplug.store.accounts.tokens import TokenKind
from fsplug.web.kernel import guard, step_up
from fsplug.web.kernel.guard import SESSION, Open, takes
from fsplug.web.pages.sign_in import dead_links, remembered
from fsplug.web.pages.sign_in.views import PAGE

_LINK = dead_links.COOKIES[TokenKind.SIGN_IN]


@PAGE.get("/sign-in/<token>")
@takes(Open.ANYBODY, tries=Act.NOTHING)
def open_sign_in_link(token: str) -> Any:
    """Open the link. Opening does not use the link up, because programs open links too."""
    response = redirect("/sign-in-link", 303)
    guard.set_cookie(response, _LINK, token, sign_in_links.LINK_SECONDS)
    return response


@PAGE.get("/sign-in-link")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def sign_in_link_page() -> Any:
    """The button, for a visitor with a good link; for others, where to get one."""
    token = guard.cookie(_LINK)
    try:
        account = sign_in_links.account_of(guard.store(), token)
    except Refused as refused:
        return dead_links.page(TokenKind.SIGN_IN, refused)
    return render_template("sign_in/link.html", account=account, press=guard.press_token(token))


@PAGE.post("/sign-in-link")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def sign_in_by_link() -> Any:
    """Sign the user in, and use the link up: the button was pressed."""
    token, address, agent = guard.cookie(_LINK), guard.address(), guard.agent()
    guard.check_press(token)
    try:
        account = sign_in_links.account_of(guard.store(), token)
        session = sign_in_links.use(guard.store(), token, address, agent)
    except Refused as refused:
        return dead_links.page(TokenKind.SIGN_IN, refused)
    sessions.end_replaced(guard.store(), guard.cookie(SESSION))
    response = redirect("/", 303)
    guard.set_cookie(response, SESSION, session, sessions.LONGEST_SECONDS)
    guard.forget_cookie(response, _LINK)
    remembered.keep(response, account.company)
    step_up.begin(response, session)
    return response
