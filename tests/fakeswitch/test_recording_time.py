"""Recordings of the fake switch in masks, holds and limits: what is silent, what stands still, and when they end."""

import pytest

from fsplug.fakeswitch.audio import RATE
from tests.fakeswitch.recorded import let_them_talk, pitch, record, samples_of


def test_a_mask_is_silence_and_keeps_the_time(switch, connect, tmp_path):
    client, now = connect(switch), switch.core.clock.now
    path = tmp_path / "r.wav"
    callee = switch.place("+4522334455", "1001", talk=None, variables=record(path)).wait_bridged()
    let_them_talk(switch, 1.0)
    earliest = now()
    assert client.api(f"uuid_record {callee.uuid} mask {path}") == "+OK Success\n"
    begun = now()
    let_them_talk(switch, 1.0)
    ended = now()
    assert client.api(f"uuid_record {callee.uuid} unmask {path}") == "+OK Success\n"
    latest = now()
    let_them_talk(switch, 1.0)
    assert client.api(f"uuid_record {callee.uuid} stop {path}") == "+OK Success\n"
    lasted = client.event("RECORD_STOP").timestamp - client.event("RECORD_START").timestamp
    (both,) = samples_of(path)
    assert len(both) / RATE == pytest.approx(lasted, abs=0.1)
    assert ended - begun - 0.1 < both.count(0) / RATE < latest - earliest + 0.1
    assert any(both[-800:])


def test_a_recording_on_a_leg_that_holds_stands_still_and_its_own_events_say_for_how_long(switch, connect, tmp_path):
    client, path = connect(switch), tmp_path / "r.wav"
    call = switch.place("+4522334455", "1001", talk=None, variables=record(path, RECORD_STEREO="true"))
    callee = call.wait_bridged()
    let_them_talk(switch, 0.5)
    call.hold()
    let_them_talk(switch, 1.0)
    call.hold(held=False)
    let_them_talk(switch, 0.5)
    call.hang_up()
    call.wait()
    stop = client.event("RECORD_STOP", callee.uuid)
    held, taken_back = client.event("CHANNEL_HOLD", callee.uuid), client.event("CHANNEL_UNHOLD", callee.uuid)
    holds = taken_back.timestamp - held.timestamp
    assert held.get("Channel-Call-State") == "HELD"
    assert int(held.get("Caller-Channel-Last-Hold")) / 1e6 == pytest.approx(held.timestamp, abs=0.02)
    assert int(stop.get("Caller-Channel-Hold-Accum")) / 1e6 == pytest.approx(holds, abs=0.02)
    left, right = samples_of(path)
    lasted = stop.timestamp - client.event("RECORD_START").timestamp
    assert len(left) / RATE == pytest.approx(lasted - holds, abs=0.1)
    assert pitch(left) == pytest.approx(callee.tone_hz, rel=0.1)
    assert pitch(right) == pytest.approx(call.leg.tone_hz, rel=0.1)


def test_a_recording_goes_on_while_the_other_leg_holds(switch, tmp_path):
    path = tmp_path / "r.wav"
    call = switch.place("+4522334455", "1001", talk=2.0, variables=record(path, RECORD_STEREO="true"))
    call.wait_bridged()
    call.hold(by="caller")
    call.wait()
    left, right = samples_of(path)
    assert not any(right[RATE:])
    assert any(left[RATE:])


@pytest.mark.parametrize("by", ["caller", "callee"])
def test_a_hold_that_a_hangup_ends_is_ended_before_the_recording(switch, connect, tmp_path, by):
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=None, variables=record(tmp_path / "r.wav"))
    callee = call.wait_bridged()
    call.hold()
    call.hang_up(by)
    call.wait()
    client.event("CHANNEL_HANGUP_COMPLETE", callee.uuid)
    of_callee = [event for event in client.events if event.uuid == callee.uuid]
    names = [event.name for event in of_callee if event.name in ("CHANNEL_HOLD", "CHANNEL_UNHOLD", "RECORD_STOP")]
    assert names == ["CHANNEL_HOLD", "CHANNEL_UNHOLD", "RECORD_STOP"]
    assert client.event("CHANNEL_UNHOLD").get("Answer-State") == "answered"


def test_a_limit_that_is_reached_in_a_hold_ends_it_after_the_hold(switch, connect, tmp_path):
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=None)
    callee = call.wait_bridged()
    client.api(f"uuid_record {callee.uuid} start {tmp_path}/r.wav 2")
    let_them_talk(switch, 0.4)
    call.hold()
    let_them_talk(switch, 2.0)
    client.catch_up()
    assert not client.named("RECORD_STOP")
    call.hold(held=False)
    stop = client.event("RECORD_STOP", callee.uuid)
    assert (stop.get("Record-Completion-Cause"), callee.up) == ("success-maxtime", True)


def test_a_limit_ends_it(switch, connect, tmp_path):
    client = connect(switch)
    callee = switch.place("+4522334455", "1001", talk=None).wait_bridged()
    client.api(f"uuid_record {callee.uuid} start {tmp_path}/r.wav 2")
    stop = client.event("RECORD_STOP", callee.uuid)
    assert (stop.get("Record-Completion-Cause"), callee.up) == ("success-maxtime", True)


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.75])
def test_a_limit_is_counted_from_the_last_whole_second(switch, connect, tmp_path, monkeypatch, fraction):
    client = connect(switch)
    callee = switch.place("+4522334455", "1001", talk=None).wait_bridged()
    delays, second = [], int(switch.core.clock.now())
    with monkeypatch.context() as clock:
        clock.setattr(switch.core.clock, "now", lambda: second + fraction)
        clock.setattr(switch.core.clock, "later", lambda seconds, *_: delays.append(seconds))
        assert switch.core.recorder.start(switch.core.channels[callee.uuid], f"{tmp_path}/r.wav", 3, {})
    client.api(f"uuid_record {callee.uuid} stop {tmp_path}/r.wav")
    assert [fraction + one for one in delays] == [3.0]
