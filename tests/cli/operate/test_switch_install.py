"""`fsplug switch install` and `uninstall`: what they write, what they leave alone, and that all of it can be undone."""

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import available_timezones

import pytest

from fsplug.wiring.settings import read
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.operate.switchconf import THEIRS, everything, install


def with_trunk(cli: Cli, *options: str) -> None:
    cli.ok("trunk", "set", "--company", ACME, "trunk", "--host", "192.0.2.7", "--port", "5062", *options)


def test_an_empty_folder_becomes_a_whole_configuration(cli: Cli, conf: Path) -> None:
    with_trunk(cli)
    install(cli, conf)
    assert ElementTree.parse(conf / "freeswitch.xml").getroot().tag == "document"
    for path in conf.rglob("*.xml"):
        ElementTree.parse(path)
    assert 'value="192.0.2.7:5062"' in (conf / "fsplug/gateways/trunk.xml").read_text()
    assert "acme.example" in (conf / "fsplug/directory/acme.example.xml").read_text()
    assert {path.stat().st_mode & 0o007 for path in conf.rglob("*.xml")} == {0}


def test_a_second_run_has_nothing_to_do(cli: Cli, conf: Path) -> None:
    install(cli, conf)
    before = everything(conf)
    assert install(cli, conf).splitlines() == ["nothing to change"]
    assert everything(conf) == before


def test_a_dry_run_shows_the_differences_and_writes_nothing(cli: Cli, theirs: Path) -> None:
    before, settings = everything(theirs), (cli.data / "fsplug.toml").read_text()
    said = cli.ok("switch", "install", "--conf", theirs, "--dry-run")
    assert '+    <load module="mod_xml_curl"/>' in said
    assert (everything(theirs), (cli.data / "fsplug.toml").read_text()) == (before, settings)


def test_no_password_is_shown(cli: Cli, conf: Path) -> None:
    said = install(cli, conf) + cli.run("switch", "uninstall", "--conf", conf, "--dry-run", "--json").output
    settings = read(cli.data, {})
    assert settings.event_socket_password not in said and settings.xml_password not in said


@pytest.mark.parametrize("way", ["endpoint", "files"])
def test_a_configuration_that_is_there_gets_a_few_lines_and_keeps_the_rest(cli: Cli, theirs: Path, way: str) -> None:
    said = cli.run("switch", "install", "--conf", theirs, "--yes", "--way", way)
    assert said.exit_code == 0
    assert ("nobody is refused who tries passwords of phones" in said.stderr) is (way == "files")
    for path, text in THEIRS.items():
        kept = [line for line in text.splitlines() if "force-register" not in line and "Clue" not in line]
        kept = [line for line in kept if 'value="::"' not in line and line.strip() != '<section name="directory"/>']
        assert set(kept) <= set((theirs / path).read_text().splitlines()), path
    assert "<!-- fsplug: <param" in (theirs / "sip_profiles/internal.xml").read_text()
    assert '"disable-transfer" value="true"' in (theirs / "sip_profiles/external.xml").read_text()
    for profile in ("internal", "external"):
        settings = (theirs / f"sip_profiles/{profile}.xml").read_text()
        for name in ("parse-all-invite-headers", "enable-3pcc", "channel-xml-fetch-on-nightmare-transfer"):
            assert f'"{name}" value="true"' in settings
    assert 'data="fsplug/channels/lost.xml"' in (theirs / "freeswitch.xml").read_text()
    assert 'value="CALL_REJECTED"' in (theirs / "fsplug/channels/lost.xml").read_text()
    assert "../fsplug/public/*.xml" in (theirs / "dialplan/public.xml").read_text()
    assert (theirs / "autoload_configs/skinny.conf.xml").read_text() == THEIRS["autoload_configs/skinny.conf.xml"]
    assert ('<load module="mod_xml_curl"/>\n' in (theirs / "autoload_configs/modules.conf.xml").read_text()) is (
        way == "endpoint"
    )


@pytest.mark.parametrize(
    ("there", "offered"),
    [
        ((), "PCMA,PCMU"),
        (("mod_spandsp",), "G722,PCMA,PCMU"),
        (("mod_opus", "mod_spandsp", "mod_sofia"), "OPUS@16000h@20i,G722,PCMA,PCMU"),
    ],
)
def test_new_profiles_offer_the_codecs_that_the_switch_has_modules_for(
    cli: Cli, conf: Path, there: tuple[str, ...], offered: str
) -> None:
    folder = conf.parent / "mod"
    folder.mkdir()
    for module in there:
        (folder / f"{module}.so").touch()
    for options in (("--modules", folder), ()):
        install(cli, conf, *options)
        for profile in ("internal", "external"):
            settings = (conf / f"fsplug/sip_profiles/{profile}.xml").read_text()
            assert re.findall('codec-prefs" value="([^"]*)"', settings) == [offered] * 2
        loaded = re.findall('module="([^"]*)"', (conf / "fsplug/configuration/modules.xml").read_text())
        assert set(loaded) & {"mod_opus", "mod_spandsp"} == set(there) - {"mod_sofia"}


