"""What reaches whose ear in a listen-in on FreeSWITCH: the tone, the parties' voices, and nothing of the listener's."""

import time
import wave

import numpy as np
import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.lab.media import Voice, level
from fsplug.lab.tone import SAMPLE_RATE
from fsplug.media.archive import FolderArchive
from fsplug.policy.listening.gate import Ending
from tests.calls.lines import REAL, why_not
from tests.calls.listeners import ANNA, ANNAS_STAR, AUDIBLE, BO, HERTZ, SILENT, Listens, has_ended
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant
from tests.calls.realparty import RealParty

# The two notes of the tone (esl.commands).
NOTES = (620, 780)
NOTE_SECONDS = 0.1


@pytest.fixture(scope="session", params=[REAL])
def line(request: pytest.FixtureRequest) -> object:
    if reason := why_not(REAL):
        pytest.skip(reason)
    return request.getfixturevalue("real_line")


def sounded(voice: Voice, hertz: int, since: float) -> float:
    """When this note began: the tenth of a second from then on is the one in which it is loudest."""
    begins = (since + n * 0.02 for n in range(int((time.monotonic() - since) / 0.02)))
    return max(begins, key=lambda begin: voice.level(hertz, begin, begin + NOTE_SECONDS))


def test_the_tone_reaches_the_person_and_not_the_customer(people: RealParty) -> None:
    """While a note sounds in Anna's ear, the customer's has only what the tones all along leave in it."""
    talk = people.talk(CUSTOMER, ANNA)
    anna, customer = talk.dialogs[ANNA].voice, talk.dialogs[CUSTOMER].voice
    wait_for(lambda: customer.level(HERTZ[ANNA], time.monotonic() - 0.3) > AUDIBLE, "them to talk")
    asked = time.monotonic()
    bo = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: bo.hears(ANNA, CUSTOMER), "Bo to hear them")
    wait_for(lambda: time.monotonic() > asked + 1.5, "the tone to be over")
    for note in NOTES:
        begin = sounded(anna, note, asked)
        assert anna.level(note, begin, begin + NOTE_SECONDS) > -20
        assert customer.level(note, begin, begin + NOTE_SECONDS) < -40


def test_the_listener_hears_both_and_is_heard_by_neither(people: RealParty) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: bo.hears(ANNA, CUSTOMER), "Bo to hear them")
    begun = time.monotonic()
    bo.phone.press("0123456789*#", bo.dialog)
    wait_for(lambda: time.monotonic() > begun + 2.5, "all keys to be pressed")
    for who in (ANNA, CUSTOMER):
        ear = talk.dialogs[who].voice
        assert ear.level(HERTZ[BO], begun) < SILENT
        assert ear.events == []
        assert ear.level(HERTZ[CUSTOMER if who == ANNA else ANNA], begun) > AUDIBLE
    assert bo.hears(ANNA, CUSTOMER)


def test_the_phone_shows_who_listens_and_then_the_customer_again(people: RealParty, listens: Listens) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: bo.hears(ANNA, CUSTOMER), "Bo to hear them")
    shown = talk.dialogs[ANNA].shown
    assert shown[-1][1].startswith('"Bo Lund lytter med" <sip:1002@')
    assert shown[-1][0] < first_heard(bo.dialog.voice)
    bo.hang_up()
    wait_for(lambda: len(shown) == 2, "the display to be set back")
    assert CUSTOMER in shown[-1][1] and "lytter" not in shown[-1][1]


def first_heard(voice: Voice) -> float:
    """When the first sound came that is louder than comfort noise."""
    return next(at for at, level in voice.loudness() if level > 200)


def test_a_recording_has_nothing_of_the_tone_on_the_customers_channel(people: RealParty, plant: Plant) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: bo.hears(ANNA, CUSTOMER), "Bo to hear them")
    begun = time.monotonic()
    wait_for(lambda: time.monotonic() > begun + 1.0, "the tone to be over")
    talk.hang_up(CUSTOMER)
    plant.until_settled()
    [recording] = [one for one in plant.recordings() if one.call == plant.calls()[0].id]
    with FolderArchive(plant.data / "archive").open(recording.location or "") as file, wave.open(file) as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").reshape(-1, 2).T
    step = int(NOTE_SECONDS * SAMPLE_RATE)
    for channel in samples:
        for note in NOTES:
            assert max(level(channel[at : at + step], note) for at in range(0, len(channel) - step, step // 4)) < -35


def test_a_person_who_puts_the_call_on_hold_is_not_heard_until_they_take_it_back(people: RealParty) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: bo.hears(ANNA, CUSTOMER), "Bo to hear them")
    talk.phones[ANNA].hold(True, talk.dialogs[ANNA])
    wait_for(lambda: not bo.hears(ANNA), "Anna to be silent")
    assert not bo.is_over()
    talk.phones[ANNA].hold(False, talk.dialogs[ANNA])
    wait_for(lambda: bo.hears(ANNA, CUSTOMER), "Bo to hear them again")


def test_a_listener_who_vanishes_leaves_nothing_behind_when_the_call_ends(
    people: RealParty, listens: Listens, plant: Plant
) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: bo.hears(ANNA, CUSTOMER), "Bo to hear them")
    bo.phone.vanish()
    talk.hang_up(CUSTOMER)
    [row] = listens.until(has_ended, "its end is written down")
    assert row.ending is Ending.TARGET_HUNG_UP
    assert row.target_leg is not None
    wait_for(lambda: "true" not in plant.line.api(f"uuid_exists {row.target_leg}"), "Anna's leg to be gone")
