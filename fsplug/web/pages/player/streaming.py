"""Audio for a player on our own pages, in the ranges it asks for; there is nothing that could be saved as a file."""

import io
import re
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

from flask import Response, abort, request

from fsplug.errors import Refused, Unavailable
from fsplug.web.kernel.guard import services
from fsplug.web.kernel.services import Services

# Who asks for "everything from here on" gets so much, half a minute, and asks again: a player that is paused would
# hold its connection for hours. Chromium and Firefox ask so; Safari names an end, and gets what it named.
_OPEN_ENDED_BYTES = 1 << 20
_BLOCK_BYTES = 256 * 1024
# While it is being sent: how often it is asked whether it still may be heard.
_RECHECK_SECONDS = 1.0
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_PLAYERS = frozenset({"audio", "video"})


def check_player() -> None:
    """403 for whatever isn't a player on our page: an address that was typed, "Save as", another site (Fetch Metadata).

    Browsers that do not say what they ask for (old ones, and all of them without TLS) ask for a range when they play.
    """
    site, wanted = request.headers.get("Sec-Fetch-Site"), request.headers.get("Sec-Fetch-Dest")
    is_player = site == "same-origin" and wanted in _PLAYERS
    if not (is_player or (site is None and wanted is None and "Range" in request.headers)):
        abort(403)


def audio(location: str, still: Callable[[], object]) -> Response:
    """What the player asks for of the recording kept there; `still` raises Refused once it may be heard no more."""
    house = services()
    file, size = _opened(house, location)
    span = _span(request.headers.get("Range"), size)
    if span is None:
        file.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = span
    response = Response(_blocks(still, file, first, last), mimetype="audio/wav")
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    if "Range" in request.headers:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    response.call_on_close(file.close)
    return response


def _opened(house: Services, location: str) -> tuple[BinaryIO, int]:
    try:
        file = house.archive.open(location)
    except Refused as missing:
        # Whoever listens is not to blame.
        raise Unavailable(missing.code, missing.text) from missing
    return file, file.seek(0, io.SEEK_END)


def _span(asked: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte (RFC 9110, 14.1.2); None for a range that isn't there, is none, or is several."""
    if asked is None:
        return 0, size - 1
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return (size - min(int(last), size), size - 1) if int(last) else None
    end = int(last) if last else int(first) + _OPEN_ENDED_BYTES - 1
    return (int(first), min(end, size - 1)) if int(first) <= min(end, size - 1) else None


def _blocks(still: Callable[[], object], file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    """The bytes, for as long as they may be heard: what is revoked ends in the middle."""
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
