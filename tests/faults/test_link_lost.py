"""The link to the switch breaks while calls begin and end: it comes back and makes good what it missed (F20)."""

import gevent
import pytest

from fsplug.store.recordings.recordings import Recording, State
from tests.calls.lines import FakeLine
from tests.calls.plant import Plant

CALLS = 60
TALK_SECONDS = 1.5


@pytest.mark.parametrize("line", ["fake"], indirect=True)
@pytest.mark.parametrize("how", ["close", "half-close", "reset"])
def test_what_happened_without_a_link_is_made_good(how: str, plant: Plant) -> None:
    before = {call.id for call in plant.calls()}
    breaking = gevent.spawn(_break_again_and_again, plant.line, how)
    try:
        with plant.line.crowd(CALLS, TALK_SECONDS) as crowd:
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
    assert (len(calls), len(decided), len(kept)) == (CALLS, CALLS, CALLS)
    lengths = [(one.seconds or 0.0, talked[one.call]) for one in kept]
    assert [pair for pair in lengths if abs(pair[0] - pair[1]) >= 0.3] == []


def _break_again_and_again(line: FakeLine, how: str) -> None:
    while True:
        line.ask("drop_links", how=how)
        gevent.sleep(0.3)
