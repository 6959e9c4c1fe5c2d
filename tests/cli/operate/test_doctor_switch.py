"""`fsplug doctor` on the switch: what it runs, whom it asks, where it records, its time and its trunks."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fsplug.media.access import SystemUser
from fsplug.store.config.trunks import Trunk
from fsplug.wiring.doctor import profiles as profilechecks
from fsplug.wiring.doctor import switch as switchchecks
from fsplug.wiring.doctor import zones as zonechecks
from fsplug.wiring.doctor.findings import FindingState
from fsplug.xml.install.installation import Installation, record_settings

Answers = Mapping[str, str]

RUNNING = "<profiles><profile><name>{0}</name><state>RUNNING (0)</state></profile></profiles>"
GATEWAY = "<gateways><gateway><name>trunk</name><state>{0}</state><status>{1}</status></gateway></gateways>"
TRUNK = Trunk("trunk", "trunk", "192.0.2.7", 5060, True, "acme", (), True)
EVENT_SOCKET = "xml_locate configuration configuration name event_socket.conf"
JSON_CDR = "xml_locate configuration configuration name json_cdr.conf"
XML_CURL = "xml_locate configuration configuration name xml_curl.conf"
PARAMS = (
    '<param name="gateway-url" value="{0}" bindings="dialplan|directory"></param>'
    '<param name="gateway-credentials" value="{1}"></param>'
)


def a_switch(answers: Answers) -> Callable[[str], str]:
    """A switch that answers these commands, and nothing else."""
    return lambda command: answers.get(command, "-ERR no reply")


@pytest.mark.parametrize(
    ("version", "listens", "state"),
    [("1.11.1", "::", FindingState.WARN), ("1.11.1", "127.0.0.1", FindingState.OK), ("1.11.2", "::", FindingState.OK)],
)
def test_an_event_socket_that_anybody_may_end_is_warned_of(version: str, listens: str, state: FindingState) -> None:
    listen = f'<param name="listen-ip" value="{listens}"/>'
    answers = {"version": f"FreeSWITCH Version {version}-release", EVENT_SOCKET: listen}
    assert switchchecks.version(a_switch(answers)).state == state


def test_a_module_that_is_not_loaded_is_wrong() -> None:
    api = a_switch({"module_exists mod_sofia": "true", "module_exists mod_hash": "false"})
    found = switchchecks.modules(api, ["mod_sofia", "mod_hash"])
    assert (found.state, found.remedy) == (FindingState.WRONG, "fs_cli -x 'load mod_hash'")
    assert switchchecks.modules(api, ["mod_sofia"]).state == FindingState.OK


@pytest.mark.parametrize(
    ("url", "account", "state"),
    [
        ("http://a/", "f:x", FindingState.OK),
        ("http://b/", "f:x", FindingState.WRONG),
        ("http://a/", "f:y", FindingState.WRONG),
    ],
)
def test_a_switch_that_asks_elsewhere_or_with_another_password_is_wrong(
    url: str, account: str, state: FindingState
) -> None:
    api = a_switch({XML_CURL: PARAMS.format(url, account)})
    found = switchchecks.bindings(api, "http://a/", "f:x")
    assert found.state == state and "f:" not in found.text


_NEEDED = record_settings(Installation(endpoint_password="secret"))


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, FindingState.OK),
        ({"timeout": "9"}, FindingState.OK),
        ({"url": "http://192.0.2.1/cdr"}, FindingState.WRONG),
        ({"cred": "fsplug:another"}, FindingState.WRONG),
        ({"log-b-leg": "false"}, FindingState.WRONG),
        ({"encode-values": "true"}, FindingState.WRONG),
        ({"err-log-dir": "/elsewhere"}, FindingState.WRONG),
        (None, FindingState.WRONG),
    ],
)
def test_a_switch_that_does_not_hand_over_its_call_records_is_wrong(
    changed: Mapping[str, str] | None, state: FindingState
) -> None:
    values = {} if changed is None else {**_NEEDED, **changed}
    written = "".join(f'<param name="{name}" value="{value}"/>' for name, value in values.items())
    found = switchchecks.records(a_switch({JSON_CDR: f"<settings>{written}</settings>"}), _NEEDED)
    assert found.state == state
    assert "secret" not in found.text + found.remedy


def test_a_phone_the_switch_does_not_find_is_wrong() -> None:
    api = a_switch({"find_user_xml id 1001 acme.example": '<user id="1001"/>'})
    assert switchchecks.directory(api, "acme.example", "1001").state == FindingState.OK
    assert switchchecks.directory(api, "acme.example", "1002").state == FindingState.WRONG


def a_recording_switch(printed: list[str], mode: int = 0o640) -> Callable[[str], str]:
    """A switch that writes what it is told to record, with these rights, and keeps the commands."""

    def api(command: str) -> str:
        printed.append(command)
        if command.startswith("originate"):
            file = Path(command.split("&record(")[1].split()[0])
            file.touch()
            file.chmod(mode)
        return "+OK"

    return api


def test_what_the_switch_records_must_be_readable_for_fsplug_s_user(tmp_path: Path) -> None:
    reader = SystemUser("fsplug", 65_533, frozenset({tmp_path.stat().st_gid}))
    assert switchchecks.spool(a_recording_switch([], 0o640), tmp_path, reader=reader).state == FindingState.OK
    found = switchchecks.spool(a_recording_switch([], 0o600), tmp_path, reader=reader)
    assert found.state == FindingState.WRONG and "fsplug may not read" in found.text and "umask 0007" in found.remedy


def test_a_switch_that_writes_into_the_spool_is_fine_and_leaves_nothing(tmp_path: Path) -> None:
    printed: list[str] = []
    api = a_recording_switch(printed)
    assert switchchecks.spool(api, tmp_path).state == FindingState.OK
    assert list(tmp_path.iterdir()) == [] and printed[-1].startswith("uuid_kill fsplug-doctor-")


def test_a_switch_that_cant_write_into_the_spool_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchchecks, "_WRITE_SECONDS", 0.05)
    assert switchchecks.spool(a_switch({}), tmp_path).state == FindingState.WRONG


@pytest.mark.parametrize(
    ("said", "state"), [("1000", FindingState.OK), ("1100", FindingState.WRONG), ("-ERR", FindingState.WARN)]
)
def test_a_clock_that_is_off_is_wrong(said: str, state: FindingState) -> None:
    assert switchchecks.clock(a_switch({"strepoch": said}), lambda: 1000.4).state == state


def test_a_profile_that_does_not_run_is_wrong() -> None:
    api = a_switch({"sofia xmlstatus": RUNNING.format("internal")})
    found = profilechecks.running(api, ["internal", "external"])
    assert found.state == FindingState.WRONG and found.remedy == "fs_cli -x 'sofia profile external start'"


NOW = 1_800_000_000.0


def local(command: str) -> str:
    """What a switch says that knows its zones."""
    _, zone, moment = command.split(" ", 2)
    at, _, form = moment.partition("|")
    return datetime.fromtimestamp(int(at), ZoneInfo(zone)).strftime(form)


def as_utc(command: str) -> str:
    """What FreeSWITCH says of a zone whose rule it can't read."""
    return local(command.replace("America/Sao_Paulo", "UTC"))


