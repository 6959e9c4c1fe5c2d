"""The terms of a recording, each described once: the store, the document, the commands and the console follow.

A new term is a field of `Terms`. It needs a column beside the others in the store's models and a migration, a help text
at the command line, its words in the console's catalogue, and the code that keeps to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from math import inf
from typing import Annotated, Any, ClassVar, Self, get_type_hints

# What JSON, TOML and a column of the store hold of one term.
Plain = str | int | None


class OnFailure(StrEnum):
    """What happens to a call that must be recorded and cannot be."""

    OPEN = "open"
    CLOSED = "closed"


class Channels(StrEnum):
    """STEREO keeps each party on a channel of its own: left is what the recorded leg says."""

    STEREO = "stereo"
    MONO = "mono"


class Start(StrEnum):
    """How a recording begins: by itself, when the recorded user starts it, or by itself and destroyed at the end unless
    the recorded user keeps it.
    """

    AUTOMATIC = "automatic"
    ON_DEMAND = "on-demand"
    KEEP_ON_DEMAND = "keep-on-demand"


class AgentMay(StrEnum):
    """What the recorded user may do to the recording of a call that goes on. Who may pause may go on."""

    START = "start"
    KEEP = "keep"
    PAUSE = "pause"
    STOP = "stop"


class Announce(StrEnum):
    """Who hears that the call may be recorded, before anything is; ASK: whoever talks to the recorded user is asked."""

    NOBODY = "nobody"
    CALLER = "caller"
    CALLED = "called"
    BOTH = "both"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class OneOf:
    """The values of a term that is one of these words."""

    kind: ClassVar[str] = "choice"
    choices: type[StrEnum]

    def read(self, plain: object) -> StrEnum:
        """The choice written as `plain`; ValueError for any other."""
        return self.choices(str(plain))

    def trouble(self, plain: Plain) -> str | None:
        """What to write instead of this value; None where the term takes it."""
        return None if plain in tuple(self.choices) else f"use {' or '.join(self.choices)}"

    def typed(self, text: str) -> Plain:
        """What somebody has typed, as a plain value."""
        return text


@dataclass(frozen=True, slots=True)
class SomeOf:
    """The values of a term that is any number of these words: as text, with commas between them, or `nothing`."""

    kind: ClassVar[str] = "choices"
    NOTHING: ClassVar[str] = "nothing"
    choices: type[StrEnum]

    def read(self, plain: object) -> frozenset[StrEnum]:
        """The choices written as `plain`, in any order; ValueError for any other."""
        if plain == self.NOTHING:
            return frozenset()
        return frozenset(self.choices(word.strip()) for word in str(plain).split(","))

    def plain(self, plain: str) -> str:
        """The same choices, each once and in their order; ValueError for any other."""
        chosen = self.read(plain)
        return ",".join(one for one in self.choices if one in chosen) or self.NOTHING

    def trouble(self, plain: Plain) -> str | None:
        """What to write instead of this value; None where the term takes it."""
        try:
            self.read(plain)
        except ValueError:
            return f"use {self.NOTHING}, or some of {', '.join(self.choices)}, with commas between them"
        return None

    def typed(self, text: str) -> Plain:
        """What somebody has typed, as a plain value, nothing where it is empty; ValueError for any other words."""
        return self.plain(text.strip(" ,") or self.NOTHING)


@dataclass(frozen=True, slots=True)
class Line:
    """The values of a term that is a line of text, which must say something; `example` is one."""

    kind: ClassVar[str] = "line"
    longest: int
    example: str

    def read(self, plain: object) -> str:
        """The text; ValueError for anything but text."""
        if not isinstance(plain, str):
            raise ValueError(f"{plain!r} is not text")
        return plain

    def trouble(self, plain: Plain) -> str | None:
        """What to write instead of this value; None where the term takes it."""
        says_something = isinstance(plain, str) and plain.strip() and len(plain) <= self.longest
        return None if says_something else f"write a line of 1 to {self.longest} characters, such as {self.example}"

    def typed(self, text: str) -> Plain:
        """What somebody has typed, as a plain value."""
        return text.strip()


@dataclass(frozen=True, slots=True)
class Seconds:
    """The values of a term that is a whole number of seconds, from 1 to `most`, or None for no end."""

    kind: ClassVar[str] = "seconds"
    most: int

    def read(self, plain: object) -> int:
        """The number; ValueError for anything but a whole number."""
        if not isinstance(plain, int):
            raise ValueError(f"{plain!r} is not a whole number")
        return plain

    def trouble(self, plain: Plain) -> str | None:
        """What to write instead of this value; None where the term takes it."""
        is_taken = plain is None or (isinstance(plain, int) and 1 <= plain <= self.most)
        return None if is_taken else f"write a whole number from 1 to {self.most}"

    def typed(self, text: str) -> Plain:
        """What somebody has typed, as a plain value, None where it is empty; ValueError for anything but a number."""
        return int(text) if text.strip() else None


Values = OneOf | SomeOf | Line | Seconds


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its name in `Terms`, in the store and in the document, which values it takes, and its default."""

    name: str
    values: Values
    default: Any

    @property
    def key(self) -> str:
        """Its name in the console's words and as an option of a command."""
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a recording is made once policy has said yes."""

    on_failure: Annotated[OnFailure, OneOf(OnFailure)] = OnFailure.OPEN
    channels: Annotated[Channels, OneOf(Channels)] = Channels.STEREO
    purpose: Annotated[str, Line(longest=500, example="quality")] = "quality"
    # Of each talk, from its beginning; None is all of it. A day is longer than any talk.
    max_seconds: Annotated[int | None, Seconds(most=86_400)] = None
    agent_may: Annotated[frozenset[AgentMay], SomeOf(AgentMay)] = frozenset()
    start: Annotated[Start, OneOf(Start)] = Start.AUTOMATIC
    announce: Annotated[Announce, OneOf(Announce)] = Announce.NOBODY

    @property
    def is_kept(self) -> bool:
        """Whether what is recorded by them is kept without anybody's asking, so that nothing may be missing."""
        return self.start is Start.AUTOMATIC

    @property
    def is_required(self) -> bool:
        """Whether there must be no call without the recording."""
        return self.is_kept and self.on_failure is OnFailure.CLOSED

    @property
    def begins_at_once(self) -> bool:
        """Whether the recording begins with the talk."""
        return self.start is not Start.ON_DEMAND

    @property
    def asks(self) -> bool:
        """Whether nothing is recorded without a yes."""
        return self.announce is Announce.ASK

    @property
    def tells_caller(self) -> bool:
        """Whether nothing is recorded before the caller has heard of it."""
        return self.announce in (Announce.CALLER, Announce.BOTH)

    @property
    def tells_called(self) -> bool:
        """Whether nothing is recorded before whoever answers has heard of it."""
        return self.announce in (Announce.CALLED, Announce.BOTH)

    @property
    def tells(self) -> bool:
        """Whether anybody hears anything before the call is recorded."""
        return self.announce is not Announce.NOBODY

    def longest(self, more: float = 0.0) -> float:
        """The longest that the recording of a talk can be, in seconds, if it ends up to `more` seconds late."""
        return inf if self.max_seconds is None else self.max_seconds + more

    def seconds_left(self, recorded: float) -> float | None:
        """How many seconds of the talk remain to be recorded after so many; None for all of it."""
        return None if self.max_seconds is None else self.max_seconds - recorded

    def rest(self, recorded: float) -> Self:
        """The terms for recording the rest of a talk, of which so many seconds were recorded."""
        left = self.seconds_left(recorded)
        return self if left is None else replace(self, max_seconds=max(1, round(left)))


