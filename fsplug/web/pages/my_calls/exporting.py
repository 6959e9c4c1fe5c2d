"""What others did with the viewer's own calls, as a file."""

from collections.abc import Iterator
from typing import Any

from flask import g

from fsplug.store.calls import my_calls
from fsplug.web.kernel import exports, guard, names, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.pages.my_calls.views import PAGE

_AT_ONCE = 500


@PAGE.post("/my-calls/export")
@takes(Open.SIGNED_IN)
def export() -> Any:
    """Who listened, played and shared, newest first."""
    t = g.words
    headings = [exports.timed(t("time")), t("mycalls-what"), exports.timed(t("mycalls-call")), t("mycalls-seconds")]
    return exports.sheet(PAGE.name, headings, _rows())


def _rows() -> Iterator[list[object]]:
    viewer, t, before = shell.viewer(), g.words, None
    while True:
        found = my_calls.about(guard.store(), viewer.domain, viewer.username, _AT_ONCE, before)
        called = names.of_actors(guard.store(), viewer.domain, (one.entry.actor for one in found.deeds))
        for deed in found.deeds:
            entry = deed.entry
            what = t("deed-" + entry.act, who=called[entry.actor], email=entry.facts.get("email", ""))
            yield [exports.moment(entry.at), what, exports.moment(deed.call_at), exports.whole(deed.seconds)]
        if found.before is None:
            return
        before = found.before
