"""gevent patches the standard library before anything else is imported, as `fsplug serve` does.

With FSPLUG_TEST_STRICT=1 every skip is a failure: what a test needs must be there.
"""

import gc
import os
from collections.abc import Generator
from typing import Any

import pytest

# Until all is imported and collected: nearly all of it stays, and to search it for garbage again and again takes long.
gc.disable()

from fsplug.wiring.process.patching import patch  # noqa: E402

patch()

from hypothesis import HealthCheck, settings  # noqa: E402

# A machine may be busy with anything else: how long an example takes says nothing.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

STRICT = os.environ.get("FSPLUG_TEST_STRICT", "") not in ("", "0")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test, or what it needs."""
    return _strictly((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole file."""
    return _strictly((yield))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: Python need not search it again and again for garbage."""
    gc.freeze()
    gc.enable()


def _strictly(report: Any) -> Any:
    if STRICT and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome, report.longrepr = "failed", f"FSPLUG_TEST_STRICT: {reason}"
    return report
