"""Recordings of the fake switch: real files, with the rules and the lies of switch_ivr_async.c 1.11.1."""

import os
import struct

import pytest

from fsplug.fakeswitch.audio import RATE
from fsplug.fakeswitch.clock import Clock
from tests.fakeswitch.recorded import TALK_SECONDS, let_them_talk, pitch, record, recorded, samples_of

# Seconds of sound that a recording holds before its file's own buffer.
_NOT_WRITTEN_YET = 0.7


def test_each_party_has_its_own_channel_and_tone(switch, tmp_path):
    call = switch.place(
        "+4522334455", "1001", talk=TALK_SECONDS, variables=record(tmp_path / "r.wav", RECORD_STEREO="true")
    )
    callee = call.wait_bridged()
    call.wait()
    # While both talk: one leg is hung up after the other.
    left, right = (samples[:RATE] for samples in samples_of(tmp_path / "r.wav"))
    assert pitch(left) == pytest.approx(callee.tone_hz, rel=0.02)
    assert pitch(right) == pytest.approx(call.leg.tone_hz, rel=0.02)
    assert callee.tone_hz != call.leg.tone_hz


def test_mono_is_both_parties_mixed(switch, connect, tmp_path):
    recorded(switch, connect(switch), tmp_path / "r.wav")
    (both,) = samples_of(tmp_path / "r.wav")
    assert max(both) > 12_000


def test_soundfile_reads_it(switch, connect, tmp_path):
    soundfile = pytest.importorskip("soundfile", reason="soundfile is in the extra `audio`")
    recorded(switch, connect(switch), tmp_path / "r.wav", RECORD_STEREO="true")
    info = soundfile.info(tmp_path / "r.wav")
    assert (info.samplerate, info.channels, info.subtype) == (8000, 2, "PCM_16")


def test_it_is_as_long_as_the_talk(switch, connect, tmp_path):
    client = connect(switch)
    stop = recorded(switch, client, tmp_path / "r.wav")
    seconds = len(samples_of(tmp_path / "r.wav")[0]) / RATE
    assert seconds == pytest.approx(stop.timestamp - client.event("RECORD_START").timestamp, abs=0.3)
    assert seconds >= client.event("CHANNEL_HANGUP").timestamp - client.event("CHANNEL_BRIDGE").timestamp - 0.3
    assert int(stop.variable("record_ms")) == pytest.approx(seconds * 1000, abs=1)


def test_the_events_carry_the_path_and_the_recordings_own_variables(switch, connect, tmp_path):
    client = connect(switch)
    stop = recorded(switch, client, tmp_path / "r.wav", fsplug_recording="R17")
    for event in (client.event("RECORD_START"), stop):
        assert event.get("Record-File-Path") == f"{tmp_path}/r.wav"
        assert event.get("Recording-Variable-fsplug_recording") == "R17"
    assert stop.get("Record-Completion-Cause") == "success-silence"


def test_the_file_is_final_before_the_stop_is_reported(switch, connect, tmp_path):
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=None, variables=record(tmp_path / "r.wav"))
    callee = call.wait_bridged()
    let_them_talk(switch, 1.0)
    assert client.api(f"uuid_record {callee.uuid} stop {tmp_path}/r.wav") == "+OK Success\n"
    assert client.event("RECORD_STOP").get("Record-Completion-Cause") == "success-maxtime"
    assert samples_of(tmp_path / "r.wav")[0]


def test_until_it_is_closed_the_header_says_nothing(switch, tmp_path):
    path = tmp_path / "r.wav"
    switch.place("+4522334455", "1001", talk=None, variables=record(path)).wait_bridged()
    head = path.read_bytes()[:44]
    assert (struct.unpack("<I", head[4:8])[0], struct.unpack("<I", head[40:44])[0]) == (8, 0)


@pytest.mark.parametrize(("buffering", "most_buffered"), [("8000", 0.5), ("65536", 4.1), ("false", 0.0)])
def test_a_killed_switch_leaves_what_left_its_buffers(start, tmp_path, buffering, most_buffered):
    switch = start(audio=True, speed=4.0)
    path = tmp_path / "r.wav"
    arm = record(path, enable_file_write_buffering=buffering)
    switch.place("+4522334455", "1001", talk=None, variables=arm).wait_bridged()
    [recording] = switch.core.recorder.running.values()
    while recording.samples < 8 * RATE:
        let_them_talk(switch, 0.2)
    heard = recording.samples / RATE
    switch.abandon()
    lost = heard - (path.stat().st_size - 44) / 2 / RATE
    assert path.read_bytes()[40:44] == bytes(4)
    assert _NOT_WRITTEN_YET - 0.001 < lost < _NOT_WRITTEN_YET + most_buffered + 0.001


def test_too_short_is_thrown_away(switch, connect, tmp_path):
    stop = recorded(switch, connect(switch), tmp_path / "r.wav", RECORD_MIN_SEC="10")
    assert stop.get("Record-Completion-Cause") == "input-too-short"
    assert stop.variable("RECORD_DISCARDED") == "true"
    assert not (tmp_path / "r.wav").exists()


def test_empty_is_thrown_away(switch, connect, tmp_path, monkeypatch):
    # For who records no time goes by, however busy the machine is.
    still, at = Clock(), Clock().now()
    monkeypatch.setattr(still, "now", lambda: at)
    monkeypatch.setattr(switch.core.recorder, "_clock", still)
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=0.0, variables=record(tmp_path / "r.wav"))
    call.wait()
    assert client.event("RECORD_STOP").get("Record-Completion-Cause") == "empty-file"
    assert not (tmp_path / "r.wav").exists()


