"""Opening hours as FreeSWITCH wants them."""

import pytest

from fsplug.policy.hours import opening
from fsplug.xml.dialplan.hours import open_hours


@pytest.mark.parametrize(
    ("text", "days", "times"),
    [
        ("mon-fri 08:00-16:00", "2,3,4,5,6", "08:00:00-15:59:59"),
        ("sun 00:00-24:00", "1", "00:00:00-23:59:59"),
        ("sat-mon 10:30-10:31", "1,2,7", "10:30:00-10:30:59"),
    ],
)
def test_the_last_second_is_the_one_before_it_closes(text: str, days: str, times: str) -> None:
    known = opening(text)
    assert known
    assert (open_hours(known).days, open_hours(known).times) == (days, times)
