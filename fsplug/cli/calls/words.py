"""Verdicts in words."""

from typing import Any

from fsplug.policy.recording.verdict import Reason

REASONS: dict[str, str] = {
    Reason.NUMBER_EXCLUDED: "{number} is never recorded",
    Reason.GROUP_SAYS_NEVER: "group {group} is never recorded",
    Reason.GROUP_SAYS_ALWAYS: "group {group} is always recorded",
    Reason.BOX_TICKED: "{user}'s department records {direction} calls",
    Reason.USER_WITHOUT_FLAG: "{user} has no recording flag",
    Reason.BOX_NOT_TICKED: "{user}'s department does not record {direction} calls",
    Reason.NO_POLICY_APPLIES: "no policy covers {user}'s department",
    Reason.NO_USER: "no user of the company takes part",
}


def outcome(record: bool) -> str:
    """The verdict in a word or two."""
    return "record" if record else "do not record"


def reason(code: str, **facts: Any) -> str:
    """The reason in words, and its code. Facts that are unknown, or no longer known, are left out."""
    known = {"user": "the user", "group": "", "number": "one of its numbers", "direction": ""}
    known |= {name: value for name, value in facts.items() if value}
    words = REASONS.get(code)
    return f"{words.format(**known)} ({code})" if words else code
