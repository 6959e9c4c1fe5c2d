"""The list of users as a file that `fsplug import users` and the console's import read again."""

from typing import Any

from flask import g

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.config import user_list
from fsplug.store.config.user_list import Person
from fsplug.web.kernel import exports, guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.pages.people.views import PAGE, asked_filter


@PAGE.post("/people/export")
@takes(Need.PEOPLE, Reach.DEPARTMENTS)
def export() -> Any:
    """The users whom the filters match."""
    found = user_list.listed(guard.store(), shell.viewer().domain, asked_filter(g.actor), exports.MOST_ROWS)
    # The columns are called as the import knows them in every language.
    headings = ["username", "extension", "name", "email", "department", "record", "role", "licences", "rights"]
    return exports.sheet(PAGE.name, headings, map(_row, found))


def _row(one: Person) -> list[object]:
    licences, rights = (" ".join(sorted(map(str, held))) for held in (one.licences, one.rights))
    records = "yes" if one.records else "no"
    return [one.username, one.extension, one.name, one.email, one.department, records, str(one.role), licences, rights]
