"""The audit trail as a file, in words."""

from collections.abc import Iterator
from typing import Any

from flask import g, request

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.audit import browse
from fsplug.store.audit.browse import AuditFilter
from fsplug.store.audit.trail import AuditEntry
from fsplug.web.kernel import exports, guard, names, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.pages.activity.views import PAGE, read_filters, store_filter

_AT_ONCE = 500


@PAGE.post("/activity/export")
@takes(Need.AUDIT, Reach.COMPANY)
def export() -> Any:
    """The entries that the filters match, newest first; the hashes prove them against the trail."""
    viewer, t = shell.viewer(), g.words
    wanted = store_filter(guard.store(), viewer, read_filters(request.form))
    headings = [
        t("activity-number"), exports.timed(t("activity-time")), t("who"), t("activity-act"),
        t("activity-about"), t("activity-recording"), t("activity-facts"), t("activity-hash"),
    ]  # fmt: skip
    return exports.sheet(PAGE.name, headings, _rows(viewer.domain, wanted))


def _rows(domain: str, wanted: AuditFilter) -> Iterator[list[object]]:
    before: int | None = None
    while found := browse.search(guard.store(), domain, wanted, _AT_ONCE, before):
        called = dict(names.of_users(guard.store(), domain, {username for one in found for username in one.people}))
        called |= names.of_actors(guard.store(), domain, (one.actor for one in found))
        yield from (_row(one, called) for one in found)
        before = found[-1].number


def _row(one: AuditEntry, called: dict[str, str]) -> list[object]:
    t = g.words
    people = ", ".join(called.get(username, username) for username in one.people)
    facts = "; ".join(f"{t.known('fact', name)}: {_said(value)}" for name, value in one.facts.items() if value)
    act = t.known("act", one.act)
    at = exports.moment(one.at)
    return [one.number, at, called.get(one.actor, one.actor), act, people, one.subject, facts, one.hash]


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
