"""The same two switches with fsplug beside them as in tests/calls; what is killed of it is started again."""

import pytest

from tests.calls.conftest import fake_line, line, listens, module_plant, people, plant, real_line  # noqa: F401


@pytest.fixture(scope="session")
def restarts() -> bool:
    """As an operator runs it."""
    return True
