"""Questions to the process that serves calls, and its answers: one line of JSON each."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fsplug.errors import FsplugError, Invalid, Refused, Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.policy.recording.control import Act, By, ControlRequest, ControlTerms, Reason, Stage
from fsplug.policy.recording.own_call import OwnCall
from fsplug.policy.recording.withdrawal import Withdrawal
from fsplug.policy.terms import Start

NAME = "live.sock"
# The longest question, and the longest report of who has a page open, in bytes.
LONGEST_QUESTION, LONGEST_REPORT = 4_096, 1 << 20
# How often either side shows that it is alive, and after how long a silence it counts as gone.
ALIVE_SECONDS, QUIET_SECONDS = 5.0, 15.0
_ERRORS: Mapping[str, type[FsplugError]] = {one.__name__: one for one in (Invalid, Refused, Unavailable)}

Answer = dict[str, Any]
# A user: company and username.
Viewer = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AskCalls:
    """The calls of a company as facts; answered once (`to_table`)."""

    company: str


@dataclass(frozen=True, slots=True)
class AskChanges:
    """Report every change of the calls, and every few seconds that there is none: {"changes": number of changes}."""


@dataclass(frozen=True, slots=True)
class AskListen:
    """Ring the phone of `listener` to listen in to the colleague with this number: {"listen": id of the listen-in}."""

    company: str
    listener: str
    number: str


@dataclass(frozen=True, slots=True)
class AskControl:
    """Do what `user` wants done to the recording of a call of theirs (`policy.recording.control.Act`, or WITHDRAW), who
    asked by the door `how` (`By`): its outcome.
    """

    company: str
    user: str
    call: str
    act: str
    how: str = By.COMMAND


@dataclass(frozen=True, slots=True)
class AskOwn:
    """The calls in which `user` talks now, and what they may do to each, as facts (`own_table`)."""

    company: str
    user: str


@dataclass(frozen=True, slots=True)
class AskList:
    """A company's calls, and whether `viewer` may listen to each: {"calls": [...]}; with `watch`, at each change."""

    company: str
    viewer: str | None = None
    watch: bool = False


@dataclass(frozen=True, slots=True)
class AskRefused:
    """Which sources of wrong SIP passwords are refused: {"refused": [...], "tried": [...]}."""


@dataclass(frozen=True, slots=True)
class Forgive:
    """Refuse this source no more, or none at all: {"forgiven": how many were refused}."""

    source: str | None = None


@dataclass(frozen=True, slots=True)
class ReportViewers:
    """Asks nothing: each following line names all users who have a page of this console open (`viewers_line`)."""


Question = AskCalls | AskChanges | AskListen | AskControl | AskOwn | AskList | AskRefused | Forgive | ReportViewers
_QUESTIONS: Mapping[str, type[Question]] = {
    "calls": AskCalls,
    "changes": AskChanges,
    "listen": AskListen,
    "control": AskControl,
    "own": AskOwn,
    "list": AskList,
    "refused": AskRefused,
    "forgive": Forgive,
    "viewers": ReportViewers,
}
_NAMES = {kind: name for name, kind in _QUESTIONS.items()}


def line_of(question: Question) -> bytes:
    """The question as a line."""
    return json.dumps({"ask": _NAMES[type(question)], **asdict(question)}).encode() + b"\n"


def question_of(line: bytes) -> Question:
    """The question in a line that `line_of` made; Invalid("bad-question") for any other line."""
    try:
        asked = json.loads(line)
        return _QUESTIONS[asked.pop("ask")](**asked)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid("bad-question", f"{line[:100]!r} is not a question that fsplug answers") from error


def viewers_line(viewers: Collection[Viewer]) -> bytes:
    """The line that names these viewers."""
    return json.dumps(sorted(viewers)).encode() + b"\n"


def viewers_of(line: bytes) -> list[Viewer]:
    """The viewers in a line that `viewers_line` made; Invalid("bad-report") for any other line."""
    try:
        return [(company, username) for company, username in json.loads(line)]
    except (ValueError, TypeError) as error:
        raise Invalid("bad-report", f"{line[:100]!r} names no viewers") from error


def to_table(calls: CompanyCalls) -> Answer:
    """The calls as values that JSON can hold."""
    talks = [[one.username, one.since, one.version, one.other, list(one.listeners)] for one in calls.talks.values()]
    return {"talks": talks, "busy": sorted(calls.busy), "node": calls.node, "controlled": calls.controlled}


def from_table(table: Mapping[str, Any]) -> CompanyCalls:
    """The calls in what `to_table` made."""
    talks = {
        username: UserTalk(username, since, version, other, tuple(listeners))
        for username, since, version, other, listeners in table["talks"]
    }
    return CompanyCalls(talks, frozenset(table["busy"]), table.get("node", ""), table.get("controlled", 0))


def own_table(calls: Iterable[OwnCall]) -> Answer:
    """A user's own calls as values that JSON can hold."""
    return {"own": [{**asdict(one), "facts": _facts(one.facts)} for one in calls]}


def own_from_table(table: Mapping[str, Any]) -> list[OwnCall]:
    """The calls in what `own_table` made."""
    return [_own_call(**one) for one in table["own"]]


def _facts(request: ControlRequest) -> Answer:
    terms = {"start": request.terms.start, "rights": sorted(request.terms.rights)}
    return {**asdict(request), "terms": terms}


def _own_call(facts: Answer, refused: Answer, withdrawal: str, **known: Any) -> OwnCall:
    terms = ControlTerms(Start(facts["terms"]["start"]), frozenset(map(Act, facts["terms"]["rights"])))
    typed = {**facts, "act": Act(facts["act"]), "stage": Stage(facts["stage"]), "terms": terms}
    reasons = {Act(act): Reason(reason) if reason else None for act, reason in refused.items()}
    return OwnCall(facts=ControlRequest(**typed), refused=reasons, withdrawal=Withdrawal(withdrawal), **known)


def to_error(error: FsplugError) -> Answer:
    """The answer that carries this error."""
    facts = {name: str(value) for name, value in error.facts.items()}
    return {"error": str(error.code), "kind": type(error).__name__, "text": error.text, "facts": facts}


def checked(answer: Answer) -> Answer:
    """The answer; if it carries an error, that error is raised."""
    if "error" in answer:
        raise _ERRORS[answer["kind"]](answer["error"], answer["text"], **answer["facts"])
    return answer
