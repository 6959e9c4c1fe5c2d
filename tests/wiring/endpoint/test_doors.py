"""The doors of the endpoint: a call brought by HTTP is armed as one brought by the socket, and only while it waits."""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.calls.arming import CallArmer
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.consents import Consents
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.esl.protocol.event import Event
from fsplug.store.db.database import Store
from fsplug.wiring.endpoint.doors import doors, endpoint
from fsplug.wiring.endpoint.fs_cli import USAGE, Console
from fsplug.wiring.endpoint.questions import ARM, AWAITED_UNTIL
from fsplug.wiring.settings import read
from fsplug.xml.answers import Answers
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways
from tests.esl.commandedswitch import CommandedSwitch
from tests.furnished import demo_store

ACME = "acme.example"


class Spool:
    """A spool that is well."""

    trouble = None
    kept_out = None

    def path(self, recording: str) -> str:
        return f"/spool/{recording}.wav"


class Session:
    """An outbound session: the socket's way in, with what it told the switch."""

    def __init__(self, channel: object) -> None:
        self._channel = channel
        self.said = ""

    def connect(self, deadline_seconds: float) -> object:
        return self._channel

    def api_and_exit(self, command: str, deadline_seconds: float) -> str:
        self.said = command
        return "+OK"

    def exit(self) -> None:
        pass


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = demo_store(tmp_path / "fsplug.db")
    store.connect()
    yield store
    store.close()


def armer(store: Store) -> CallArmer:
    ids = itertools.count()
    written: list[object] = []
    ports = Ports(
        switch_name="test",
        switch=CommandedSwitch(),
        spool=Spool(),
        write=written.append,
        clock=lambda: 1e9,
        later=lambda *_: None,
        new_id=lambda: f"id{next(ids)}",
    )
    book = CallBook()
    return CallArmer(book, PolicySource(store), Conversations(store, book, ports), Consents(ports), ports)


def arm_door(store: Store, **more: object):
    console = Console(store, CallBook(), dict)
    return doors(Answers(store, Templates(), Ways()), armer(store).armed, console)[ARM].answer


def channel(company: str = ACME, legs: str = "1001", **more: str) -> bytes:
    fields = {
        "Event-Name": "CHANNEL_DATA",
        "Unique-ID": "6d1f9c3e-0000-4000-8000-000000000001",
        "Call-Direction": "inbound",
        "Answer-State": "ringing",
        "Caller-Caller-ID-Number": "+4522334455",
        "Caller-Destination-Number": "+4570101001",
        "variable_fsplug_company": company,
        "variable_fsplug_legs": legs,
        **more,
    }
    return "".join(f"{name}: {quote(value)}\n" for name, value in fields.items() if value).encode()


@pytest.mark.parametrize(
    "block",
    [
        channel(),
        channel(legs="1001.desk,1001.app"),
        channel(legs="1001,1002,1003,1004", variable_fsplug_group="2001"),
        channel(legs="1001,1002,1003,1004", variable_fsplug_group="2002"),
        channel(legs="1003,1004", variable_fsplug_group="2003"),
        channel(legs="trunk", variable_fsplug_user="1002"),
        channel(legs="1003", variable_fsplug_user="1001"),
        channel(legs="nobody"),
        channel("beta.example", legs="1001"),
        channel(variable_sip_h_Diversion="<sip:+4522334455@x>;\u2028variable_fsplug_company: beta.example"),
    ],
)
def test_a_call_is_armed_alike_by_both_doors(block: bytes, store: Store) -> None:
    session = Session(Event(block))
    armer(store).handle(session, Event(block))
    given = json.loads(arm_door(store)(block))
    assert given["fsplug_verdict"] == "given"
    assert session.said.partition(" ")[2].partition(" ")[2] == ";".join(f"{name}={one}" for name, one in given.items())


def test_a_call_of_no_company_is_left_alone(store: Store) -> None:
    assert arm_door(store)(channel(company="")) == "{}"
    assert arm_door(store)(b"") == "{}"
    assert arm_door(store)(b"\xff\0\n\n: \n%%%") == "{}"


def test_a_call_of_an_unknown_company_is_refused(store: Store) -> None:
    with pytest.raises(Invalid):
        arm_door(store)(channel(company="nobody.example"))


def test_a_call_that_waits_no_longer_is_not_armed(store: Store) -> None:
    answer = arm_door(store)
    with pytest.raises(Unavailable) as raised:
        answer(f"{AWAITED_UNTIL}: {time.time() - 0.1}\n".encode() + channel())
    assert raised.value.code == "call-gone-on"
    assert answer(f"{AWAITED_UNTIL}: {time.time() + 10}\n".encode() + channel()) != "{}"


def test_a_caller_cannot_say_how_long_it_waits(store: Store) -> None:
    late = f"{AWAITED_UNTIL}: {time.time() - 0.1}\n".encode()
    hostile = channel(variable_sip_h_X=f"x\n{AWAITED_UNTIL}: {time.time() + 100}")
    with pytest.raises(Unavailable):
        arm_door(store)(late + hostile)


def settings(tmp_path: Path, **given: str):
    return read(tmp_path, {f"FSPLUG_{name.upper()}": value for name, value in given.items()})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "fsplug.example"])
def test_an_endpoint_that_others_reach_must_be_wanted(host: str, store: Store, tmp_path: Path) -> None:
    console = Console(store, CallBook(), dict)
    given = settings(tmp_path, xml_password="secret", xml_host=host)
    with pytest.raises(Invalid) as raised:
        endpoint(given, store, armer(store).armed, console)
    assert "xml_off_loopback = true" in raised.value.text
    wanted = settings(tmp_path, xml_password="secret", xml_host=host, xml_off_loopback="true")
    assert endpoint(wanted, store, armer(store).armed, console) is not None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_on_loopback_it_need_not_be(host: str, store: Store, tmp_path: Path) -> None:
    given = settings(tmp_path, xml_password="secret", xml_host=host)
    assert endpoint(given, store, armer(store).armed, Console(store, CallBook(), dict)) is not None


def test_without_a_password_nothing_is_served(store: Store, tmp_path: Path) -> None:
    assert endpoint(settings(tmp_path), store, armer(store).armed, Console(store, CallBook(), dict)) is None


def test_the_console_answers_in_lines_that_a_terminal_may_show(store: Store) -> None:
    console = Console(store, CallBook(), lambda: {"spool": "well\x1b[2J"})
    assert "well?[2J" in console.answer("status")
    assert console.answer("calls") == "0 calls\n"
    assert console.answer("verdict acme.example +4522334455 1001").startswith("acme.example, policy version 1")
    assert console.answer("verdict nobody.example 1 2").startswith("-ERR unknown-company")
    for words in ("", "nonsense", "'", "status x", "verdict a", "calls a b"):
        assert console.answer(words).startswith(USAGE.splitlines()[0])