def without_summer(command: str) -> str:
    """What a switch says whose clocks are never changed."""
    return local(command.replace("Europe/Copenhagen", "Africa/Lagos"))


@pytest.mark.parametrize(
    ("says", "zones", "named"),
    [
        (local, ("Europe/Copenhagen", "America/Sao_Paulo", "America/Nuuk", "Africa/Casablanca"), ""),
        (as_utc, ("Europe/Copenhagen", "America/Sao_Paulo"), "America/Sao_Paulo"),
        (without_summer, ("Europe/Copenhagen", "America/Sao_Paulo"), "Europe/Copenhagen"),
        (a_switch({}), ("Europe/Copenhagen",), "Europe/Copenhagen"),
        (a_switch({}), (), ""),
    ],
)
def test_a_zone_whose_time_the_switch_does_not_have_is_named(
    says: Callable[[str], str], zones: Sequence[str], named: str
) -> None:
    found = zonechecks.right(says, zones, NOW)
    assert (found.state, [zone for zone in zones if zone in found.text]) == (
        (FindingState.WRONG, [named]) if named else (FindingState.OK, [])
    )


SOFIA = "xml_locate configuration configuration name sofia.conf"
PROFILE = (
    '<configuration name="sofia.conf"><profiles><profile name="{0}"><settings>{1}</settings></profile></profiles>'
    "</configuration>"
)
ALL_HEADERS = '<param name="parse-all-invite-headers" value="{0}"/>'
LATE_OFFERS = '<param name="enable-3pcc" value="{0}"/>'
LOST = '<param name="channel-xml-fetch-on-nightmare-transfer" value="{0}"/>'
LIVE = "0b5f4a3e-0d42-4b5c-9f6c-1c2d3e4f5a6b"
DUMP = "Event-Name: CHANNEL_DATA\nCall-Direction: inbound\nvariable_sofia_profile_name: external\n"


