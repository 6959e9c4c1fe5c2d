"""A list as a file that spreadsheets open: what is on it, for whoever may see it, with an entry in the audit trail.

Excel reads UTF-8 where the file begins with a mark, and separates by commas, or by semicolons wherever the comma is in
decimals. `sep=` would say so, but where it stands, Excel does not look for the mark.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from flask import Response, g

from fsplug.store.audit import trail
from fsplug.store.db.pages import Cursor
from fsplug.web.kernel import guard, shell


class HasCursor(Protocol):
    """A row of a long list."""

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this row ends."""
        ...


Row = TypeVar("Row", bound=HasCursor)
# More is a matter for the command line, which writes JSON.
MOST_ROWS = 10_000
_AT_ONCE = 500
_MARK = "\ufeff"
# A spreadsheet calculates what begins so, and might send it somewhere (OWASP, CSV injection). A tab before it makes it
# text, and is cut off where the file is imported again. The last four are the same in full width. Excel may separate by
# another character than the file: then a cell begins after each, and as quotes mean nothing in the middle of a cell, so
# does a line after its end.
_CALCULATED = re.compile("(?:^|(?<=[,;\t\r\n]))(?=[-=+@\t\r\uff1d\uff0b\uff0d\uff20])")
_SEPARATORS = {"da": ";", "sv": ";", "en": ","}
_SEPARATING = frozenset(';,"\t\r\n')


def sheet(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The list of the page `name` as a file; no more than `MOST_ROWS` of its rows. The trail gets an entry first."""
    viewer, name = shell.viewer(), name.replace("_", "-")
    kept = [row for row, _ in zip(rows, range(MOST_ROWS), strict=False)]
    trail.add(guard.store(), viewer.domain, g.actor.logged_name, "list-export", name, rows=len(kept))
    file = f"fsplug-{name}-{viewer.moments.of(viewer.now):%Y-%m-%d}.csv"
    answer = Response(written(headings, kept, _SEPARATORS[g.words.language]), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def pages(find: Callable[..., list[Row]]) -> Iterator[list[Row]]:
    """A long list page by page; `find` takes a `limit` and the cursor `before` which a page begins."""
    before: Cursor | None = None
    while found := find(limit=_AT_ONCE, before=before):
        yield found
        before = found[-1].cursor


def written(headings: Sequence[str], rows: Iterable[Sequence[object]], separator: str) -> str:
    """The file's text. A moment is local time, a whole number stays one; everything else is text."""
    lines = (separator.join(map(_cell, row)) for row in (headings, *rows))
    return _MARK + "".join(f"{line}\r\n" for line in lines)


def timed(text: str) -> str:
    """A heading of moments: with the zone that they are in."""
    return f"{text} ({shell.viewer().company.timezone})"


def moment(at: float | None) -> datetime | None:
    """Epoch seconds as the company's local time."""
    return None if at is None else shell.viewer().moments.of(at)


def whole(seconds: float | None) -> int | None:
    """Seconds as a whole number."""
    return None if seconds is None else round(seconds)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case int():
            return str(value)
    text = _CALCULATED.sub("\t", str(value))
    return '"{}"'.format(text.replace('"', '""')) if _SEPARATING.intersection(text) else text
