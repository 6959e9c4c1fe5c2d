"""Set a password by a mailed link. The token moves from the address to a cookie at once."""

from typing import Any

from flask import g, redirect, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.attempts import Act
from fsplug.store.accounts import accounts
from fsplug.store.accounts.tokens import TokenKind
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.pages.sign_in import dead_links, remembered
from fsplug.web.pages.sign_in.views import PAGE

_LINK = dead_links.COOKIES[TokenKind.PASSWORD]


@PAGE.get("/set-password/<token>")
@takes(Open.ANYBODY, tries=Act.NOTHING)
def open_password_link(token: str) -> Any:
    """Open the link. Opening does not use the link up, because programs open links in mails too."""
    response = redirect("/set-password", 303)
    guard.set_cookie(response, _LINK, token, accounts.LINK_SECONDS)
    return response


@PAGE.get("/set-password")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def set_password_page() -> Any:
    """The form, for a visitor with a good link; for others, where to get one."""
    try:
        return _page(None)
    except Refused as refused:
        return dead_links.page(TokenKind.PASSWORD, refused)


@PAGE.post("/set-password")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def set_password() -> Any:
    """Set the password, and use the link up."""
    token, password = guard.cookie(_LINK), request.form.get("password", "")
    services = guard.services()
    try:
        if password != request.form.get("again", ""):
            return _page("not-the-same"), 422
        account = accounts.set_password(services.store, token, password, services.passwords)
    except Invalid as trouble:
        return _page(trouble.code), 422
    except Refused as refused:
        return dead_links.page(TokenKind.PASSWORD, refused)
    response = shell.done("/sign-in", "said-password-chosen")
    guard.forget_cookie(response, _LINK)
    remembered.keep(response, account.company, account.email)
    return response


def _page(trouble: str | None) -> str:
    token = guard.cookie(_LINK)
    account = accounts.of_link(guard.store(), token)
    text = g.words.error(trouble) if trouble else None
    return render_template("sign_in/set_password.html", account=account, trouble=text)
