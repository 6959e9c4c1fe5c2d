"""Arms with the ids of their possible decisions and recordings, and the channel variables that carry them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from fsplug.esl.calls.live_call import ArmedLeg
from fsplug.esl.calls.live_recording import Recording
from fsplug.esl.commands import recordings
from fsplug.policy.entities import PolicySnapshot
from fsplug.policy.recording.facts import ringing_facts, ringing_from
from fsplug.policy.recording.legs import Arm, Leg, Ringing, arms
from fsplug.policy.recording.telling import called_hears, caller_hears

Armed = Mapping[str, ArmedLeg]


def with_ids(
    decided: tuple[Arm, ...], new_id: Callable[[], str], after_prompt: Collection[str] = ()
) -> dict[str, ArmedLeg]:
    """The arms by leg name, each with its decision's id; legs armed on the caller's leg share its one recording. The
    legs `after_prompt` record once they have heard a prompt.
    """
    shared = new_id()
    recorded = {arm.leg for arm in decided if arm.verdict.record or arm.leg in after_prompt}
    return {arm.leg: ArmedLeg(arm, new_id(), _recording(arm, shared, new_id, recorded)) for arm in decided}


def _recording(arm: Arm, shared: str, new_id: Callable[[], str], recorded: Collection[str]) -> str | None:
    if arm.leg not in recorded:
        return None
    return shared if arm.on_caller else new_id()


def after_prompt(ringing: Ringing, decided: Iterable[Arm]) -> frozenset[str]:
    """The legs that hear something after their answer, and are recorded from then on if it has let them."""
    told = (arm for arm in decided if arm.verdict.waits and arm.verdict.terms.begins_at_once)
    return frozenset(arm.leg for arm in told if called_hears(ringing, arm))


def recording_of(one: ArmedLeg, path: Callable[[str], str], company: str, call: str) -> Recording | None:
    """The recording that may begin with this leg's answer, or after the prompt that it hears then."""
    if one.recording is None:
        return None
    made = Recording.ordered(one.recording, path(one.recording), company, call, one.arm.verdict.terms)
    made.is_early = one.arm.verdict.waits
    return made


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


def heard(ringing: Ringing, armed: Armed, path: Callable[[str], str]) -> dict[str, str]:
    """The caller's channel variables that say what the caller hears before the call rings, and whoever answers; and
    what a leg records from the end of its prompt on.
    """
    decided = [one.arm for one in armed.values()]
    called = {arm.leg: called_hears(ringing, arm) for arm in decided}
    told = {f"fsplug_told_{leg}": str(hears) for leg, hears in called.items()}
    # How the switch is told to have a leg run something before it is connected (group_confirm_key).
    confirmed = {f"fsplug_confirm_{leg}": "exec" if hears else "" for leg, hears in called.items()}
    begun = {f"fsplug_then_{leg}": _started_after_prompt(one, ringing.caller, path) for leg, one in armed.items()}
    return {"fsplug_tell": str(caller_hears(ringing, decided)), **told, **confirmed, **begun}


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
        "fsplug_version": f"{version}@{caller.company}",
        "fsplug_groups": ":".join(caller.groups),
        "fsplug_verdict": "given",
        "execute_on_answer": own,
        **theirs,
    }


def _start(one: ArmedLeg, caller: Leg, path: Callable[[str], str]) -> str:
    decided = one.arm.verdict
    if one.recording is None or not (decided.record and decided.terms.begins_at_once):
        return ""
    of_partner = decided.user == caller.username and not one.arm.on_caller
    return recordings.record_session(path(one.recording), one.recording, decided.terms, of_partner)


def _started_after_prompt(one: ArmedLeg, caller: Leg, path: Callable[[str], str]) -> str:
    """What record_session is given then, on the called leg."""
    if one.recording is None or not one.arm.verdict.waits:
        return ""
    of_partner = one.arm.verdict.user == caller.username
    told = recordings.record_session(path(one.recording), one.recording, one.arm.verdict.terms, of_partner)
    return told.partition(" ")[2]


def must_be_refused(armed: Armed, trouble: str | None) -> bool:
    """Whether the call must not go on: nothing can be recorded now, and policy prefers no call to an unrecorded one."""
    verdicts = [one.arm.verdict for one in armed.values()]
    closed = any(one.record and one.terms.is_required for one in verdicts)
    return closed and trouble is not None
