"""Tables that one test checks as a whole: it goes through all rows, and its failure names each row that is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_SHOWN_CHARACTERS = 400


class Rows:
    """The rows of one table, and what is wrong with some of them."""

    def __init__(self) -> None:
        self._count = 0
        self._wrong: dict[str, str] = {}

    @contextmanager
    def row(self, *name: object) -> Iterator[None]:
        """What is asserted within is said of this row; an assertion that fails there does not keep the next from it."""
        self._count += 1
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:
            said = f"{type(error).__name__}: {error}"
            self._wrong.setdefault(" ".join(map(str, name)), said[:_SHOWN_CHARACTERS])

    def judge(self) -> None:
        """Raises AssertionError when a row is wrong, or when there was none."""
        assert self._count, "the table is empty"
        lines = "\n".join(f"  {name}: {said}" for name, said in self._wrong.items())
        assert not self._wrong, f"{len(self._wrong)} of {self._count} rows are wrong:\n{lines}"


@contextmanager
def table() -> Iterator[Rows]:
    """`with table() as rows:`, and in it `with rows.row(name):` for each row; fails at its end for all of them."""
    rows = Rows()
    yield rows
    rows.judge()