def test_profiles_that_are_there_keep_their_codecs(cli: Cli, theirs: Path) -> None:
    folder = theirs.parent / "mod"
    folder.mkdir()
    (folder / "mod_opus.so").touch()
    install(cli, theirs, "--modules", folder)
    assert "codec-prefs" not in (theirs / "sip_profiles/internal.xml").read_text()
    assert "mod_opus" not in (theirs / "autoload_configs/modules.conf.xml").read_text()


@pytest.mark.parametrize(("theirs_is", "after"), [("proxy", "proxy"), ("false", "true")])
def test_their_own_way_of_answering_late_offers_stays(cli: Cli, theirs: Path, theirs_is: str, after: str) -> None:
    profile = theirs / "sip_profiles/external.xml"
    param = f'<settings>\n      <param name="enable-3pcc" value="{theirs_is}"/>'
    profile.write_text(profile.read_text().replace("<settings>", param, 1))
    install(cli, theirs)
    assert re.findall('"enable-3pcc" value="([^"]*)"', profile.read_text()) == [after]


@pytest.mark.parametrize("inside", ['<timezones><zone name="Europe/Copenhagen" value="GMT0"/></timezones>', ""])
def test_the_rules_of_time_zones_come_after_theirs(cli: Cli, theirs: Path, inside: str) -> None:
    path = theirs / "autoload_configs/timezones.conf.xml"
    path.write_text(f'<configuration name="timezones.conf">\n{inside}\n</configuration>\n')
    install(cli, theirs)
    [zones] = ElementTree.parse(path).getroot()
    assert [one.attrib.get("data", "theirs") for one in zones][-1] == "../fsplug/timezones/*.xml"
    assert not (theirs / "fsplug/configuration/timezones.xml").exists()
    rules = {one.attrib["name"] for one in ElementTree.parse(theirs / "fsplug/timezones/zones.xml").getroot()}
    assert rules == available_timezones()


def test_our_numbers_stand_ready_for_a_public_context_of_theirs(cli: Cli, theirs: Path) -> None:
    install(cli, theirs)
    root = ElementTree.parse(theirs / "fsplug/public/extensions.xml").getroot()
    assert {child.tag for child in root} == {"extension"}
    assert "4570101001" in ElementTree.tostring(root, "unicode")


@pytest.mark.parametrize("there", ["empty", "theirs"])
def test_uninstall_restores_every_byte(cli: Cli, conf: Path, there: str, request: pytest.FixtureRequest) -> None:
    if there == "theirs":
        request.getfixturevalue("theirs")
    before = everything(conf)
    with_trunk(cli)
    install(cli, conf)
    install(cli, conf, "--way", "files")
    cli.ok("switch", "uninstall", "--conf", conf, "--yes")
    assert everything(conf) == before
    assert not (conf / "fsplug").exists()
    assert cli.error("switch", "uninstall", "--conf", conf, "--yes") == (2, "not-installed")


def test_a_new_trunk_gets_its_gateway_and_one_taken_away_loses_it(cli: Cli, conf: Path) -> None:
    install(cli, conf)
    gateway = conf / "fsplug/gateways/second.xml"
    assert not gateway.exists()
    second = ("--company", ACME, "second")
    cli.ok("trunk", "add", *second, "--host", "192.0.2.8", "--register", "--username", "acme")
    install(cli, conf)
    assert 'name="register" value="true"' in gateway.read_text()
    cli.ok("trunk", "remove", *second, "--yes")
    install(cli, conf)
    assert not gateway.exists()


def test_two_trunks_may_not_share_a_gateway_that_leads_to_two_places(cli: Cli, conf: Path) -> None:
    with_trunk(cli)
    cli.ok("trunk", "set", "--company", BETA, "trunk", "--host", "198.51.100.9")
    assert cli.error("switch", "install", "--conf", conf, "--yes") == (2, "gateway-conflict")


def test_a_file_of_ours_changed_by_hand_is_named_and_left_alone(cli: Cli, conf: Path) -> None:
    install(cli, conf)
    path = conf / "fsplug/configuration/switch.xml"
    path.write_text(path.read_text().replace("5000", "100"))
    for verb in ("install", "uninstall"):
        result = cli.run("switch", verb, "--conf", conf, "--yes")
        assert result.exit_code == 3 and "fsplug/configuration/switch.xml" in result.stderr
    assert '"100"' in path.read_text()


def test_with_force_what_was_changed_by_hand_is_kept_aside(cli: Cli, theirs: Path) -> None:
    install(cli, theirs)
    path = theirs / "sip_profiles/internal.xml"
    by_hand = path.read_text().replace("5060", "5070")
    path.write_text(by_hand)
    assert cli.error("switch", "uninstall", "--conf", theirs, "--yes") == (3, "changed-by-hand")
    cli.ok("switch", "uninstall", "--conf", theirs, "--yes", "--force")
    assert path.read_text() == THEIRS["sip_profiles/internal.xml"]
    assert [kept.read_text() for kept in theirs.glob("fsplug-kept/*/sip_profiles/internal.xml")] == [by_hand]


