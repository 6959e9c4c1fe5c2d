"""kill -9 of fsplug at any moment: no call dropped, none recorded twice, none lost, the store true again (P3, B23)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import gevent
import pytest

from fsplug.esl.calls.live_recording import LATE_SECONDS
from fsplug.store.calls.calls import Call
from fsplug.store.calls.entries import UNREPORTED_CAUSE
from fsplug.store.recordings.recordings import Recording, State
from tests.calls import people
from tests.calls.aftermath import has_run, not_sealed
from tests.calls.lines import FAKE
from tests.calls.plant import Plant
from tests.calls.serving import is_alive

# What a recording may differ from its talk: the seal's own tolerance, and with it what a late one may lack untold.
TOLERANCE_SECONDS = 0.3
UNTOLD_SECONDS = TOLERANCE_SECONDS + LATE_SECONDS

Moment = Callable[[Plant, set[str]], bool]


def before_the_calls_ask(plant: Plant, before: set[str]) -> bool:
    return True


def while_they_ask(plant: Plant, before: set[str]) -> bool:
    return len(_news(plant, before)) >= plant.line.one_crowd // 2


def when_all_have_asked(plant: Plant, before: set[str]) -> bool:
    return len(_news(plant, before)) == plant.line.one_crowd


def when_the_first_answer(plant: Plant, before: set[str]) -> bool:
    return any(call.answered_at for call in _news(plant, before))


def while_all_are_recorded(plant: Plant, before: set[str]) -> bool:
    known = {call.id for call in _news(plant, before)}
    running = [one for one in plant.recordings() if one.call in known and one.state is State.RECORDING]
    return len(running) == plant.line.one_crowd


def when_recordings_stop(plant: Plant, before: set[str]) -> bool:
    return any(call.ended_at for call in _news(plant, before))


MOMENTS = (
    before_the_calls_ask,
    while_they_ask,
    when_all_have_asked,
    when_the_first_answer,
    while_all_are_recorded,
    when_recordings_stop,
)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_killed_at_any_moment_nothing_is_lost(moment: Moment, plant: Plant) -> None:
    before = {call.id for call in plant.calls()}
    if moment is before_the_calls_ask:
        plant.serving.kill()
    # Nobody hangs up before fsplug is back: a call wholly within its absence leaves no row.
    with plant.line.crowd(plant.line.one_crowd, None) as crowd:
        if moment is when_recordings_stop:
            plant.until(lambda: while_all_are_recorded(plant, before), "every call to be recorded")
        ending = gevent.spawn(crowd.hang_up) if moment is when_recordings_stop else None
        plant.until(lambda: moment(plant, before), moment.__name__)
        if moment is before_the_calls_ask:
            plant.until(lambda: plant.line.legs() == 2 * plant.line.one_crowd, "every call to be up")
        else:
            plant.serving.kill()
        armed = {call.id for call in _news(plant, before) if _is_armed(plant, call)}
        plant.serving.start()
        plant.until(lambda: _is_true(plant, before), "the store to be true again")
        (ending or gevent.spawn(crowd.hang_up)).get()
        assert crowd.complaints() == []
        up_seconds = crowd.up_seconds()
    plant.until_settled()
    _nothing_is_lost(plant, _news(plant, before), armed, up_seconds)


def test_killed_alone_the_server_is_started_again(plant: Plant) -> None:
    before = {call.id for call in plant.calls()}
    with plant.line.crowd(plant.line.one_crowd, None) as crowd:
        plant.until(lambda: while_all_are_recorded(plant, before), "every call to be recorded")
        # On a busy machine a call may be let through before it is armed: it is recorded from its bridge on.
        armed = {call.id for call in _news(plant, before) if _is_armed(plant, call)}
        taken_up, killed = plant.serving.taken_up, plant.serving.kill_server()
        plant.until(lambda: plant.serving.server not in (0, killed), "the supervisor to start another")
        assert not is_alive(killed)
        plant.until(lambda: plant.serving.taken_up > taken_up, "the new server to take up the calls")
        crowd.hang_up()
        assert crowd.complaints() == []
        up_seconds = crowd.up_seconds()
    plant.until_settled()
    calls = _news(plant, before)
    _nothing_is_lost(plant, calls, armed, up_seconds)
    assert all(call.answered_at for call in calls)


@pytest.fixture
def limited(plant: Plant) -> Iterator[Plant]:
    """Its recordings may be given a limit."""
    yield plant
    plant.apply(people.nothing)


def test_a_recording_that_reaches_its_limit_while_fsplug_is_away_is_whole_and_none_follows_it(limited: Plant) -> None:
    plant, known = limited, {one.id for one in limited.recordings()}
    with _killed_while_recording(plant) as (recording, limit):
        is_over = f"uuid_buglist {recording.leg}"
        plant.until(lambda: recording.path not in plant.line.api(is_over), what="the switch to end it")
        plant.serving.start()
        plant.until(lambda: State.RECORDING not in _states(plant, known), what="it to be sealed")
    made = plant.recordings()[0]
    row = (made.id, made.user, str(made.state), made.stop_cause, made.talk_seconds, made.terms.max_seconds)
    assert row == (recording.id, "1001", "sealed", "limit-reached", None, limit)
    assert [gap.cause for gap in plant.gaps() if gap.recording == recording.id] == []


@contextmanager
def _killed_while_recording(plant: Plant) -> Iterator[tuple[Recording, int]]:
    """fsplug is killed while it knows of a recording that runs and has this limit; the call ends with the `with`.

    A machine may be so slow that a recording of a second is over before anybody sees it: the next may last longer.
    """
    for limit in (1, 4, 16, 64):
        playing, recording = _killed_once_recorded(plant, limit)
        if recording.state is State.RECORDING:
            yield recording, limit
        else:
            plant.serving.start()
        plant.line.api("hupall")
        playing.get()
        plant.until_settled()
        if recording.state is State.RECORDING:
            return
    pytest.fail(f"no recording was seen within its {limit} seconds")


def _killed_once_recorded(plant: Plant, limit: int) -> tuple[gevent.Greenlet, Recording]:
    known = {one.id for one in plant.recordings()}
    plant.apply(partial(people.first_seconds, limit=limit))
    playing = gevent.spawn(plant.line.play, people.incoming(talk_seconds=600.0))
    plant.until(lambda: _states(plant, known) not in ([], [State.EXPECTED]), what="the recording to begin")
    plant.serving.kill()
    [recording] = [one for one in plant.recordings() if one.id not in known]
    return playing, recording


def _states(plant: Plant, known: set[str]) -> list[State]:
    return [one.state for one in plant.recordings() if one.id not in known]


def _news(plant: Plant, before: set[str]) -> list[Call]:
    return [call for call in plant.calls() if call.id not in before]


def _is_true(plant: Plant, before: set[str]) -> bool:
    """Every call that is up on the switch is decided, and every recording that should run does."""
    up = {call.id for call in _news(plant, before) if not call.ended_at}
    decided = {one.call for one in plant.decisions()}
    running = {one.call for one in plant.recordings() if has_run(one)}
    bridged = plant.line.legs() // 2
    return up <= decided and up <= running and len(up) >= bridged


def _is_armed(plant: Plant, call: Call) -> bool:
    """Whether the switch knows to record it: fsplug may have died between the question and the arming."""
    return "record_session" in plant.line.api(f"uuid_getvar {call.id} fsplug_arm_1001")


def _nothing_is_lost(plant: Plant, calls: list[Call], armed: set[str], up_seconds: dict[str, float]) -> None:
    ids = {call.id for call in calls}
    assert len(calls) == plant.line.one_crowd
    decided = [one for one in plant.decisions() if one.call in ids]
    assert sorted(one.call for one in decided) == sorted(ids)
    assert all(one.record for one in decided)
    kept = [one for one in plant.recordings() if one.call in ids]
    assert sorted(one.call for one in kept) == sorted(ids)
    assert not_sealed(kept) == []
    # An end that fsplug was not told of is known to the fake switch alone.
    talked = {
        call.id: call.ended_at - call.answered_at for call in calls if call.cause != UNREPORTED_CAUSE
    } | up_seconds
    causes = {gap.decision: gap.cause for gap in plant.gaps()}
    for one in (one for one in kept if one.call in talked):
        assert one.seconds <= talked[one.call] + TOLERANCE_SECONDS
        assert one.seconds >= talked[one.call] - UNTOLD_SECONDS or causes.get(one.decision) == "began-late"
    # Only a call that was not armed when fsplug died lacks its beginning.
    whole = [one for one in kept if one.call in armed and one.call in talked]
    # On a busy machine the switch itself begins late: what counts is how long it recorded by its own events.
    talked |= {one.call: min(talked[one.call], one.talk_seconds) for one in whole if one.talk_seconds}
    # Where FreeSWITCH's event of the beginning was lost with fsplug, how late it began is not known: less than is told.
    measured = [one for one in whole if one.talk_seconds or plant.line.kind == FAKE]
    lengths = [(one.seconds, talked[one.call], causes.get(one.decision)) for one in measured]
    assert [one for one in lengths if one[0] < one[1] - TOLERANCE_SECONDS] == []
    assert {one.call: causes[one.decision] for one in whole if one.decision in causes} == {}