@pytest.mark.parametrize(
    ("running", "param", "state"),
    [
        ("external", ALL_HEADERS.format("true"), FindingState.OK),
        ("external", ALL_HEADERS.format("on"), FindingState.OK),
        ("external", "", FindingState.WRONG),
        ("external", ALL_HEADERS.format("false"), FindingState.WRONG),
        ("another", "", FindingState.OK),
    ],
)
def test_a_live_profile_that_hands_over_one_value_is_wrong(running: str, param: str, state: FindingState) -> None:
    api = a_switch({"sofia xmlstatus": RUNNING.format(running), SOFIA: PROFILE.format("external", param)})
    found = profilechecks.headers(api)
    assert found.state == state
    assert ("excluded number" in found.text and "external" in found.text) == (state == FindingState.WRONG)


@pytest.mark.parametrize(
    ("running", "param", "state"),
    [
        ("external", LATE_OFFERS.format("true"), FindingState.OK),
        ("external", LATE_OFFERS.format("proxy"), FindingState.OK),
        ("external", "", FindingState.WARN),
        ("external", LATE_OFFERS.format("false"), FindingState.WARN),
        ("another", "", FindingState.OK),
    ],
)
def test_a_live_profile_that_refuses_late_offers_is_named(running: str, param: str, state: FindingState) -> None:
    api = a_switch({"sofia xmlstatus": RUNNING.format(running), SOFIA: PROFILE.format("external", param)})
    found = profilechecks.late_offers(api)
    assert (found.state, "external" in found.text) == (state, state == FindingState.WARN)


@pytest.mark.parametrize(
    ("running", "param", "state"),
    [
        ("internal", LOST.format("true"), FindingState.OK),
        ("internal", "", FindingState.WRONG),
        ("internal", LOST.format("false"), FindingState.WRONG),
        ("internal", '<param name="disable-transfer" value="true"/>', FindingState.OK),
        ("another", "", FindingState.OK),
    ],
)
def test_a_live_profile_that_calls_what_a_transfer_names_is_wrong(
    running: str, param: str, state: FindingState
) -> None:
    api = a_switch({"sofia xmlstatus": RUNNING.format(running), SOFIA: PROFILE.format("internal", param)})
    found = profilechecks.lost_transfers(api)
    assert (found.state, "internal" in found.text) == (state, state == FindingState.WRONG)


@pytest.mark.parametrize(
    ("more", "state"), [("", FindingState.WARN), ("variable_sip_i_call_id: 1%40127.0.0.1\n", FindingState.OK)]
)
def test_a_profile_that_runs_with_old_settings_is_known_by_a_live_call(more: str, state: FindingState) -> None:
    says = {
        "sofia xmlstatus": RUNNING.format("external"),
        SOFIA: PROFILE.format("external", ALL_HEADERS.format("true")),
        "show channels": f"uuid,direction\n{LIVE},inbound\n\n1 total.\n",
        f"uuid_dump {LIVE}": DUMP + more,
    }
    assert profilechecks.headers(a_switch(says)).state == state


@pytest.mark.parametrize(
    ("gateway", "state"),
    [
        (GATEWAY.format("REGED", "UP"), FindingState.OK),
        (GATEWAY.format("FAIL_WAIT", "UP"), FindingState.WRONG),
        (GATEWAY.format("REGED", "DOWN"), FindingState.WRONG),
        ("<gateways/>", FindingState.WRONG),
        ("Invalid!", FindingState.WRONG),
    ],
)
def test_a_trunk_that_is_away_or_not_signed_in_is_wrong(gateway: str, state: FindingState) -> None:
    [found] = switchchecks.trunks(a_switch({"sofia xmlstatus gateway": gateway}), [TRUNK], "external")
    assert found.state == state and bool(found.remedy) == (state != FindingState.OK)
