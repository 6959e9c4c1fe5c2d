"""Ranges of numbers: which numbers lie in them, and which ranges overlap."""

import pytest

from fsplug.policy.ranges import NumberRange, Ranges, range_trouble


@pytest.mark.parametrize(
    ("number", "is_there"),
    [
        ("+4570101000", True),
        ("+4570101050", True),
        ("+4570101099", True),
        ("+4570101100", False),
        ("+4570100999", False),
        # One digit more, or one less, is another number.
        ("+45701010500", False),
        ("+457010105", False),
        ("+4681001001", True),
        ("+4681001002", False),
        ("+49301234", True),
    ],
)
def test_a_number_lies_in_one_of_the_ranges_or_in_none(number: str, is_there: bool) -> None:
    ranges = [("+4681001001", "+4681001001"), ("+4570101000", "+4570101099"), ("+49301234", "+49301239")]
    assert Ranges(NumberRange(*one) for one in ranges).has(number) is is_there


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (("+4570101000", "+4570101099"), ("+4570101099", "+4570101200"), True),
        (("+4570101000", "+4570101099"), ("+4570101100", "+4570101200"), False),
        (("+4570101000", "+4570101999"), ("+4570101500", "+4570101500"), True),
        # A longer number begins with one that somebody has.
        (("+49301234", "+49301234"), ("+4930123410", "+4930123419"), True),
        (("+49301234", "+49301234"), ("+4930123510", "+4930123519"), False),
    ],
)
def test_ranges_overlap_when_one_call_could_be_for_both(
    one: tuple[str, str], other: tuple[str, str], overlap: bool
) -> None:
    assert NumberRange(*one).overlaps(NumberRange(*other)) is overlap
    assert NumberRange(*other).overlaps(NumberRange(*one)) is overlap


def test_a_range_goes_from_a_number_to_a_later_one_of_the_same_length() -> None:
    assert range_trouble("+4570101000", "+4570101000") == ""
    assert "comes before" in range_trouble("+4570101001", "+4570101000")
    assert "equally long" in range_trouble("+4570101000", "+457010199")
