"""One FreeSWITCH for the whole run; other folders' tests get it by importing these fixtures."""

import shutil
from collections.abc import Iterator

import pytest

from fsplug.lab.exchange import Exchange
from fsplug.lab.freeswitch import RealSwitch, find_freeswitch


@pytest.fixture(scope="session")
def real_switch() -> Iterator[RealSwitch]:
    """A FreeSWITCH with the fixture's companies, and nobody at its fsplug port."""
    if find_freeswitch() is None:
        pytest.skip("skipped: no FreeSWITCH")
    with RealSwitch() as switch:
        yield switch


@pytest.fixture
def switch(real_switch: RealSwitch) -> Iterator[RealSwitch]:
    """The FreeSWITCH of this run, without a call before and after."""
    real_switch.wait_until_idle()
    yield real_switch
    real_switch.wait_until_idle()


@pytest.fixture
def exchange(switch: RealSwitch) -> Exchange:
    """The same switch as SIPp sees it."""
    if shutil.which("sipp") is None:
        pytest.skip("skipped: no SIPp")
    return Exchange(switch.ports)
