"""A shared recording: opened by a link, proved by a code, played as often as was agreed."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from flask import Blueprint, Response, g, redirect, render_template, request

from fsplug.errors import Refused
from fsplug.store import visits
from fsplug.store.recordings import Recording
from fsplug.web import guard
from fsplug.web.guard import Open, Services, services, takes

pages = Blueprint("shared", __name__)

_VISIT = "visit"
_VISIT_SECONDS = 30 * 86_400.0
_BLOCK_BYTES = 256 * 1024


@pages.get("/shared/<token>")
@takes(Open.ANYBODY)
def by_link(token: str) -> Any:
    """Open the link: from here on a cookie knows the visit."""
    address, agent = guard.address(), guard.agent()
    visit = guard.run(lambda store: visits.begin(store, token, address, agent))
    response = redirect("/shared", 303)
    guard.set_cookie(response, _VISIT, visit, _VISIT_SECONDS)
    return response


@pages.get("/shared")
@takes(Open.ANYBODY)
def page() -> str:
    """Ask for the code, or show the player."""
    return _page(None)


@pages.post("/shared/code")
@takes(Open.ANYBODY)
def prove() -> Any:
    """Take the code."""
    token, code, address = guard.cookie(_VISIT), request.form.get("code", ""), guard.address()
    try:
        guard.run(lambda store: visits.prove(store, token, code, address))
    except Refused as refused:
        if guard.not_good(refused):
            raise
        return _page(refused.code), 403
    return redirect("/shared", 303)


@pages.post("/shared/another-code")
@takes(Open.ANYBODY)
def another_code() -> Any:
    """Mail another code to the address it was shared with."""
    token = guard.cookie(_VISIT)
    guard.run(lambda store: visits.ask_code(store, token))
    return redirect("/shared", 303)


@pages.post("/shared/play")
@takes(Open.ANYBODY)
def play() -> Any:
    """Begin to play, which is counted."""
    token, address = guard.cookie(_VISIT), guard.address()
    guard.run(lambda store: visits.play(store, token, address))
    return redirect("/shared", 303)


@pages.get("/shared/audio")
@takes(Open.ANYBODY)
def audio() -> Response:
    """What is being heard, in the ranges that a player asks for."""
    house, token = services(), guard.cookie(_VISIT)
    recording = guard.run(lambda store: visits.heard(store, token))
    size, file = house.run(lambda: _opened(house, recording))
    first, last = _range(request.range, size)
    partial = request.range is not None
    response = Response(_blocks(house, token, file, first, last), 206 if partial else 200, mimetype="audio/wav")
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    if partial:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    response.call_on_close(file.close)
    return response


def _opened(house: Services, recording: Recording) -> tuple[int, BinaryIO]:
    key = str(recording.location)
    return house.archive.size(key), house.archive.open(key)


def _range(asked: Any, size: int) -> tuple[int, int]:
    """First and last byte; the whole where nothing sensible is asked for."""
    found = asked.range_for_length(size) if asked is not None else None
    return (found[0], found[1] - 1) if found else (0, size - 1)


def _blocks(house: Services, token: str, file: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    """The bytes, for as long as they may be heard: a share that is revoked ends in the middle."""

    def block(at: int) -> bytes:
        visits.heard(house.store, token)
        file.seek(at)
        return file.read(min(_BLOCK_BYTES, last + 1 - at))

    at = first
    while at <= last:
        try:
            found: bytes = house.run(lambda at=at: block(at))
        except Refused:
            return
        if not found:
            return
        at += len(found)
        yield found


def _page(trouble: str | None) -> str:
    token = guard.cookie(_VISIT)
    visit = guard.run(lambda store: visits.visited(store, token))
    told = g.words.error(trouble) if trouble else None
    is_hearing = visit.proved and visit.hearing_until > services().store.now()
    left = visit.share.plays - visit.share.played
    return render_template("shared.html", visit=visit, left=left, is_hearing=is_hearing, trouble=told)
