"""A call paused and gone on with, on both switches: what the recording holds of it, and what a listener hears."""

import io
import time
import wave
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from fsplug.errors import FsplugError
from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.softphone import Softphone
from fsplug.media.archive import FolderArchive
from fsplug.policy.recording.control import Act, Reason
from fsplug.store.audit import trail
from fsplug.store.calls import conversation_access, listen_sessions
from fsplug.store.recordings.recordings import Recording, State
from fsplug.store.schema.calls import CallChanges
from fsplug.wiring.channel.client import answer
from fsplug.wiring.channel.messages import AskControl
from tests.calls.listeners import ANNA, ANNAS_STAR, BO, CLARA, DAVID, HERTZ, Party, Talk, allowed
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, BETA, Plant
from tests.calls.realparty import RealParty, RealTalk
from tests.calls.test_listen_command import fsplug

Paused = namedtuple("Paused", "by how at until_at")
PAUSED_SECONDS, MARGIN_SECONDS, FRAME_SECONDS = 1.5, 0.3, 0.02


def agents_may_pause(document: dict[str, Any]) -> None:
    """Everybody allows listening in, and whoever is recorded may pause."""
    allowed(document)
    for company in document["company"]:
        for policy in (*company.get("policy", ()), *company.get("group", ())):
            policy["agent_may"] = "pause"


@pytest.fixture
def talk(plant: Plant, people: Party) -> Iterator[Talk]:
    """The customer talks to Anna, who is recorded and may pause."""
    plant.apply(agents_may_pause)
    known = {one.id for one in plant.recordings()}
    made = people.talk(CUSTOMER, ANNA)
    plant.until(lambda: any(one.started_at for one in _new(plant, known)), "the recording to begin")
    yield made
    made.hang_up(CUSTOMER)


def _new(plant: Plant, known: set[str]) -> list[Recording]:
    return [one for one in plant.recordings() if one.id not in known]


def act(plant: Plant, what: Act, who: str = ANNA) -> dict[str, Any]:
    return answer(plant.data, AskControl(ACME, who, plant.calls()[0].id, what))


def press(talk: RealTalk, keys: str, who: str = ANNA) -> None:
    talk.phones[who].press(keys, talk.dialogs[who])


def _pauses(plant: Plant) -> list[Any]:
    found = CallChanges.select(CallChanges.username, CallChanges.how, CallChanges.at, CallChanges.until).where(
        (CallChanges.kind == "pause") & (CallChanges.call == plant.calls()[0].id)
    )
    return [Paused(*row) for row in plant.store.query(found)]


def passes(seconds: float) -> None:
    begun = time.monotonic()
    wait_for(lambda: time.monotonic() > begun + seconds, "some time to pass")


def loud(plant: Plant, row: Recording) -> list[bool]:
    """Whether anything is heard in each 20 ms of a sealed recording."""
    with (
        FolderArchive(plant.data / "archive").open(row.location or "") as file,
        wave.open(io.BytesIO(file.read())) as wav,
    ):
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").reshape(-1, wav.getnchannels())
        step = int(wav.getframerate() * FRAME_SECONDS)
    frames = len(samples) // step
    return [bool(np.abs(samples[n * step : (n + 1) * step]).max() > 100) for n in range(frames)]


def silence(heard: list[bool]) -> tuple[float, float]:
    """From when to when the longest silence lasts, in seconds from the beginning."""
    spans, begin = [(0, 0)], None
    for n, is_loud in enumerate([*heard, True]):
        if is_loud and begin is not None:
            spans.append((begin, n))
        begin = None if is_loud else n if begin is None else begin
    begin, end = max(spans, key=lambda span: span[1] - span[0])
    return begin * FRAME_SECONDS, end * FRAME_SECONDS


