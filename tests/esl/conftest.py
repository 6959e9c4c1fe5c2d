import os
from collections.abc import Iterator

import gevent
import pytest

from tests.esl.peers import live_greenlets, until


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture
def nothing_left_behind() -> Iterator[None]:
    """Every greenlet and file descriptor a test began with, and no more, at its end."""
    gevent.sleep(0)
    files, greenlets = _open_files(), live_greenlets()
    yield
    until(lambda: _open_files() <= files)
    until(lambda: live_greenlets() <= greenlets)