@pytest.mark.parametrize("folder", ["8000", "16000", "32000", "48000"])
def test_a_folder_named_as_a_sample_rate_captures_the_file(switch, connect, tmp_path, folder):
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=1.0, variables=record(tmp_path / folder / "r.wav"))
    callee = call.wait_bridged()
    call.wait()
    assert not client.named("RECORD_START")
    assert callee.get("record_completion_cause") == "uri-failure"


def test_a_failed_start_hangs_up_when_the_channel_asks_for_it(switch, tmp_path):
    switch.misbehaviour.change(unwritable=True)
    call = switch.place(
        "+4522334455", "1001", talk=5.0, variables=record(tmp_path / "r.wav", RECORD_HANGUP_ON_ERROR="true")
    )
    call.wait()
    assert call.bridges == []
    assert call.leg.get("originate_disposition") == "SUCCESS"


def test_without_media_nothing_is_recorded_and_nothing_is_said(switch, connect, tmp_path):
    switch.misbehaviour.change(bypass_media=True)
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=1.0, variables=record(tmp_path / "r.wav"))
    callee = call.wait_bridged()
    call.wait()
    assert not client.named("RECORD_START")
    assert callee.get("record_completion_cause") is None
    assert client.api(f"uuid_record {callee.uuid} start {tmp_path}/x.wav") == "-ERR Cannot locate session!\n"


def test_a_full_disk_is_silent_until_the_stop_and_the_length_overstates(switch, connect, tmp_path):
    switch.misbehaviour.change(disk_full_after_bytes=8_000)
    stop = recorded(switch, connect(switch), tmp_path / "r.wav", enable_file_write_buffering="2000")
    assert stop.get("Record-Completion-Cause") == "uri-failure"
    assert (tmp_path / "r.wav").stat().st_size == 8_044
    assert int(stop.variable("record_ms")) > 1_500


def test_uuid_record_takes_its_variables_as_the_fifth_word_only(switch, connect, tmp_path):
    client = connect(switch)
    callee = switch.place("+4522334455", "1001", talk=None).wait_bridged()
    for path, words in (("4.wav", "{id=4}"), ("5.wav", "0 {id=5}")):
        assert client.api(f"uuid_record {callee.uuid} start {tmp_path}/{path} {words}") == "+OK Success\n"
    client.catch_up()
    given = [event.get("Recording-Variable-id") for event in client.named("RECORD_START")]
    assert given == [None, "5"]


def test_one_application_starts_a_recording_and_masks_it(switch, connect, tmp_path):
    client, path = connect(switch), tmp_path / "r.wav"
    callee = switch.place("+4522334455", "1001", talk=None).wait_bridged()
    started = f"${{uuid_record({callee.uuid} start {path} 0 %7Bid%3D5%7D)}}"
    words = f"execute-app-name: eval\nexecute-app-arg: {started}${{uuid_record({callee.uuid} mask {path})}}"
    client.ask(f"sendmsg {callee.uuid}\ncall-command: execute\n{words}")
    assert client.event("RECORD_START", callee.uuid).get("Recording-Variable-id") == "5"
    let_them_talk(switch, 1.0)
    assert client.api(f"uuid_record {callee.uuid} stop {path}") == "+OK Success\n"
    [samples] = samples_of(path)
    assert len(samples) > RATE / 2 and not any(samples)


def test_two_starts_of_one_path_are_one_recording(switch, connect, tmp_path):
    client = connect(switch)
    path = tmp_path / "r.wav"
    callee = switch.place("+4522334455", "1001", talk=None, variables=record(path)).wait_bridged()
    assert client.api(f"uuid_record {callee.uuid} start {path}") == "+OK Success\n"
    client.catch_up()
    assert len(client.named("RECORD_START")) == 1
    assert client.api(f"uuid_buglist {callee.uuid}").count(f"<target>{path}</target>") == 1


def test_a_ringing_leg_can_not_be_recorded_but_its_caller_can(switch, connect, tmp_path):
    client = connect(switch)
    call = switch.place("+4522334455", "1002", talk=None)
    ringing = client.event("CHANNEL_PROGRESS").uuid
    assert client.api(f"uuid_record {ringing} start {tmp_path}/b.wav") == "-ERR Cannot record session!\n"
    assert client.api(f"uuid_record {call.uuid} start {tmp_path}/a.wav") == "+OK Success\n"


def test_a_wrong_path_and_a_wrong_word_are_refused(switch, connect, tmp_path):
    client = connect(switch)
    callee = switch.place("+4522334455", "1001", talk=None).wait_bridged()
    assert client.api(f"uuid_record {callee.uuid} stop {tmp_path}/x.wav") == "-ERR Cannot stop record session!\n"
    assert client.api(f"uuid_record {callee.uuid} mask {tmp_path}/x.wav") == "-ERR Cannot mask recording session!\n"
    assert client.api(f"uuid_record {callee.uuid} polish {tmp_path}/x.wav").startswith("-USAGE")


def test_without_audio_a_file_has_its_length_and_takes_no_disk(start, connect, tmp_path):
    switch = start(audio=False)
    stop = recorded(switch, connect(switch), tmp_path / "r.wav", RECORD_STEREO="true")
    left, right = samples_of(tmp_path / "r.wav")
    assert len(left) == int(stop.variable("record_samples"))
    assert not any(left) and not any(right)
    assert os.stat(tmp_path / "r.wav").st_blocks * 512 <= 8_192
