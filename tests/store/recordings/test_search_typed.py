"""What people type to find recordings: a part of a number, a person's name, and what is neither."""

import pytest

from fsplug.errors import Invalid
from fsplug.store.db.database import Store
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter
from tests.store.cast import ACME, BETA
from tests.store.recordings.lookedfor import calls_of
from tests.tables import table

NO_PART = ("1", "12", "+4", "abc", "%%%", "'; --", "\n", "💥💥💥", "9" * 300, "_" * 300, "12\x00")


def test_what_is_no_part_of_a_number_is_refused_or_finds_nothing(busy: Store) -> None:
    with table() as rows:
        for typed in NO_PART:
            with rows.row(repr(typed)):
                try:
                    found = calls_of(results.search(busy, ACME, RecordingFilter(number=typed)))
                    assert found == ("gfedcba" if not typed.strip() else "")
                except Invalid as invalid:
                    assert invalid.code == "number-too-short"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("2,2334E+07", "spoilt-number"), ("22334455.0", "spoilt-number"), ("call 22334455", "bad-number")],
)
def test_what_is_spoilt_is_not_looked_for(busy: Store, typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        results.search(busy, ACME, RecordingFilter(number=typed))
    assert refused.value.code == code


@pytest.mark.parametrize("typed", ["\u202a+45 22 33 44 55\u202c", "*31#22334455", "22334455 ext. 5"])
def test_a_number_is_found_with_what_surrounds_it(busy: Store, typed: str) -> None:
    assert calls_of(results.search(busy, ACME, RecordingFilter(number=typed))) == "ba"


def test_digits_of_other_scripts_are_digits(busy: Store) -> None:
    assert calls_of(results.search(busy, ACME, RecordingFilter(number="٢٢٣٣٤٤٥٥"))) == "ba"


CALLED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("1001", ("1001",)),
    ("Anna", ("1001",)),
    ("ANN", ("1001",)),
    (" clara ", ("1003",)),
    ("a", ("1001", "1003")),
    ("%", ()),
    ("_nna", ()),
    ("\\", ()),
    ("Birgitta", ()),
    ("x" * 300, ()),
)


def test_people_are_found_by_what_they_are_called(store: Store) -> None:
    with table() as rows:
        for typed, usernames in CALLED:
            with rows.row(typed):
                assert results.users_called(store, ACME, typed) == usernames


def test_more_people_than_can_be_looked_for_are_too_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MOST_PEOPLE", 1)
    assert results.users_called(store, ACME, "bo") == ("1002",)
    with pytest.raises(Invalid) as invalid:
        results.users_called(store, ACME, "a")
    assert invalid.value.code == "too-many-people"


def test_the_choices_are_what_recordings_were_made_of(busy: Store) -> None:
    assert results.departments(busy, ACME) == ["Sales", "Support"]
    assert results.groups(busy, ACME) == {"2001": "Sales"}
    assert results.departments(busy, BETA) == []
