"""The recordings that were shared, as a file: with whom, by whom, until when and how often they were heard."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import g, request

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.db.pages import Wanted
from fsplug.store.recordings import shares
from fsplug.store.recordings.shares import Share
from fsplug.web.kernel import exports, guard, names, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.pages.player.views import PAGE
from fsplug.web.pages.recordings import filters


@PAGE.post("/shares/export")
@takes(Need.SHARING, Reach.COMPANY)
def export_shares() -> Any:
    """The shares of the period, newest first."""
    t = g.words
    headings = [
        exports.timed(t("recordings-time")), t("shares-by"), t("shares-with"), t("shares-subject"),
        exports.timed(t("shares-until")), t("shares-plays"), t("shares-played"),
        exports.timed(t("shares-revoked")), t("recordings-id"),
    ]  # fmt: skip
    return exports.sheet("shares", headings, _rows())


def _rows() -> Iterator[list[object]]:
    viewer, store, typed = shell.viewer(), guard.store(), filters.read(request.form)
    since, until = filters.days(typed, viewer).bounds(viewer.moments.zone)
    find = partial(shares.listed, store, viewer.domain, wanted=Wanted(since, until))
    for found in exports.pages(find):
        called = names.of_actors(store, viewer.domain, {one.made_by for one in found})
        yield from (_row(one, called.get(one.made_by, one.made_by)) for one in found)


def _row(one: Share, who: str) -> list[object]:
    until, revoked = exports.moment(one.expires_at), exports.moment(one.revoked_at)
    return [exports.moment(one.at), who, one.email, one.subject, until, one.plays, one.played, revoked, one.recording]
