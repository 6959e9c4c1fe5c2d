"""A recording in the player: pressing play is recorded in the audit trail, and then the audio is sent."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, g, jsonify, redirect, render_template, request

from fsplug.errors import FsplugError, Invalid, Refused
from fsplug.policy.access import plays
from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.recordings import access, play_counts, playbacks
from fsplug.store.recordings.recordings import Recording
from fsplug.store.recordings.search.neighbours import Neighbours, neighbours
from fsplug.store.recordings.shares import LONGEST_SUBJECT, MOST_DAYS, MOST_PLAYS, USUAL_DAYS, USUAL_PLAYS
from fsplug.web.kernel import guard, ruler, shell, step_up
from fsplug.web.kernel.guard import SESSION, takes
from fsplug.web.kernel.page import Page
from fsplug.web.pages.player import around, streaming, waveforms
from fsplug.web.pages.recordings import filters
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
    """The player, and who has played the recording or may play it."""
    return show(recording)


@PAGE.get("/recordings/<recording>/play")
@PAGE.get("/recordings/<recording>/share")
@takes(Need.RECORDINGS, Reach.OWN)
def lead_back(recording: str) -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect(address(_reached(recording).id))


@PAGE.post("/recordings/<recording>/play")
@takes(Need.RECORDINGS, Reach.OWN)
def play(recording: str) -> Any:
    """Press play. A script gets an answer; without a script, the page is shown again."""
    viewer, reason = shell.viewer(), request.form.get("reason", "")
    if _is_bulk(viewer) and (question := step_up.asked()) is not None:
        return question
    try:
        playbacks.begin(guard.store(), viewer.session, viewer.actor, recording, reason, guard.services().plays_per_hour)
    except (Invalid, Refused) as wrong:
        _check_there(wrong)
        return message(wrong) if is_script() else show(recording, wrong, {"reason": reason})
    if is_script():
        return jsonify(message=_notice(viewer))
    # The script sent a form only because the viewer had to be asked first; it must not begin the playing once more.
    return redirect(f"{address(recording)}{'#begun' if step_up.is_answered() else ''}", 303)


@PAGE.get("/recordings/<recording>/audio")
@takes(Need.RECORDINGS, Reach.OWN, is_act=False)
def audio(recording: str) -> Response:
    """The audio, for as long as it may be played."""
    streaming.check_player()
    services, token = guard.services(), guard.cookie(SESSION)
    found = playbacks.playing(guard.store(), token, recording)
    return streaming.audio(
        found, shell.viewer().actor.logged_name, lambda: playbacks.playing(services.store, token, recording)
    )


@PAGE.get("/recordings/<recording>/waveform")
@takes(Need.RECORDINGS, Reach.OWN, is_act=False)
def waveform(recording: str) -> Response:
    """The waveform that the player draws."""
    return waveforms.waveform(access.playable(_reached(recording)))


def address(recording: str) -> str:
    """The recording's page, which leads back to the same list as this one."""
    return f"/recordings/{recording}{filters.kept(request.args)}"


def show(
    recording: str,
    wrong: FsplugError | None = None,
    typed: Mapping[str, str] | None = None,
    at: str = "player",
    **said: str,
) -> Any:
    """The page, with an error `at` the player or the share form, and the typed values; `said` is what was done."""
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
        ticks=ruler.ticks(reached.seconds or 0.0),
        share_languages=LANGUAGES,
        kept=filters.kept(request.args),
        beside=_beside(viewer, reached),
        is_part=shell.wants_part(),
        **said,
    )
    return found, _status(wrong) if wrong else 200


def _beside(viewer: shell.Viewer, recording: Recording) -> Neighbours | None:
    """What is above and below the recording in the list that the viewer comes from."""
    if not filters.kept(request.args):
        return None
    typed = filters.read(request.args)
    place = recording.seconds if typed.order.is_by_length else recording.at
    if place is None:
        return None
    try:
        wanted = filters.store_filter(guard.store(), typed, viewer)
        return neighbours(guard.store(), viewer.domain, wanted, (place, recording.id))
    except Invalid:
        return None


def _is_bulk(viewer: shell.Viewer) -> bool:
    played = play_counts.within_hour(guard.store(), viewer.domain, viewer.username)
    return plays.needs_step_up(played, guard.services().plays_per_hour)


def _notice(viewer: shell.Viewer) -> str:
    """What a viewer is told who has played so many recordings that others have been notified."""
    played = play_counts.within_hour(guard.store(), viewer.domain, viewer.username)
    is_unusual = plays.is_unusual(played, guard.services().plays_per_hour)
    return g.words("said-many-plays", number=played) if is_unusual else ""


def is_script() -> bool:
    """Whether the player's script sent the request, rather than a form."""
    return request.headers.get("Accept") == "application/json"


def message(error: FsplugError) -> Any:
    """The error for the player's script to show."""
    return jsonify(message=g.words.error(error.code)), _status(error)


def _reached(recording: str) -> Recording:
    """The recording; 404 unless the viewer may reach it."""
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
