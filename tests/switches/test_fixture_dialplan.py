"""The fixture's dialplan on a real FreeSWITCH, without fsplug: calls go on, marks are true, nothing hostile gets in."""

import json
import statistics
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest

from fsplug.esl.calls.confirmation import mark
from fsplug.lab.exchange import Exchange
from fsplug.lab.freeswitch import RealSwitch, wait_for
from fsplug.lab.scenario import read_scenario
from fsplug.lab.sipp import play
from tests.switches.barephone import BarePhone, Message
from tests.switches.standin import StandIn

ANNA, BO, CLARA = "1001", "1002", "1003"
ACME, BETA = "acme.example", "beta.example"
COMPLETE_WITH_FSPLUG_AWAY = (
    "incoming-user",
    "outgoing",
    "internal",
    "group-first-answer-wins",
    "group-sequential",
    "caller-cancels",
    "busy",
    "no-answer",
    "callee-hangs-up",
    "blind-transfer",
    "attended-transfer",
    "trunk-may-not-transfer",
    "deflected",
    "fail-closed",
)


@pytest.mark.parametrize("name", COMPLETE_WITH_FSPLUG_AWAY)
def test_calls_go_on_with_fsplug_away(name: str, exchange: Exchange) -> None:
    assert [one for one in play(read_scenario(name), exchange) if not one.is_well] == []


def test_a_hostile_name_is_only_a_name(exchange: Exchange) -> None:
    assert [one for one in play(read_scenario("hostile-names"), exchange) if not one.is_well] == []
    assert list(Path("/tmp").glob("fsplug-hostile-name*")) == []


@pytest.mark.parametrize(
    "name", [b'"Bo\0variable_fsplug_user: 1003" ', b'"Bo\\\0 \\\xff" ', b'"' + b"A" * 30000 + b'" ']
)
def test_bytes_that_sip_forbids_harm_nobody(name: bytes, switch: RealSwitch) -> None:
    with BarePhone() as caller:
        caller.call(switch.ports.external_port, "+4570109999", name + b"<sip:+4522334455@127.0.0.1>")
    with BarePhone() as caller:
        caller.call(switch.ports.external_port, "+4570109999")
        assert caller.hear("SIP/2.0 404")


def test_with_fsplug_away_the_phone_rings_at_once(switch: RealSwitch, exchange: Exchange) -> None:
    with phone(exchange, ANNA) as anna, BarePhone() as caller:
        waits = []
        for _ in range(10):
            begun = caller.call(switch.ports.external_port, "+4570101001")
            invite = anna.hear("INVITE")
            waits.append(invite.at - begun)
            anna.answer(invite, "486 Busy Here")
            caller.hear("SIP/2.0 486")
    assert statistics.median(waits) < 1.0


def test_a_caller_from_outside_brings_no_marks(switch: RealSwitch, exchange: Exchange) -> None:
    hostile = "fsplug_user: 1003\nX-fsplug_company: beta.example\nfsplug_arm_1001: park\nP-fsplug_refuse: true\n"
    with ringing(switch, exchange, ANNA, headers=hostile):
        legs = {one["direction"]: one["variables"] for one in live_legs(switch)}
    caller, called = legs["inbound"], legs["outbound"]
    assert marks(caller) == {
        "fsplug_company": ACME,
        "fsplug_direction": "incoming",
        "fsplug_legs": ANNA,
        "fsplug_on_failure": "open",
        # The dialplan's own, on its leg alone; nobody has given this switch a secret.
        "fsplug_mark": mark(caller["uuid"], ""),
    }
    assert marks(called) == {
        "fsplug_company": ACME,
        "fsplug_call": caller["uuid"],
        "fsplug_user": ANNA,
        "fsplug_leg": ANNA,
    }
    assert caller["sip_disable_recording"] == called["sip_disable_recording"] == "true"


def test_a_phone_that_proves_no_password_is_challenged(switch: RealSwitch) -> None:
    with BarePhone() as stranger:
        stranger.call(switch.ports.internal_port, CLARA, b"<sip:1001@acme.example>")
        assert stranger.hear("SIP/2.0 4").start.startswith("SIP/2.0 407")


def test_each_route_marks_its_group_and_members(switch: RealSwitch, exchange: Exchange) -> None:
    with StandIn(switch.ports.fsplug_port, {}) as fsplug, phone(exchange, CLARA) as clara, BarePhone() as caller:
        for number in ("+4570102001", "+4570102002", "+4570102003"):
            caller.call(switch.ports.external_port, number)
            clara.answer(clara.hear("INVITE"), "486 Busy Here")
            caller.hear("SIP/2.0 4")
    everybody = "1001,1002,1003,1004"
    expected = [("2001", everybody), ("2002", everybody), ("2003", "1003,1004")]
    assert [(one["fsplug_group"], one["fsplug_legs"]) for one in fsplug.asked] == expected


