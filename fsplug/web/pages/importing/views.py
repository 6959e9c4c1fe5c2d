"""Users from a spreadsheet or another telephone system: how it is read, what it changes, and the import."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gevent
from flask import g, redirect, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.change.edit_users import NOT_SEEN
from fsplug.store.change.sheets import headings, importing, packing, reading
from fsplug.store.change.sheets.headings import Columns, Field
from fsplug.store.change.sheets.reading import Sheet
from fsplug.store.change.sheets.users import InvalidSheet
from fsplug.web.kernel import guard, names, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Page
from fsplug.web.pages.importing.faults import in_words

PAGE = Page(__name__, part_of="people")
_LONGEST_FORM = 480 * 1024
_SHOWN = 200


@PAGE.get("/people/import")
@takes(Need.PEOPLE, Reach.DEPARTMENTS)
def page() -> Any:
    """Where the file is chosen."""
    return render_template("importing/page.html", fields=list(Field))


@PAGE.get("/people/import/review")
@PAGE.get("/people/import/save")
@takes(Need.PEOPLE, Reach.DEPARTMENTS)
def lead_back() -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect("/people/import")


@PAGE.post("/people/import/review")
@takes(Need.PEOPLE, Reach.DEPARTMENTS, form_bytes=_LONGEST_FORM)
def review() -> Any:
    """How the file is read, and everything that is wrong with it, or what it would change."""
    try:
        sheet = _sheet()
    except Invalid as error:
        return render_template("importing/page.html", fields=list(Field), trouble=g.words.error(error.code)), 422
    return _review(sheet, _columns(sheet))


@PAGE.post("/people/import/save")
@takes(Need.PEOPLE, Reach.DEPARTMENTS, form_bytes=_LONGEST_FORM, steps_up=True)
def save() -> Any:
    """Import what was looked at."""
    viewer, form = shell.viewer(), request.form
    sheet = packing.unpacked(form.get("sheet", ""))
    columns = _columns(sheet)
    looked_at, reached = form.get("looked_at", ""), form.get("reached", "")
    try:
        if columns.troubles():
            return _review(sheet, columns)
        count, waiting = importing.save(guard.store(), viewer.domain, sheet, columns, g.actor, looked_at, reached)
    except InvalidSheet:
        return _review(sheet, columns)
    except Refused as error:
        if error.code in (NOT_SEEN, importing.CHANGED):
            return _review(sheet, columns, g.words.error(error.code))
        raise
    if waiting:
        return shell.done("/people", "said-import-waits", count=str(count), waiting=str(waiting))
    return shell.done("/people", "said-imported", count=str(count))


def _review(sheet: Sheet, columns: Columns, trouble: str | None = None) -> Any:
    store, domain = guard.store(), shell.viewer().domain
    shown: dict[str, Any] = {"preview": None, "setters": {}, "faults": [], "troubles": columns.troubles()}
    if not columns.troubles():
        try:
            shown["preview"] = found = importing.preview(store, domain, sheet, columns, g.actor)
            shown["setters"] = names.of_setters(store, domain, found.grantees)
        except InvalidSheet as error:
            shown["faults"] = error.faults
        except Refused as error:
            trouble = g.words.error(error.code)
    status = 409 if trouble else 422 if shown["faults"] or shown["troubles"] else 200
    return (
        render_template(
            "importing/review.html",
            trouble=trouble,
            sheet=sheet,
            columns=columns,
            example=_examples(sheet),
            packed=packing.packed(sheet),
            fields=list(Field),
            most=_SHOWN,
            in_words=in_words,
            **shown,
        ),
        status,
    )


def _sheet() -> Sheet:
    """The table of the file that was chosen, or the one that the page before handed on."""
    chosen = request.files.get("file")
    if chosen is None or not chosen.filename:
        return packing.unpacked(request.form.get("sheet", ""))
    data = chosen.read()
    # A large workbook takes seconds, in which the others' pages must go on.
    found: Sheet | Invalid = gevent.get_hub().threadpool.apply(_read, (data,))
    if isinstance(found, Invalid):
        raise found
    return found


def _read(data: bytes) -> Sheet | Invalid:
    try:
        return reading.read(data)
    except Invalid as error:
        # The threadpool prints what is raised.
        return error


def _columns(sheet: Sheet) -> Columns:
    """As guessed, or as the viewer has corrected them."""
    found = headings.guessed(sheet.headings)
    given = request.form.getlist("column")
    if len(given) != len(sheet.headings):
        return found
    fields = tuple(Field(name) if name in set(Field) else None for name in given)
    return replace(found, fields=fields)


def _examples(sheet: Sheet) -> Sequence[str]:
    """For each column the first cell that is not empty."""
    width = len(sheet.headings)
    rows = [row.cells for row in sheet.rows if len(row.cells) == width]
    return [next((row[at] for row in rows if row[at]), "")[:60] for at in range(width)]
