"""Recordings filed under their keywords: in the transaction that makes the row, and again when more is known of it."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from fsplug.store.calls import entries as kinds
from fsplug.store.calls import participants
from fsplug.store.calls.entries import Entry
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import in_batches
from fsplug.store.recordings.search.keywords import Keyword, Kind, digits, numbers, of_talk, parts

# Filed already is who is filed by all that can be known; a recording's time may change until its decision is there.
_UNFILED = """SELECT r.id, r.company, r.at, r.username, d.id, d.direction, d.grp, d.caller, d.answerer, d.inputs,
    f.recording FROM recording r
    LEFT JOIN decision d ON d.id = r.decision AND d.company = r.company
    LEFT JOIN filed_recording f ON f.recording = r.id
    LEFT JOIN deletion x ON x.recording = r.id
    WHERE r.id IN ({}) AND r.company IS NOT NULL AND x.recording IS NULL
    AND (f.recording IS NULL OR f.at <> r.at OR f.decided <> (d.id IS NOT NULL))"""
_OF_DECISIONS = "SELECT id FROM recording WHERE decision IN ({})"
_FILED = "SELECT recording, at, keywords FROM filed_recording WHERE recording IN ({})"
INSERT_KEYWORD = "INSERT INTO keyword (id, company, kind, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
INSERT_PART = "INSERT INTO number_part (company, part, keyword) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_INSERT_PLACE = """INSERT INTO recording_keyword (keyword, at, recording, direction, digits) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING"""
INSERT_FILED = "INSERT INTO filed_recording (recording, at, decided, keywords) VALUES (?, ?, ?, ?)"
_DELETE_PLACE = "DELETE FROM recording_keyword WHERE keyword = ? AND at = ? AND recording = ?"


@dataclass(frozen=True, slots=True)
class Card:
    """A recording with all it is found by."""

    recording: str
    company: str
    at: float
    direction: str
    decided: bool
    digits: str
    keywords: tuple[tuple[int, Keyword], ...]
    is_new: bool


def file_entries(store: Store, entries: Iterable[Entry]) -> None:
    """File the recordings that these entries made or moved."""
    ids, decided = set(), set()
    for entry in entries:
        if isinstance(entry, kinds.DecisionMade) and entry.recording and entry.record:
            ids.add(entry.recording)
            decided.add(entry.decision)
        elif isinstance(entry, kinds.RecordingExpected | kinds.RecordingStarted):
            ids.add(entry.recording)
    for some in in_batches(decided):
        ids |= {recording for (recording,) in store.rows(_OF_DECISIONS.format(_marks(some)), *some)}
    file(store, ids)


def file(store: Store, recordings: Collection[str]) -> None:
    """File these, within the transaction around it. Those that are deleted, or filed already, stay as they are."""
    country_of = cache(partial(_country, store))
    for some in in_batches(recordings):
        rows = store.rows(_UNFILED.format(_marks(some)), *some)
        cards = [card(row, country_of) for row in rows]
        unfile(store, [one.recording for one in cards if not one.is_new])
        _write(store, cards)


def unfile(store: Store, recordings: Collection[str]) -> None:
    """Nobody finds these any more."""
    for some in in_batches(recordings):
        found = store.rows(_FILED.format(_marks(some)), *some)
        keys = [(int(one), at, recording) for recording, at, ids in found for one in ids.split()]
        store.run_many(_DELETE_PLACE, keys)
        store.run(f"DELETE FROM filed_recording WHERE recording IN ({_marks(some)})", *some)


def card(row: Row, country_of: Callable[[str], str | None]) -> Card:
    """What the recording is found by. `row`: its id, company, time and user; its decision; whether it is filed."""
    recording, company, at, username, decision, direction, group, caller, answerer, inputs, filed = row
    ends = participants.both(json.loads(inputs) if inputs else {}, caller, answerer)
    people = participants.people(ends, username)
    outside = numbers(ends, people, country_of(company))
    found = of_talk(ends, people, group, direction or "", outside)
    told = " ".join(map(digits, outside))
    keywords = tuple((one.id(company), one) for one in found)
    return Card(recording, company, at, direction or "", decision is not None, told, keywords, filed is None)


def _write(store: Store, cards: Sequence[Card]) -> None:
    # In one order always: two programs that add the same keywords wait for each other, and never both at once.
    named = {key: (one.company, keyword) for one in cards for key, keyword in one.keywords}
    new = sorted(named.keys() - _known(store, named))
    store.run_many(INSERT_KEYWORD, [(key, named[key][0], str(named[key][1].kind), named[key][1].text) for key in new])
    store.run_many(INSERT_PART, [part for key in new for part in parts_of(key, *named[key])])
    store.run_many(_INSERT_PLACE, sorted(place for one in cards for place in places(one)))
    store.run_many(INSERT_FILED, [filed(one) for one in cards])


def _known(store: Store, keys: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in in_batches(keys):
        found |= {key for (key,) in store.rows(f"SELECT id FROM keyword WHERE id IN ({_marks(some)})", *some)}
    return found


def parts_of(key: int, company: str, keyword: Keyword) -> list[Row]:
    """The rows by which a part of a number finds it."""
    return [(company, part, key) for part in parts(keyword.text)] if keyword.kind is Kind.NUMBER else []


def places(one: Card) -> list[Row]:
    """The rows by which it is found."""
    return [(key, one.at, one.recording, one.direction, one.digits) for key, _ in one.keywords]


def filed(one: Card) -> Row:
    """The row that says so."""
    return (one.recording, one.at, one.decided, " ".join(str(key) for key, _ in one.keywords))


def _country(store: Store, company: str) -> str | None:
    found = store.row("SELECT country FROM company_detail WHERE company = ? AND until IS NULL", company)
    return found[0] if found else None


def _marks(some: Sequence[object]) -> str:
    return ", ".join("?" * len(some))
