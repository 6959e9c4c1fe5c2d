"""The viewer's own password: a new one, once they have proved again who they are."""

from typing import Any

from flask import g, render_template, request

from fsplug.errors import Invalid
from fsplug.store.accounts import accounts
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.pages.account.views import PAGE


@PAGE.get("/account/password")
@takes(Open.SIGNED_IN, steps_up=True)
def password_page() -> Any:
    """The new password, twice."""
    return _page()


@PAGE.post("/account/password")
@takes(Open.SIGNED_IN, steps_up=True)
def change_password() -> Any:
    """Change it. The viewer's other sessions end: it may be somebody else who has them."""
    session, services, password = g.session, guard.services(), request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _page("not-the-same"), 422
    try:
        accounts.change_password(services.store, session, password, services.passwords)
    except Invalid as error:
        return _page(error.code), 422
    return shell.done("/account", "said-password-changed")


def _page(trouble: str | None = None) -> str:
    return render_template("account/password.html", trouble=g.words.error(trouble) if trouble else None)
