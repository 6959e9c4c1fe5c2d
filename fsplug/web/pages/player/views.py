"""A recording in the player: play is pressed, which is told in the audit trail, and then it is heard."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, g, jsonify, redirect, render_template, request

from fsplug.errors import FsplugError, Invalid, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.recordings import access, playbacks
from fsplug.store.recordings.recordings import Recording
from fsplug.store.recordings.shares import LONGEST_SUBJECT, MOST_DAYS, MOST_PLAYS, USUAL_DAYS, USUAL_PLAYS
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import SESSION, takes
from fsplug.web.kernel.page import Page
from fsplug.web.pages.player import around, streaming, waveforms
from fsplug.words.catalogue import LANGUAGES

PAGE = Page(__name__, part_of="recordings")
PAGE.record(waveforms.prepare)

LIMITS: Mapping[str, int] = {
    "days": MOST_DAYS,
    "plays": MOST_PLAYS,
    "subject": LONGEST_SUBJECT,
    "reason": access.LONGEST_REASON,
}
_UNTYPED = {"days": str(USUAL_DAYS), "plays": str(USUAL_PLAYS), "code_by": "mail"}


@PAGE.get("/recordings/<recording>")
@takes(Need.RECORDINGS, Reach.OWN)
def page(recording: str) -> Any:
    """The player, and who has heard it or may."""
    return show(recording)


@PAGE.get("/recordings/<recording>/play")
@PAGE.get("/recordings/<recording>/share")
@takes(Need.RECORDINGS, Reach.OWN)
def lead_back(recording: str) -> Any:
    """Whoever loads again what a form has shown."""
    return redirect(f"/recordings/{_reached(recording).id}")


@PAGE.post("/recordings/<recording>/play")
@takes(Need.RECORDINGS, Reach.OWN)
def play(recording: str) -> Any:
    """Press play. A script is answered, where there is none the page comes again."""
    viewer, reason = shell.viewer(), request.form.get("reason", "")
    try:
        playbacks.begin(guard.store(), viewer.session, viewer.actor, recording, reason)
    except (Invalid, Refused) as wrong:
        _check_there(wrong)
        return told(wrong) if is_script() else show(recording, wrong, {"reason": reason})
    return jsonify(told="") if is_script() else redirect(f"/recordings/{recording}", 303)


@PAGE.get("/recordings/<recording>/audio")
@takes(Need.RECORDINGS, Reach.OWN)
def audio(recording: str) -> Response:
    """What is being heard, for as long as it may be."""
    streaming.check_player()
    house, token = guard.services(), guard.cookie(SESSION)
    found = playbacks.heard(guard.store(), token, recording)
    return streaming.audio(str(found.location), lambda: playbacks.heard(house.store, token, recording))


@PAGE.get("/recordings/<recording>/waveform")
@takes(Need.RECORDINGS, Reach.OWN)
def waveform(recording: str) -> Response:
    """What the player draws."""
    return waveforms.waveform(access.playable(_reached(recording)))


def show(
    recording: str, wrong: FsplugError | None = None, typed: Mapping[str, str] | None = None, at: str = "player"
) -> Any:
    """The page; with what went wrong `at` the player or the share form, and what was typed."""
    viewer, reached = shell.viewer(), _reached(recording)
    shown = around.shown(guard.store(), viewer, reached)
    found = render_template(
        "player/page.html",
        shown=shown,
        typed={**_UNTYPED, "language": viewer.language, **(typed or {})},
        trouble=g.words.error(wrong.code) if wrong else None,
        wrong=wrong.facts.get("wrong", ()) if wrong else (),
        is_sharing=wrong is not None and at == "share",
        limits=LIMITS,
        speeds=around.speeds(viewer.language),
        share_languages=LANGUAGES,
    )
    return found, _status(wrong) if wrong else 200


def is_script() -> bool:
    """Whether the player's script asks, and not a form."""
    return request.headers.get("Accept") == "application/json"


def told(error: FsplugError) -> Any:
    """What the player's script is to show."""
    return jsonify(told=g.words.error(error.code)), _status(error)


def _reached(recording: str) -> Recording:
    """404 for one that isn't there for them."""
    viewer = shell.viewer()
    try:
        found: Recording = access.recording(guard.store(), viewer.domain, recording, viewer.actor)
        return found
    except Invalid as unknown:
        _check_there(unknown)
        raise


def _check_there(error: FsplugError) -> None:
    if error.code == "unknown-recording":
        abort(404)


def _status(error: FsplugError) -> int:
    return 422 if isinstance(error, Invalid) else 403
