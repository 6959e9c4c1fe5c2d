"""Sharing a recording from its player: the form, and revoking a share."""

from typing import Any

from flask import abort, g, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.db.database import Store
from fsplug.store.recordings import shares
from fsplug.store.recordings.shares import USUAL_DAYS, USUAL_PLAYS, CodeBy, Offer, Share
from fsplug.web.kernel import forms, guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.pages.player import views

# A number that is never valid, so that it is refused together with the other errors.
_NO_NUMBER = 0


@views.PAGE.post("/recordings/<recording>/share")
@takes(Need.SHARING, Reach.COMPANY, steps_up=True)
def share(recording: str) -> Any:
    """Share the recording with an address. A code to read out by phone is shown once."""
    viewer, typed = shell.viewer(), request.form.to_dict()
    offer = _offer(recording, typed)
    try:
        made, code = shares.create(guard.store(), viewer.domain, offer, viewer.actor)
    except Invalid as wrong:
        if wrong.code == "unknown-recording":
            abort(404)
        return views.show(recording, wrong, typed, at="share")
    except Refused as refused:
        return views.show(recording, refused, typed, at="share")
    facts = {"email": made.email, **({"code": f"{code[:4]} {code[4:]}"} if code else {})}
    return _done(recording, "said-shared-phone" if code else "said-shared", **facts)


@views.PAGE.post("/recordings/<recording>/share/<share>/revoke")
@takes(Need.SHARING, Reach.COMPANY)
def revoke(recording: str, share: str) -> Any:
    """Revoke a share, even while the receiver is playing it."""
    viewer = shell.viewer()
    found = _revoked(guard.store(), viewer, recording, share) or abort(404)
    return _done(recording, "said-share-revoked", email=found.email)


def _done(recording: str, said: str, **facts: str) -> Any:
    """The page with what was done: again, or at once where a script shows that part of it."""
    if shell.wants_part():
        return views.show(recording, said=g.words(said, **facts))
    return shell.done(views.address(recording), said, **facts)


def _revoked(store: Store, viewer: shell.Viewer, recording: str, share: str) -> Share | None:
    """Revoke the share; None if this recording has no such share."""
    try:
        found = shares.get(store, viewer.domain, share)
    except Invalid:
        return None
    return shares.revoke(store, viewer.domain, share, viewer.actor) if found.recording == recording else None


def _offer(recording: str, typed: dict[str, str]) -> Offer:
    return Offer(
        recording,
        typed.get("email", ""),
        typed.get("subject", ""),
        forms.number(typed.get("days", str(USUAL_DAYS))) or _NO_NUMBER,
        forms.number(typed.get("plays", str(USUAL_PLAYS))) or _NO_NUMBER,
        CodeBy.PHONE if typed.get("code_by") == CodeBy.PHONE else CodeBy.MAIL,
        typed.get("language") or None,
    )