def test_a_pause_is_silence_in_the_recording_and_its_time_goes_on(plant: Plant, talk: Talk) -> None:
    passes(1.0)
    act(plant, Act.PAUSE)
    passes(PAUSED_SECONDS)
    act(plant, Act.RESUME)
    passes(1.0)
    talk.hang_up(CUSTOMER)
    plant.until_settled()
    row = plant.recordings()[0]
    heard = loud(plant, row)
    began, ended = silence(heard)
    assert row.state is State.SEALED
    assert heard[: int(began / FRAME_SECONDS)].count(True) > 20, "sound before the pause"
    assert heard[int(ended / FRAME_SECONDS) :].count(True) > 20, "and after it"
    assert ended - began > PAUSED_SECONDS - MARGIN_SECONDS
    assert (row.seconds or 0.0) > (row.stopped_at or 0.0) - (row.started_at or 0.0) - MARGIN_SECONDS


def test_a_listener_hears_nothing_in_a_pause_also_one_who_comes_in_it(plant: Plant, people: Party, talk: Talk) -> None:
    bo = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: bo.hears(ANNA, CUSTOMER), "Bo to hear them")
    act(plant, Act.PAUSE)
    david = people.dial(DAVID, ANNAS_STAR)
    plant.until(lambda: len(_listening(plant)) == 2, "David to be let in")
    if isinstance(people, RealParty):
        since = time.monotonic() + MARGIN_SECONDS
        passes(1.0)
        assert [at for at in _sounds_of(bo) if at > since] == _sounds_of(david) == []
    else:
        assert bo.hears_nothing() and david.hears_nothing()
    act(plant, Act.RESUME)
    for listener in (bo, david):
        wait_for(lambda listener=listener: listener.hears(ANNA, CUSTOMER), "the listener to hear them again")
        listener.hang_up()


def _listening(plant: Plant) -> list[str]:
    found = listen_sessions.listed(plant.store, ACME, 10)
    return [one.id for one in found if one.began_at and not one.ended_at]


def _sounds_of(listener: Any) -> list[float]:
    """When anything was heard; comfort noise is not."""
    return [at for at, level in listener.dialog.voice.loudness() if level > 200]


def test_a_call_that_is_led_to_another_company_is_recorded_there_and_sealed_and_each_has_the_call(
    plant: Plant, people: Party, talk: Talk
) -> None:
    with theirs(people):
        plant.line.api(f"uuid_transfer {plant.calls()[0].id} {BO} XML {BETA}")
        plant.until(lambda: any(one.started_at for one in plant.recordings(BETA)), "the other company to record")
        passes(0.5)
        talk.hang_up(CUSTOMER)
        plant.until_settled()
    [row] = plant.recordings(BETA)
    assert (row.state, row.user, [one.record for one in plant.decisions(BETA)]) == (State.SEALED, BO, [True])
    [first], [then] = ([one for one in plant.calls(company) if one.id == row.call] for company in (ACME, BETA))
    assert first.ended_at == then.ended_at and first.cause == then.cause
    assert first.at <= first.answered_at <= then.at <= then.answered_at < then.ended_at
    for company, user in ((ACME, ANNA), (BETA, BO)):
        timeline = conversation_access.seen(plant.store, company, first.id, None).timeline(plant.store)
        assert [part.user for part in timeline.parts] == [user]


@contextmanager
def theirs(people: Party) -> Iterator[None]:
    """The phone of 1002 of the other company answers."""
    if isinstance(people, RealParty):
        with Softphone(people.phone_side, BETA, BO, password(BETA, BO), hertz=HERTZ[BO]):
            yield
    else:
        people.is_ready(BO)
        yield


def test_who_is_not_recorded_or_may_not_pause_is_refused_with_the_reason(plant: Plant, talk: Talk) -> None:
    assert _refused(plant, Act.RESUME) == Reason.NOT_PAUSED
    assert _refused(plant, Act.PAUSE, CLARA) == Reason.NOT_IN_CALL
    act(plant, Act.PAUSE)
    assert _refused(plant, Act.PAUSE) == Reason.PAUSED
    plant.until(lambda: trail.listed(plant.store, ACME, 1)[0].act == "pause", "it is in the trail")
    entry = trail.listed(plant.store, ACME, 1)[0]
    assert (entry.act, entry.actor, entry.people) == ("pause", f"{ANNA}@{ACME}", (ANNA,))
    act(plant, Act.RESUME)


