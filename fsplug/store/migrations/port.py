"""The database as far as a step of the migrations needs it: steps are history, and import nothing that changes."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Database(Protocol):
    """SQL with `?` for its values; `dialect` is sqlite or postgresql, `place` what people call the database."""

    dialect: str
    place: str
    now: Callable[[], float]

    def rows(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        """Every row of a SELECT."""
        ...

    def row(self, sql: str, *params: object) -> tuple[Any, ...] | None:
        """The first row of a SELECT, or None."""
        ...

    def run(self, sql: str, *params: object) -> int:
        """Run one statement; the number of rows it touched."""
        ...

    def run_many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run one statement for each of `rows`."""
        ...

    def atomic(self) -> AbstractContextManager[None]:
        """A transaction."""
        ...
