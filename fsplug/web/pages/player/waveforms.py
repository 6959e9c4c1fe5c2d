"""The waveform of a recording: made when the recording is first viewed, and kept from then on."""

import time
from collections import deque

from flask import Response, current_app, jsonify
from flask.blueprints import BlueprintSetupState

from fsplug.errors import Invalid, Unavailable
from fsplug.media.peaks import peaks
from fsplug.store.recordings import waveforms
from fsplug.store.recordings.recordings import Recording
from fsplug.store.recordings.waveforms import Peaks
from fsplug.web.kernel import guard
from fsplug.web.kernel.services import Services

# An hour of audio takes 50 ms from a disk; from a distant bucket, as long as the download.
LONGEST_SECONDS = 10.0
_ROOM = "waveform-room"
_RETRY_SECONDS = "2"


def prepare(state: BlueprintSetupState) -> None:
    """Let one waveform be made at a time, so that the other threads are free for pages."""
    state.app.extensions[_ROOM] = deque([True])


def waveform(recording: Recording) -> Response:
    """Heights by channel; none if there is no waveform; 503 if it must wait. The player plays meanwhile."""
    found = waveforms.find(guard.store(), recording.id)
    if found is None:
        found = _made(guard.services(), recording, current_app.extensions[_ROOM])
    if found is None:
        return Response(status=503, headers={"Retry-After": _RETRY_SECONDS})
    return jsonify(found)


def _made(services: Services, recording: Recording, room: "deque[bool]") -> Peaks | None:
    try:
        room.pop()
    except IndexError:
        return None
    try:
        made: Peaks = _make(services, recording)
        return made
    finally:
        room.append(True)


def _make(services: Services, recording: Recording) -> Peaks:
    until = time.monotonic() + LONGEST_SECONDS

    def go_on() -> None:
        if time.monotonic() > until:
            raise Unavailable("waveform-slow", f"the archive takes more than {LONGEST_SECONDS:g} s for {recording.id}")

    try:
        with services.archive.open(str(recording.location)) as file:
            found = peaks(file, recording.id, go_on)
    except Invalid:
        found = []
    waveforms.keep(services.store, recording.id, found)
    return found
