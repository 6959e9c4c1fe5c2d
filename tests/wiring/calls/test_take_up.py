"""The calls of an earlier process are taken up from the store, once the store has what this process noted before."""

import pytest

from fsplug.errors import Unavailable
from fsplug.wiring.calls.take_up import once_written


def test_calls_are_taken_up_only_once_what_was_noted_before_is_in_the_store() -> None:
    written, done = iter((False, True)), []
    work = once_written(lambda: next(written), lambda: done.append("taken up"))
    with pytest.raises(Unavailable) as refusal:
        work()
    assert (refusal.value.code, done) == ("store-behind", [])
    work()
    assert done == ["taken up"]
