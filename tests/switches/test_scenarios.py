"""The scenarios on paper: complete, readable, and judged by what fsplug lists."""

from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.lab.freeswitch import FIXTURE, find_freeswitch
from fsplug.lab.ports import free_ports, read_ports, write_ports
from fsplug.lab.scenario import read_scenario, scenario_names
from fsplug.lab.witness import Account, complaints

CALL = {
    "call": "A",
    "company": "acme.example",
    "direction": "incoming",
    "group": None,
    "caller": "22334455",
    "called": "+4570101001",
    "answered_at": 1000.0,
    "ended_at": 1002.2,
    "decisions": [{"record": True, "rule": "department-policy", "user": "1001"}],
}
RECORDING = {"id": "R", "call": "A", "user": "1001", "state": "sealed", "seconds": 2.1, "talk_seconds": 2.1}
# One that was stopped late and cut.
CUT = {**RECORDING, "talk_seconds": None, "started_at": 1000.0, "stopped_at": 1002.2}


@pytest.mark.parametrize("name", scenario_names())
def test_every_role_has_its_file_and_every_file_its_role(name: str) -> None:
    scenario = read_scenario(name)
    assert {role.name for role in scenario.roles} == {
        path.stem for path in scenario.folder.glob("*.xml") if path.exists()
    }
    assert {role.after for role in scenario.roles} - {""} <= {role.name for role in scenario.roles}


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid, match="incoming-user"):
        read_scenario("../freeswitch")


def test_ports_are_read_as_they_were_written(tmp_path: Path) -> None:
    ports = free_ports()
    write_ports(ports, tmp_path / "ports.xml")
    assert read_ports(tmp_path / "ports.xml") == ports


def test_ports_that_lack_one_are_refused(tmp_path: Path) -> None:
    short = (FIXTURE / "ports.xml").read_text().replace("trunk_port", "trunk_port_of_old")
    (tmp_path / "ports.xml").write_text(short)
    with pytest.raises(Invalid, match="trunk_port"):
        read_ports(tmp_path / "ports.xml")


def test_a_freeswitch_named_wrongly_does_not_pass_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSPLUG_FREESWITCH", "/nowhere/freeswitch")
    with pytest.raises(Invalid, match="/nowhere/freeswitch"):
        find_freeswitch()


def test_an_account_as_expected_gives_no_complaint() -> None:
    assert complaints(read_scenario("incoming-user"), Account((CALL,), (RECORDING,))) == []


@pytest.mark.parametrize(
    ("account", "complaint"),
    [
        (Account((), ()), "no incoming call"),
        (Account(({**CALL, "company": "beta.example"},), ()), "no incoming call"),
        (Account(({**CALL, "called": "+4570101002"},), ()), "no incoming call"),
        (Account((CALL,), ()), "0 recordings instead of 1"),
        (Account((CALL,), (RECORDING, RECORDING)), "2 recordings instead of 1"),
        (Account((CALL,), ({**RECORDING, "state": "lost"},)), "is lost"),
        (Account((CALL,), ({**RECORDING, "seconds": 0.4},)), "no recording"),
        (Account((CALL,), ({**RECORDING, "seconds": 0.4, "talk_seconds": 0.4},)), "less than 2.00 s in all"),
        (Account((CALL,), ({**RECORDING, "seconds": 2.9},)), "no recording"),
        (Account((CALL,), ({**RECORDING, "seconds": 5.0, "talk_seconds": 2.0},)), "no recording"),
        (Account((CALL,), ({**RECORDING, "user": "1002"},)), "no recording"),
        (Account(({**CALL, "decisions": []},), (RECORDING,)), "0 decisions instead of 1"),
        (
            Account(({**CALL, "decisions": [{**CALL["decisions"][0], "rule": "no-policy"}]},), (RECORDING,)),
            "no decision",
        ),
        (Account((CALL, {**CALL, "call": "B"}), (RECORDING,)), "unexpected incoming call"),
    ],
)
def test_an_account_that_differs_is_complained_of(account: Account, complaint: str) -> None:
    assert complaint in "; ".join(complaints(read_scenario("incoming-user"), account))


def test_a_call_that_a_slow_machine_made_shorter_has_shorter_recordings() -> None:
    shorter = Account(({**CALL, "ended_at": 1000.7},), ({**RECORDING, "seconds": 0.6, "talk_seconds": 0.6},))
    assert complaints(read_scenario("incoming-user"), shorter) == []


def test_a_recording_that_was_cut_is_as_long_as_from_its_beginning_to_its_end() -> None:
    scenario = read_scenario("incoming-user")
    assert complaints(scenario, Account((CALL,), (CUT,))) == []
    assert "no recording" in "; ".join(complaints(scenario, Account((CALL,), ({**CUT, "seconds": 5.0},))))


def test_calls_from_before_do_not_count() -> None:
    before = Account((CALL,), (RECORDING,))
    now = Account((CALL, {**CALL, "call": "B"}), (RECORDING, {**RECORDING, "call": "B"}))
    assert complaints(read_scenario("incoming-user"), now.since(before)) == []