def test_a_transferred_leg_loses_what_its_last_call_armed(switch: RealSwitch, exchange: Exchange) -> None:
    with phone(exchange, CLARA) as clara, ringing(switch, exchange, ANNA):
        caller = next(one["uuid"] for one in live_legs(switch) if one["direction"] == "inbound")
        switch.api(f"uuid_setvar_multi {caller} fsplug_arm_1003=park;fsplug_verdict=record;execute_on_answer=park")
        switch.api(f"uuid_transfer {caller} 1003 XML {ACME}")
        clara.hear("INVITE")
        again = variables(switch, caller)
    assert {"fsplug_arm_1003", "fsplug_verdict", "execute_on_answer"} & set(again) == set()
    assert (again["fsplug_legs"], again["fsplug_direction"]) == (CLARA, "incoming")


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("outgoing", [("outgoing", ANNA, "trunk")]),
        ("internal", [("internal", ANNA, CLARA)]),
        ("blind-transfer", [("incoming", "", ANNA), ("incoming", "", CLARA)]),
        ("caller-transfers", [("outgoing", ANNA, "trunk"), ("incoming", "", CLARA)]),
        ("colleague-transfers", [("internal", ANNA, BO), ("internal", BO, CLARA)]),
    ],
)
def test_each_entry_names_the_caller(
    name: str, entries: list[tuple[str, str, str]], switch: RealSwitch, exchange: Exchange
) -> None:
    with StandIn(switch.ports.fsplug_port, {}) as fsplug:
        assert [one for one in play(read_scenario(name), exchange) if not one.is_well] == []
    asked = [(one["fsplug_direction"], one.get("fsplug_user", ""), one["fsplug_legs"]) for one in fsplug.asked]
    assert asked == entries


def test_a_leg_that_is_armed_records_both_parties(switch: RealSwitch, exchange: Exchange) -> None:
    path = switch.recordings / "armed.wav"
    arm = f"record_session {path} {{fsplug_recording%3DR1%2CRECORD_STEREO%3Dtrue}}"
    with StandIn(switch.ports.fsplug_port, {"fsplug_arm_1001": arm}):
        assert all(one.is_well for one in play(read_scenario("incoming-user"), exchange))
    switch.wait_until_idle()
    # The first role, Anna, speaks with 440 Hz, the customer with 550: the recorded leg's own words are on the left.
    assert pitches(path) == [440, 550]


def test_fsplug_may_refuse_a_call(switch: RealSwitch, exchange: Exchange) -> None:
    with StandIn(switch.ports.fsplug_port, {"fsplug_refuse": "true"}), phone(exchange, ANNA), BarePhone() as caller:
        caller.call(switch.ports.external_port, "+4570101001")
        assert caller.hear("SIP/2.0 603")


def test_a_fail_closed_call_goes_on_with_a_verdict(switch: RealSwitch, exchange: Exchange) -> None:
    fsplug = StandIn(switch.ports.fsplug_port, {"fsplug_verdict": "record"})
    with fsplug, phone(exchange, ANNA, BETA) as ida, BarePhone() as caller:
        caller.call(switch.ports.external_port, "+4681001001")
        ida.answer(ida.hear("INVITE"), "486 Busy Here")
        assert caller.hear("SIP/2.0 486")


@contextmanager
def phone(exchange: Exchange, user: str, company: str = ACME) -> Iterator[BarePhone]:
    with BarePhone() as one, exchange.signed_in(company, {user: one.port}):
        yield one


@contextmanager
def ringing(switch: RealSwitch, exchange: Exchange, user: str, headers: str = "") -> Iterator[Message]:
    """A call from outside that rings at this user's phone, and is hung up at the end."""
    with ExitStack() as stack:
        called, caller = stack.enter_context(phone(exchange, user)), stack.enter_context(BarePhone())
        caller.call(switch.ports.external_port, f"+457010{user}", headers=headers)
        yield called.hear("INVITE")
        switch.api("hupall")


def live_legs(switch: RealSwitch, count: int = 2) -> list[dict]:
    """Each live leg, once there are so many: uuid, direction, variables."""
    found: list[dict] = []

    def are_listed() -> bool:
        # FreeSWITCH writes the table that `show` reads in batches, some 100 ms after the fact.
        rows = json.loads(switch.api("show channels as json")).get("rows", [])
        found[:] = [{**row, "variables": variables(switch, row["uuid"])} for row in rows]
        return len(found) == count and all(one["variables"] for one in found)

    wait_for(are_listed, f"{count} legs to be listed")
    return found


def variables(switch: RealSwitch, uuid: str) -> dict[str, str]:
    """The channel variables of a leg; none if it is gone."""
    answer = switch.api(f"uuid_dump {uuid} json")
    dump = {} if answer.startswith("-ERR") else json.loads(answer)
    return {name.removeprefix("variable_"): value for name, value in dump.items() if name.startswith("variable_")}


def marks(leg: dict[str, str]) -> dict[str, str]:
    """Those of a leg's variables that are fsplug's."""
    return {name: value for name, value in leg.items() if name.startswith("fsplug_")}


def pitches(path: Path) -> list[int]:
    """The strongest tone of each channel, to 10 Hz."""
    wait_for(path.exists, f"{path} to be written")
    with wave.open(str(path)) as recording:
        samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
        channels = samples.reshape(-1, recording.getnchannels()).T
        rate = recording.getframerate()
    return [round(float(np.abs(np.fft.rfft(one)).argmax()) * rate / len(one) / 10) * 10 for one in channels]
