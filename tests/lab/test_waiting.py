"""How the tests wait: as long as things go on, and not for what stands still."""

import itertools

import pytest

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import wait_for_count


def test_a_count_that_goes_on_is_waited_for_beyond_its_patience():
    # This patience is over at every look: a count that stood still at one would not be waited for.
    looks = itertools.count()
    wait_for_count(lambda: next(looks) + 1, 4, "things to be done", 0.0)
    assert next(looks) == 4


def test_a_count_that_stands_still_is_reported_with_its_last_value():
    with pytest.raises(Unavailable, match="things to be done: 2 of 3"):
        wait_for_count(lambda: 2, 3, "things to be done", 0.1)
