"""The list of users as a file that `fsplug import users` and the console's import read again."""

from typing import Any

from flask import g

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.change.sheets.headings import Field
from fsplug.store.config import user_list
from fsplug.store.config.user_list import Person
from fsplug.web.kernel import exports, guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.pages.people.views import PAGE, asked_filter

_FIELDS = (
    Field.USERNAME,
    Field.EXTENSION,
    Field.NAME,
    Field.EMAIL,
    Field.DEPARTMENT,
    Field.RECORD,
    Field.ROLE,
    Field.LICENCES,
    Field.RIGHTS,
)


@PAGE.post("/people/export")
@takes(Need.PEOPLE, Reach.DEPARTMENTS)
def export() -> Any:
    """The users whom the filters match, in words of the viewer's language that the import knows."""
    found = user_list.listed(guard.store(), shell.viewer().domain, asked_filter(g.actor), exports.MOST_ROWS)
    return exports.sheet(PAGE.name, [g.words(f"field-of-user-{one}") for one in _FIELDS], map(_row, found))


def _row(one: Person) -> list[object]:
    t = g.words
    records, role = t("people-file-yes" if one.records else "people-file-no"), t(f"role-{one.role}")
    licences = ", ".join(t(f"licence-{held}") for held in sorted(one.licences))
    rights = ", ".join(t(f"right-{held}") for held in sorted(one.rights))
    return [one.username, one.extension, one.name, one.email, one.department, records, role, licences, rights]