def test_their_own_later_changes_stay_when_something_is_installed_anew(cli: Cli, theirs: Path) -> None:
    install(cli, theirs)
    path = theirs / "sip_profiles/internal.xml"
    path.write_text(path.read_text().replace("5060", "5070"))
    with_trunk(cli)
    install(cli, theirs)
    assert "5070" in path.read_text() and (theirs / "fsplug/gateways/trunk.xml").exists()


def test_the_event_socket_gets_a_password_and_fsplug_knows_it(cli: Cli, theirs: Path) -> None:
    install(cli, theirs)
    settings = read(cli.data, {})
    text = (theirs / "autoload_configs/event_socket.conf.xml").read_text()
    assert settings.event_socket_password != "ClueCon"
    assert f'value="{settings.event_socket_password}"' in text and 'value="127.0.0.1"' in text
    assert (cli.data / "fsplug.toml").stat().st_mode & 0o777 == 0o600


def test_a_password_and_a_port_that_somebody_chose_stay(cli: Cli, theirs: Path) -> None:
    path = theirs / "autoload_configs/event_socket.conf.xml"
    path.write_text(path.read_text().replace("ClueCon", "theirs").replace("8021", "8031"))
    install(cli, theirs)
    settings = read(cli.data, {})
    assert (settings.event_socket_password, settings.event_socket_port) == ("theirs", 8031)


def test_without_anybody_to_ask_it_wants_yes(cli: Cli, conf: Path) -> None:
    assert cli.error("switch", "install", "--conf", conf) == (2, "not-confirmed")
    assert everything(conf) == {}


@pytest.mark.parametrize("place", ["fsplug", "freeswitch.xml"])
def test_it_does_not_follow_links(cli: Cli, conf: Path, tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (conf / place).symlink_to(outside)
    assert cli.error("switch", "install", "--conf", conf, "--yes") == (2, "linked-file")
    assert everything(outside) == {}


def test_a_file_that_is_not_ours_is_in_the_way(cli: Cli, conf: Path) -> None:
    (conf / "fsplug/configuration").mkdir(parents=True)
    (conf / "fsplug/configuration/acl.xml").write_text("<theirs/>")
    assert cli.error("switch", "install", "--conf", conf, "--yes") == (2, "not-ours")


def test_a_folder_that_cant_be_written_is_said(cli: Cli) -> None:
    # Where not even root may make a file.
    assert cli.error("switch", "install", "--conf", "/proc/sys", "--yes") == (4, "conf-not-written")


def test_a_folder_that_is_not_there_is_said(cli: Cli, tmp_path: Path) -> None:
    assert cli.error("switch", "install", "--conf", tmp_path / "nowhere", "--yes") == (2, "no-conf-folder")


def test_a_configuration_nobody_can_read_is_said(cli: Cli, theirs: Path) -> None:
    (theirs / "freeswitch.xml").write_text("<document>")
    assert cli.error("switch", "install", "--conf", theirs, "--yes") == (2, "unreadable-xml")


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [("--sip-address", "${system(id)}", "bad-address"), ("--rtp-ports", "30000-20000", "bad-ports")],
)
def test_what_is_no_address_and_no_ports_is_refused(cli: Cli, conf: Path, option: str, value: str, code: str) -> None:
    assert cli.error("switch", "install", "--conf", conf, "--yes", option, value) == (2, code)


def test_what_was_given_before_stays_as_it_is(cli: Cli, conf: Path) -> None:
    install(cli, conf, "--sip-address", "192.0.2.1", "--sip-port", "5070")
    assert install(cli, conf).splitlines() == ["nothing to change"]
    assert '"5070"' in (conf / "fsplug/sip_profiles/internal.xml").read_text()


def test_a_password_of_a_trunk_is_what_it_is_whatever_it_holds(cli: Cli, conf: Path, tmp_path: Path) -> None:
    hostile = 'a"<&$${domain}X-pre-process${system(id)}'
    (tmp_path / "password").write_text(hostile)
    password = ("--password-file", str(tmp_path / "password"))
    with_trunk(cli, "--register", "--username", "acme", *password)
    install(cli, conf)
    text = (conf / "fsplug/gateways/trunk.xml").read_text()
    assert "$${" not in text and "x-pre-process" not in text.lower()
    params = {one.get("name"): one.get("value") for one in ElementTree.fromstring(text).iter("param")}
    assert params["password"] == hostile


def test_an_interrupted_installation_is_finished_by_the_next(cli: Cli, theirs: Path) -> None:
    before = everything(theirs)
    install(cli, theirs)
    shutil.copy(theirs / "fsplug/before/freeswitch.xml", theirs / "freeswitch.xml")
    install(cli, theirs)
    assert "fsplug/dialplan/*.xml" in (theirs / "freeswitch.xml").read_text()
    cli.ok("switch", "uninstall", "--conf", theirs, "--yes")
    assert everything(theirs) == before
