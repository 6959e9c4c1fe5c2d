"""Calls put on hold, by either side, on both switches: the recording keeps real time, and no hold is a gap."""

import io
import time
import wave
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from fsplug.lab.media import level
from fsplug.media.archive import FolderArchive
from fsplug.policy.conversation.shapes import TurnKind
from fsplug.policy.recording.holds import Holder, Span, spans
from fsplug.store.recordings import holds
from fsplug.store.recordings.recordings import Recording, State
from tests.calls.aftermath import conversations_of
from tests.calls.lines import REAL
from tests.calls.listeners import ANNA, HERTZ, Party, Talk
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant
from tests.calls.realparty import RealTalk

USER, OTHER = Holder.USER, Holder.OTHER
# What the switch's times of one moment may differ by: they come in steps of 20 ms, audio in frames of 20 ms.
STEP_SECONDS = 0.1
HEARD = -45.0


class Recorded:
    """A talk of Anna's that is recorded, and what became of its recording."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._known = {one.id for one in plant.recordings()}

    def row(self) -> Recording:
        """The one recording there is since then."""
        [made] = [one for one in self._plant.recordings() if one.id not in self._known]
        return made

    def until_running(self) -> None:
        self._plant.until(
            lambda: any(one.started_at for one in self._plant.recordings() if one.id not in self._known),
            "the recording to begin",
        )

    def held(self) -> tuple[Span, ...]:
        """Its holds, in seconds from its beginning."""
        row = self.row()
        return spans(holds.of(self._plant.store, ACME, row.id), row.started_at or 0.0, row.seconds or 1e9)

    def until_held(self, count: int, is_over: bool) -> None:
        """Return when so many holds are written down, and the last one's end if `is_over`."""

        def are_there() -> bool:
            found = holds.of(self._plant.store, ACME, self.row().id)
            return len(found) == count and all(one.until for one in found[: count if is_over else count - 1])

        self._plant.until(are_there, f"{count} holds to be written down")

    def channels(self) -> np.ndarray:
        """What was recorded: what Anna said, what she heard."""
        with FolderArchive(self._plant.data / "archive").open(self.row().location or "") as file:
            content = file.read()
        with wave.open(io.BytesIO(content)) as recording:
            samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
            return samples.reshape(-1, recording.getnchannels()).T

    def gaps(self) -> list[str]:
        return [one.cause for one in self._plant.gaps() if one.recording == self.row().id]


@pytest.fixture
def recorded(plant: Plant) -> Recorded:
    return Recorded(plant)


@pytest.fixture
def talk(people: Party, plant: Plant, recorded: Recorded) -> Iterator[Talk]:
    made = people.talk(CUSTOMER, ANNA)
    recorded.until_running()
    yield made


def lasts(plant: Plant, seconds: float) -> None:
    """They talk, or are on hold, for so long."""
    until = time.monotonic() + seconds
    plant.until(lambda: time.monotonic() > until, "the time to go by")


def held_for(plant: Plant, recorded: Recorded, talk: Talk, by: str, seconds: float, count: int) -> None:
    """One of them holds; `count` is the number of this hold in the talk."""
    talk.hold(by, True)
    recorded.until_held(count, is_over=False)
    lasts(plant, seconds)
    talk.hold(by, False)
    recorded.until_held(count, is_over=True)


def begins(channel: np.ndarray, hertz: int, since: float) -> float:
    """When this tone is heard first from `since` seconds on."""
    return next(at for at in _frames(since, channel) if level(_frame(channel, at), hertz) > HEARD)


def ends(channel: np.ndarray, hertz: int, since: float) -> float:
    """When this tone is no longer heard from `since` seconds on: for a tenth of a second, as a frame may be lost."""
    return next(
        at
        for at in _frames(since, channel)
        if all(level(_frame(channel, at + n * 0.02), hertz) < HEARD for n in range(5))
    )


def _frames(since: float, channel: np.ndarray) -> Iterator[float]:
    return iter(np.arange(since, len(channel) / 8_000 - 0.14, 0.02))


def _frame(channel: np.ndarray, at: float) -> np.ndarray:
    return channel[round(at * 8_000) :][:160]


