"""The README's commands work as they stand, and what they leave behind fits the service."""

import re
import shlex
from pathlib import Path

from tests.cli.conftest import Cli

ROOT = Path(__file__).parents[3]
_BLOCK = re.compile(r"^## With your FreeSWITCH$.*?^```$\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """The words of each command, without its remark."""
    found = _BLOCK.search((ROOT / "README.md").read_text())
    assert found is not None
    return [shlex.split(line, comments=True) for line in found[1].splitlines()]


def test_fsplug_s_own_commands_make_a_system_that_is_ready(tmp_path: Path) -> None:
    cli, conf = Cli(tmp_path / "data"), tmp_path / "conf"
    conf.mkdir()
    places = {
        "/var/lib/fsplug": str(cli.data),
        "/var/spool/fsplug": str(tmp_path / "spool"),
        "/etc/freeswitch": str(conf),
    }
    run = []
    for command in commands():
        words = command[4:] if command[:4] == ["runuser", "-u", "fsplug", "--"] else command
        if words[0] != "fsplug" or words[1] == "doctor":
            continue
        typed = [places.get(word, str(ROOT / word) if word.startswith("fixtures/") else word) for word in words[1:]]
        cli.ok(*typed, *(("--yes",) if typed[:2] == ["switch", "install"] else ()))
        run.append(typed[0])
    assert run == ["init", "apply", "trunk", "switch"]
    assert (conf / "freeswitch.xml").is_file() and (tmp_path / "spool").is_dir()


def test_the_service_runs_what_the_readme_installs() -> None:
    words = [word for command in commands() for word in command]
    unit = (ROOT / "scripts/systemd/fsplug.service").read_text()
    assert str(Path("scripts/systemd/fsplug.service")) in words
    assert "ExecStart=/opt/fsplug/bin/fsplug serve --data /var/lib/fsplug\n" in unit and "/opt/fsplug" in words
    assert "User=fsplug\n" in unit and "SupplementaryGroups=freeswitch\n" in unit and "useradd" in words
    for place in ("/var/lib/fsplug", "/var/spool/fsplug", "/etc/freeswitch"):
        assert place in unit and place in words
