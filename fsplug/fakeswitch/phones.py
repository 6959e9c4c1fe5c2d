"""How the phones and the trunk behave when they are rung."""

from collections.abc import Mapping
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.fakeswitch.dialstring import LegSpec

# Who answers after how many seconds, or refuses: {"1001": 0.2, "1002": "busy", "trunk": "reject:1.5", "*": "no-answer"}
# "0.2:3" answers after 0.2 s and hangs up 3 s later, whoever it talks to then.
# "redirect:<sip:1003@acme.example>" sends the call elsewhere (302), to one Contact value or to several with commas.
Answers = Mapping[str, float | str]

ANYBODY = "*"
_CAUSES = {
    "busy": "USER_BUSY",
    "reject": "CALL_REJECTED",
    "unregistered": "USER_NOT_REGISTERED",
    "unreachable": "NORMAL_TEMPORARY_FAILURE",
    "no-route": "NO_ROUTE_DESTINATION",
}
# What the switch makes of a 302 that it must not follow (1.11.1).
REDIRECTED = "REQUESTED_CHAN_UNAVAIL"
_REDIRECT = "redirect:"
_AT_ONCE = ("unregistered", "unreachable", "no-route")
_REFUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone's behaviour: it answers (no cause) or refuses after `seconds`, or rings forever (`seconds` None).

    One that answers hangs up `talk_seconds` later, or never (None). `contacts` is where it sends the call.
    """

    seconds: float | None
    cause: str | None = None
    rings: bool = True
    talk_seconds: float | None = None
    contacts: tuple[str, ...] = ()


def phone_of(leg: LegSpec, name: str | None, answers: Answers) -> Phone:
    """The behaviour of this leg's phone: that set for its name, number or gateway, else for `*`."""
    if leg.kind == "error":
        return Phone(0.0, leg.destination, rings=False)
    for known in (name, leg.number, leg.gateway, ANYBODY):
        if known and known in answers:
            return phone(answers[known])
    return Phone(None)


def phone(answer: float | str) -> Phone:
    """`0.2`, `"0.2"`, `"0.2:3"`, `"no-answer"`, `"busy"`, `"busy:1.5"` or `"redirect:<sip:1003@h>"` as a behaviour."""
    if str(answer).startswith(_REDIRECT):
        contacts = str(answer).removeprefix(_REDIRECT).split(",")
        return Phone(_REFUSE_SECONDS, REDIRECTED, contacts=tuple(one.strip() for one in contacts if one.strip()))
    word, _, after = str(answer).partition(":")
    if word == "no-answer":
        return Phone(None)
    if word in _CAUSES:
        at_once = word in _AT_ONCE
        return Phone(float(after or (0.0 if at_once else _REFUSE_SECONDS)), _CAUSES[word], rings=not at_once)
    try:
        return Phone(float(word), talk_seconds=float(after) if after else None)
    except ValueError as error:
        known = ", ".join(("no-answer", *sorted(_CAUSES)))
        raise Invalid("unknown-answer", f"{answer!r} is neither seconds nor one of {known}", answer=answer) from error
