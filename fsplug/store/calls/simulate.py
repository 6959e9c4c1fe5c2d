"""What policy would decide about a call that somebody describes."""

from dataclasses import asdict
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.entities import User
from fsplug.policy.recording.legs import TRUNK, Arm
from fsplug.policy.recording.simulate import simulate
from fsplug.store.config import policies
from fsplug.store.config.groups import RingGroup
from fsplug.store.config.lookup import Directory, Known
from fsplug.store.db.database import Store

Facts = dict[str, Any]
# The facts that the verdicts of all legs share; None where they differ.
_IN_COMMON = ("record", "rule", "reason", "user")


def simulated(
    store: Store,
    company: str,
    version: int,
    caller: str,
    called: str | None,
    group: str | None,
    forwarded_by: tuple[str, ...],
) -> Facts:
    """A verdict for every leg that may answer, and who the parties were taken to be."""
    directory = Directory(store, company, version)
    calling = _calling(directory, caller)
    through = _group(directory, company, group) if group else None
    answering = directory.dialled(called or group or "")
    ring_groups = [one for one in (through, answering.group) if one]
    arms = simulate(
        calling.party,
        _answerers(directory, answering, through),
        policies.snapshot(store, company, version),
        dialled=(group if group and not answering.group else answering.given,),
        groups=tuple(dict.fromkeys(one.number for one in ring_groups)),
        forwarders=forwarded_by,
    )
    verdicts = [_verdict(arm) for arm in arms]
    return {
        "company": company,
        "version": version,
        "from": _party(calling),
        "to": _party(answering),
        "groups": list(dict.fromkeys(one.number for one in ring_groups)),
        **{name: _common([one[name] for one in verdicts]) for name in _IN_COMMON},
        "verdicts": verdicts,
    }


def _calling(directory: Directory, text: str) -> Known:
    known = directory.find(text)
    if known.group:
        raise Invalid("group-calls", f"{text} is a ring group, and groups can't call anybody; give a user or a number")
    return known


def _group(directory: Directory, company: str, text: str) -> RingGroup:
    known = directory.find(text)
    if known.group is None:
        raise Invalid("unknown-group", f"{company} has no ring group {text}; see: fsplug policy show", group=text)
    return known.group


def _answerers(directory: Directory, answering: Known, through: RingGroup | None) -> dict[str, User | None]:
    group = answering.group
    if group and not group.members:
        raise Invalid("empty-group", f"group {group.number} has no members; nobody can answer", group=group.number)
    if group:
        return directory.members(group)
    return {answering.user.username if answering.user else TRUNK: answering.user}


def _verdict(arm: Arm) -> Facts:
    side, outcome = "caller" if arm.on_caller else "answerer", arm.verdict
    on_demand = outcome.record and not outcome.terms.is_kept
    facts = {"on_demand": on_demand, "recorded_on": side if outcome.record else None}
    return {"leg": arm.leg, **asdict(outcome), **facts}


def _party(known: Known) -> Facts:
    return {
        "given": known.given,
        "description": known.description,
        "user": known.user.username if known.user else None,
        "group": known.group.number if known.group else None,
        "number": known.number,
    }


def _common(values: list[Any]) -> Any:
    return values[0] if values and all(value == values[0] for value in values) else None
