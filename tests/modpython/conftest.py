"""A FreeSWITCH whose dialplan brings its calls by mod_python3 instead of the outbound socket."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fsplug.lab.freeswitch import FIXTURE, RealSwitch
from fsplug.lab.ports import free_ports
from tests.calls.conftest import left_as_found
from tests.calls.lines import REAL, RealLine, why_not
from tests.calls.plant import ROOT, Plant

SOCKET = '<action application="socket" data="127.0.0.1:$${fsplug_port} full"/>'
HANDLER = '<action application="python" data="fsplug.modpython"/>'
LISTEN = '<action application="execute_extension" data="listen XML fsplug"/>'


@pytest.fixture(scope="session")
def python_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealLine]:
    """The switch of the whole run."""
    if reason := why_not(REAL):
        pytest.skip(reason)
    ports, data = free_ports(), tmp_path_factory.mktemp("python-plant")
    settings = f'xml_port = {ports.fsplug_xml_port}\nxml_password = "{ports.fsplug_xml_password}"\n'
    (data / "fsplug.toml").write_text(settings)
    conf = _with_handler(tmp_path_factory.mktemp("conf") / "conf")
    environment = {"PYTHONPATH": str(ROOT), "FSPLUG_DATA": str(data)}
    with RealSwitch(ports, conf, environment=environment) as switch:
        if switch.api("module_exists mod_python3") != "true":
            pytest.skip("skipped: this FreeSWITCH has no mod_python3")
        line = RealLine(switch)
        line.data = data
        yield line


@pytest.fixture(scope="session")
def python_plant(python_line: RealLine) -> Iterator[Plant]:
    """fsplug beside it."""
    with Plant(python_line, python_line.data).running() as plant:
        yield plant


@pytest.fixture
def plant(python_plant: Plant) -> Iterator[Plant]:
    """The same, left as it was found."""
    yield from left_as_found(python_plant)


def _with_handler(conf: Path) -> Path:
    shutil.copytree(FIXTURE, conf)
    modules = conf / "freeswitch.xml"
    dptools = '<load module="mod_dptools"/>'
    modules.write_text(modules.read_text().replace(dptools, dptools + '<load module="mod_python3"/>'))
    for file in (conf / "dialplan").glob("*.xml"):
        by_handler = file.read_text().replace(SOCKET, HANDLER)
        # Who listens in stays on the socket.
        file.write_text(by_handler.replace(f"{HANDLER}\n        {LISTEN}", f"{SOCKET}\n        {LISTEN}"))
    return conf
