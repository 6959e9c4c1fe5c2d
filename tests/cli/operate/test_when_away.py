"""What the switch arms calls by while fsplug is away: commands bring it up to date, and doctor says what is missing."""

import fcntl
from pathlib import Path

import pytest

from fsplug.store.change import edit_policy
from fsplug.store.db.database import Store
from fsplug.wiring.doctor import arming as doctors
from fsplug.wiring.doctor.findings import FindingState
from fsplug.wiring.settings import read
from fsplug.xml.install.installed_files import armed_by
from tests.cli.conftest import ACME, Cli

POLICY = "fsplug/away/acme.example.json"
SET = ("policy", "set", "--company", ACME)
NEVER = ("exclude", "add", "--company", ACME)


@pytest.fixture
def arming(cli: Cli, conf: Path) -> Cli:
    """fsplug doesn't serve, and the switch, whose folder is `conf`, arms Acme's calls by version 2."""
    (conf / POLICY).parent.mkdir(parents=True)
    with (cli.data / "fsplug.toml").open("a") as settings:
        settings.write(f'switch_conf = "{conf}"\n')
    cli.ok(*SET, "--when-away", "record-then-judge")
    assert armed_by(conf, ACME) == 2
    return cli


def test_a_command_that_changes_policy_brings_the_switch_up_to_date(arming: Cli, conf: Path) -> None:
    arming.ok(*NEVER, "+4522334488")
    assert armed_by(conf, ACME) == 3
    assert "+4522334488" in (conf / POLICY).read_text()


def test_while_fsplug_serves_the_switch_has_nothing_until_fsplug_has_written_it(arming: Cli, conf: Path) -> None:
    with read(arming.data, {}).lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        arming.ok(*NEVER, "+4522334488")
        assert armed_by(conf, ACME) is None
    arming.ok("user", "list", "--company", ACME)
    assert armed_by(conf, ACME) == 3


def test_what_another_machine_changed_counts_from_the_next_command_on(arming: Cli, conf: Path) -> None:
    elsewhere = Store(arming.data / "fsplug.db")
    edit_policy.exclude(elsewhere, ACME, {"+4522334488": None}, "test")
    elsewhere.close()
    assert armed_by(conf, ACME) == 2
    arming.ok("user", "list", "--company", ACME)
    assert armed_by(conf, ACME) == 3


def test_without_the_setting_the_switch_has_nothing(arming: Cli, conf: Path) -> None:
    arming.ok(*SET, "--when-away", "unrecorded")
    assert armed_by(conf, ACME) is None
    arming.ok(*SET, "--when-away", "record-then-judge")
    assert armed_by(conf, ACME) == 4


def test_uninstalling_leaves_nothing_of_it(arming: Cli, conf: Path) -> None:
    arming.ok("switch", "install", "--conf", conf, "--yes")
    assert armed_by(conf, ACME) == 2
    arming.ok("switch", "uninstall", "--conf", conf, "--yes")
    assert not (conf / "fsplug").exists()


@pytest.mark.parametrize("wants", [True, False])
@pytest.mark.parametrize("has_module", [True, False])
def test_installing_loads_the_module_where_a_company_wants_it_or_says_that_it_is_missing(
    cli: Cli, theirs: Path, wants: bool, has_module: bool
) -> None:
    modules = theirs.parent / "mod"
    modules.mkdir()
    if has_module:
        (modules / "mod_python3.so").touch()
    if wants:
        cli.ok(*SET, "--when-away", "record-then-judge")
    shown = cli.run("switch", "install", "--conf", theirs, "--modules", modules, "--yes")
    assert shown.exit_code == 0
    loaded = '<load module="mod_python3"/>' in (theirs / "autoload_configs/modules.conf.xml").read_text()
    assert loaded is (wants and has_module)
    assert ("PYTHONPATH=" in shown.output) is (wants and has_module)
    assert ("the calls of acme.example go on unrecorded" in shown.output) is (wants and not has_module)


def test_doctor_names_what_the_switch_lacks(arming: Cli, conf: Path) -> None:
    settings = read(arming.data, {})
    question, module = f"python fsplug.modpython away {conf / POLICY}", "module_exists mod_python3"

    def found(**answers: str) -> tuple[FindingState, str]:
        given = {module: answers.get("module", "true"), question: answers.get("state", "+OK acme.example version 2")}
        [finding] = doctors.by_itself(lambda command: given[command], settings, [ACME], "/opt/fsplug")
        return finding.state, f"{finding.text}; {finding.remedy}"

    assert found()[0] is FindingState.OK
    state, text = found(module="false")
    assert state is FindingState.WRONG and "mod_python3" in text and ACME in text
    state, text = found(state="-ERR the policy may be outdated")
    assert state is FindingState.WRONG and "may be outdated" in text and "PYTHONPATH=/opt/fsplug" in text
    assert list(doctors.by_itself(str.upper, settings, [], "")) == []


def test_doctor_says_that_the_switch_has_no_policy_where_fsplug_is_not_installed(cli: Cli) -> None:
    [finding] = doctors.by_itself(str.upper, read(cli.data, {}), [ACME], "")
    assert finding.state is FindingState.WRONG and "switch install" in finding.remedy
