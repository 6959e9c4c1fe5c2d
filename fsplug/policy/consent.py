"""What somebody was told or asked about being recorded, and what they answered, as the dialplan notes it on the leg.

The switch keeps it in one channel variable (`NOTED`), so that it is known however the call goes on: while fsplug is
away, after a hangup in the middle of a prompt, and years later from the leg's own record. Each time is one part:

    /AT:COMPANY:FORM:LANGUAGES:HASHES:YES              a prompt begins
    /AT:COMPANY:FORM:LANGUAGES:HASHES:YES:KEY:UNTIL    and has ended: KEY was pressed, empty if none was

Times are epoch seconds. Languages, and the SHA-256 of each prompt, are joined by `+`; YES holds the keys that mean yes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# The channel variable that holds all of it, and the one that names the companies in which a caller has withdrawn, each
# with `:` between.
NOTED, WITHDRAWN_IN = "fsplug_consents", "fsplug_withdrawn"


class Form(StrEnum):
    """How somebody was told: an IVR asked, policy asked or announced, or the consent was withdrawn."""

    IVR = "ivr"
    QUESTION = "question"
    ANNOUNCEMENT = "announcement"
    WITHDRAWAL = "withdrawal"


class Result(StrEnum):
    """What came of it. Only YES is a yes: no key at all, or a prompt that was broken off, is none."""

    ANNOUNCED = "announced"
    YES = "yes"
    NO = "no"
    SILENCE = "silence"
    BROKEN_OFF = "broken-off"
    WITHDRAWN = "withdrawn"


class Consent(StrEnum):
    """What those who talk have said of being recorded; the last that somebody said counts."""

    NOT_ASKED = ""
    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Played:
    """A prompt that somebody heard, in `languages`, its files by their SHA-256 (`hashes`), and the `key` that was
    pressed. `ivr` is the IVR's number. `until` is None for a prompt that was broken off.
    """

    at: float
    company: str
    form: Form
    ivr: str | None
    languages: tuple[str, ...]
    hashes: tuple[str, ...]
    key: str
    until: float | None
    result: Result


# Who has heard an announcement, or was asked and agreed, knows.
_TOLD = (Result.ANNOUNCED, Result.YES)
# Both ends of a talk.
CALLER, ANSWERER = "caller", "answerer"
_PARTED = ":"
_PART = re.compile(
    r"(?P<at>[0-9]{1,12}):(?P<company>[0-9a-z.-]{1,253}):(?P<form>ivr|question|announcement)(?:\.(?P<ivr>[0-9]{1,15}))?"
    r":(?P<languages>[A-Za-z0-9+-]{0,200}):(?P<hashes>[0-9a-f+]{0,1300}):(?P<yes>[0-9*#]{0,12})"
    r"(?::(?P<key>[0-9*#]?):(?P<until>[0-9]{1,12}))?"
)


def played(noted: str) -> tuple[Played, ...]:
    """Every prompt noted in this text, the first one first; what can't be read is left out."""
    return tuple(_played(found) for found in map(_PART.fullmatch, noted.split("/")[1:]) if found)


def consent(noted: str, withdrawn_in: str, company: str) -> Consent:
    """What somebody has said to this company, by the texts of `NOTED` and `WITHDRAWN_IN` on their leg."""
    if company and company in withdrawn_in.split(_PARTED):
        return Consent.WITHDRAWN
    asked = [one for one in played(noted) if one.company == company and one.form is not Form.ANNOUNCEMENT]
    if not asked:
        return Consent.NOT_ASKED
    return Consent.YES if asked[-1].result is Result.YES else Consent.NO


def withdrawn_also(withdrawn_in: str, company: str) -> str:
    """The text of `WITHDRAWN_IN` once somebody has withdrawn in this company, too."""
    return _PARTED.join(dict.fromkeys(filter(None, (*withdrawn_in.split(_PARTED), company))))


def is_told(noted: str, company: str) -> bool:
    """Whether somebody has heard to its end that calls with this company may be recorded, or has agreed to it."""
    return any(one.company == company and one.result in _TOLD for one in played(noted))


def of_all(each: Iterable[str]) -> Consent:
    """What several who talk to each other have said together: one no is a no."""
    said = set(each)
    return next((one for one in (Consent.WITHDRAWN, Consent.NO, Consent.YES) if one in said), Consent.NOT_ASKED)


def _played(found: re.Match[str]) -> Played:
    until = found["until"]
    return Played(
        at=float(found["at"]),
        company=found["company"],
        form=Form(found["form"]),
        ivr=found["ivr"],
        languages=_each(found["languages"]),
        hashes=_each(found["hashes"]),
        key=found["key"] or "",
        until=float(until) if until else None,
        result=_result(found),
    )


def _each(joined: str) -> tuple[str, ...]:
    return tuple(one for one in joined.split("+") if one)


def _result(found: re.Match[str]) -> Result:
    if found["until"] is None:
        return Result.BROKEN_OFF
    if found["form"] == Form.ANNOUNCEMENT:
        return Result.ANNOUNCED
    key = found["key"]
    if not key:
        return Result.SILENCE
    return Result.YES if key in found["yes"] else Result.NO
