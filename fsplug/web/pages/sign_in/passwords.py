"""Set a password by a mailed link. The token moves from the address to a cookie at once."""

from typing import Any

from flask import g, redirect, render_template, request

from fsplug.errors import Invalid
from fsplug.policy.access.attempts import Act
from fsplug.store.accounts import accounts
from fsplug.web.kernel import guard
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.pages.sign_in.views import PAGE

_LINK = "set-password"


@PAGE.get("/set-password/<token>")
@takes(Open.ANYBODY, tries=Act.NOTHING)
def open_password_link(token: str) -> Any:
    """Open the link. Opening does not use the link up, because programs open links in mails too."""
    response = redirect("/set-password", 303)
    guard.set_cookie(response, _LINK, token, accounts.LINK_SECONDS)
    return response


@PAGE.get("/set-password")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def set_password_page() -> str:
    """The form, for a visitor with a good link."""
    return _page(None)


@PAGE.post("/set-password")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def set_password() -> Any:
    """Set the password, and use the link up."""
    token, password = guard.cookie(_LINK), request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _page("not-the-same"), 422
    services = guard.services()
    try:
        accounts.set_password(services.store, token, password, services.passwords)
    except Invalid as trouble:
        return _page(trouble.code), 422
    response = redirect("/sign-in", 303)
    guard.forget_cookie(response, _LINK)
    return response


def _page(trouble: str | None) -> str:
    token = guard.cookie(_LINK)
    account = accounts.of_link(guard.store(), token)
    text = g.words.error(trouble) if trouble else None
    return render_template("sign_in/set_password.html", account=account, trouble=text)
