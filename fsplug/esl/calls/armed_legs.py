"""Arms with the ids of their possible decisions and recordings, and the channel variables that carry them."""

from collections.abc import Callable, Mapping
from typing import Any

from fsplug.esl.calls.book import ArmedLeg
from fsplug.esl.commands import recordings
from fsplug.policy.entities import PolicySnapshot
from fsplug.policy.recording.facts import ringing_facts, ringing_from
from fsplug.policy.recording.legs import Arm, Leg, Ringing, arms
from fsplug.policy.recording.telling import called_hears, caller_hears

Armed = Mapping[str, ArmedLeg]


def with_ids(decided: tuple[Arm, ...], new_id: Callable[[], str]) -> dict[str, ArmedLeg]:
    """The arms by leg name, each with its decision's id; legs armed on the caller's leg share its one recording."""
    shared = new_id()
    return {arm.leg: ArmedLeg(arm, new_id(), _recording(arm, shared, new_id)) for arm in decided}


def _recording(arm: Arm, shared: str, new_id: Callable[[], str]) -> str | None:
    if not arm.verdict.record:
        return None
    return shared if arm.on_caller else new_id()


def facts_of(ringing: Ringing, armed: Armed) -> dict[str, Any]:
    """What is kept with a call so that its arms can be made again after a restart."""
    ids = {name: [one.decision, one.recording] for name, one in armed.items()}
    return {"ringing": ringing_facts(ringing), "armed": ids}


def ringing_of(facts: Mapping[str, Any]) -> Ringing | None:
    """The ringing call kept with these facts; None for a call that was never armed."""
    return ringing_from(facts["ringing"]) if facts.get("ringing") else None


def again(facts: Mapping[str, Any], snapshot: PolicySnapshot) -> dict[str, ArmedLeg]:
    """The arms as they were: the same policy version gives the same verdicts, and the ids come from `facts`."""
    ringing = ringing_of(facts)
    decided = arms(ringing, snapshot) if ringing else ()
    return {arm.leg: ArmedLeg(arm, *facts["armed"][arm.leg]) for arm in decided if arm.leg in facts["armed"]}


def heard(ringing: Ringing, armed: Armed) -> dict[str, str]:
    """The caller's channel variables that say what the caller hears before the call rings, and whoever answers."""
    decided = [one.arm for one in armed.values()]
    called = {arm.leg: called_hears(ringing, arm) for arm in decided}
    told = {f"fsplug_told_{leg}": str(hears) for leg, hears in called.items()}
    # How the switch is told to have a leg run something before it is connected (group_confirm_key).
    confirmed = {f"fsplug_confirm_{leg}": "exec" if hears else "" for leg, hears in called.items()}
    return {"fsplug_tell": str(caller_hears(ringing, decided)), **told, **confirmed}


def variables(caller: Leg, armed: Armed, version: int, conversation: str, path: Callable[[str], str]) -> dict[str, str]:
    """The caller's channel variables that arm the call: one per leg, and the caller's own if the caller's leg is
    recorded.

    An empty value clears what an earlier ringing of the same call had set.
    """
    starts = {name: _start(one, caller, path) for name, one in armed.items()}
    own = next((starts[name] for name, one in armed.items() if one.arm.on_caller), "")
    theirs = {f"fsplug_arm_{name}": "" if one.arm.on_caller else starts[name] for name, one in armed.items()}
    return {
        "fsplug_call": caller.uuid,
        "fsplug_conversation": conversation,
        "fsplug_version": str(version),
        "fsplug_groups": ":".join(caller.groups),
        "fsplug_verdict": "given",
        "execute_on_answer": own,
        **theirs,
    }


def _start(one: ArmedLeg, caller: Leg, path: Callable[[str], str]) -> str:
    decided = one.arm.verdict
    if one.recording is None or not decided.terms.begins_at_once:
        return ""
    of_partner = decided.user == caller.username and not one.arm.on_caller
    return recordings.record_session(path(one.recording), one.recording, decided.terms, of_partner)


def must_be_refused(armed: Armed, trouble: str | None) -> bool:
    """Whether the call must not go on: nothing can be recorded now, and policy prefers no call to an unrecorded one."""
    verdicts = [one.arm.verdict for one in armed.values()]
    closed = any(one.record and one.terms.is_required for one in verdicts)
    return closed and trouble is not None
