"""`fsplug doctor`: each fault is made, and found, with what mends it."""

import json
from pathlib import Path

import pytest

from fsplug.fakeswitch.switch import FakeSwitch
from fsplug.store.db.database import Store
from fsplug.wiring.doctor import installation
from fsplug.wiring.doctor.findings import Finding, FindingState
from fsplug.wiring.settings import Settings, read
from tests.cli.conftest import Cli


@pytest.fixture
def settings(cli: Cli) -> Settings:
    return read(cli.data, {})


def doctor(cli: Cli, **environment: str) -> tuple[int, dict[str, Finding]]:
    result = cli.run("doctor", "--json", **environment)
    printed = json.loads(result.stdout)
    return result.exit_code, {one["subject"]: Finding(**one) for one in printed["findings"]}


def test_with_nothing_started_it_says_what_to_start(cli: Cli) -> None:
    with FakeSwitch("<include/>") as switch:
        away = switch.port
    code, found = doctor(cli, FSPLUG_EVENT_SOCKET_PORT=str(away), FSPLUG_LISTEN_PORT=str(away))
    assert code == 1
    assert (
        found["event socket"].state == FindingState.WRONG
        and "systemctl start freeswitch" in found["event socket"].remedy
    )
    assert found["service"].state == FindingState.WRONG and "start fsplug" in found["service"].remedy
    assert found["calls' socket"].state == FindingState.WRONG


def test_people_read_a_line_for_each_thing_and_what_to_do(cli: Cli) -> None:
    said = cli.run("doctor").stdout
    assert "ok      store:" in said and "-> systemctl start fsplug" in said


def test_bad_settings_are_the_only_finding(cli: Cli) -> None:
    (cli.data / "fsplug.toml").write_text("bogus = 1\n")
    code, found = doctor(cli)
    assert (code, list(found)) == (1, ["settings"])
    assert "bogus" in found["settings"].text


def test_a_wrong_password_of_the_event_socket_is_found_and_not_shown(cli: Cli) -> None:
    with FakeSwitch("<include/>", password="fridge") as switch:
        password = {"FSPLUG_EVENT_SOCKET_PASSWORD": "cellar"}
        result = cli.run("doctor", FSPLUG_EVENT_SOCKET_PORT=str(switch.port), **password)
    assert "reload mod_event_socket" in result.stdout
    assert "fridge" not in result.output and "cellar" not in result.output


def test_settings_that_others_can_read_are_wrong(settings: Settings) -> None:
    (settings.data / "fsplug.toml").chmod(0o644)
    found = installation.settings_file(settings)
    assert (found.state, found.remedy) == (FindingState.WRONG, f"chmod 600 {settings.data}/fsplug.toml")


def test_a_secret_of_the_environment_in_a_file_that_others_can_read_is_warned_of(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "smtp-password"
    secret.write_text("kept\n")
    secret.chmod(0o644)
    monkeypatch.setenv("FSPLUG_SMTP_PASSWORD_FILE", str(secret))
    found = installation.settings_file(settings)
    assert (found.state, found.remedy) == (FindingState.WARN, f"chmod 600 {secret}")
    secret.chmod(0o400)
    assert str(secret) not in installation.settings_file(settings).text


def test_the_password_everybody_knows_is_warned_of(settings: Settings) -> None:
    assert installation.settings_file(settings).state == FindingState.WARN


def test_a_store_that_is_missing_or_old_is_wrong(settings: Settings) -> None:
    assert installation.store(settings).state == FindingState.OK
    store = Store(settings.store)
    with store.atomic():
        [(newest,)] = store.rows("SELECT max(name) FROM migration")
        store.run("DELETE FROM migration WHERE name = ?", newest)
    store.close()
    assert "store migrate" in installation.store(settings).remedy
    Path(settings.store).unlink()
    assert "fsplug init" in installation.store(settings).remedy


@pytest.mark.parametrize(("fault", "word"), [("missing", "missing"), ("captured", "8000"), ("a file", "unwritable")])
def test_a_spool_that_cant_be_written_is_wrong(settings: Settings, fault: str, word: str) -> None:
    assert installation.spool(settings).state == FindingState.OK
    if fault == "captured":
        (settings.spool / "8000").mkdir()
    else:
        settings.spool.rmdir()
    if fault == "a file":
        settings.spool.write_text("")
    found = installation.spool(settings)
    assert found.state == FindingState.WRONG and word in found.text


def test_a_spool_without_room_is_wrong(cli: Cli) -> None:
    found = installation.spool(read(cli.data, {}, least_free_bytes=1 << 50))
    assert found.state == FindingState.WRONG and "nothing is recorded" in found.text


def test_a_configuration_changed_by_hand_is_warned_of(cli: Cli, tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    conf.mkdir()
    assert "holds no files of fsplug" in installation.configuration(conf).text
    cli.ok("switch", "install", "--conf", conf, "--yes")
    assert installation.configuration(conf).state == FindingState.OK
    (conf / "freeswitch.xml").write_text("<document/>")
    assert "freeswitch.xml" in installation.configuration(conf).text
