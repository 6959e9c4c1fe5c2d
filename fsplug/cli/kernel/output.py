"""Results as people read them, and as programs read them.

Texts from callers and trunks may hold escape sequences, so only printable characters reach a terminal.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import click

WIDEST_CELL = 64
PROGRESS_SECONDS = 0.2
NOTHING = "-"
# Return to the start of the line and erase it (ECMA-48, EL).
_ERASED = "\r\x1b[K"

Item = TypeVar("Item")


def safe(value: object) -> str:
    """The text with every character a terminal could act on spelled out: controls, line ends, direction marks."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def safe_lines(text: str) -> str:
    """As `safe`, for a text of fsplug's that has several lines."""
    return "\n".join(map(safe, text.split("\n")))


def as_json(facts: Any) -> str:
    """One JSON document, in ASCII."""
    return json.dumps(facts, indent=2, default=str).replace("\x7f", "\\u007f")


def when(epoch: float | None) -> str:
    """Local time with its zone, to the second."""
    return NOTHING if epoch is None else datetime.fromtimestamp(epoch).astimezone().isoformat(" ", "seconds")


def seconds(duration: float | None) -> str:
    """A duration, to the tenth of a second."""
    return NOTHING if duration is None else f"{duration:.1f} s"


def cell(value: object) -> str:
    """A value as shown in a table or beside its name."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe(value)


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of a table with aligned columns."""
    cells = [[_shortened(cell(value)) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in (titles, *cells))
    return [line.rstrip() for line in lines]


def sheet(named: Mapping[str, object]) -> list[str]:
    """One entry, with one line for each property."""
    width = max(map(len, named))
    return [f"{name.ljust(width)}  {cell(value)}" for name, value in named.items()]


@contextmanager
def working(what: str) -> Iterator[None]:
    """While the block runs, a terminal shows what is being done."""
    if not sys.stderr.isatty():
        yield
        return
    click.echo(f"{what} ...", nl=False, err=True)
    try:
        yield
    finally:
        click.echo(_ERASED, nl=False, err=True)


def counted(items: Iterable[Item], what: str) -> Iterator[Item]:
    """The items, unchanged; meanwhile a terminal shows how many have passed."""
    if not sys.stderr.isatty():
        yield from items
        return
    shown_at = time.monotonic()
    for number, item in enumerate(items, 1):
        yield item
        if time.monotonic() - shown_at > PROGRESS_SECONDS:
            shown_at = time.monotonic()
            click.echo(f"\r{number} {what}", nl=False, err=True)
    click.echo(_ERASED, nl=False, err=True)


def _shortened(text: str) -> str:
    return text if len(text) <= WIDEST_CELL else f"{text[: WIDEST_CELL - 1]}…"
