"""From an operator's command to the first answer to the switch that shows the change."""

import time
from collections.abc import Iterator

from benchmarks import crowd, xmlanswers, xmlclient
from benchmarks.apply import seconds
from benchmarks.figures import Figure, Target, number
from benchmarks.setting import Setting
from benchmarks.xmlclient import Client
from fsplug.lab.freeswitch import wait_for

WORKS = Target("a change by CLI works on the next call, slowest", 1, "s")
TARGETS = (WORKS,)
_USERS = 10_000
_PATIENCE_SECONDS = 10.0


def measure(setting: Setting) -> Iterator[Figure]:
    """One of 10,000 users is renamed again and again, while the endpoint serves them."""
    with xmlanswers.serving(setting, _USERS) as client:
        took = [_change(setting, client, one) for one in range(setting.rounds(full=10, quick=4))]
    commands = max(command for command, _ in took)
    yield WORKS.judged(max(whole for _, whole in took), f"of it the command, slowest: {number(commands)} s")


def _change(setting: Setting, client: Client, number_: int) -> tuple[float, float]:
    """Seconds until the command ends, and until an answer has the new name."""
    name, begun = f"Renamed {number_}", time.perf_counter()
    who = ("--company", crowd.DOMAIN, crowd.extension(number_))
    command = seconds(setting, client.folder, "user", "set", *who, "--name", name)
    wait_for(lambda: name in client.answer(xmlclient.directory(number_)), f"{name} to be known", _PATIENCE_SECONDS)
    return command, time.perf_counter() - begun
