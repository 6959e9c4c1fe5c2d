"""The changes that wait, and what became of those of the last month, as a file."""

from typing import Any

from flask import g

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.change import waiting_rows
from fsplug.web.kernel import exports, guard, names, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.pages.changes.views import PAGE, lines


@PAGE.post("/changes/export")
@takes(Need.CHANGES, Reach.COMPANY)
def export() -> Any:
    """Every change on the page."""
    viewer, store, t = shell.viewer(), guard.store(), g.words
    found = waiting_rows.listed(store, viewer.domain, viewer.actor)
    users = names.of_users(store, viewer.domain, {one.username for one in found})
    actors = names.of_actors(store, viewer.domain, {by for one in found for by in (one.made_by, one.ended_by) if by})
    headings = [
        t("changes-whom"), t("changes-what"), t("changes-by"), exports.timed(t("time")), t("changes-outcome"),
        exports.timed(t("changes-ended-at")),
    ]  # fmt: skip
    rows = (
        [
            users[one.username], "; ".join(lines(one)), actors[one.made_by], exports.moment(one.made_at),
            t.known("changes-state", one.state), exports.moment(one.ended_at),
        ]
        for one in found
    )  # fmt: skip
    return exports.sheet(PAGE.name, headings, rows)
