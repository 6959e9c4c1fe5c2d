"""The viewer's own passkeys: making one, and removing it."""

from typing import Any

from flask import g, redirect, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import logged_name
from fsplug.store.accounts import passkeys
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.passkeys import answer, party
from fsplug.web.pages.account.views import PAGE

_PAGE = "/account/passkeys"


@PAGE.get(_PAGE)
@takes(Open.ENROLLING, steps_up=True)
def passkey_page() -> Any:
    """A name for the new passkey, and the button that makes it."""
    return _page()


@PAGE.post(_PAGE)
@takes(Open.ENROLLING, steps_up=True)
def add_passkey() -> Any:
    """Keep what the browser has made."""
    session, services, made = g.session, guard.services(), answer(g.session.id)
    try:
        if made is None:
            raise Refused("passkey-unscripted", "no browser made a passkey")
        name = request.form.get("name", "")
        passkeys.add(services.store, party(), session, name, made, services.secret_keys)
    except (Invalid, Refused) as error:
        return _page(g.words.error(error.code)), 422 if isinstance(error, Invalid) else 403
    return shell.done("/account", "said-passkey-added")


@PAGE.post(f"{_PAGE}/remove")
@takes(Open.SIGNED_IN, steps_up=True)
def remove_passkey() -> Any:
    """Remove one. The viewer's other sessions end: it may be somebody else who has it now."""
    viewer, chosen = shell.viewer(), request.form.get("passkey", "")
    by = logged_name(viewer.username, viewer.domain)
    passkeys.remove(guard.store(), viewer.domain, viewer.username, chosen, by, viewer.session.id)
    return shell.done("/account", "said-passkey-removed")


@PAGE.get(f"{_PAGE}/remove")
@takes(Open.SIGNED_IN)
def lead_back() -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect("/account")


def _page(trouble: str | None = None) -> str:
    services, here = guard.services(), party()
    asked = passkeys.ask_new(services.store, here, g.session, services.secret_keys) if here.is_possible else None
    typed = request.form.get("name", "")
    return render_template(
        "account/passkeys.html", asked=asked, typed=typed, most=passkeys.LONGEST_NAME, trouble=trouble
    )
