"""The deletions as a file: what was deleted, by whom, and when it was destroyed."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import g, request

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.db.pages import Wanted
from fsplug.store.recordings import deletions
from fsplug.store.recordings.deletions import Deletion
from fsplug.web.kernel import exports, guard, names, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.pages.deletions.views import PAGE
from fsplug.web.pages.recordings import filters


@PAGE.post("/deletions/export")
@takes(Need.DELETION, Reach.COMPANY)
def export() -> Any:
    """The deletions of the period, newest first."""
    t = g.words
    headings = [
        exports.timed(t("recordings-time")), t("who"), t("recordings-id"),
        exports.timed(t("deletion-destroyed")), t("deletion-waits-for"),
    ]  # fmt: skip
    return exports.sheet(PAGE.name, headings, _rows())


def _rows() -> Iterator[list[object]]:
    viewer, store, typed = shell.viewer(), guard.store(), filters.read(request.form)
    since, until = filters.days(typed, viewer).bounds(viewer.moments.zone)
    find = partial(deletions.listed, store, viewer.domain, wanted=Wanted(since, until))
    for found in exports.pages(find):
        called = names.of_actors(store, viewer.domain, {one.deleted_by for one in found})
        yield from (_row(one, called.get(one.deleted_by, one.deleted_by)) for one in found)


def _row(one: Deletion, who: str) -> list[object]:
    trouble = g.words.known("deletion-trouble", one.trouble) if one.trouble else ""
    return [exports.moment(one.at), who, one.recording, exports.moment(one.destroyed_at), trouble]
