"""The terms of a recording as options of `fsplug policy set`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from fsplug.cli.kernel.free_text import LINE
from fsplug.policy.terms import TERMS, Line, OneOf, Plain, Seconds, SomeOf, Term, Terms, terms_facts, terms_from

Command = TypeVar("Command", bound=Callable[..., Any])
_HELP = {
    "on_failure": "What happens to a call that cannot be recorded.",
    "channels": "Each party on its own channel, or both mixed.",
    "purpose": "Why calls are recorded.",
    "max_seconds": "Record only the first N seconds of a talk; none: all of it.",
    "agent_may": "What the recorded user may do to the recording during the call: nothing, or some of start, keep, "
    "pause, stop, with commas between them.",
    "start": "How a recording begins: by itself, when the recorded user starts it, or by itself and destroyed at the "
    "end unless that user keeps it.",
    "announce": "Who is told of the recording before it begins; ask: the other party must agree.",
}
# The word that removes a limit.
_NO_END = "none"


class SecondsType(click.ParamType):
    """An option's value that is a number of seconds, or `none` for no end."""

    name = "seconds"

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        text = str(value)
        if text == _NO_END:
            return text
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
        if trouble := self._seconds.trouble(number):
            self.fail(f"{text[:60]!r} is not valid; {trouble}, or {_NO_END}", param, ctx)
        return number


class SomeOfType(click.ParamType):
    """An option's value that is some of a term's words."""

    name = "words"

    def __init__(self, words: SomeOf) -> None:
        self._words = words

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if trouble := self._words.trouble(text):
            self.fail(f"{text[:60]!r} is not valid; {trouble}", param, ctx)
        return self._words.plain(text)


def options(command: Command) -> Command:
    """A decorator: an option for every term."""
    for term in reversed(TERMS):
        command = click.option(f"--{term.key}", help=_HELP[term.name], **_type(term))(command)
    return command


def given(options: Mapping[str, Any]) -> dict[str, Plain]:
    """The plain values of the terms that these options of a command name; None removes a limit."""
    named = {term.name: options[term.name] for term in TERMS if options[term.name]}
    return {name: None if value == _NO_END else value for name, value in named.items()}


def changed(terms: Terms, values: Mapping[str, Plain]) -> Terms:
    """The terms with these plain values in place of their own."""
    return terms_from({**terms_facts(terms), **values})


def _type(term: Term) -> dict[str, Any]:
    match term.values:
        case OneOf(choices):
            return {"type": click.Choice(list(map(str, choices)))}
        case SomeOf():
            return {"type": SomeOfType(term.values), "metavar": "WORDS"}
        case Line():
            return {"type": LINE, "metavar": "TEXT"}
        case Seconds():
            return {"type": SecondsType(term.values), "metavar": "N"}
