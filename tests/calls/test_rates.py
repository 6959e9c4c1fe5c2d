"""Phones with PCMA, G.722 and Opus on both switches: a recording has the rate of its leg's speech, 16 kHz at most."""

import pytest

from fsplug.lab.sip_message import ALAW, G722, OPUS
from fsplug.media import wav
from fsplug.media.archive import FolderArchive
from fsplug.store.calls import refused
from fsplug.store.calls.refused import RefusedKind
from fsplug.store.recordings.recordings import Recording, State
from tests.calls.aftermath import is_long, recorded_now
from tests.calls.listeners import ANNA, BO, CLARA, Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant
from tests.calls.test_holding import STEP_SECONDS, lasts

RATES = {ALAW: 8_000, G722: 16_000, OPUS: 16_000}
CODECS = {ANNA: OPUS, BO: G722, CLARA: ALAW}
# Anna has two calls: in one of them she is called, in the other she calls.
TALKS = [(CUSTOMER, ANNA), (ANNA, CUSTOMER), (CUSTOMER, BO), (CUSTOMER, CLARA)]


def test_recordings_have_the_rate_of_their_leg_and_a_call_without_a_common_codec_is_counted(
    people: Party, plant: Plant
) -> None:
    known = {one.id for one in plant.recordings()}
    for user, codec in CODECS.items():
        people.speaks(user, codec)
    people.is_refused("+4570101001")
    talks = {pair: people.talk(*pair) for pair in TALKS}
    lasts(plant, 0.7)
    for held in (True, False):
        for (caller, called), talk in talks.items():
            talk.hold(called if caller == CUSTOMER else caller, held)
        lasts(plant, 1.0)
    for talk in talks.values():
        talk.hang_up(CUSTOMER)
    plant.until_settled()
    made = [one for one in plant.recordings() if one.id not in known]
    assert [one.cause for one in plant.gaps() if one.recording in {row.id for row in made}] == []
    rates = []
    for one in made:
        with FolderArchive(plant.data / "archive").open(one.location or "") as file:
            found = wav.read(file, one.id)
        rates.append((one.user, found.sample_rate))
        assert (one.state, one.company, found.channels) == (State.SEALED, ACME, 2)
        assert found.seconds == pytest.approx(one.talk_seconds, abs=STEP_SECONDS) == one.seconds
    assert sorted(rates) == sorted((user, RATES[CODECS[user]]) for user in (ANNA, *CODECS))
    plant.until(lambda: bool(refused.counted(plant.store, 0.0)), "the refused call to be counted")
    assert refused.counted(plant.store, 0.0) == [RefusedKind("external", "INCOMPATIBLE_DESTINATION", 1)]


def test_who_changes_the_codec_in_a_talk_is_recorded_on_at_the_new_rate(people: Party, plant: Plant) -> None:
    known = {one.id for one in plant.recordings()}

    def made(count: int) -> list[Recording]:
        """The new recordings in their order, once there are so many, and the latest is long enough to be heard."""

        def are_there() -> bool:
            found = [one for one in plant.recordings() if one.id not in known and one.started_at]
            return len(found) >= count and all(map(is_long, recorded_now(plant)))

        plant.until(are_there, f"{count} recordings")
        found = (one for one in plant.recordings() if one.id not in known)
        return sorted(found, key=lambda one: one.started_at or 0.0)

    talk = people.talk(CUSTOMER, CLARA)
    made(1)
    talk.change_codec(CLARA, G722)
    made(2)
    talk.hang_up(CUSTOMER)
    plant.until_settled()
    first, second = made(2)
    rates = []
    for one in (first, second):
        with FolderArchive(plant.data / "archive").open(one.location or "") as file:
            found = wav.read(file, one.id)
        rates.append(found.sample_rate)
        assert (one.state, one.user, one.decision) == (State.SEALED, CLARA, first.decision)
        # At a wrong rate it would be half as long, or twice. A slow switch reports a recording's start late.
        assert found.seconds == pytest.approx(one.talk_seconds, rel=0.4)
    assert rates == [8_000, 16_000]
    assert [gap.cause for gap in plant.gaps() if gap.decision == first.decision and gap.cause != "began-late"] == []
