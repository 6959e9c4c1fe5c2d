"""One FreeSWITCH for the whole run; other folders' tests get it by importing these fixtures."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from fsplug.lab.exchange import Exchange
from fsplug.lab.freeswitch import RealSwitch, find_freeswitch
from fsplug.wiring.settings import read
from tests.calls.serving import Serving
from tests.switches.installation import Installed, furnished
from tests.xml.office import short_prompt


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


@pytest.fixture(scope="package", params=["endpoint", "files"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """A switch on what `fsplug switch install` wrote, by each way to tell it; the same for every file of tests."""
    if find_freeswitch() is None or shutil.which("sipp") is None:
        pytest.skip("skipped: no FreeSWITCH, or no SIPp")
    folder = tmp_path_factory.mktemp(request.param)
    cli, ports = furnished(folder, request.param)
    for language, name in product(("da", "en"), ("consent", "recorded")):
        short_prompt(cli.data / "prompts" / language / f"{name}.wav")
    ports = replace(ports, event_socket_password=read(cli.data, {}).event_socket_password)
    with RealSwitch(ports, fixture=folder / "conf") as switch:
        # The switch runs on a copy of the folder: from now on that is the one to keep up to date.
        cli.ok("switch", "install", "--conf", switch.conf, "--yes")
        serving = Serving(cli.data, {}, restarts=False)
        serving.start()
        try:
            yield Installed(cli, switch, serving)
        finally:
            serving.stop()
            serving.end()
