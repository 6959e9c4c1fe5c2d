"""A recorded user's phone that is gone without a word, on both switches: noticed where the setting says so."""

import time
from collections.abc import Iterator

import pytest

from tests.calls.conftest import left_as_found
from tests.calls.lines import Line
from tests.calls.listeners import ANNA, Party
from tests.calls.parties import party
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant
from tests.calls.realparty import RealTalk

TIMEOUT = 4


@pytest.fixture(scope="module")
def timed_plant(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    line.bring_back()
    with Plant(
        line, tmp_path_factory.mktemp("timed"), restarts=False, phone_timeout_seconds=TIMEOUT
    ).running() as plant:
        yield plant


@pytest.fixture
def plant(timed_plant: Plant) -> Iterator[Plant]:
    yield from left_as_found(timed_plant)


@pytest.fixture
def people(plant: Plant) -> Iterator[Party]:
    with party(plant) as they:
        yield they


def falls_silent(talk: object) -> None:
    """Not a packet comes from Anna's phone any more."""
    if isinstance(talk, RealTalk):
        talk.dialogs[ANNA].voice.towards = None
    else:
        talk.vanish(ANNA)  # type: ignore[attr-defined]


def test_its_call_is_hung_up_and_recorded_to_its_end(people: Party, plant: Plant) -> None:
    known = {one.id for one in plant.recordings()}
    talk = people.talk(CUSTOMER, ANNA)
    falls_silent(talk)
    plant.until(lambda: plant.line.legs() == 0, "the call to end")
    plant.until_settled()
    [made] = [one for one in plant.recordings() if one.id not in known]
    assert (str(made.state), [gap.cause for gap in plant.gaps() if gap.recording == made.id]) == ("sealed", [])
    assert made.seconds == pytest.approx(made.talk_seconds, abs=0.25)


def test_while_it_holds_it_may_be_silent(people: Party, plant: Plant) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    talk.hold(ANNA, True)
    falls_silent(talk)
    until = time.monotonic() + 2.5 * TIMEOUT
    plant.until(lambda: time.monotonic() > until, "more than the timeout to go by")
    assert plant.line.legs() == 2
    talk.hang_up(CUSTOMER)
