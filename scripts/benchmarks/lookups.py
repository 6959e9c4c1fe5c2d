"""The switch's cost of finding one user: through the endpoint, in static files, and with a Lua handler.

The Lua handler asks nobody and always answers the same: no handler with a store behind it can be faster.
"""

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import crowd
from benchmarks.figures import Figure, Target, number
from benchmarks.installed import ENDPOINT, FILES, installed
from benchmarks.setting import Setting
from fsplug.cli.kernel.toml_text import toml
from fsplug.errors import Unavailable
from fsplug.esl.protocol.session import InboundESL

LOOKUP = Target("the switch looks a user of 10,000 up by the endpoint, median", 5, "ms")
TARGETS = (LOOKUP,)
LUA = "Lua"
_USERS = 10_000
_SCRIPT = """local user = params:getHeader("user") or ""
XML_STRING = '<document type="freeswitch/xml"><section name="directory"><domain name="%s"><user id="' .. user .. '">' ..
  '<params><param name="a1-hash" value="00000000000000000000000000000000"/></params></user></domain>' ..
  '</section></document>'
"""
_LUA_CONF = """<include>
  <configuration name="lua.conf">
    <settings>
      <param name="xml-handler-script" value="{script}"/>
      <param name="xml-handler-bindings" value="directory"/>
    </settings>
  </configuration>
</include>
"""


def measure(setting: Setting) -> Iterator[Figure]:
    """Three switches with the same people, asked in turn over their event sockets."""
    took: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fsplug-bench-")))
        document = folder / "acme.toml"
        document.write_text(toml(crowd.document(_USERS)), encoding="utf-8")
        asked = {name: stack.enter_context(_asked(setting, name, document)) for name in (ENDPOINT, FILES, LUA)}
        for _ in range(setting.rounds(full=5, quick=2)):
            for name, link in asked.items():
                took[name] += [_seconds(link) for _ in range(setting.rounds(full=200, quick=100))]
    others = ", ".join(f"{number(_median_ms(took[name]))} ms by {name}" for name in (FILES, LUA))
    yield LOOKUP.judged(_median_ms(took[ENDPOINT]), others)


@contextmanager
def _asked(setting: Setting, name: str, document: Path) -> Iterator[InboundESL]:
    way, adapt = (FILES, _by_lua) if name == LUA else (name, lambda conf: None)
    with installed(setting, way, document, adapt) as one:
        ports = one.switch.ports
        link = InboundESL("127.0.0.1", ports.event_socket_port, ports.event_socket_password)
        link.connect()
        _seconds(link)
        yield link
        link.exit()


def _by_lua(conf: Path) -> None:
    """This configuration with a Lua handler in place of the directory files."""
    script = conf / "directory.lua"
    script.write_text(_SCRIPT.replace("%s", crowd.DOMAIN))
    folder = conf / "fsplug" / "configuration"
    (folder / "lua.xml").write_text(_LUA_CONF.format(script=script))
    modules = folder / "modules.xml"
    modules.write_text(modules.read_text().replace("</modules>", '<load module="mod_lua"/></modules>'))


def _seconds(link: InboundESL) -> float:
    user = crowd.extension(random.randrange(_USERS))
    begun = time.perf_counter()
    found = link.api(f"user_exists id {user} {crowd.DOMAIN}")
    took = time.perf_counter() - begun
    if found != "true":
        raise Unavailable("bench-not-found", f"the switch does not find {user}: {found[:80]}")
    return took


def _median_ms(seconds: list[float]) -> float:
    return 1_000 * statistics.median(seconds)