def test_a_command_pauses_and_goes_on(plant: Plant, talk: Talk) -> None:
    call = ("call", "control", plant.calls()[0].id, "--company", ACME, "--as", ANNA)
    paused = fsplug(plant, *call, "pause")
    assert paused["code"] == 0 and paused["until"] > time.time() + 30.0
    assert fsplug(plant, *call, "resume") == {"code": 0, "paused": False}
    refused = fsplug(plant, *call, "resume")
    assert (refused["code"], refused["error"]["text"]) == (3, "Optagelsen er ikke på pause.")


def test_where_policy_does_not_let_the_agent_pause_nobody_can(plant: Plant, people: Party) -> None:
    plant.apply(allowed)
    talk = people.talk(CUSTOMER, ANNA)
    wait_for(lambda: plant.recordings()[0].started_at is not None, "the recording to begin")
    assert _refused(plant, Act.PAUSE) == Reason.NOT_ALLOWED
    talk.hang_up(CUSTOMER)


def _refused(plant: Plant, what: Act, who: str = ANNA) -> str:
    with pytest.raises(FsplugError) as refusal:
        act(plant, what, who)
    return str(refusal.value.code)


def terms(**given: str) -> Callable[[dict[str, Any]], None]:
    """The document in which everybody is recorded on these terms."""

    def changed(document: dict[str, Any]) -> None:
        allowed(document)
        for company in document["company"]:
            for policy in (*company.get("policy", ()), *company.get("group", ())):
                policy.update(given)

    return changed


def test_what_is_kept_started_and_stopped_is_whole_and_what_nobody_wanted_is_gone(plant: Plant, people: Party) -> None:
    gaps = len(plant.gaps())

    def talked(*acts: Act) -> list[tuple[State, bool]]:
        """What is left of a call in which Anna does this: the state of each recording, and whether she ended it."""
        known = {one.id for one in plant.recordings()}
        talk = people.talk(CUSTOMER, ANNA)
        for one in acts:
            if one is Act.STOP:
                plant.until(lambda: any(row.started_at for row in _new(plant, known)), "it to begin")
            passes(0.5)
            act(plant, one)
        passes(0.5)
        talk.hang_up(CUSTOMER)
        plant.until_settled()
        assert not list(plant.spool.glob("*.wav")), "nothing is left in the spool"
        return [(one.state, one.stop_cause == "stopped-by-user") for one in _new(plant, known)]

    plant.apply(terms(start="keep-on-demand", agent_may="keep,stop"))
    assert talked() == []
    assert talked(Act.KEEP) == [(State.SEALED, False)]
    plant.apply(terms(start="on-demand", agent_may="start,stop"))
    assert talked() == []
    assert talked(Act.START, Act.STOP) == [(State.SEALED, True)]
    plant.apply(terms(agent_may="stop"))
    assert talked(Act.STOP) == [(State.SEALED, True)]
    assert len(plant.gaps()) == gaps


def test_keys_of_the_recorded_user_s_phone_pause_and_go_on_and_nobody_else_hears_them(
    plant: Plant, people: Party, talk: Talk
) -> None:
    if not isinstance(talk, RealTalk):
        pytest.skip("the fake switch's phones have no keys in a talk")
    theirs = talk.dialogs[CUSTOMER].voice
    talk.phones[CUSTOMER].press("*2*3", talk.dialogs[CUSTOMER])
    passes(1.0)
    press(talk, "*2")
    plant.until(lambda: len(_pauses(plant)) == 1, "the pause to be written down")
    press(talk, "5")
    passes(PAUSED_SECONDS)
    press(talk, "*2")
    plant.until(lambda: _pauses(plant)[0].until_at is not None, "its end, too")
    assert [(one.by, one.how) for one in _pauses(plant)] == [(ANNA, "key")]
    passes(1.0)
    assert {key for _, key in theirs.events} == {5}, "only what is no key of fsplug's is handed on"
    talk.hang_up(CUSTOMER)
    plant.until_settled()
    began, ended = silence(loud(plant, plant.recordings()[0]))
    assert ended - began > PAUSED_SECONDS - MARGIN_SECONDS
