"""The answers that fs_cli gets to `python fsplug.modpython WORDS`: fsplug's state, policy's verdicts, live calls."""

import inspect
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

from fsplug import __version__
from fsplug.errors import FsplugError
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.live_recording import Stage
from fsplug.store.calls.simulate import simulated
from fsplug.store.config import policies
from fsplug.store.db.database import Store

USAGE = """usage: python fsplug.modpython status
       python fsplug.modpython verdict COMPANY FROM TO [GROUP]
       python fsplug.modpython calls [COMPANY]"""
SHOWN = 100


class Console:
    """Answers the words of a command line, always with text. `facts` gives the service's state by name."""

    def __init__(self, store: Store, book: CallBook, facts: Callable[[], Mapping[str, object]]) -> None:
        self._store = store
        self._book = book
        self._facts = facts

    def answer(self, line: str) -> str:
        """The answer to this line; the usage for a line that is not understood."""
        try:
            words = shlex.split(line)
        except ValueError:
            words = []
        known: Mapping[str, Callable[..., Iterator[str]]]
        known = {"status": self._status, "verdict": self._verdict, "calls": self._calls}
        asked = known.get(words[0]) if words else None
        try:
            lines = list(asked(*words[1:])) if asked and _takes(asked, words[1:]) else [USAGE]
        except FsplugError as error:
            lines = [f"-ERR {error.code}: {error.text}"]
        return "\n".join(map(_printable, "\n".join(lines).split("\n"))) + "\n"

    def _status(self) -> Iterator[str]:
        facts = {"fsplug": __version__, **self._facts(), **self._counts()}
        width = max(map(len, facts))
        return (f"{name:<{width}}  {value}" for name, value in facts.items())

    def _counts(self) -> dict[str, int]:
        running = (one for one in self._book.recordings.values() if one.stage is Stage.RUNNING)
        up = (call for call in self._book.calls.values() if call.legs)
        return {"calls": sum(1 for _ in up), "recordings running": sum(1 for _ in running)}

    def _verdict(self, company: str, caller: str, called: str, group: str = "") -> Iterator[str]:
        version = policies.current_version(self._store, company)
        facts = simulated(self._store, company, version, caller, called, group or None, ())
        yield f"{company}, policy version {version}: {facts['from']['description']} -> {facts['to']['description']}"
        for one in facts["verdicts"]:
            said = "recorded" if one["record"] else "not recorded"
            yield f"if {one['leg']} answers: {said}, by {one['rule']} ({one['reason']})"

    def _calls(self, company: str = "") -> Iterator[str]:
        wanted = (call for call in self._book.calls.values() if call.legs and company in ("", call.company))
        up = list(wanted)
        yield f"{len(up)} calls"
        yield from map(self._call, up[:SHOWN])

    def _call(self, call: Call) -> str:
        caller = call.ringing.caller if call.ringing else None
        numbers = (next(iter(caller.numbers), "?"), next(iter(caller.dialled), "?")) if caller else ("?", "?")
        recorded = sum(
            1 for one in self._book.recordings.values() if one.call == call.id and one.stage is Stage.RUNNING
        )
        state = "answered" if call.answered_in else "rings"
        return f"{call.id} {call.company} {numbers[0]} -> {numbers[1]} {state}, {recorded} recordings"


def _takes(asked: Callable[..., object], words: Sequence[str]) -> bool:
    """Whether the function takes this many words."""
    try:
        inspect.signature(asked).bind(*words)
    except TypeError:
        return False
    return True


def _printable(line: str) -> str:
    """The text without characters a terminal could act on: callers choose their numbers and names."""
    return "".join(char if char.isprintable() else "?" for char in line)
