"""Recording on the fake switch, with the rules of switch_ivr_async.c 1.11.1."""

import contextlib
import os
from collections.abc import Mapping
from typing import Protocol

import gevent

from fsplug.fakeswitch.audio import WavFile
from fsplug.fakeswitch.channel import Channel, is_true
from fsplug.fakeswitch.clock import Clock
from fsplug.fakeswitch.events import EventBus
from fsplug.fakeswitch.misbehaviour import Misbehaviour
from fsplug.fakeswitch.recording import Recording

DEFAULT_BUFFER_BYTES = 65_536
DEFAULT_PRE_BUFFER_FRAMES = 25
# FreeSWITCH takes a folder of this name for the sample rate of a sound prompt.
RATE_FOLDERS = frozenset({"8000", "16000", "32000", "48000"})
TICK_SECONDS = 0.2


class HangUp(Protocol):
    """How the recorder ends a call that must not go on unrecorded."""

    def __call__(self, channel: Channel, cause: str) -> None: ...


class Recorder:
    """All recordings of a switch. Without `audio`, a file gets a header and at its end silence of the right length."""

    def __init__(self, bus: EventBus, clock: Clock, misbehaviour: Misbehaviour, hang_up: HangUp, audio: bool) -> None:
        self._bus = bus
        self._clock = clock
        self._misbehaviour = misbehaviour
        self._hang_up = hang_up
        self._audio = audio
        self._ticker: gevent.Greenlet | None = None
        self.running: dict[tuple[str, str], Recording[Channel]] = {}
        self.started = 0

    def start(self, channel: Channel, path: str, limit_seconds: int, variables: Mapping[str, str]) -> bool:
        """Record this leg; False when that is impossible. Starting the same path twice makes one recording."""
        if path in channel.recordings:
            return True
        if not self._has_media(channel):
            return False
        file = self._open(channel, path, variables)
        if file is None:
            self._refuse(channel, _setting(channel, variables, "RECORD_HANGUP_ON_ERROR"))
            return False
        recording = self._recording(channel, path, file, variables)
        channel.recordings[path] = recording
        self.running[channel.uuid, path] = recording
        self.started += 1
        if limit_seconds:
            seconds = _until_limit(self._clock.now(), limit_seconds)
            recording.timer = self._clock.later(seconds, self._reach_limit, channel, path)
        self._announce("RECORD_START", recording, "")
        self._bus.emit("MEDIA_BUG_START", channel, _bug(recording))
        self._tick_on()
        return True

    def stop(self, channel: Channel, path: str) -> bool:
        """End one recording of a leg, or `all`; False when there is none."""
        if path == "all":
            there_were = bool(channel.recordings)
            self.stop_all(channel)
            return there_were
        recording = channel.recordings.pop(path, None)
        if recording is None:
            return False
        self.running.pop((channel.uuid, path), None)
        if recording.timer:
            recording.timer.close()
        self._finish(recording)
        return True

    def stop_all(self, channel: Channel) -> None:
        """End every recording of a leg that is hung up."""
        for path in list(channel.recordings):
            self.stop(channel, path)

    def mask(self, channel: Channel, path: str, masked: bool) -> bool:
        """Record zeros from here on, or sound again; False when there is no such recording."""
        return self._change(channel, path, "masked", masked)

    def pause(self, channel: Channel, path: str, paused: bool) -> bool:
        """Pause the recording here, or resume it."""
        return self._change(channel, path, "paused", paused)

    def catch_up(self, *channels: Channel | None) -> None:
        """Called before partners change, so that everything said until now goes to the right speakers."""
        for channel in channels:
            for recording in channel.recordings.values() if channel else ():
                self._take_in(recording)

    def end_overdue(self, channel: Channel) -> None:
        """Called when a leg's phone no longer holds: end the recordings whose limit was reached meanwhile."""
        for path, recording in list(channel.recordings.items()):
            if recording.overdue:
                self.stop(channel, path)

    def abandon(self) -> None:
        """Leave everything as after a kill -9: open files hold only what was written."""
        if self._ticker:
            self._ticker.kill(block=False)
        for recording in self.running.values():
            if recording.timer:
                recording.timer.close()
            recording.file.abandon()
        self.running.clear()

    def _take_in(self, recording: Recording[Channel]) -> None:
        if self._audio:
            recording.hear(self._clock.now())
        else:
            recording.count(self._clock.now())

    def _reach_limit(self, channel: Channel, path: str) -> None:
        """FreeSWITCH looks at the limit when a frame comes, and none comes while the leg's phone holds (1.11.1)."""
        recording = channel.recordings.get(path)
        if recording is not None and channel.held:
            recording.overdue = True
        else:
            self.stop(channel, path)

    def _has_media(self, channel: Channel) -> bool:
        if self._misbehaviour.bypass_media or channel.true("bypass_media"):
            return False
        # An incoming leg is given early media (183) for it; a ringing outgoing one has none.
        return channel.up and (channel.answered or channel.direction == "inbound")

    def _open(self, channel: Channel, path: str, variables: Mapping[str, str]) -> WavFile | None:
        stereo = any(is_true(_setting(channel, variables, name)) for name in ("RECORD_STEREO", "RECORD_STEREO_SWAP"))
        buffering = _setting(channel, variables, "enable_file_write_buffering")
        if self._misbehaviour.unwritable or _is_captured(path) or not path.endswith(".wav"):
            return None
        try:
            if not os.path.isdir(os.path.dirname(path)):
                os.makedirs(os.path.dirname(path), exist_ok=True)
            return WavFile(path, 2 if stereo else 1, _buffer_bytes(buffering), channel.rate)
        except OSError:
            return None

    def _recording(
        self, channel: Channel, path: str, file: WavFile, variables: Mapping[str, str]
    ) -> Recording[Channel]:
        return Recording(
            leg=channel,
            path=path,
            file=file,
            started=self._clock.now(),
            variables=variables,
            min_seconds=_number(_setting(channel, variables, "RECORD_MIN_SEC"), 0),
            pre_buffer_frames=_number(
                _setting(channel, variables, "RECORD_PRE_BUFFER_FRAMES"), DEFAULT_PRE_BUFFER_FRAMES
            ),
            hang_up_on_error=is_true(_setting(channel, variables, "RECORD_HANGUP_ON_ERROR")),
            swapped=is_true(_setting(channel, variables, "RECORD_STEREO_SWAP")),
        )

    def _refuse(self, channel: Channel, hang_up_on_error: str | None) -> None:
        channel.set("record_completion_cause", "uri-failure")
        if is_true(hang_up_on_error):
            self._hang_up(channel, "DESTINATION_OUT_OF_ORDER")

    def _change(self, channel: Channel, path: str, what: str, on: bool) -> bool:
        recording = channel.recordings.get(path)
        if recording is None:
            return False
        self.catch_up(channel)
        setattr(recording, what, on)
        return True

    def _finish(self, recording: Recording[Channel]) -> None:
        channel = recording.leg
        self._close(recording)
        cause = self._completion(recording)
        samples, rate = recording.samples, recording.file.rate
        channel.set("record_file_size", str(recording.file.size + 44))
        channel.set("record_samples", str(samples))
        channel.set("record_seconds", str(samples // rate))
        channel.set("record_ms", str(samples * 1000 // rate))
        channel.set("record_completion_cause", cause)
        self._announce("RECORD_STOP", recording, cause)
        self._bus.emit("MEDIA_BUG_STOP", channel, _bug(recording))

    def _close(self, recording: Recording[Channel]) -> None:
        self._take_in(recording)
        if self._audio:
            recording.failed |= not recording.file.close(self._misbehaviour.disk_full_after_bytes)
        else:
            recording.file.close_silent(recording.samples)

    def _completion(self, recording: Recording[Channel]) -> str:
        """Why the recording ended, in the words of an MRCP recorder; a file that is too short is deleted."""
        if recording.failed:
            return "uri-failure"
        too_short = recording.samples < recording.min_seconds * recording.file.rate
        if too_short or not recording.samples:
            recording.leg.set("RECORD_DISCARDED", "true")
            with contextlib.suppress(FileNotFoundError):
                os.unlink(recording.path)
            return "input-too-short" if recording.samples else "empty-file"
        return "success-maxtime" if recording.leg.up else "success-silence"

    def _announce(self, name: str, recording: Recording[Channel], cause: str) -> None:
        extra = [("Record-File-Path", recording.path)]
        extra += [(f"Recording-Variable-{name}", value) for name, value in recording.variables.items()]
        if cause:
            extra.append(("Record-Completion-Cause", cause))
        self._bus.emit(name, recording.leg, extra)

    def _tick_on(self) -> None:
        if self._audio and not self._ticker:
            self._ticker = gevent.spawn(self._tick)

    def _tick(self) -> None:
        while self.running:
            self._clock.sleep(TICK_SECONDS)
            for recording in list(self.running.values()):
                self._keep_writing(recording)
        self._ticker = None

    def _keep_writing(self, recording: Recording[Channel]) -> None:
        recording.hear(self._clock.now())
        if recording.drain(self._misbehaviour.disk_full_after_bytes) or recording.failed:
            return
        recording.failed = True
        if recording.hang_up_on_error:
            self._hang_up(recording.leg, "DESTINATION_OUT_OF_ORDER")


def _until_limit(now: float, limit_seconds: int) -> float:
    """FreeSWITCH adds the limit to the epoch in whole seconds: up to one second of it is not recorded."""
    return int(now) + limit_seconds - now


def _setting(channel: Channel, variables: Mapping[str, str], name: str) -> str | None:
    return variables.get(name) or channel.variables.get(name)


def _is_captured(path: str) -> bool:
    """Whether a folder named like a sample rate, above the file or beside it, captures the file."""
    folder = os.path.dirname(path)
    return bool(RATE_FOLDERS & set(folder.split("/"))) or any(
        os.path.isdir(os.path.join(folder, rate)) for rate in RATE_FOLDERS
    )


def _buffer_bytes(buffering: str | None) -> int:
    if buffering is None or (not buffering.isdigit() and is_true(buffering)):
        return DEFAULT_BUFFER_BYTES
    return int(buffering) if buffering.isdigit() else 0


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise


def _bug(recording: Recording[Channel]) -> list[tuple[str, str]]:
    return [("Media-Bug-Function", "session_record"), ("Media-Bug-Target", recording.path)]
