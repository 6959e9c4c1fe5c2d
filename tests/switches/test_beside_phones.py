"""A FreeSWITCH with one domain for all phones gets fsplug: its phones, and their calls, go on."""

import shutil
from pathlib import Path

import pytest

from fsplug.lab.freeswitch import FIXTURE, RealSwitch, find_freeswitch, wait_for
from fsplug.lab.installed import phone_password
from fsplug.lab.ports import free_ports
from fsplug.lab.softphone import Softphone
from tests.cli.conftest import ACME, DEMO, Cli

OLD, OTHER_NAME = "old.example", "pbx.example"
# FreeSWITCH takes whole lines: an include must have one for itself.
_DIRECTORY = f"""<include>
<domain name="{OLD}">
  <params><param name="dial-string" value="${{sofia_contact(*/${{dialed_user}}@${{dialed_domain}})}}"/></params>
  <variables><variable name="user_context" value="default"/></variables>
  <groups><group name="default"><users>
    <X-PRE-PROCESS cmd="include" data="people/*.xml"/>
  </users></group></groups>
</domain>
</include>
"""
_PEOPLE = """<include>
  <user id="1000"><params><param name="password" value="zero"/></params></user>
  <user id="1001"><params><param name="password" value="one"/></params></user>
  <user id="1003"><params><param name="password" value="three"/></params></user>
</include>
"""
_DIALPLAN = """<include>
<context name="default"><extension name="local">
  <condition field="destination_number" expression="^(10[0-9]{2})$">
    <action application="bridge" data="user/$1@${domain_name}"/>
  </condition>
</extension></context>
</include>
"""
_ONE_DOMAIN = "".join(
    f'<param name="{name}" value="{OLD}"/>'
    for name in ("force-register-domain", "force-register-db-domain", "force-subscription-domain", "presence-hosts")
)


def test_phones_go_on_under_every_name_they_use_and_companies_phones_come_beside_them(tmp_path: Path) -> None:
    if find_freeswitch() is None:
        pytest.skip("skipped: no FreeSWITCH")
    cli = Cli(tmp_path / "data")
    cli.ok("init")
    cli.ok("apply", DEMO)
    with RealSwitch(free_ports(), fixture=_with_one_domain(tmp_path / "conf")) as switch:
        port = switch.ports.internal_port
        with Softphone(port, OTHER_NAME, "1003", "three") as clara, Softphone(port, OLD, "1001", "one") as anna:
            said = cli.ok("switch", "install", "--conf", switch.conf, "--yes", "--way", "files")
            assert f"force-register-domain: {OLD}, goes" in said
            assert f"a call to your own 1001 rings the phone 1001 of {ACME} too" in said
            assert "not signed in now: 1000;" in said
            switch.restart()
            clara.sign_in()
            anna.sign_in()
            talking = anna.until_up(anna.call("1003"))
            clara.until_up()
            clara.until_up(clara.call("1001"))
            with Softphone(port, OLD, "elsewhere") as elsewhere:
                anna.transfer_to(f"sip:1@127.0.0.1:{elsewhere.port}?Replaces=nowhere%3Bto-tag%3D1", talking)
                wait_for(lambda: any("SIP/2.0 4" in one for one in talking.notified), "the switch to refuse")
                assert elsewhere.dialogs == []
            with Softphone(port, ACME, "1002", phone_password(cli.data, ACME, "1002")) as companys:
                companys.sign_in()


def _with_one_domain(conf: Path) -> Path:
    shutil.copytree(FIXTURE, conf, ignore=shutil.ignore_patterns("acme*", "beta*", "public*", "fsplug*"))
    root = conf / "freeswitch.xml"
    root.write_text(
        root.read_text().replace(
            '<param name="auth-calls" value="true"/>', f'{_ONE_DOMAIN}\n<param name="auth-calls" value="true"/>'
        )
    )
    (conf / "directory/people").mkdir()
    (conf / "directory/old.xml").write_text(_DIRECTORY)
    (conf / "directory/people/all.xml").write_text(_PEOPLE)
    (conf / "dialplan/default.xml").write_text(_DIALPLAN)
    return conf