def test_a_recording_is_as_long_as_its_talk_whoever_holds_and_how_often(
    talk: Talk, recorded: Recorded, plant: Plant
) -> None:
    for number, (by, seconds) in enumerate([(ANNA, 2.0), (CUSTOMER, 1.0), (ANNA, 1.0), (ANNA, 0.6)], start=1):
        lasts(plant, 0.7)
        held_for(plant, recorded, talk, by, seconds, number)
    lasts(plant, 0.7)
    _both_fall_silent(talk)
    lasts(plant, 0.5)
    talk.hang_up(CUSTOMER)
    plant.until_settled()
    made = recorded.row()
    assert made.talk_seconds is not None and made.seconds is not None
    assert (made.state, made.seconds) == (State.SEALED, pytest.approx(made.talk_seconds, abs=STEP_SECONDS))
    assert [span.by for span in recorded.held()] == [USER, OTHER, USER, USER]
    [conversation] = conversations_of(plant, {made.call or ""})
    held = [one for one in conversation.turns if one.kind is TurnKind.HOLD]
    assert [one.by and (one.by.username or one.by.number) for one in held] == [ANNA, CUSTOMER, ANNA, ANNA]
    assert all(one.until is not None for one in held)
    assert recorded.gaps() == []
    if plant.line.kind == REAL:
        left, right = recorded.channels()
        for span in recorded.held():
            _is_silent(right if span.by is OTHER else (left, right), span)
        last = recorded.held()[-1].end + 0.3
        said, heard = (
            ends(channel, HERTZ[who], last) - (talk.dialogs[who].voice.spoke_at - (made.started_at or 0.0))
            for channel, who in ((left, ANNA), (right, CUSTOMER))
        )
        assert said == pytest.approx(heard, abs=STEP_SECONDS)
        assert said == pytest.approx(0.0, abs=3 * STEP_SECONDS)


def _both_fall_silent(talk: Talk) -> None:
    """At nearly the same moment; `Voice.spoke_at` is each one's own."""
    if isinstance(talk, RealTalk):
        for dialog in talk.dialogs.values():
            dialog.voice.silent = True


def _is_silent(channels: Any, span: Span) -> None:
    """Nobody speaks on these channels in the second half of a hold; a busy switch reads late what came before it."""
    middle = (span.begin + span.end) / 2
    for channel in np.atleast_2d(channels):
        within = channel[round(middle * 8_000) : round((span.end - 0.4) * 8_000)]
        assert np.abs(within).max(initial=0) < 200


@pytest.mark.parametrize("by", [CUSTOMER, ANNA])
def test_a_call_that_ends_on_hold_is_recorded_to_its_end(by: str, talk: Talk, recorded: Recorded, plant: Plant) -> None:
    lasts(plant, 0.5)
    talk.hold(ANNA, True)
    recorded.until_held(1, is_over=False)
    lasts(plant, 1.5)
    talk.hang_up(by)
    plant.until_settled()
    made = recorded.row()
    assert made.talk_seconds is not None and made.seconds is not None
    assert made.talk_seconds > 2.0
    assert made.seconds == pytest.approx(made.talk_seconds, abs=STEP_SECONDS)
    [span] = recorded.held()
    assert (span.by, span.end) == (USER, pytest.approx(made.seconds, abs=STEP_SECONDS))
    assert recorded.gaps() == []


def test_a_restart_in_a_hold_loses_nothing_of_it(talk: Talk, recorded: Recorded, plant: Plant) -> None:
    talk.hold(ANNA, True)
    recorded.until_held(1, is_over=False)
    plant.serving.kill()
    lasts(plant, 0.5)
    talk.hold(ANNA, False)
    plant.serving.start()
    recorded.until_held(1, is_over=True)
    lasts(plant, 0.5)
    talk.hang_up(CUSTOMER)
    plant.until_settled()
    made = recorded.row()
    assert made.talk_seconds is not None
    assert (made.seconds, [span.by for span in recorded.held()]) == (
        pytest.approx(made.talk_seconds, abs=STEP_SECONDS),
        [USER],
    )
    assert recorded.gaps() == []
