"""The same two switches with fsplug beside them as in tests/calls."""

from tests.calls.conftest import fake_line, line, listens, module_plant, people, plant, real_line  # noqa: F401
