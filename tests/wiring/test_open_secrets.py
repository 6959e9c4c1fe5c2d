"""Files with secrets that others may read are found, and closed."""

import stat
from pathlib import Path

import pytest

from fsplug.wiring import open_secrets
from fsplug.wiring.doctor import switch_secrets
from fsplug.wiring.doctor.findings import FindingState

SECRET = '<param name="password" value="hunter2hunter2"/>'
HARMLESS = '<param name="listen-port" value="8021"/>'


def put(path: Path, text: str, mode: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o755)
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(("mode", "state"), [(0o644, FindingState.WRONG), (0o640, FindingState.OK)])
def test_the_switch_s_own_copy_of_all_secrets_must_be_closed(tmp_path: Path, mode: int, state: FindingState) -> None:
    whole = put(tmp_path / "log" / "freeswitch.xml.fsxml", SECRET, mode)
    found = switch_secrets.closed(lambda command: str(whole.parent), None)
    assert found.state is state
    assert state is FindingState.OK or ("umask 0007" in found.remedy and str(whole) in found.text)
    whole.parent.chmod(0o750)
    assert switch_secrets.closed(lambda command: str(whole.parent), None).state is FindingState.OK


def test_a_configuration_file_with_a_secret_is_found_and_one_without_is_not(tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    there = [
        put(conf / "event_socket.conf.xml", SECRET, 0o644),
        put(conf / "agent.pem", "-----BEGIN PRIVATE KEY-----\nMIIE\n", 0o644),
    ]
    put(conf / "switch.conf.xml", HARMLESS, 0o644)
    put(conf / "closed.conf.xml", SECRET, 0o640)
    assert sorted(open_secrets.of_configuration(conf)) == sorted(there)
    found = switch_secrets.closed(lambda command: "", conf)
    assert found.state is FindingState.WRONG and "event_socket.conf.xml" in found.text and "hunter2" not in found.text
    assert sorted(open_secrets.close(there)) == sorted(there)
    assert {stat.S_IMODE(one.stat().st_mode) for one in there} == {0o640}
    assert open_secrets.of_configuration(conf) == []


def test_a_link_is_not_followed_to_close_it(tmp_path: Path) -> None:
    outside = put(tmp_path / "elsewhere" / "a.xml", SECRET, 0o644)
    link = tmp_path / "b.xml"
    link.symlink_to(outside)
    assert open_secrets.close([link]) == []
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
