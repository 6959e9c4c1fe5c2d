"""What `fsplug switch install` tells an operator before it changes a switch that works already."""

import json
import re
import shutil
import socket
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fsplug.cli.operate.plan_shown import REASONS
from fsplug.lab.freeswitch import find_freeswitch
from fsplug.wiring import socket_clients
from fsplug.wiring.settings import read
from tests.cli.conftest import ACME, Cli
from tests.cli.operate.switchconf import THEIRS, everything, install

DIRECTORY = """<include><domain name="$${domain}"><groups><group name="default"><users>
  <user id="1000"><params><param name="password" value="1234"/></params></user>
  <user id="1003"><params><param name="password" value="1234"/></params></user>
</users></group></groups></domain></include>
"""


@pytest.fixture
def vanilla(tmp_path: Path) -> Path:
    """The configuration that FreeSWITCH comes with."""
    program = find_freeswitch()
    places = [program.parents[1] / "etc/freeswitch", Path("/etc/freeswitch")] if program else []
    found = next((place for place in places if (place / "sip_profiles/internal.xml").is_file()), None)
    if found is None:
        pytest.skip("skipped: FreeSWITCH's own configuration is not here")
    return Path(shutil.copytree(found, tmp_path / "vanilla"))


@pytest.fixture
def with_users(theirs: Path) -> Path:
    """A configuration with two users in one domain."""
    (theirs / "directory").mkdir()
    (theirs / "directory/default.xml").write_text(DIRECTORY)
    root = theirs / "freeswitch.xml"
    line = '<section name="directory"><X-PRE-PROCESS cmd="include" data="directory/*.xml"/></section>'
    root.write_text(root.read_text().replace('<section name="directory"/>', line))
    return theirs


def params(path: Path) -> list[tuple[str, str]]:
    """The settings as the switch reads them: comments do not count."""
    return [(one.get("name", ""), one.get("value", "")) for one in ElementTree.parse(path).iter("param")]


def test_each_setting_of_vanilla_that_changes_is_listed_with_its_reason(cli: Cli, vanilla: Path) -> None:
    before = everything(vanilla)
    old = {path: params(path) for path in vanilla.rglob("*.xml") if _is_whole(path)}
    result = cli.run("switch", "install", "--conf", vanilla, "--yes", "--lock-out")
    assert result.exit_code == 0, result.output
    listed = [line.strip() for line in result.stdout.splitlines() if re.match(r"  \S+\.xml ", line)]
    for path, settings in old.items():
        now, name = params(path), str(path.relative_to(vanilla))
        changed = {one[0] for one in set(settings) ^ set(now)}
        assert changed == {
            line.split()[3].rstrip(":") for line in listed if line.startswith(f"{name} ") and "(" in line
        }
        assert changed <= REASONS.keys(), name
    for name in ("disable-transfer: set to true", "force-register-domain: $${domain}, goes", "presence-hosts: "):
        assert any(name in line for line in listed), name
    assert any("password: (secret) -> (another secret)" in line and "fs_cli" in line for line in listed)
    assert "()" not in "".join(listed)
    cli.ok("switch", "uninstall", "--conf", vanilla, "--yes")
    assert everything(vanilla) == before


def test_vanilla_s_users_are_there_under_another_name_too(cli: Cli, vanilla: Path) -> None:
    cli.ok("switch", "install", "--conf", vanilla, "--yes", "--phone-domain", "pbx.example")
    copy = ElementTree.parse(vanilla / "fsplug/former/pbx.example.xml").getroot()
    assert [one.get("data") for one in copy.iter("X-PRE-PROCESS")] == ["../../directory/default/*.xml"]
    assert copy.find("domain/params/param[@name='dial-string']") is not None


def _is_whole(path: Path) -> bool:
    try:
        ElementTree.parse(path)
    except ElementTree.ParseError:
        return False
    return True


def test_a_password_that_changes_is_shown_as_a_change(cli: Cli, theirs: Path) -> None:
    result = json.loads(cli.run("switch", "install", "--conf", theirs, "--yes", "--json").stdout)
    changed = next(one for one in result["changes"] if one["path"].endswith("event_socket.conf.xml"))["difference"]
    assert '-    <param name="password" value="(secret)"/>' in changed
    assert '+    <param name="password" value="(another secret)"/>' in changed
    password = next(one for one in result["settings"] if one["name"] == "password")
    assert (password["before"], password["after"]) == ("(secret)", "(another secret)")
    assert "ClueCon" not in json.dumps(result) and read(cli.data, {}).event_socket_password not in json.dumps(result)


@pytest.mark.parametrize("written", ['value=""', 'value="$${nothing_but_default}"'])
def test_an_empty_or_a_default_password_is_replaced_wherever_it_is_written(
    cli: Cli, theirs: Path, written: str
) -> None:
    path, root = theirs / "autoload_configs/event_socket.conf.xml", theirs / "freeswitch.xml"
    path.write_text(path.read_text().replace('value="ClueCon"', written))
    set_line = '<X-PRE-PROCESS cmd="set" data="nothing_but_default=ClueCon"/>'
    root.write_text(
        root.read_text().replace('<section name="configuration">', f'{set_line}<section name="configuration">')
    )
    install(cli, theirs)
    assert ("password", read(cli.data, {}).event_socket_password) in params(path)


