"""`fsplug switch status`."""

import json
from collections.abc import Iterator

import pytest

from fsplug.cli.operate.switch import status_facts
from fsplug.fakeswitch.switch import FakeSwitch
from tests.cli.conftest import Cli

# As FreeSWITCH 1.11.1 says it.
VERSION = "FreeSWITCH Version 1.11.1-release+git~20260526T204126Z~c2c59645f6~64bit (git c2c5964 2026-05-26 64bit)\n"
STATUS = """UP 0 years, 2 days, 1 hour, 6 minutes, 52 seconds, 114 milliseconds, 503 microseconds
FreeSWITCH (Version 1.11.1-release git c2c5964 2026-05-26 20:41:26Z 64bit) is ready
22 session(s) since startup
3 session(s) - peak 4, last 5min 4
0 session(s) per Sec out of max 1000, peak 3, last 5min 2
5000 session(s) max
"""


@pytest.fixture
def switch() -> Iterator[FakeSwitch]:
    with FakeSwitch("<include/>", password="fridge") as switch:
        yield switch


def status(cli: Cli, port: int, password: str, *words: str) -> tuple[int, str, str]:
    environment = {"FSPLUG_EVENT_SOCKET_PORT": str(port), "FSPLUG_EVENT_SOCKET_PASSWORD": password}
    result = cli.run("switch", "status", *words, **environment)
    return result.exit_code, result.stdout, result.stderr


def test_a_switch_that_answers_is_described(cli: Cli, switch: FakeSwitch) -> None:
    code, stdout, _ = status(cli, switch.port, "fridge", "--json")
    facts = json.loads(stdout)
    assert (code, facts["reachable"], facts["sessions"]) == (0, True, 0)
    assert facts["version"].startswith("1.11.1")
    assert facts["uptime_seconds"] is not None
    assert facts["served"] is False
    assert "answers" in status(cli, switch.port, "fridge")[1]


def test_a_wrong_password_is_said_and_never_printed(cli: Cli, switch: FakeSwitch) -> None:
    code, stdout, stderr = status(cli, switch.port, "not-the-fridge", "--json")
    assert (code, json.loads(stderr)["error"]["code"]) == (4, "auth-refused")
    assert "fridge" not in stdout + stderr


def test_a_switch_that_is_away_is_exit_code_4(cli: Cli) -> None:
    with FakeSwitch("<include/>") as switch:
        port = switch.port
    code, _, stderr = status(cli, port, "ClueCon", "--json")
    assert (code, json.loads(stderr)["error"]["code"]) == (4, "switch-unreachable")


def test_what_freeswitch_says_is_understood() -> None:
    assert status_facts(VERSION, STATUS) == {
        "version": "1.11.1-release+git~20260526T204126Z~c2c59645f6~64bit",
        "uptime_seconds": 2 * 86_400 + 3_600 + 6 * 60 + 52,
        "sessions": 3,
        "sessions_since_start": 22,
    }


def test_what_it_does_not_say_is_unknown() -> None:
    assert set(status_facts("-ERR", "").values()) == {None}
