"""Audio for a player on fsplug's own pages, in the ranges it asks for. Nothing offers to save it as a file."""

import io
import re
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

from flask import Response, abort, request

from fsplug.errors import Refused, Unavailable
from fsplug.store.recordings.recordings import Recording
from fsplug.web.kernel import guard
from fsplug.web.kernel.services import PLAYED, STREAMED, Played, Services

# A request for "everything from here on" gets this much, half a minute, and the browser asks again: a paused player
# would otherwise hold its connection for hours. Chromium and Firefox ask so; Safari names an end and gets that range.
_OPEN_ENDED_BYTES = 1 << 20
_BLOCK_BYTES = 64 * 1024
# Of a recording whose length is unknown: what the switch records, 8,000 samples of 16 bits a second in stereo.
_USUAL_RATE = 32_000.0
# While audio is sent: how often permission to play it is checked again.
_RECHECK_SECONDS = 1.0
_UNIT = "bytes="
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_PLAYERS = frozenset({"audio", "video"})


def check_player() -> None:
    """403 unless a player on fsplug's page asks: no typed address, "Save as" or other site (Fetch Metadata).

    Old browsers, and all browsers without TLS, send no Fetch Metadata. What they ask for when somebody types an address
    or follows a link, they accept as a page; their players, some of which ask for no range, don't.
    """
    site, wanted = request.headers.get("Sec-Fetch-Site"), request.headers.get("Sec-Fetch-Dest")
    is_player = site == "same-origin" and wanted in _PLAYERS
    is_old_player = site is None and wanted is None and "text/html" not in request.headers.get("Accept", "")
    if not (is_player or is_old_player):
        abort(403)


def audio(recording: Recording, listener: str, still: Callable[[], object]) -> Response:
    """The range that the player asks for, sent to this listener at a pace.

    `still` raises Refused once the recording must not be played any more.
    """
    services = guard.services()
    file, size = _opened(services, str(recording.location))
    asked = _asked()
    span = _span(asked, size)
    if span is None:
        file.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = span
    response = Response(_blocks(still, file, first, last), mimetype="audio/wav")
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    # A buffering proxy (nginx) would take it all, however slowly it is played.
    response.headers["X-Accel-Buffering"] = "no"
    if asked is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    response.call_on_close(file.close)
    if request.method != "HEAD":
        request.environ[STREAMED] = True
        request.environ[PLAYED] = Played(listener, size / recording.seconds if recording.seconds else _USUAL_RATE)
    return response


def _asked() -> str | None:
    """The ranges of bytes that are asked for; None for the whole file.

    A range in another unit must be ignored, and so must any range of a method other than GET (RFC 9110, 14.2).
    """
    asked = request.headers.get("Range", "").strip()
    is_of_bytes = request.method == "GET" and asked[: len(_UNIT)].lower() == _UNIT
    return asked[len(_UNIT) :] if is_of_bytes else None


def _opened(services: Services, location: str) -> tuple[BinaryIO, int]:
    try:
        file = services.archive.open(location)
    except Refused as missing:
        # The listener is not at fault.
        raise Unavailable(missing.code, missing.text) from missing
    return file, file.seek(0, io.SEEK_END)


def _span(asked: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte (RFC 9110, 14.1.2); None for a range that is outside the file, invalid or multiple."""
    if asked is None:
        return 0, size - 1
    found = _RANGE.fullmatch(asked)
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return (size - min(int(last), size), size - 1) if int(last) else None
    end = int(last) if last else int(first) + _OPEN_ENDED_BYTES - 1
    return (int(first), min(end, size - 1)) if int(first) <= min(end, size - 1) else None


def _blocks(still: Callable[[], object], file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    """The bytes, for as long as they may be played: revoking a share stops the audio midway."""
    file.seek(first)
    left, checked_at = last + 1 - first, time.monotonic()
    while left > 0:
        if time.monotonic() - checked_at >= _RECHECK_SECONDS:
            if not _is_still(still):
                return
            checked_at = time.monotonic()
        block: bytes = file.read(min(left, _BLOCK_BYTES))
        if not block:
            return
        left -= len(block)
        yield block


def _is_still(still: Callable[[], object]) -> bool:
    try:
        still()
    except Refused:
        return False
    return True
