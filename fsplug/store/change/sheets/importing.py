"""A table of users looked at before it is imported, and imported as it was looked at: all of it, or nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.access.waiting import Wait
from fsplug.store.change import planning, waiting
from fsplug.store.change.draft import Draft, edit
from fsplug.store.change.edit_users import NOT_SEEN
from fsplug.store.change.reached import Grantee, seen
from fsplug.store.change.sheets.headings import Columns
from fsplug.store.change.sheets.reading import Sheet
from fsplug.store.change.sheets.users import Taken, take
from fsplug.store.db.database import Store

CHANGED = "import-changed"


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would change, of whom a part waits and for what, and what it grants.

    `looked_at` and `reached` are the words for just that, to be given to `save`.
    """

    taken: Taken
    waits: Mapping[Wait, tuple[str, ...]]
    grantees: tuple[Grantee, ...]
    looked_at: str
    reached: str

    @property
    def called(self) -> Mapping[str, str]:
        """The names of the users who change, by username."""
        return {one.username: one.called for one in self.taken.changes}


def preview(store: Store, domain: str, sheet: Sheet, columns: Columns, actor: Actor) -> ImportPreview:
    """What the import would do; InvalidSheet with all that is wrong, Refused if the actor is not allowed to do it."""
    with store.connection():
        draft = Draft(store, domain, by=actor)
        taken = take(draft, sheet, columns)
        planning.check(store, plan := draft.plan(), actor)
        grantees = planning.grantees(store, plan)
        waits = waiting.waits_of(store, domain, planning.held(store, plan, actor), actor.logged_name)
    called = {one.username: one.called for one in taken.changes}
    return ImportPreview(
        taken,
        {wait: tuple(called.get(one, one) for one in its) for wait, its in waits.items() if its},
        tuple(grantees),
        _word_for(taken),
        seen(grantees),
    )


def save(
    store: Store, domain: str, sheet: Sheet, columns: Columns, actor: Actor, looked_at: str, reached: str
) -> tuple[int, int]:
    """Import the table as one new version of the company; returns how many users change, and of how many a part waits.

    Refused(CHANGED) when it would change anything else than what was looked at, Refused(NOT_SEEN) when it grants what
    reaches something else; and as `preview`.
    """
    found: list[Taken] = []

    def change(draft: Draft) -> None:
        found[:] = [take(draft, sheet, columns)]
        if _word_for(found[0]) != looked_at:
            raise Refused(CHANGED, "somebody changed these users meanwhile; look again at what the import changes")

    def confirm(grantees: list[Grantee]) -> None:
        if seen(grantees) != reached:
            raise Refused(NOT_SEEN, "the import gives access through addresses, phones or numbers; look at them first")

    made = edit(store, domain, actor, change, confirm=confirm)
    return len(found[0].changes), len(made.waiting)


def _word_for(taken: Taken) -> str:
    return hashlib.sha256(repr(taken.changes).encode()).hexdigest()
