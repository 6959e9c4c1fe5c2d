"""What the load bench counts on."""

import gevent
import pytest

from fsplug.fakeswitch.load import generate
from fsplug.lab.freeswitch import PATIENCE_SECONDS

CALLS = 1_500


def test_a_burst_of_calls_is_recorded_whole(start, connect, tmp_path):
    switch = start(speed=1.0, answers={"1001": 0.05})
    client = connect(switch, events="CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_HANGUP_COMPLETE RECORD_START RECORD_STOP")
    order = {"caller": "+4522334455", "destination": "1001", "talk": 0.05}
    order["variables"] = {"arm": f"record_session {tmp_path}/${{uuid}}.wav"}
    generate(switch.core, lambda each: switch.place(**each), 1_000, CALLS / 1_000, [order])
    with gevent.Timeout(60):
        while switch.counters.ended < CALLS:
            gevent.sleep(0.02)
    client.catch_up()
    assert len(client.named("RECORD_STOP")) == len(list(tmp_path.glob("*.wav"))) == CALLS


@pytest.mark.timeout(120)
def test_two_thousand_calls_are_up_at_once(start):
    switch = start(speed=1.0, answers={"*": 0.01})
    calls = [switch.place("+4522334455", "1001", talk=None) for _ in range(2_000)]
    for call in calls:
        call.wait_bridged(60)
    assert len(switch.core.channels) == 4_000
    switch.hang_up_all()
    assert {call.wait(PATIENCE_SECONDS) for call in calls} == {"MANAGER_REQUEST"}
    assert switch.core.channels == {}
