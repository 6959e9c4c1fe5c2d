"""The switch's side while fsplug is away: arms a call by the policy that fsplug keeps for it as a file.

It runs within FreeSWITCH (mod_python3) and needs no other process. A call is armed only if its excluded numbers are
surely known: the whole policy can be read, it is surely the store's, and the switch has kept every header of the
INVITE. Once fsplug is back, it decides about each such recording and keeps or destroys it. Nothing here raises into
the switch.
"""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from fsplug.esl import commands
from fsplug.esl.calls import armed_legs
from fsplug.esl.calls.legs import EARLIER_AWAY, away_running, leg_names, leg_of
from fsplug.esl.protocol.event import Event
from fsplug.policy.recording.away import CHECK, AwayPolicy, away_arms, away_check, away_policy
from fsplug.policy.recording.legs import away_recording

# What fsplug would set is "given": this verdict may differ from it, where a leg gets another partner.
VERDICT = "away"
# mod_python3 allows 240 (1.11.1), and phonenumbers' patterns need more.
_RECURSION = 1_000
# Only with the profile's parse-all-invite-headers does the switch keep all values of all headers.
_ALL_HEADERS = b"variable_sip_i_"

Api = Callable[[str, str], Any]
Log = Callable[[str, str], Any]


class Unsure(Exception):
    """It is not surely known who must not be recorded; the text says why."""


_known: dict[Path, tuple[tuple[int, int, int], AwayPolicy]] = {}


def arm(session: Any, api: Api, log: Log, place: str) -> None:
    """Set the variables on the session's channel that its legs act on at their answer, by the policy at `place`."""
    try:
        began = time.monotonic()
        uuid = session.getVariable("uuid") or ""
        dump = str(api("uuid_dump", uuid) or "")
        if not dump or dump.startswith("-"):
            raise Unsure(f"the switch doesn't report {uuid!r}")
        _end_earlier(session, api, uuid)
        for name, value in armed(Event(dump.encode("utf-8", "surrogateescape")), Path(place)).items():
            session.setVariable(name, value)
        log("INFO", f"fsplug: away, armed in {time.monotonic() - began:.3f} s\n")
    except Exception as error:
        log("ERR", f"fsplug: away, and call not armed: {error or type(error).__name__}\n")


def _end_earlier(session: Any, api: Api, uuid: str) -> None:
    """The leg goes on to somebody else: what was armed for its first talk must not record the next one, too.

    Its record will tell which file that was; the command that began it is gone by now.
    """
    for path, recording in away_running(str(api("uuid_buglist", uuid) or "")):
        api("uuid_record", f"{uuid} stop {path}")
        if not session.getVariable(EARLIER_AWAY):
            session.setVariable(EARLIER_AWAY, recording)


def armed(channel: Event, place: Path) -> Mapping[str, str]:
    """The variables that arm the call of this channel, given as its dump. Unsure if it must not be armed."""
    leg, names = leg_of(channel), leg_names(channel)
    if leg.called_in and not channel.mentions(_ALL_HEADERS):
        raise Unsure("the switch has not kept every header of the INVITE; set parse-all-invite-headers in its profile")
    policy = policy_at(place, leg.company)
    made = armed_legs.with_ids(away_arms(policy, leg, names), lambda: away_recording(leg.company, uuid4().hex))
    version, spool = policy.snapshot.version, policy.spool
    conversation = leg.conversation or leg.uuid
    variables = armed_legs.variables(leg, made, version, conversation, lambda recording: f"{spool}/{recording}.wav")
    return commands.checked({**variables, "fsplug_verdict": VERDICT})


def policy_at(place: Path, company: str) -> AwayPolicy:
    """The company's policy in this file; read again when the file has changed.

    Unsure if it can't be read whole, or may not be the store's.
    """
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION))
    try:
        found = place.stat()
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        if place not in _known or _known[place][0] != stamp:
            _known[place] = stamp, away_policy(place.read_text(encoding="ascii"), company)
        policy = _known[place][1]
        check = away_check((place.parent / CHECK).read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise Unsure(f"the policy in {place} can't be used: {error}") from error
    if not company or policy.snapshot.company != company:
        raise Unsure(f"{place} is not the policy of {company!r}")
    if doubt := check.doubt(company, policy.snapshot.version, time.time()):
        raise Unsure(f"the policy in {place} may be outdated: {doubt}")
    return policy


def state(place: str) -> str:
    """Whether the switch can arm the calls of the company whose policy is here, for fs_cli and doctor."""
    path = Path(place)
    try:
        policy = policy_at(path, path.name.removesuffix(".json"))
    except Exception as error:
        return f"-ERR {error or type(error).__name__}\n"
    snapshot = policy.snapshot
    return f"+OK {snapshot.company} version {snapshot.version}, {len(snapshot.excluded)} excluded numbers\n"
