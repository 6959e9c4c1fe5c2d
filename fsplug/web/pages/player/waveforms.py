"""What a player draws of a recording: made when somebody looks at it first, kept from then on."""

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
from fsplug.web.kernel.guard import services
from fsplug.web.kernel.services import Services

# An hour takes 50 ms from a disk; from a bucket far away it is the time it takes to fetch it.
LONGEST_SECONDS = 10.0
_ROOM = "waveform-room"
_RETRY_SECONDS = "2"


def prepare(state: BlueprintSetupState) -> None:
    """One waveform is made at a time: the other threads are for pages."""
    state.app.extensions[_ROOM] = deque([True])


def waveform(recording: Recording) -> Response:
    """Heights by channel; none where it has no such; 503 for one that has to wait. The player plays meanwhile."""
    found = waveforms.find(guard.store(), recording.id)
    if found is None:
        found = _made(services(), recording, current_app.extensions[_ROOM])
    if found is None:
        return Response(status=503, headers={"Retry-After": _RETRY_SECONDS})
    return jsonify(found)


def _made(house: Services, recording: Recording, room: "deque[bool]") -> Peaks | None:
    try:
        room.pop()
    except IndexError:
        return None
    try:
        made: Peaks = _make(house, recording)
        return made
    finally:
        room.append(True)


def _make(house: Services, recording: Recording) -> Peaks:
    until = time.monotonic() + LONGEST_SECONDS

    def go_on() -> None:
        if time.monotonic() > until:
            raise Unavailable("waveform-slow", f"the archive takes more than {LONGEST_SECONDS:g} s for {recording.id}")

    try:
        with house.archive.open(str(recording.location)) as file:
            found = peaks(file, recording.id, go_on)
    except Invalid:
        found = []
    waveforms.keep(house.store, recording.id, found)
    return found
