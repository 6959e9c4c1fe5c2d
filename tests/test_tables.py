"""A table's failure names every row that is wrong."""

import pytest

from tests.tables import table


def test_every_row_that_is_wrong_is_named_and_none_that_is_right() -> None:
    with pytest.raises(AssertionError) as failure, table() as rows:
        for number in range(5):
            with rows.row("row", number):
                assert number % 2 == 0
    assert "2 of 5 rows" in str(failure.value)
    assert [number for number in range(5) if f"row {number}:" in str(failure.value)] == [1, 3]


def test_a_row_that_raises_is_wrong() -> None:
    with pytest.raises(AssertionError, match="one: KeyError"), table() as rows, rows.row("one"):
        {}["missing"]


def test_a_table_without_rows_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="empty"), table():
        pass


def test_a_table_whose_rows_are_right_passes() -> None:
    with table() as rows, rows.row("one"):
        pass
