"""Phones with PCMA, G.722 and Opus on both switches: a recording has the rate of its leg's speech, 16 kHz at most."""

import pytest

from fsplug.lab.sip_message import ALAW, G722, OPUS
from fsplug.media import wav
from fsplug.media.archive import FolderArchive
from fsplug.store.calls import refused
from fsplug.store.recordings.recordings import State
from tests.calls.listeners import Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant
from tests.calls.test_holding import STEP_SECONDS, lasts

RATES = {ALAW: 8_000, G722: 16_000, OPUS: 16_000}
ANSWER = {"1001": ALAW, "1002": G722, "1003": OPUS}
CALL = {"1001": OPUS, "1002": G722}


@pytest.mark.parametrize("codecs", [ANSWER, CALL], ids=["they answer", "they call"])
def test_a_recording_has_the_rate_of_its_leg_and_lasts_as_long_as_its_talk(
    codecs: dict[str, str], people: Party, plant: Plant
) -> None:
    known = {one.id for one in plant.recordings()}
    for user, codec in codecs.items():
        people.speaks(user, codec)
    pairs = {user: (CUSTOMER, user) if codecs is ANSWER else (user, CUSTOMER) for user in codecs}
    talks = {user: people.talk(*pair) for user, pair in pairs.items()}
    lasts(plant, 0.7)
    for held in (True, False):
        for user, talk in talks.items():
            talk.hold(user, held)
        lasts(plant, 1.0)
    for talk in talks.values():
        talk.hang_up(CUSTOMER)
    plant.until_settled()
    made = [one for one in plant.recordings() if one.id not in known]
    assert [one.cause for one in plant.gaps() if one.recording in {row.id for row in made}] == []
    rates = {}
    for one in made:
        with FolderArchive(plant.data / "archive").open(one.location or "") as file:
            found = wav.read(file, one.id)
        rates[one.user] = found.sample_rate
        assert (one.state, one.company, found.channels) == (State.SEALED, ACME, 2)
        assert found.seconds == pytest.approx(one.talk_seconds, abs=STEP_SECONDS) == one.seconds
    assert rates == {user: RATES[codec] for user, codec in codecs.items()}


def test_a_call_without_a_common_codec_is_counted_though_it_never_came_to_the_dialplan(
    people: Party, plant: Plant
) -> None:
    assert refused.counted(plant.store, 0.0) == []
    people.is_refused("+4570101001")
    plant.until(lambda: bool(refused.counted(plant.store, 0.0)), "the refused call to be counted")
    [found] = refused.counted(plant.store, 0.0)
    assert (found.profile, found.cause, found.calls) == ("external", "INCOMPATIBLE_DESTINATION", 1)
