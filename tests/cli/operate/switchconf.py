"""A switch's configuration that somebody else has made, for `fsplug switch install`."""

import hashlib
from pathlib import Path

from tests.cli.conftest import Cli

# Like FreeSWITCH's own example, in small: a comment that looks like a module, one domain for all phones, a profile of
# another module by the same name.
THEIRS = {
    "freeswitch.xml": """<?xml version="1.0"?>
<document type="freeswitch/xml">
  <section name="configuration">
    <X-PRE-PROCESS cmd="include" data="autoload_configs/*.xml"/>
  </section>
  <section name="dialplan">
    <X-PRE-PROCESS cmd="include" data="dialplan/*.xml"/>
  </section>
  <section name="directory"/>
</document>
""",
    "autoload_configs/event_socket.conf.xml": """<configuration name="event_socket.conf">
  <settings>
    <param name="listen-ip" value="::"/>
    <param name="listen-port" value="8021"/>
    <param name="password" value="ClueCon"/>
  </settings>
</configuration>
""",
    "autoload_configs/modules.conf.xml": """<configuration name="modules.conf">
  <modules>
    <!-- <load module="mod_xml_curl"/> -->
    <load module="mod_sofia"/>
  </modules>
</configuration>
""",
    "autoload_configs/skinny.conf.xml": """<configuration name="skinny.conf">
  <profiles>
    <profile name="internal"><settings/></profile>
  </profiles>
</configuration>
""",
    "autoload_configs/sofia.conf.xml": """<configuration name="sofia.conf">
  <profiles>
    <X-PRE-PROCESS cmd="include" data="../sip_profiles/*.xml"/>
  </profiles>
</configuration>
""",
    "sip_profiles/internal.xml": """<profile name="internal">
  <settings>
    <param name="force-register-domain" value="$${domain}"/>
    <param name="sip-port" value="5060"/>
  </settings>
</profile>
""",
    "sip_profiles/external.xml": """<profile name="external">
  <settings>
    <param name="context" value="public"/>
  </settings>
</profile>
""",
    "dialplan/public.xml": """<include>
  <context name="public">
    <extension name="theirs"/>
  </context>
</include>
""",
    "dialplan/odd.xml": "<context name='not closed'>",
}


def install(cli: Cli, conf: Path, *options: str) -> str:
    return cli.ok("switch", "install", "--conf", conf, "--yes", *options)


def everything(conf: Path) -> dict[str, str]:
    """Every file below, by its hash."""
    files = (path for path in conf.rglob("*") if path.is_file())
    return {str(path.relative_to(conf)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