DEFAULT_TERMS = Terms()
_KINDS = get_type_hints(Terms, include_extras=True)
TERMS = tuple(Term(one.name, _KINDS[one.name].__metadata__[0], one.default) for one in fields(Terms))
TERM_NAMES = tuple(one.name for one in TERMS)


def terms_facts(terms: Terms) -> dict[str, Plain]:
    """The terms as plain values by name, in the order of `TERMS`."""
    return {term.name: _plain(term, getattr(terms, term.name)) for term in TERMS}


def terms_from(facts: Mapping[str, object]) -> Terms:
    """The terms these plain values were made of; one that is missing or None has its default.

    ValueError for a value of the wrong kind, and for a name that no term has. A text or a number that its term would
    not take any more is read all the same: it was taken once.
    """
    unknown = facts.keys() - set(TERM_NAMES)
    if unknown:
        raise ValueError(f"unknown terms {', '.join(sorted(unknown))}")
    given = {one.name: one.values.read(facts[one.name]) for one in TERMS if facts.get(one.name) is not None}
    return Terms(**given)  # type: ignore[arg-type]  # each term reads a value of its own kind


def trouble_together(terms: Terms) -> str | None:
    """What to write instead of these terms, of which each by itself is taken; None where they go together.

    A recording that waits for the recorded user would never be, if that user could not do it.
    """
    needed = _NEEDED.get(terms.start)
    if needed is None or needed in terms.agent_may:
        return None
    return f"start {terms.start} needs {needed} among what the recorded user may do: write it in agent_may, too"


_NEEDED = {Start.ON_DEMAND: AgentMay.START, Start.KEEP_ON_DEMAND: AgentMay.KEEP}


def _plain(term: Term, value: Any) -> Plain:
    if isinstance(term.values, SomeOf):
        return term.values.plain(",".join(value) or SomeOf.NOTHING)
    return str(value) if isinstance(value, StrEnum) else value
