"""Entries on disk: whole ones only, in order, whatever happens to the file."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsplug.errors import Refused, Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.terms import Channels, OnFailure, Terms
from fsplug.store.calls.entries import CallEnded, DecisionMade, JournalEntry, RecordingExpected, Unreadable
from fsplug.store.calls.entry_lines import from_json, to_json
from fsplug.store.calls.journal import Journal
from tests.store.story import decided, recorded_call, seen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is."""
    return tmp_path / "journal"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """An empty journal."""
    journal = Journal(path)
    yield journal
    journal.close()


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: what a full disk does to a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _reopened(path: Path) -> list[JournalEntry]:
    journal = Journal(path)
    found = journal.replay()
    journal.close()
    return found


@pytest.mark.parametrize("entry", [*recorded_call(), Unreadable("x", "y")], ids=lambda entry: entry.kind)
def test_every_entry_is_read_back_as_it_was(entry: JournalEntry) -> None:
    assert from_json(to_json(entry)) == entry


LOOSE = '"channels":"mono","purpose":"evidence","on_failure":"closed"'
STRICT = Terms(OnFailure.CLOSED, Channels.MONO, "evidence")
# As an earlier fsplug wrote them, before terms were one object.
DECISION = (
    '{"kind":"decision-made","decision":"d","call":"a","company":"acme.example","talk":"t","at":1.5,"version":1,'
    '"user":"1001","leg":"b","record":true,"rule":"group-always","reason":"group","direction":"incoming",'
    '"group":null,"caller":"","answerer":"","inputs":{},"recording":"r","path":"/spool/r.wav",%s}'
)
FURTHER = (
    '{"kind":"recording-expected","recording":"r2","company":"acme.example","call":"a","decision":"d","user":null,'
    '"leg":"b","path":"/spool/r2.wav",%s,"at":2.5}'
)
NO_TERMS = '"channels":null,"purpose":null,"on_failure":null'


def test_terms_are_one_readable_object_of_an_entrys_line() -> None:
    line = to_json(replace(decided(), terms=STRICT))
    assert json.loads(line)["terms"] == {
        "on_failure": "closed",
        "channels": "mono",
        "purpose": "evidence",
        "max_seconds": None,
        "agent_may": "nothing",
        "start": "automatic",
        "announce": "nobody",
    }


@pytest.mark.parametrize(
    ("line", "terms"),
    [
        (DECISION % LOOSE, STRICT),
        (FURTHER % LOOSE, STRICT),
        (DECISION % NO_TERMS, Terms()),
        (FURTHER % NO_TERMS, Terms()),
    ],
)
def test_a_line_with_its_terms_beside_the_other_fields_is_still_read(line: str, terms: Terms) -> None:
    entry = from_json(line)
    assert isinstance(entry, DecisionMade | RecordingExpected)
    assert entry.terms == terms
    assert from_json(to_json(entry)) == entry


def test_a_limit_is_read_back_as_it_was() -> None:
    entry = replace(decided(), terms=replace(STRICT, max_seconds=30))
    assert from_json(to_json(entry)) == entry


@pytest.mark.parametrize("terms", ['"quad"', "null", '{"channels":"quad"}', '{"colour":"red"}'])
def test_a_line_with_terms_that_cannot_be_is_a_value_error(terms: str) -> None:
    with pytest.raises(ValueError, match=r"terms|quad"):
        from_json(DECISION % f'"terms":{terms}')


@given(st.text(), st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_an_entry_is_one_line_of_ascii_whatever_its_texts(name: str, facts: dict[str, object]) -> None:
    entry = seen(caller=name, facts=facts)
    assert to_json(entry).isascii() and "\n" not in to_json(entry)
    assert from_json(to_json(entry)) == entry


@pytest.mark.parametrize("line", ["", "{}", "[]", "nul", '{"kind":"call-ended"}', '{"kind":"x"}', '{"kind":[]}'])
def test_a_line_that_is_no_entry_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError):
        from_json(line)


def test_entries_come_back_in_order_after_a_restart_too(path: Path) -> None:
    entries = recorded_call()
    journal = Journal(path)
    for entry in entries:
        journal.append(entry)
    assert journal.replay() == entries
    journal.close()
    assert _reopened(path) == entries


def test_nothing_comes_back_after_truncate(journal: Journal, path: Path) -> None:
    journal.append(seen())
    journal.rotate()
    journal.append(seen())
    journal.truncate()
    assert (journal.replay(), journal.bytes, path.stat().st_size) == ([], 0, 0)


def test_every_torn_last_line_is_left_out_and_the_next_entry_is_whole(tmp_path: Path) -> None:
    first, second, third = CallEnded("a", 1.0, "x"), CallEnded("b", 2.0, "y"), CallEnded("c", 3.0, "z")
    whole, torn = f"{to_json(first)}\n".encode(), f"{to_json(second)}\n".encode()
    for length in range(len(torn)):
        path = tmp_path / f"journal{length}"
        path.write_bytes(whole + torn[:length])
        journal = Journal(path)
        assert journal.replay() == [first]
        journal.append(third)
        assert journal.replay() == [first, third]
        journal.close()


def test_a_damaged_line_is_reported_and_the_others_are_read(path: Path) -> None:
    first, last = CallEnded("a", 1.0, "x"), CallEnded("b", 2.0, "y")
    lines = [
        to_json(first).encode(),
        b'{"kind": "call-ended", \xff\x00',
        b'{"kind": "later"}',
        to_json(last).encode(),
    ]
    path.write_bytes(b"\n".join([*lines, b""]))
    found = _reopened(path)
    assert found[0] == first and found[3] == last
    assert [type(entry) for entry in found[1:3]] == [Unreadable, Unreadable]
    assert isinstance(found[2], Unreadable) and found[2].error == "unknown kind 'later'"


def test_what_was_rotated_is_read_first_until_it_is_forgotten(journal: Journal) -> None:
    first, second = CallEnded("a", 1.0, "x"), CallEnded("b", 2.0, "y")
    journal.append(first)
    journal.rotate()
    journal.append(second)
    assert (journal.replay(), journal.is_rotated) == ([first, second], True)
    with pytest.raises(Refused, match="still needed"):
        journal.rotate()
    journal.forget_rotated()
    assert (journal.replay(), journal.is_rotated) == ([second], False)


def test_a_full_disk_leaves_only_whole_entries_wherever_it_strikes(tmp_path: Path) -> None:
    entry = CallEnded("a", 1.0, "x")
    length = len(to_json(entry)) + 1
    for size in range(length, 3 * length):
        path = tmp_path / f"journal{size}"
        journal = Journal(path)
        with files_end_at(size):
            journal.append(entry)
            with pytest.raises(Unavailable, match="the disk is full; free some space") as full:
                journal.append(entry)
                journal.append(entry)
        assert full.value.code == "journal-full"
        assert path.stat().st_size == journal.bytes == size // length * length
        journal.append(entry)
        assert journal.replay() == [entry] * (size // length + 1)
        journal.close()


def test_a_journal_belongs_to_one_process(journal: Journal, path: Path) -> None:
    code = f"from fsplug.store.calls.journal import Journal; Journal({str(path)!r})"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert other.returncode == 1
    assert "Refused" in other.stderr and "belongs to another fsplug that runs" in other.stderr


def test_a_journal_in_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        Journal(tmp_path / "missing" / "journal")


def test_the_file_is_its_owners_alone(journal: Journal, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
