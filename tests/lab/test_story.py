"""The story is the same every time, and consistent, as if it had happened on a switch."""

import wave
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fsplug.lab.story import voices, whole, writing
from fsplug.lab.story.calls import days
from fsplug.lab.story.cast import ACME, BETA, document, document_of
from fsplug.lab.tone import SAMPLE_RATE
from fsplug.media import wav
from fsplug.policy.conversation.shapes import TurnKind
from fsplug.policy.conversation.timeline import timeline
from fsplug.policy.recording.facts import talk_from
from fsplug.policy.recording.verdict import verdict
from fsplug.store.audit import trail, verification
from fsplug.store.calls import calls, conversation_events, conversations, decisions, gaps, ledger
from fsplug.store.change import planning
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from tests.stories import story_until

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
AFTERNOON = datetime(2026, 11, 19, 15, 20, tzinfo=COPENHAGEN).timestamp()
ALL = 10_000


@pytest.fixture
def story(tmp_path: Path) -> Callable[[float], Store]:
    """A store with the story until then, each time another."""
    stores: list[Store] = []

    def tell(now: float) -> Store:
        folder = tmp_path / str(len(stores))
        folder.mkdir()
        stores.append(Store(story_until(now, folder), clock=lambda: now))
        return stores[-1]

    return tell


def test_it_is_the_same_story_every_time(story: Callable[[float], Store], tmp_path: Path) -> None:
    again = tmp_path / "again"
    (again / "archive").mkdir(parents=True)
    writing.write(again / "fsplug.db", again / "archive", AFTERNOON)
    stores = (story(AFTERNOON), Store(again / "fsplug.db"))
    one, other = ([decisions.listed(store, domain, ALL) for domain in (ACME, BETA)] for store in stores)
    assert one == other
    assert [len(rows) > 100 for rows in one] == [True, True]


def test_every_decision_is_the_one_that_policy_makes(story: Callable[[float], Store]) -> None:
    store = story(AFTERNOON)
    for one in decisions.listed(store, ACME, ALL):
        again = verdict(talk_from(one.inputs), policies.snapshot(store, ACME, one.version))
        assert (again.record, again.rule, again.reason) == (one.record, one.rule, one.reason)


def test_every_verdict_to_record_ends_in_a_recording_or_a_gap(story: Callable[[float], Store]) -> None:
    store = story(AFTERNOON)
    sealed = {one.decision for one in recordings.listed(store, ACME, ALL) if one.location}
    deleted = {one.subject for one in trail.listed(store, ACME, ALL) if one.act == "destroy"}
    missed = {one.decision for one in gaps.listed(store, ACME, ALL)}
    wanted = [one for one in decisions.listed(store, ACME, ALL) if one.record]
    assert {one.id for one in wanted if one.recording not in deleted} == sealed | missed
    assert len(deleted) == 2
    assert missed and not sealed & missed
    assert ledger.rejects(store) == []


def test_the_audio_is_what_its_row_says(story: Callable[[float], Store], tmp_path: Path) -> None:
    store = story(AFTERNOON)
    for one in recordings.listed(store, BETA, 20):
        if one.location:
            path = tmp_path / "0" / "archive" / one.location
            found = wav.inspect(path)
            assert (path.stat().st_size, found.seconds) == (one.bytes, one.seconds)
            assert (found.channels, found.sample_rate) == (2, 8000)


def test_the_trail_is_whole_and_goes_on_in_time(story: Callable[[float], Store]) -> None:
    store = story(AFTERNOON)
    for domain in (ACME, BETA):
        assert verification.verify(store, domain).trouble is None
        times = [one.at for one in trail.listed(store, domain, ALL)]
        assert times == sorted(times, reverse=True) and times[0] <= AFTERNOON


@pytest.mark.parametrize("clock", ["00:40", "08:05", "12:00", "23:59"])
def test_today_has_calls_at_any_hour_and_none_in_the_future(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    # The calls of the days before are the same at any hour.
    monkeypatch.setattr(writing, "days", lambda: days()[-2:])
    hour, minute = map(int, clock.split(":"))
    now = datetime(2026, 11, 22, hour, minute, tzinfo=COPENHAGEN)
    midnight = now.replace(hour=0, minute=0).timestamp()
    (tmp_path / "archive").mkdir()
    writing.write(tmp_path / "fsplug.db", tmp_path / "archive", now.timestamp())
    times = [one.at for one in decisions.listed(Store(tmp_path / "fsplug.db"), ACME, ALL)]
    assert sum(at >= midnight for at in times) >= 5
    assert max(times) < now.timestamp()


def test_it_ends_with_the_companies_as_they_are_written(story: Callable[[float], Store]) -> None:
    assert not planning.plan(story(AFTERNOON), document())
    assert document_of(0) == document() != document_of(30)


def test_without_a_voice_the_machine_hums(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    voices._clips.cache_clear()
    try:
        [made] = voices.conversations(tmp_path / "hummed", (5.0,))
    finally:
        voices._clips.cache_clear()
    left = made.path.read_bytes()[44:][0::4]
    assert made.seconds >= 5.0 and len(set(left)) > 50


def test_a_customer_agrees_bo_pauses_asks_clara_and_transfers(story: Callable[[float], Store], tmp_path: Path) -> None:
    store, at = story(AFTERNOON), whole.began_at(AFTERNOON, 1)
    [call] = [one.id for one in calls.listed(store, ACME, ALL) if one.at == at]
    its_calls = conversations.of_call(store, ACME, call)
    told = timeline(conversation_events.of_calls(store, ACME, its_calls))
    turns = [(one.kind, one.by and one.by.username, one.whom and one.whom.number) for one in told.turns]
    assert turns == [
        (TurnKind.CONSENT, None, whole.CUSTOMER),
        (TurnKind.PAUSE, whole.BO, None),
        (TurnKind.HOLD, whole.BO, None),
        (TurnKind.TRANSFER, whole.BO, whole.CUSTOMER),
    ]
    talked = [(one.user, one.is_consultation, [kept.state for kept in one.recordings]) for one in told.parts]
    assert talked == [
        (whole.BO, False, ["sealed"]),
        (whole.CLARA, True, ["sealed"]),
        (whole.CLARA, False, ["sealed"]),
    ]
    first = recordings.get(store, ACME, told.parts[0].recordings[0].id)
    assert first is not None
    with wave.open(str(tmp_path / "0" / "archive" / str(first.location))) as file:
        frames = file.readframes(file.getnframes())
    paused = slice(*(4 * SAMPLE_RATE * round(at) for at in (whole.PAUSED, whole.WENT_ON)))
    assert not any(frames[paused]) and any(frames[: paused.start])
