"""What `fsplug switch install` does with the switch's call records: posted to fsplug, kept, or left to others."""

from pathlib import Path
from xml.etree import ElementTree

from fsplug.wiring.settings import read
from tests.cli.conftest import Cli
from tests.cli.operate.switchconf import install

_CDR = """<configuration name="json_cdr.conf">
  <settings>
    <!-- FreeSWITCH comes with this file, and loads no module that reads it. -->
    <param name="log-b-leg" value="false"/>
    <param name="encode-values" value="true"/>
    <param name="log-dir" value=""/>
  </settings>
</configuration>
"""
_THEIR_CDR = _CDR.replace("<param", '<param name="url" value="https://billing.example/"/>\n    <param', 1)


def records_settings(path: Path) -> dict[str, str]:
    return {one.get("name", ""): one.get("value", "") for one in ElementTree.parse(path).iter("param")}


def test_every_leg_s_record_is_posted_to_fsplug_or_kept_where_fsplug_looks(cli: Cli, conf: Path) -> None:
    install(cli, conf)
    settings, found = read(cli.data, {}), records_settings(conf / "fsplug/configuration/json_cdr.xml")
    assert found["url"] == f"http://127.0.0.1:{settings.xml_port}/records"
    assert found["cred"] == f"{settings.xml_username}:{settings.xml_password}"
    assert found["err-log-dir"] == str(settings.records)
    assert (found["log-b-leg"], found["encode"], found["encode-values"]) == ("true", "false", "false")
    assert "mod_json_cdr" in (conf / "fsplug/configuration/modules.xml").read_text()
    assert settings.records.stat().st_mode & 0o7777 == 0o2770


def test_records_that_nobody_takes_come_to_fsplug_and_the_file_is_put_back(cli: Cli, theirs: Path) -> None:
    path = theirs / "autoload_configs/json_cdr.conf.xml"
    path.write_text(_CDR)
    install(cli, theirs)
    found = records_settings(path)
    assert found["url"].endswith("/records") and (found["log-b-leg"], found["encode-values"]) == ("true", "false")
    assert install(cli, theirs).splitlines() == ["nothing to change"]
    cli.ok("switch", "uninstall", "--conf", theirs, "--yes")
    assert path.read_text() == _CDR


def test_records_that_somebody_else_takes_are_left_to_them(cli: Cli, theirs: Path) -> None:
    path, modules = theirs / "autoload_configs/json_cdr.conf.xml", theirs / "autoload_configs/modules.conf.xml"
    path.write_text(_THEIR_CDR)
    modules.write_text(modules.read_text().replace("mod_sofia", "mod_json_cdr"))
    install(cli, theirs)
    assert path.read_text() == _THEIR_CDR
