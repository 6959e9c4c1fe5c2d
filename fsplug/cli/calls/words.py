"""Verdicts in words."""

from typing import Any

from fsplug.policy.recording.verdict import VerdictReason

REASONS: dict[str, str] = {
    VerdictReason.NUMBER_EXCLUDED: "{number} is never recorded",
    VerdictReason.GROUP_SAYS_NEVER: "group {group} is never recorded",
    VerdictReason.CONSENT_REFUSED: "the person asked for consent has not said yes",
    VerdictReason.CONSENT_WITHDRAWN: "the consent to this call's recording was withdrawn",
    VerdictReason.CONSENT_MISSING: "nobody has agreed to the recording yet",
    VerdictReason.NOT_ANNOUNCED: "the recording was not announced",
    VerdictReason.STOPPED_BY_USER: "{user} has stopped the recording in this conversation",
    VerdictReason.GROUP_SAYS_ALWAYS: "group {group} is always recorded",
    VerdictReason.BOX_TICKED: "{user}'s department records {direction} calls",
    VerdictReason.USER_WITHOUT_FLAG: "{user} has no recording flag",
    VerdictReason.BOX_NOT_TICKED: "{user}'s department does not record {direction} calls",
    VerdictReason.NO_POLICY_APPLIES: "no policy covers {user}'s department",
    VerdictReason.NO_USER: "no user of the company takes part",
}


def outcome(record: bool, on_demand: bool) -> str:
    """The verdict in a word or two."""
    return "do not record" if not record else "on demand" if on_demand else "record"


def reason(code: str, **facts: Any) -> str:
    """The reason in words, and its code. Facts that are unknown, or no longer known, are left out."""
    known = {"user": "the user", "group": "", "number": "one of its numbers", "direction": ""}
    known |= {name: value for name, value in facts.items() if value}
    words = REASONS.get(code)
    return f"{words.format(**known)} ({code})" if words else code
