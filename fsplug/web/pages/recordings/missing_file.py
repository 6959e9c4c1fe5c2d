"""The list of missing recordings as a file."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import g, request

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.calls import gaps
from fsplug.web.kernel import exports, guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.parties import NamedParty
from fsplug.web.pages.recordings.missing import MissingRecording, lines, read, wanted
from fsplug.web.pages.recordings.views import PAGE


@PAGE.post("/missing/export")
@takes(Need.RECORDINGS, Reach.COMPANY)
def export_missing() -> Any:
    """Every missing recording that the filters match, newest first."""
    t = g.words
    headings = [
        exports.timed(t("recordings-time")), t("direction"), t("recordings-from"), t("recordings-to"),
        t("missing-cause"), t("recordings-id"),
    ]  # fmt: skip
    return exports.sheet("missing", headings, map(_row, _found()))


def _found() -> Iterator[MissingRecording]:
    viewer, store, typed = shell.viewer(), guard.store(), read(request.form)
    find = partial(gaps.listed, store, viewer.domain, wanted=wanted(typed, viewer), cause=typed.cause or None)
    for found in exports.pages(find):
        yield from lines(store, viewer, found)


def _row(one: MissingRecording) -> list[object]:
    t = g.words
    direction = t(f"direction-{one.direction}") if one.direction else ""
    ends = (_called(one.caller), _called(one.answerer))
    return [exports.moment(one.at), direction, *ends, t.known("gap-cause", one.gap.cause), one.gap.recording or ""]


def _called(end: NamedParty | None) -> str:
    return "" if end is None else str(end.name or end.number or g.words("recordings-withheld"))
