"""Rejecting a change that waits: as an administrator, as one whom it concerns, or by the link in a mail about it."""

from fsplug.errors import Refused
from fsplug.policy.access import waiting as waits
from fsplug.policy.access.scopes import Actor, Need, check_may, outsider
from fsplug.policy.access.waiting import ChangeState
from fsplug.store.accounts import tokens
from fsplug.store.accounts.tokens import Secret
from fsplug.store.audit import trail
from fsplug.store.change import waiting, waiting_rows
from fsplug.store.change.waiting_rows import WaitingChange
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store


def reject(store: Store, domain: str, change: str, actor: Actor) -> WaitingChange:
    """Nothing is changed. Refused("not-allowed") unless the actor may, Refused("change-ended") if it waits no more."""
    found = waiting_rows.get(store, domain, change) if actor.is_operator or actor.company == domain else None
    if found is None or not waits.may_reject(actor, found.request):
        check_may(actor, Need.CHANGES, domain)
        raise Refused("not-allowed", f"{actor.name} is not allowed to reject this change", change=change)
    return _rejected(store, found, actor.logged_name)


def new_link(store: Store, domain: str, change: str, username: str) -> str:
    """A token with which this receiver of the mail may reject the change, as long as it waits."""
    token = tokens.new_token()
    whose = Secret(company_id(store, domain), f"{change}:{username}")
    tokens.make(store, tokens.TokenKind.CHANGE, whose, token, waits.LONGEST_SECONDS)
    return token


def of_link(store: Store, token: str) -> WaitingChange:
    """The change of a mailed link; Refused("link-not-good") if it is too old or the change waits no more."""
    found, _ = _of_link(store, token)
    return found


def reject_by_link(store: Store, token: str) -> WaitingChange:
    """Reject the change of a mailed link, as the person whom the mail was sent to. Refused as `of_link`."""
    found, username = _of_link(store, token)
    return _rejected(store, found, outsider(f"mail to {username}"))


def _of_link(store: Store, token: str) -> tuple[WaitingChange, str]:
    secret = tokens.look(store, tokens.TokenKind.CHANGE, token)
    found = waiting_rows.of_secret(store, secret) if secret is not None else None
    if found is not None:
        return found
    raise Refused("link-not-good", "this link is too old, or the change waits no more")


def _rejected(store: Store, change: WaitingChange, by: str) -> WaitingChange:
    with store.atomic():
        if not waiting_rows.end(store, change, ChangeState.REJECTED, by):
            waiting.check_waiting(waiting_rows.get(store, change.company, change.id))
        facts = {"change": change.id, "items": waiting.in_words(change), "made_by": change.made_by}
        trail.add(store, change.company, by, "change-rejected", change.username, [change.username], **facts)
    return waiting_rows.get(store, change.company, change.id)
