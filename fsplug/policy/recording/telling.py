"""Who must hear what before a call is recorded: the caller before it rings, whoever answers before the two talk."""

from collections.abc import Iterable
from enum import StrEnum

from fsplug.policy.consent import CALLER
from fsplug.policy.recording.legs import Arm, Ringing, expected_talk
from fsplug.policy.recording.verdict import VerdictReason


class Tell(StrEnum):
    """What somebody hears: nothing, an announcement, or a question."""

    NOTHING = ""
    SAY = "say"
    ASK = "ask"


def caller_hears(ringing: Ringing, decided: Iterable[Arm]) -> Tell:
    """What the caller hears before anybody's phone rings: what any leg that may answer needs."""
    needed = {_caller_hears(ringing, arm) for arm in decided}
    return next((one for one in (Tell.ASK, Tell.SAY) if one in needed), Tell.NOTHING)


def called_hears(ringing: Ringing, arm: Arm) -> Tell:
    """What whoever answers on this leg hears, before the two talk."""
    outcome = arm.verdict
    if outcome.reason is VerdictReason.NOT_ANNOUNCED and outcome.terms.tells_called:
        return Tell.SAY
    return Tell.ASK if _is_asked(arm) and _is_callers(ringing, arm) else Tell.NOTHING


def _caller_hears(ringing: Ringing, arm: Arm) -> Tell:
    outcome = arm.verdict
    if outcome.reason is VerdictReason.NOT_ANNOUNCED and outcome.terms.tells_caller:
        return Tell.NOTHING if CALLER in expected_talk(ringing, arm.leg).told else Tell.SAY
    return Tell.ASK if _is_asked(arm) and not _is_callers(ringing, arm) else Tell.NOTHING


def _is_asked(arm: Arm) -> bool:
    return arm.verdict.reason is VerdictReason.CONSENT_MISSING


def _is_callers(ringing: Ringing, arm: Arm) -> bool:
    """Whether it is the caller's own part that would be recorded: the one who is asked is the other."""
    return bool(ringing.caller.username) and arm.verdict.user == ringing.caller.username
