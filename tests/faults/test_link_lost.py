"""The link to the switch breaks while calls begin and end: it comes back and makes good what it missed (F20)."""

from collections.abc import Iterator

import gevent
import pytest

from fsplug.store.recordings.recordings import Recording, State
from tests.calls.aftermath import seen, until_decided
from tests.calls.lines import FAKE, REAL, Line
from tests.calls.listeners import CLARA, Party
from tests.calls.people import CUSTOMER, WORKS_DOCTOR
from tests.calls.plant import Plant
from tests.calls.relay import CLOSE, HALF_CLOSE, RESET, Relay
from tests.faults.test_left_files import assert_never_customer_is_cut_off

CALLS = 60
TALK_SECONDS = 1.5
ROOM = "+4570104001"


@pytest.fixture(scope="module")
def relay(line: Line) -> Iterator[Relay]:
    """What stands between fsplug and that switch."""
    with Relay(int(line.settings["event_socket_port"])).running() as running:
        yield running


@pytest.fixture(scope="module")
def module_plant(line: Line, relay: Relay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """fsplug, linked through the relay."""
    line.bring_back()
    with Plant(line, tmp_path_factory.mktemp("plant"), event_socket_port=relay.port).running() as plant:
        yield plant


@pytest.mark.parametrize(
    ("line", "how"), [(FAKE, CLOSE), (FAKE, HALF_CLOSE), (FAKE, RESET), (REAL, RESET)], indirect=["line"]
)
def test_what_happened_without_a_link_is_made_good(how: str, plant: Plant, relay: Relay) -> None:
    before, count = {call.id for call in plant.calls()}, min(CALLS, plant.line.one_crowd)
    breaking = gevent.spawn(_break_again_and_again, relay, how)
    try:
        with plant.line.crowd(count, TALK_SECONDS) as crowd:
            assert crowd.complaints() == []
            talked = crowd.up_seconds()
    finally:
        breaking.kill()
    plant.until_settled()
    calls = {call.id for call in plant.calls()} - before
    # A talk of which no event came is decided from the switch's own records.
    plant.until(lambda: {one.call for one in plant.decisions()} >= calls, "every talk to be decided")
    plant.until_settled()

    def kept_now() -> list[Recording]:
        return [one for one in plant.recordings() if one.call in calls]

    # What nobody reported may count as lost until the switch's own record of the leg is read.
    plant.until(lambda: {one.state for one in kept_now()} == {State.SEALED}, "every recording to be sealed")
    decided = [one for one in plant.decisions() if one.call in calls]
    kept = kept_now()
    assert (len(calls), len(decided), len(kept)) == (count, count, count)
    lengths = [(one.seconds or 0.0, talked.get(one.call, TALK_SECONDS)) for one in kept]
    assert [pair for pair in lengths if abs(pair[0] - pair[1]) >= 0.3] == []


@pytest.mark.parametrize("is_over", [False, True], ids=["who-still-talk", "who-have-hung-up"])
def test_what_a_running_recording_has_of_a_never_customer_connected_without_a_link_is_cut_off(
    is_over: bool, plant: Plant, people: Party, relay: Relay
) -> None:
    server = plant.serving.server
    assert_never_customer_is_cut_off(plant, people, is_over, lambda _: relay.cut())
    assert plant.serving.server == server


def test_a_recording_that_the_switch_begins_after_its_part_is_over_is_stopped_and_destroyed(
    plant: Plant, people: Party, relay: Relay
) -> None:
    """The command waits on its way while somebody comes into the conference who is never recorded."""

    def flow() -> None:
        known = len(plant.decisions())
        people.dial_in(CUSTOMER, ROOM)
        with relay.held(b"record_session"):
            clara = people.dial(CLARA, "4001")
            plant.until(lambda: relay.is_holding, "Clara's part to be recorded by a command")
            people.dial_in(WORKS_DOCTOR, ROOM)
            until_decided(plant, known + 2)
        plant.until(lambda: bool(_lost(plant) - lost), "the recording to be destroyed")
        # Before the others: without the one who is never recorded, she would have another part.
        clara.hang_up()
        plant.until(lambda: plant.line.legs() == 2, "Clara to have left")

    lost = _lost(plant)
    left = seen(plant, flow)
    assert [(one.user, one.rule) for one in left.decisions] == [
        (CLARA, "department-policy"),
        (CLARA, "excluded-number"),
    ]
    assert [(one.user, one.lost_cause) for one in left.kept] == [(CLARA, "ended-before-start")]
    assert (left.files, plant.files()) == (1, set())


def _lost(plant: Plant) -> set[str]:
    return {one.id for one in plant.recordings() if one.state is State.LOST}


def _break_again_and_again(relay: Relay, how: str) -> None:
    while True:
        relay.drop(how)
        gevent.sleep(0.3)
