"""The fake switch as a process of its own, driven by its control port."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fsplug.errors import FsplugError, Unavailable
from fsplug.fakeswitch.control_client import ControlClient
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.fakeswitch.client import Client
from tests.fakeswitch.conftest import BRIDGE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def process(tmp_path):
    """A running process, its event socket port and a client of its control port."""
    folder = tmp_path / "dialplan"
    folder.mkdir()
    (folder / "x.xml").write_text(f"<include>{BRIDGE}</include>")
    command = [sys.executable, "-m", "fsplug.fakeswitch", "--port", "0", "--control", "0", "--dialplan", str(folder)]
    running = subprocess.Popen(
        [*command, "--answer", "1001=0.2", "--speed", "10"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    ports = re.findall(r"\d+", running.stdout.readline())
    control = ControlClient(int(ports[1]))
    yield running, int(ports[0]), control
    control.close()
    running.kill()
    running.wait()
    running.stdout.close()


def test_a_call_is_placed_and_followed(process):
    _, _, control = process
    call = control.ask("place", caller="+4522334455", destination="1001", talk=None)["call"]
    bridged = control.ask("wait_bridged", call=call)
    assert bridged["callee"]
    control.ask("hold", call=call)
    control.ask("hang_up", call=call, by="callee")
    assert control.ask("wait", call=call)["cause"] == "NORMAL_CLEARING"
    assert control.ask("stats")["ended"] == 1


def test_many_calls_are_placed_by_themselves(process):
    _, _, control = process
    order = {"caller": "+4522334455", "destination": "1001", "talk": 0.5}
    assert control.ask("load", rate=100, seconds=1, orders=[order])["calls"] == 100
    while control.ask("stats")["ended"] < 100:
        pass
    assert control.ask("stats")["bridged"] == 100


def test_no_more_calls_are_up_together_than_the_load_asks_for(process):
    _, _, control = process
    order = {"caller": "+4522334455", "destination": "1001", "talk": 0.5}
    control.ask("load", rate=1000, seconds=0.03, orders=[order], at_once=4)
    most = 0
    while (stats := control.ask("stats"))["ended"] < 30:
        most = max(most, stats["placed"] - stats["ended"])
    assert 1 <= most <= 4
    assert control.ask("stats")["bridged"] == 30


def test_it_misbehaves_and_behaves_again(process):
    _, port, control = process
    client = Client.connect(port)
    control.ask("misbehave", drop={"CHANNEL_BRIDGE": -1})
    for _ in range(2):
        call = control.ask("place", caller="1", destination="1001", talk=0.1)["call"]
        control.ask("wait", call=call)
        control.ask("behave")
    client.catch_up()
    assert len(client.named("CHANNEL_BRIDGE")) == 1
    client.close()


def test_a_mistake_is_answered_with_its_code(process):
    _, _, control = process
    for request, code in (
        ({"do": "sulk"}, "unknown-request"),
        ({"do": "wait", "call": "nobody"}, "no-such-call"),
        ({"do": "place", "caller": "1"}, "bad-request"),
        ({"do": "inject", "fault": "sulks"}, "unknown-fault"),
    ):
        with pytest.raises(FsplugError) as refusal:
            control.ask(**request)
        assert refusal.value.code == code


def test_a_kill_leaves_the_torn_recording_of_a_real_one(process, tmp_path):
    running, _, control = process
    path = tmp_path / "r.wav"
    arm = f"record_session {path} {{enable_file_write_buffering%3D2000}}"
    call = control.ask("place", caller="1", destination="1001", talk=None, variables={"arm": arm})["call"]
    control.ask("wait_bridged", call=call)
    while not path.exists() or path.stat().st_size < 20_000:
        control.ask("stats")
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert path.read_bytes()[4:8] == b"\x08\0\0\0"
    assert path.read_bytes()[40:44] == bytes(4)
    with pytest.raises(Unavailable):
        control.ask("stats")


@pytest.mark.parametrize("stop", ["stop", signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_a_signal(process, stop):
    running, _, control = process
    if stop == "stop":
        control.ask("stop")
    else:
        running.send_signal(stop)
    assert running.wait(PATIENCE_SECONDS) == 0


def test_a_missing_dialplan_is_an_operators_mistake(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "fsplug.fakeswitch", "--dialplan", str(tmp_path / "none")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, "--dialplan" in ended.stderr) == (2, True)