def test_a_password_in_a_variable_stays_and_fsplug_knows_it(cli: Cli, theirs: Path) -> None:
    path, root = theirs / "autoload_configs/event_socket.conf.xml", theirs / "freeswitch.xml"
    path.write_text(path.read_text().replace("ClueCon", "$${event_password}"))
    set_line = '<X-PRE-PROCESS cmd="set" data="event_password=theirs"/>'
    root.write_text(
        root.read_text().replace('<section name="configuration">', f'{set_line}<section name="configuration">')
    )
    install(cli, theirs)
    assert ("password", "$${event_password}") in params(path)
    assert read(cli.data, {}).event_socket_password == "theirs"


def test_a_password_that_only_the_switch_knows_must_be_told(cli: Cli, theirs: Path) -> None:
    path = theirs / "autoload_configs/event_socket.conf.xml"
    path.write_text(path.read_text().replace("ClueCon", "$${from_a_program}"))
    assert cli.error("switch", "install", "--conf", theirs, "--yes") == (2, "unknown-event-socket")
    settings = cli.data / "fsplug.toml"
    settings.write_text(f'event_socket_password = "told"\n{settings.read_text()}')
    install(cli, theirs)
    assert read(cli.data, {}).event_socket_password == "told" and ("password", "$${from_a_program}") in params(path)


def test_an_event_socket_that_somebody_opened_to_others_stays_open(cli: Cli, theirs: Path) -> None:
    path = theirs / "autoload_configs/event_socket.conf.xml"
    acl = '<param name="apply-inbound-acl" value="lan"/>'
    path.write_text(path.read_text().replace("</settings>", f"{acl}</settings>"))
    install(cli, theirs)
    assert ("listen-ip", "::") in params(path)


def test_who_is_connected_to_the_event_socket_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert socket_clients.connected(port) == []
        with socket.create_connection(("127.0.0.1", port)):
            assert len(socket_clients.connected(port)) == 1


def test_users_whose_phones_may_be_locked_out_are_named_and_nothing_is_done(cli: Cli, with_users: Path) -> None:
    before = everything(with_users)
    result = cli.run("switch", "install", "--conf", with_users, "--yes")
    assert result.exit_code == 3 and "1000, 1003" in result.stderr and "--lock-out" in result.stderr
    assert everything(with_users) == before
    install(cli, with_users, "--lock-out")


def test_a_realm_of_the_profile_s_own_hides_what_phones_name(cli: Cli, with_users: Path) -> None:
    profile = with_users / "sip_profiles/internal.xml"
    realm = '<param name="challenge-realm" value="$${domain}"/>'
    forced = '<param name="force-register-domain" value="$${domain}"/>'
    profile.write_text(profile.read_text().replace(forced, realm))
    result = cli.run("switch", "install", "--conf", with_users, "--yes")
    assert result.exit_code == 3 and "1000, 1003" in result.stderr and "realm of its own" in result.stderr
    install(cli, with_users, "--phone-domain", "pbx.example")
    assert ("challenge-realm", "auto_from") in params(profile) and (
        with_users / "fsplug/former/pbx.example.xml"
    ).exists()


def test_a_name_that_phones_use_stays_a_domain_with_the_same_users(cli: Cli, with_users: Path) -> None:
    before = everything(with_users)
    install(cli, with_users, "--phone-domain", "PBX.example")
    copy = ElementTree.parse(with_users / "fsplug/former/pbx.example.xml").getroot()
    assert [one.get("id") for one in copy.iter("user")] == ["1000", "1003"]
    assert ("presence-hosts", "$${domain},pbx.example") in params(with_users / "sip_profiles/internal.xml")
    assert install(cli, with_users).splitlines() == ["nothing to change"]
    cli.ok("switch", "uninstall", "--conf", with_users, "--yes")
    assert everything(with_users) == before


def test_a_name_of_phones_that_is_a_company_s_stays_the_company_s(cli: Cli, with_users: Path) -> None:
    install(cli, with_users, "--phone-domain", ACME, "--lock-out")
    assert not (with_users / "fsplug/former").exists()
    assert "presence-hosts" not in dict(params(with_users / "sip_profiles/internal.xml"))
    assert install(cli, with_users, "--lock-out").splitlines() == ["nothing to change"]


def test_users_of_a_domain_that_is_a_company_too_are_named(cli: Cli, with_users: Path) -> None:
    path = with_users / "directory/default.xml"
    path.write_text(DIRECTORY.replace("$${domain}", "acme.example").replace("1000", "1001"))
    profile = with_users / "sip_profiles/internal.xml"
    profile.write_text(THEIRS["sip_profiles/internal.xml"].replace("force-register-domain", "user-agent-string"))
    result = cli.run("switch", "install", "--conf", with_users, "--yes")
    assert result.exit_code == 0, result.output
    path.write_text(path.read_text().replace("1003", "1999"))
    cli.ok("switch", "uninstall", "--conf", with_users, "--yes")
    result = cli.run("switch", "install", "--conf", with_users, "--yes")
    assert result.exit_code == 3 and "1999@acme.example" in result.stderr and "1001" not in result.stderr
