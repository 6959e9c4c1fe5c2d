"""Several ways to record a call, side by side on one switch: the fixture's own route and copies of it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fsplug.esl.commands.recordings import record_session
from fsplug.lab.freeswitch import FIXTURE
from fsplug.policy.terms import Terms


@dataclass(frozen=True, slots=True)
class Road:
    """A way to record: its name in the table and the number that leads to it."""

    name: str
    number: str


FSPLUG = Road("fsplug", "+4570101001")
NATIVE = Road("native", "+4599990001")
NATIVE_SAME_BUFFERS = Road("native with fsplug's buffers", "+4599990002")
GREENSWITCH = Road("plain greenswitch", "+4599990003")
SAME_FLOW = Road("same flow on plain greenswitch", "+4599990004")
# Without rows and sealing: the cost of the event socket and of the verdicts alone.
BARE = Road("bare fsplug", FSPLUG.number)
SAME_FLOW_BARE = Road("bare flow on plain greenswitch", SAME_FLOW.number)
ROADS = (FSPLUG, NATIVE, GREENSWITCH)

_FILE = "$${recordings_dir}/${uuid}.wav"
_STEREO = f"record_session {_FILE} {{RECORD_STEREO%3Dtrue}}"
# fsplug refuses variables in a path; here the dialplan expands them first.
_AS_FSPLUG = record_session("/ID.wav", "ID", Terms()).replace("/ID.wav", _FILE).replace("ID", "${uuid}")
_MARK = (
    "^^|fsplug_company=acme.example|fsplug_mark=${{md5(${{uuid}}:${{fsplug_secret}})}}|fsplug_group=|fsplug_legs=1001|fsplug_on_failure=open|fsplug_verdict=|fsplug_refuse="
    "|execute_on_answer=|fsplug_arm_1001={arm}|hangup_after_bridge=true|sip_disable_recording=true|sip_copy_custom_headers=false"
    "|call_timeout=$${{ring_seconds}}|RECORD_STEREO=true"
)
DIAL_STRING = (
    "{fsplug_company=acme.example,fsplug_call=${uuid},sip_disable_recording=true,sip_copy_custom_headers=false,outbound_redirect_fatal=true}"
    "[fsplug_user=1001,fsplug_leg=1001,execute_on_answer='${fsplug_arm_1001}']user/1001@acme.example"
)
_ENTRY = """
    <extension name="the bench's numbers">
      <condition field="destination_number" expression="^\\+(4599990\\d+)$">
        <action application="set" data="fsplug_user="/>
        <action application="transfer" data="+$1 XML acme.example"/>
      </condition>
    </extension>
"""
# A number of acme.example, before its other extensions and after the one that identifies the caller.
_BEHIND = '<extension name="a user, by extension or by number">'


@contextmanager
def fixture_with_roads(greenswitch_port: int) -> Iterator[Path]:
    """The fixture's configuration with the roads beside fsplug's, until the `with` ends."""
    with TemporaryDirectory(prefix="fsplug-bench-conf-") as folder:
        conf = Path(folder) / "conf"
        shutil.copytree(FIXTURE, conf)
        _insert(conf / "dialplan" / "public.xml", '<context name="public">', _ENTRY, behind=True)
        _insert(conf / "dialplan" / "acme.example.xml", _BEHIND, _routes(greenswitch_port), behind=False)
        yield conf


def _insert(path: Path, mark: str, text: str, behind: bool) -> None:
    before, found, after = path.read_text().partition(mark)
    if not found:
        raise ValueError(f"{path} has no {mark}; the bench must follow the fixture")
    path.write_text(before + (found + text if behind else text + found) + after)


def _routes(greenswitch_port: int) -> str:
    routes = (
        _route(NATIVE, arm=_STEREO),
        _route(NATIVE_SAME_BUFFERS, arm=_AS_FSPLUG),
        _route(GREENSWITCH, ask=_ask(f"{greenswitch_port}")),
        _route(SAME_FLOW, ask=_ask("$${fsplug_port}")),
    )
    return "\n".join(routes)


def _ask(port: str) -> str:
    return f'<action application="socket" data="127.0.0.1:{port} async full"/>'


def _route(road: Road, arm: str = "", ask: str = "") -> str:
    """fsplug's route, without asking fsplug and without checking its answer."""
    return f"""
    <extension name="{road.name}">
      <condition field="destination_number" expression="^\\{road.number}$">
        <action application="multiset" data="{_MARK.format(arm=arm)}"/>
        {ask}
        <action application="bridge" data="{DIAL_STRING}"/>
      </condition>
    </extension>
"""
