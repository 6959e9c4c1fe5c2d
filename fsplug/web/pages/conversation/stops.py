"""The recordings of a conversation as one player plays them: in their order, with what it skips between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fsplug.policy.conversation.events import Person
from fsplug.policy.conversation.shapes import Part, Timeline, Turn
from fsplug.policy.conversation.within import MARKED, turns_within
from fsplug.store.config.companies import Company
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import Recording
from fsplug.web.kernel import ruler, tracks
from fsplug.web.kernel.formatting import Moments
from fsplug.web.kernel.parties import NamedParty
from fsplug.web.kernel.tracks import Mark
from fsplug.web.pages.conversation.lines import Line
from fsplug.web.pages.conversation.people import Named
from fsplug.words.catalogue import Words

# One recording has a page with its player.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Stop:
    """A recording that is played in its turn: what was skipped before it, what it is, and what its player shows.

    The marks have the numbers of the conversation's lines.
    """

    recording: str
    seconds: float
    skipped: str
    said: str
    lanes: tuple[NamedParty, ...]
    marks: tuple[Mark, ...]
    ticks: Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Round:
    """Everything that is played, and what is said once it has been: also what was skipped at the end."""

    stops: Sequence[Stop]
    over: str


def of(store: Store, company: Company, found: Timeline, lines: Sequence[Line], named: Named, words: Words) -> Round:
    """The recordings among these lines that the viewer hears; no stops if there are not two."""
    heard = {one.id for line in lines for one in line.recordings if one.is_heard}
    if len(heard) < _LEAST:
        return Round((), "")
    talks = [line for line in lines if line.part is not None]
    decisions = [line.part.decision for line in talks if line.part is not None]
    kept = recordings.of_decisions(store, company.domain, decisions)
    rows = {one.id: one for its in kept.values() for one in its}
    numbers = {line.turn: line.number for line in lines if line.turn is not None}
    stops: list[Stop] = []
    skipped: list[str] = []
    for line in talks:
        said = f"{Moments.length(max(line.at - found.began_at, 0.0))} {line.text}"
        played = [rows[one.id] for one in line.recordings if one.id in heard]
        for one in played:
            what = words("conversation-plays", number=len(stops) + 1, of=len(heard), what=said)
            lanes = _lanes(found, line.part, one, named)
            marks = tuple(_marks(found, one, numbers, named))
            seconds = one.seconds or 0.0
            stops.append(Stop(one.id, seconds, _skips(skipped, words), what, lanes, marks, ruler.ticks(seconds)))
            skipped = []
        if not played:
            skipped.append(said)
    over = words("conversation-played-all")
    return Round(stops, " ".join(filter(None, (_skips(skipped, words), over))))


def _skips(skipped: Sequence[str], words: Words) -> str:
    return words("conversation-skips", what=", ".join(skipped)) if skipped else ""


def _lanes(found: Timeline, part: Part | None, recording: Recording, named: Named) -> tuple[NamedParty, ...]:
    """The people of the talk in the order of the recording's channels; nobody if it has one."""
    if part is None or not tracks.is_in_stereo(recording):
        return ()
    caller, answerer, *_ = (found.lanes[one].who for one in part.people)
    return tracks.lanes(recording, named.party(caller), named.party(answerer), caller.username)


def _marks(found: Timeline, one: Recording, numbers: dict[Turn, int], named: Named) -> Iterator[Mark]:
    def who(person: Person | None) -> NamedParty | None:
        return named.party(person) if person else None

    if one.started_at is None or not one.seconds:
        return
    for it in turns_within(found, one.id, one.started_at, one.seconds, MARKED):
        if it.turn in numbers:
            yield Mark(numbers[it.turn], it.turn.kind, who(it.turn.by), who(it.turn.whom), it.begin, it.end)
