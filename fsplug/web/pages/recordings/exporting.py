"""The list of recordings as a file; no audio."""

from collections.abc import Iterator
from typing import Any

from flask import g, request

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import Found, RecordingFilter
from fsplug.web.kernel import exports, guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.pages.recordings import filters
from fsplug.web.pages.recordings.views import PAGE, line

_AT_ONCE = 500


@PAGE.post("/recordings/export")
@takes(Need.RECORDINGS, Reach.OWN)
def export() -> Any:
    """Every recording that the filters match, as far back as the export has rows."""
    viewer = shell.viewer()
    wanted = filters.store_filter(guard.store(), filters.read(request.form), viewer)
    t = g.words
    headings = [
        exports.timed(t("recordings-time")), t("direction"), t("recordings-from"), t("recordings-to"),
        t("filter-person"), t("recordings-seconds"), t("recordings-state"), t("recordings-id"),
    ]  # fmt: skip
    return exports.sheet(PAGE.name, headings, (_row(one) for one in _found(viewer.domain, wanted)))


def _found(domain: str, wanted: RecordingFilter) -> Iterator[Found]:
    page = results.search(guard.store(), domain, wanted, _AT_ONCE)
    yield from page.recordings
    while page.before is not None:
        page = results.search(guard.store(), domain, wanted, _AT_ONCE, page.before)
        yield from page.recordings


def _row(one: Found) -> list[object]:
    shown, t = line(one, shell.viewer()), g.words
    withheld = t("recordings-withheld")
    return [
        exports.moment(one.at),
        t("direction-" + one.direction) if one.direction else "",
        shown.caller.name or shown.caller.number or withheld,
        shown.answerer.name or shown.answerer.number or withheld,
        shown.person.name if shown.person else "",
        exports.whole(one.seconds),
        t("recordings-sealed") if shown.is_sealed else t("recording-state-" + str(one.state)),
        one.id,
    ]
