"""Recordings filed under their keywords: in the transaction that makes the row, and again when more is known of it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from typing import Any

from peewee import JOIN

from fsplug.policy.number_parts import digits
from fsplug.policy.recording import participants
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, given_each, insert
from fsplug.store.recordings.search.keywords import Keyword, KeywordKind, numbers, of_talk, parts
from fsplug.store.schema.calls import Decisions
from fsplug.store.schema.companies import CompanyDetails
from fsplug.store.schema.history import is_current
from fsplug.store.schema.recordings import Deletions, Recordings
from fsplug.store.schema.search import FiledRecordings, Keywords, NumberParts, RecordingKeywords


@dataclass(frozen=True, slots=True)
class Facts:
    """What a recording is filed by: its own facts and the facts of its decision.

    `filed` is the recording's id if it is filed already.
    """

    id: str
    company: str
    at: float
    user: str | None
    decision: str | None = None
    direction: str | None = None
    group: str | None = None
    caller: str | None = None
    answerer: str | None = None
    inputs: Mapping[str, Any] | None = None
    filed: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A recording with everything it can be found by."""

    recording: str
    company: str
    at: float
    direction: str
    decided: bool
    digits: str
    keywords: tuple[tuple[int, Keyword], ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Filed:
    """Under which keywords a recording is filed, with spaces between them."""

    recording: str
    at: float
    keywords: str


_FACTS = columns(
    Facts,
    Decisions,
    id=Recordings.id,
    company=Recordings.company,
    at=Recordings.at,
    user=Recordings.username,
    decision=Decisions.id,
    filed=FiledRecordings.recording,
)
_ITS_DECISION = (Decisions.id == Recordings.decision) & (Decisions.company == Recordings.company)
# Once a recording is filed with its decision, nothing more will be known; until then its time may change.
_HAS_NEWS = (
    FiledRecordings.recording.is_null()
    | (FiledRecordings.at != Recordings.at)
    | (FiledRecordings.decided != Decisions.id.is_null(False))
)
_UNFILED = Select(
    Facts,
    lambda: (
        Recordings.select(*_FACTS)
        .join(Decisions, JOIN.LEFT_OUTER, on=_ITS_DECISION)
        .join(FiledRecordings, JOIN.LEFT_OUTER, on=(FiledRecordings.recording == Recordings.id))
        .join(Deletions, JOIN.LEFT_OUTER, on=(Deletions.recording == Recordings.id))
        .where(Recordings.id.in_(given_each.recordings) & Recordings.company.is_null(False))
        .where(Deletions.recording.is_null() & _HAS_NEWS)
    ),
)
_OF_DECISIONS = Select(
    str, lambda: Recordings.select(Recordings.id).where(Recordings.decision.in_(given_each.decisions))
)
_IS_NAMED = FiledRecordings.recording.in_(given_each.recordings)
_FILED = Select(_Filed, lambda: FiledRecordings.select(*columns(_Filed, FiledRecordings)).where(_IS_NAMED))
_KNOWN = Select(int, lambda: Keywords.select(Keywords.id).where(Keywords.id.in_(given_each.keys)))
_COUNTRY = Select(
    str,
    lambda: CompanyDetails.select(CompanyDetails.country).where(
        (CompanyDetails.company == given.company) & is_current(CompanyDetails)
    ),
)
_ADD_KEYWORD = Write(lambda: insert(Keywords, "id company kind text", once_by="id"))
_ADD_PART = Write(lambda: insert(NumberParts, "company part keyword", once_by="company part keyword"))
_ADD_PLACE = Write(
    lambda: insert(RecordingKeywords, "keyword at recording direction digits", once_by="keyword at recording")
)
_ADD_FILED = Write(lambda: insert(FiledRecordings, "recording at decided keywords"))
_REMOVE_PLACE = Write(
    lambda: RecordingKeywords.delete().where(
        (RecordingKeywords.keyword == given.keyword)
        & (RecordingKeywords.at == given.at)
        & (RecordingKeywords.recording == given.recording)
    )
)
_REMOVE_FILED = Write(lambda: FiledRecordings.delete().where(_IS_NAMED))


def file(store: Store, recordings: Iterable[str], decisions: Iterable[str] = ()) -> None:
    """File these recordings, and those of these decisions, in the caller's transaction.

    Recordings that are deleted or already filed don't change.
    """
    ids = set(recordings)
    for some in in_batches(decisions):
        ids.update(_OF_DECISIONS.rows(store, decisions=some))
    country_of = cache(partial(_country, store))
    for some in in_batches(ids):
        cards = [card(facts, country_of) for facts in _UNFILED.rows(store, recordings=some)]
        unfile(store, [one.recording for one in cards if not one.is_new])
        _write(store, cards)


def unfile(store: Store, recordings: Collection[str]) -> None:
    """Remove these recordings from the index."""
    for some in in_batches(recordings):
        found = _FILED.rows(store, recordings=some)
        _REMOVE_PLACE.run_many(
            store,
            [
                {"keyword": int(key), "at": one.at, "recording": one.recording}
                for one in found
                for key in one.keywords.split()
            ],
        )
        _REMOVE_FILED.run(store, recordings=some)


def card(facts: Facts, country_of: Callable[[str], str | None]) -> Card:
    """What the recording with these facts is found by; `country_of` returns a company's country."""
    ends = participants.everybody(facts.inputs or {}, facts.caller, facts.answerer)
    people = participants.people(ends, facts.user)
    outside = numbers(ends, people, country_of(facts.company))
    found = of_talk(ends, people, facts.group, facts.direction or "", outside)
    return Card(
        facts.id,
        facts.company,
        facts.at,
        facts.direction or "",
        facts.decision is not None,
        " ".join(map(digits, outside)),
        tuple((one.id(facts.company), one) for one in found),
        facts.filed is None,
    )


def _write(store: Store, cards: Sequence[Card]) -> None:
    # Always in the same order: two programs that add the same keywords wait for each other without a deadlock.
    named = {key: (one.company, keyword) for one in cards for key, keyword in one.keywords}
    new = sorted(named.keys() - _known(store, named))
    _ADD_KEYWORD.run_many(store, [keyword_row(key, *named[key]) for key in new])
    _ADD_PART.run_many(store, [part for key in new for part in part_rows(key, *named[key])])
    in_order = itemgetter("keyword", "at", "recording")
    _ADD_PLACE.run_many(store, sorted((place for one in cards for place in place_rows(one)), key=in_order))
    _ADD_FILED.run_many(store, [filed_row(one) for one in cards])


def _known(store: Store, keys: Iterable[int]) -> set[int]:
    return {key for some in in_batches(keys) for key in _KNOWN.rows(store, keys=some)}


def keyword_row(key: int, company: str, keyword: Keyword) -> Mapping[str, object]:
    """The row of a keyword, by column."""
    return {"id": key, "company": company, "kind": keyword.kind, "text": keyword.text}


def part_rows(key: int, company: str, keyword: Keyword) -> list[Mapping[str, object]]:
    """The rows by which a part of a number finds it."""
    found = parts(keyword.text) if keyword.kind is KeywordKind.NUMBER else ()
    return [{"company": company, "part": part, "keyword": key} for part in found]


def place_rows(one: Card) -> list[Mapping[str, object]]:
    """The rows by which the recording is found."""
    place = {"at": one.at, "recording": one.recording, "direction": one.direction, "digits": one.digits}
    return [{"keyword": key, **place} for key, _ in one.keywords]


def filed_row(one: Card) -> Mapping[str, object]:
    """The row that says how the recording is filed."""
    keywords = " ".join(str(key) for key, _ in one.keywords)
    return {"recording": one.recording, "at": one.at, "decided": one.decided, "keywords": keywords}


def _country(store: Store, company: str) -> str | None:
    return _COUNTRY.row(store, company=company)
