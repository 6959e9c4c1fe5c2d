"""Whether a column holds a text as people type it, folded as `fsplug.policy.folding` folds it, in either database.

SQLite calls a function of ours. PostgreSQL has no such function without an extension that only a superuser may add
(unaccent), so there the same table of letters is written into the statement.
"""

from functools import cache
from typing import Any

import peewee

from fsplug.policy import folding

NAME = "fsplug_holds"


def is_held(text: str | None, plain: str, spelt: str) -> bool:
    """Whether the text holds what is sought, folded, in either spelling: the function that SQLite calls."""
    return text is not None and (plain in folding.folded(text) or spelt in folding.spelt(text))


class Holds(peewee.ColumnBase):
    """The condition that the column holds the text anywhere, in any case and with or without accents."""

    def __init__(self, column: Any, text: str) -> None:
        self._column = column
        self._plain, self._spelt = folding.folded(text), folding.spelt(text)

    def __sql__(self, ctx: Any) -> Any:
        if ctx.state.param != "%s":
            return ctx.sql(getattr(peewee.fn, NAME)(self._column, self._plain, self._spelt))
        column = _postgres(self._column)
        return ctx.sql(
            like(column, f"%{marked(self._plain)}%") | like(_with_spellings(column), f"%{marked(self._spelt)}%")
        )


def like(column: Any, pattern: str) -> Any:
    """LIKE with `!` before what stands for itself; peewee's own is GLOB in SQLite."""
    return peewee.NodeList((column, peewee.SQL("LIKE"), peewee.Value(pattern), peewee.SQL("ESCAPE '!'")), parens=True)


def marked(text: str) -> str:
    """The text in a pattern, standing for itself."""
    return "".join(f"!{char}" if char in "!%_" else char for char in text)


def _with_spellings(column: Any) -> Any:
    for two, one in folding.SPELLINGS:
        column = peewee.fn.REPLACE(column, two, one)
    return column


def _postgres(column: Any) -> Any:
    for char, plain in _several().items():
        column = peewee.fn.REPLACE(column, char, plain)
    return peewee.fn.LOWER(peewee.fn.TRANSLATE(column, *_single()))


@cache
def _several() -> dict[str, str]:
    return {char: plain for char, plain in folding.FOLDS.items() if len(plain) > 1}


@cache
def _single() -> tuple[str, str]:
    """The letters, and what each becomes; those at the end become nothing (PostgreSQL, 9.4: translate)."""
    letters = sorted((one for one in folding.FOLDS.items() if len(one[1]) < 2), key=lambda one: not one[1])
    return "".join(char for char, _ in letters), "".join(plain for _, plain in letters)
