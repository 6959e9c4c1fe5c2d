"""An empty folder, `fsplug switch install`, FreeSWITCH: phones sign in by digest and call, with fsplug and without."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fsplug.lab.exchange import Exchange
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import RealSwitch, find_freeswitch, wait_for
from fsplug.lab.installed import phone_password
from fsplug.lab.ports import free_ports
from fsplug.lab.scenario import read_scenario
from fsplug.lab.sipp import play
from fsplug.lab.softphone import Softphone
from fsplug.lab.witness import Account, Witness
from fsplug.wiring.settings import read
from tests.calls.serving import Serving
from tests.cli.conftest import ACME, DEMO, Cli

CHANGE_SECONDS = 1.5
CONSENT = "+4570103001"
# The question in two languages.
SILENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Installed:
    """A FreeSWITCH on what was installed for it, and an fsplug beside it."""

    cli: Cli
    switch: RealSwitch
    serving: Serving

    @property
    def exchange(self) -> Exchange:
        return Exchange(self.switch.ports, data=self.cli.data)

    def account(self) -> Account:
        """Calls and recordings, as fsplug lists them."""
        return Witness(self.cli.data).account()

    def decided_since(self, before: Account) -> list[dict[str, Any]]:
        """The decisions made since then."""
        known = {call["call"] for call in before.calls}
        calls = self.account().calls
        return [one for call in calls if call["call"] not in known for one in call["decisions"]]

    def desk(self, user: str) -> Softphone:
        """A phone that signs in with what fsplug knows, and answers."""
        password = phone_password(self.cli.data, ACME, user)
        return Softphone(self.switch.ports.internal_port, ACME, user, password, hertz=440)

    def customer(self) -> Softphone:
        """Somebody outside."""
        return Softphone(self.switch.ports.external_port, ACME, "+4522334455", hertz=900)

    def gateway(self, name: str) -> str:
        """What the switch tells of it."""
        return self.switch.api(f"sofia status gateway {name}")

    def play(self, name: str) -> list[str]:
        """What went wrong for the people of a scenario."""
        outcomes = play(read_scenario(name), self.exchange)
        return [f"{one.role.name}: {one.complaint or one.exit}" for one in outcomes if not one.is_well]


@pytest.fixture(scope="module", params=["endpoint", "files"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Each way to tell the switch."""
    if find_freeswitch() is None or shutil.which("sipp") is None:
        pytest.skip("skipped: no FreeSWITCH, or no SIPp")
    folder = tmp_path_factory.mktemp(request.param)
    cli, ports = _furnished(folder, request.param)
    ports = replace(ports, event_socket_password=read(cli.data, {}).event_socket_password)
    with RealSwitch(ports, fixture=folder / "conf") as switch:
        # The switch runs on a copy of the folder: from now on that is the one to keep up to date.
        cli.ok("switch", "install", "--conf", switch.conf, "--yes")
        serving = Serving(cli.data, {})
        serving.start()
        try:
            yield Installed(cli, switch, serving)
        finally:
            serving.stop()
            serving.end()


def test_the_doctor_finds_nothing_wrong(installed: Installed) -> None:
    result = installed.cli.run("doctor")
    assert result.exit_code == 0, result.stdout


@pytest.mark.parametrize("name", ["incoming-user", "internal", "outgoing", "two-groups-same-members"])
def test_calls_go_and_are_recorded_as_policy_says(installed: Installed, name: str) -> None:
    witness = Witness(installed.cli.data)
    before = witness.account()
    assert installed.play(name) == []
    assert witness.complaints(read_scenario(name), before) == []


@pytest.mark.parametrize(
    ("key", "rule", "recordings"), [("1", "group-always", 1), ("2", "group-never", 0), ("", "group-never", 0)]
)
def test_a_caller_s_key_decides_whether_the_call_is_recorded(
    installed: Installed, key: str, rule: str, recordings: int
) -> None:
    before = installed.account()
    with installed.desk("1001") as anna, installed.customer() as customer:
        asking = customer.until_up(customer.call(CONSENT))
        if key:
            customer.press(key, asking)
        wait_for(lambda: bool(anna.dialogs), "the phone to ring")
        anna.until_up()
        wait_for(lambda: installed.decided_since(before) != [], "the decision")
    assert [one["rule"] for one in installed.decided_since(before)] == [rule]
    wait_for(lambda: len(installed.account().recordings) == len(before.recordings) + recordings, "the recording")


def test_a_change_works_on_the_next_call(installed: Installed) -> None:
    found = ("find_user_xml", "id", "2222", ACME)
    user = ("--company", ACME, "2222")
    installed.cli.ok("user", "add", *user, "--extension", "2222")
    installed.cli.ok("device", "add", "--company", ACME, "--user", "2222", "desk", "--kind", "desk")
    wait_for(lambda: 'id="2222"' in installed.switch.api(" ".join(found)), "the switch to know them")
    installed.cli.ok("user", "remove", *user, "--yes")
    wait_for(lambda: "-ERR" in installed.switch.api(" ".join(found)), "the switch to forget them")


def test_a_trunk_of_tomorrow_gets_its_gateway(installed: Installed) -> None:
    port = str(some_ports(1)[0])
    installed.cli.ok("trunk", "add", "--company", ACME, "second", "--host", "127.0.0.1", "--port", port)
    wait_for(lambda: f"127.0.0.1:{port}" in installed.gateway("second"), "the gateway to be there")
    installed.cli.ok("trunk", "set", "--company", ACME, "second", "--host", "127.0.0.2")
    wait_for(lambda: f"127.0.0.2:{port}" in installed.gateway("second"), "the gateway to be another")
    installed.cli.ok("trunk", "remove", "--company", ACME, "second", "--yes")
    wait_for(lambda: "Invalid" in installed.gateway("second"), "the gateway to be gone")


def test_with_fsplug_away_phones_sign_in_and_call(installed: Installed) -> None:
    installed.serving.stop()
    try:
        assert installed.play("internal") == []
    finally:
        installed.serving.start()


def _furnished(folder: Path, way: str) -> tuple[Cli, object]:
    cli, ports, (xml_port,) = Cli(folder / "data"), free_ports(), some_ports(1)
    cli.ok("init")
    places = {"event_socket_port": ports.event_socket_port, "listen_port": ports.fsplug_port, "xml_port": xml_port}
    settings = cli.data / "fsplug.toml"
    named = "".join(f"{name} = {port}\n" for name, port in places.items())
    settings.write_text(named + settings.read_text())
    cli.ok("apply", DEMO)
    cli.ok("trunk", "set", "--company", ACME, "trunk", "--host", "127.0.0.1", "--port", ports.trunk_port)
    cli.ok("ivr", "set", "--company", ACME, "3001", "--timeout-seconds", "1", "--tries", "1")
    (folder / "conf").mkdir()
    sip = ("--sip-address", "127.0.0.1", "--sip-port", ports.internal_port, "--trunk-port", ports.external_port)
    rtp = ("--rtp-ports", f"{ports.rtp_start}-{ports.rtp_end}")
    cli.ok("switch", "install", "--conf", folder / "conf", "--yes", "--way", way, *sip, *rtp)
    return cli, ports
