"""The switch's side of fsplug.modpython without a switch: it never raises, and never waits longer than its time."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fsplug import modpython_client
from fsplug.wiring.endpoint.questions import ARM, AWAITED_UNTIL, CONSOLE
from fsplug.xml.endpoint import Endpoint, Responder
from tests.calls.plant import ROOT

DUMP = "Event-Name: CHANNEL_DATA\nUnique-ID: abc\nvariable_fsplug_company: acme.example\n"


class Session:
    """A call of the switch."""

    def __init__(self) -> None:
        self.variables = {"uuid": "abc"}

    def getVariable(self, name: str) -> str | None:  # noqa: N802 - the switch's name
        return self.variables.get(name)

    def setVariable(self, name: str, value: str) -> None:  # noqa: N802 - the switch's name
        self.variables[name] = value


class Beside:
    """An endpoint that answers `says` to every call; `asked` is what it was asked last."""

    def __init__(self) -> None:
        self.says: Callable[[], str] = lambda: "{}"
        self.asked = b""

    def answer(self, body: bytes) -> str:
        self.asked = body
        return self.says()


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    beside = Beside()
    doors = {ARM: Responder(beside.answer), CONSOLE: Responder(beside.answer)}
    served = Endpoint("127.0.0.1", 0, "fsplug", "secret", doors)
    served.start()
    (tmp_path / "fsplug.toml").write_text(f'xml_port = {served.address[1]}\nxml_password = "secret"\n')
    monkeypatch.setenv("FSPLUG_DATA", str(tmp_path))
    monkeypatch.setattr(modpython_client, "_known", {})
    yield beside
    served.stop()


def armed(dump: str = DUMP) -> tuple[dict[str, str], list[str]]:
    """The variables that a call has afterwards, and what the switch's log is told."""
    session, log = Session(), []
    modpython_client.arm(session, lambda command, argument: dump, lambda level, text: log.append(text))
    return session.variables, log


def test_a_call_gets_the_variables_it_is_given(beside: Beside) -> None:
    beside.says = lambda: json.dumps({"fsplug_verdict": "given", "execute_on_answer": ""})
    assert armed() == ({"uuid": "abc", "fsplug_verdict": "given", "execute_on_answer": ""}, [])


def test_the_request_has_the_whole_call_and_its_deadline(beside: Beside) -> None:
    armed()
    first, _, rest = beside.asked.decode().partition("\n")
    assert rest == DUMP
    name, _, until = first.partition(": ")
    assert name == AWAITED_UNTIL and 0 < float(until) - time.time() <= modpython_client.ANSWER_SECONDS


def test_a_value_that_the_switch_would_expand_is_not_set(beside: Beside) -> None:
    beside.says = lambda: json.dumps({"bad": "${system(x)}", "number": 1, "good": "1"})
    assert armed()[0] == {"uuid": "abc", "good": "1"}


@pytest.mark.parametrize("said", ["", "[]", "no JSON", "null", '"text"', "{" * 10_000])
def test_an_answer_that_is_none_leaves_the_call_as_it_is(beside: Beside, said: str) -> None:
    beside.says = lambda: said
    variables, log = armed()
    assert variables == {"uuid": "abc"} and log[0].startswith("fsplug: call not armed")


@pytest.mark.parametrize("dump", ["", "-ERR No such channel!\n"])
def test_a_call_that_the_switch_does_not_know_is_left(beside: Beside, dump: str) -> None:
    variables, log = armed(dump)
    assert variables == {"uuid": "abc"} and "call not armed" in log[0] and not beside.asked


def test_a_wrong_password_is_read_anew_after_it_was_refused(beside: Beside, tmp_path: Path) -> None:
    settings = tmp_path / "fsplug.toml"
    right = settings.read_text()
    settings.write_text(right.replace('"secret"', '"old"'))
    assert "401" in armed()[1][0]
    settings.write_text(right)
    assert armed()[1] == []


def test_without_settings_the_reason_is_printed(
    beside: Beside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSPLUG_DATA", str(tmp_path / "none"))
    assert "xml_password" in modpython_client.answer_to("status")
    (tmp_path / "fsplug.toml").write_text("nonsense = 1\n")
    monkeypatch.setenv("FSPLUG_DATA", str(tmp_path))
    assert "nonsense is not a setting" in modpython_client.answer_to("status")


def test_an_endpoint_that_answers_byte_by_byte_is_left_after_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "import socket, time\n"
        "listener = socket.create_server(('127.0.0.1', 0)); print(listener.getsockname()[1], flush=True)\n"
        "peer, _ = listener.accept(); peer.recv(65536); peer.sendall(b'HTTP/1.1 200 OK\\r\\nX: ')\n"
        "while True: peer.sendall(b'x'); time.sleep(0.05)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as slow:
        port = int(slow.stdout.readline())
        (tmp_path / "fsplug.toml").write_text(f'xml_port = {port}\nxml_password = "secret"\n')
        monkeypatch.setenv("FSPLUG_DATA", str(tmp_path))
        monkeypatch.setattr(modpython_client, "_known", {})
        # The answer never ends: it is left.
        assert modpython_client.answer_to("status").startswith("-ERR")
        slow.kill()


def test_what_the_switch_loads_is_the_standard_library_and_little_of_fsplug() -> None:
    code = (
        "import sys; sys.setrecursionlimit(240); import fsplug.modpython\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names - {'__main__'}))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('fsplug.')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONNOUSERSITE": "1"}
    ended = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    outside, own = ended.stdout.splitlines()
    assert outside == "fsplug"
    assert own.split() == [
        *("fsplug.errors", "fsplug.modpython", "fsplug.modpython_client", "fsplug.policy", "fsplug.policy.access"),
        *("fsplug.policy.access.clock", "fsplug.policy.access.plays", "fsplug.policy.access.throttle"),
        *("fsplug.policy.hosts", "fsplug.policy.one_line", "fsplug.policy.proxies", "fsplug.policy.recording"),
        *("fsplug.policy.recording.phone_keys", "fsplug.store"),
        *("fsplug.store.audit", "fsplug.store.audit.signing", "fsplug.wiring", "fsplug.wiring.endpoint"),
        *(
            "fsplug.wiring.endpoint.questions",
            "fsplug.wiring.setting_values",
            "fsplug.wiring.settings",
            "fsplug.wiring.toml_source",
        ),
    ]
