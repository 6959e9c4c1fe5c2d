"""A FreeSWITCH under a user of its own, and a spool that it may not write into: said, found, and mended."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fsplug.lab.freeswitch import RealSwitch, find_freeswitch, wait_for
from fsplug.wiring.settings import read
from tests.calls.serving import Serving
from tests.switches.installation import Installed, furnished

SWITCH_USER = "nobody"


@pytest.fixture
def spool() -> Iterator[Path]:
    """As root makes it, in a place that everybody may enter."""
    above = Path(tempfile.mkdtemp(prefix="fsplug-spool-"))
    above.chmod(0o755)
    (above / "spool").mkdir()
    (above / "spool").chmod(0o770)
    yield above / "spool"
    shutil.rmtree(above)


def test_the_cause_is_said_and_found_and_install_gives_the_folder_to_the_switch(tmp_path: Path, spool: Path) -> None:
    if find_freeswitch() is None or os.geteuid() != 0:
        pytest.skip("skipped: no FreeSWITCH, or not root")
    cli, ports = furnished(tmp_path, "files", "--spool", spool)
    ports = replace(ports, event_socket_password=read(cli.data, {}).event_socket_password)
    with RealSwitch(ports, fixture=tmp_path / "conf", user=SWITCH_USER) as switch:
        serving = Serving(cli.data, {}, restarts=False)
        serving.start()
        try:
            installed = Installed(cli, switch, serving)
            assert f"it runs as {SWITCH_USER}, which may not write into {spool} (root:root 0770)" in _call(installed)
            result = cli.run("doctor")
            assert result.exit_code == 1 and f"the switch can't write into {spool}: it runs as" in result.stdout
            said = cli.ok("switch", "install", "--conf", switch.conf, "--yes")
            assert f"{spool}: root:root 0770 -> root:nogroup 2770" in said
            assert _call(installed) == ""
            installed.healthy()
        finally:
            serving.stop()
            serving.end()


def _call(installed: Installed) -> str:
    """A customer is answered until the recording has begun or is missing; the detail of the gap, if there is one."""
    before, gaps = len(_rows(installed, "recording")), len(_rows(installed, "gap"))
    with installed.desk("1001") as anna, installed.customer() as customer:
        customer.until_up(customer.call("+4570101001"))
        anna.until_up()
        wait_for(lambda: len(_rows(installed, "recording")) > before, "a recording")
        wait_for(lambda: _has_begun(installed) or len(_rows(installed, "gap")) > gaps, "its file or its gap")
    found = _rows(installed, "gap")
    return "; ".join(gap["detail"] for gap in found[: len(found) - gaps])


def _has_begun(installed: Installed) -> bool:
    return _rows(installed, "recording")[0]["state"] != "expected"


def _rows(installed: Installed, noun: str) -> list[dict[str, str]]:
    """The newest first."""
    return list(installed.cli.json(noun, "list"))
