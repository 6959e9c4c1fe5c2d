"""A shared recording: opened by a link, unlocked by a code, played as many times as the share allows."""

from functools import partial
from typing import Any

from flask import Response, g, jsonify, make_response, redirect, render_template, request

from fsplug.errors import Refused
from fsplug.policy.access.attempts import Act
from fsplug.store.config import companies
from fsplug.store.recordings import share_visits, shares
from fsplug.store.recordings.share_visits import Visit
from fsplug.store.recordings.shares import Share
from fsplug.web.kernel import guard, ruler, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.page import Page
from fsplug.web.pages.player import streaming, views, waveforms
from fsplug.words import moments

PAGE = Page(__name__)

_LINK, _VISIT = "share", "visit"
_VISIT_SECONDS = 30 * 86_400.0


@PAGE.get("/shared/<token>")
@takes(Open.ANYBODY, tries=Act.OPEN_SHARE)
def by_link(token: str) -> Any:
    """Open the link; the token moves to a cookie. Nothing else happens, because programs open links in mails too."""
    share = share_visits.offered(guard.store(), token)
    response = redirect("/shared", 303)
    guard.set_cookie(response, _LINK, token, _VISIT_SECONDS)
    visit = _visit()
    if visit is not None and visit.share.id != share.id:
        guard.forget_cookie(response, _VISIT)
    return response


@PAGE.get("/shared")
@takes(Open.ANYBODY, tries=Act.OPEN_SHARE)
def page() -> str:
    """Ask for the code, or show the player."""
    visit = _visit()
    if visit is None or not visit.proved:
        return _code_page(guard.cookie(_LINK))
    return _player_page(visit)


@PAGE.post("/shared/code")
@takes(Open.ANYBODY, tries=Act.GIVE_CODE)
def prove() -> Any:
    """Check the code. The first one that is sent begins the visit."""
    link, code, address = guard.cookie(_LINK), request.form.get("code", ""), guard.address()
    guard.check_press(link)
    share, visit = share_visits.offered(guard.store(), link), _visit()
    is_begun = visit is not None and visit.share.id == share.id
    token = guard.cookie(_VISIT) if is_begun else share_visits.begin(guard.store(), link, address, guard.agent())
    response: Any = redirect("/shared", 303)
    try:
        share_visits.prove(guard.store(), token, code, address)
    except Refused as refused:
        if guard.not_good(refused):
            raise
        response = make_response(_code_page(link, refused.code), 403)
    guard.set_cookie(response, _VISIT, token, _VISIT_SECONDS)
    return response


@PAGE.post("/shared/another-code")
@takes(Open.ANYBODY, tries=Act.ASK_MAIL)
def another_code() -> Any:
    """Mail another code to the receiver's address."""
    link = guard.cookie(_LINK)
    guard.check_press(link)
    share_visits.ask_code(guard.store(), link)
    return redirect("/shared", 303)


@PAGE.post("/shared/play")
@takes(Open.ANYBODY, tries=Act.OPEN_SHARE)
def play() -> Any:
    """Start a play, which is counted."""
    token, address = guard.cookie(_VISIT), guard.address()
    try:
        visit = share_visits.play(guard.store(), token, address)
    except Refused as refused:
        if not views.is_script():
            raise
        return views.message(refused)
    return jsonify(message=_plays_left(visit)) if views.is_script() else redirect("/shared", 303)


@PAGE.get("/shared/audio")
@takes(Open.ANYBODY, tries=Act.OPEN_SHARE)
def audio() -> Response:
    """The audio, for as long as it may be played."""
    streaming.check_player()
    services, token = guard.services(), guard.cookie(_VISIT)
    recording = share_visits.playing(guard.store(), token)
    listener = f"share {share_visits.visited(guard.store(), token).share.id}"
    return streaming.audio(recording, listener, lambda: share_visits.playing(services.store, token))


@PAGE.get("/shared/waveform")
@takes(Open.ANYBODY, tries=Act.OPEN_SHARE)
def waveform() -> Response:
    """The waveform, for a visitor who has given the code."""
    token = guard.cookie(_VISIT)
    return waveforms.waveform(share_visits.proved(guard.store(), token))


def _visit() -> Visit | None:
    """The visit of this browser, if it has one that is good."""
    try:
        return share_visits.visited(guard.store(), guard.cookie(_VISIT))
    except Refused:
        return None


def _code_page(link: str, trouble: str | None = None) -> str:
    share = share_visits.offered(guard.store(), link)
    shell.speak(share.language)
    error = g.words.error(trouble) if trouble else None
    return render_template(
        "shared/code.html", share=share, press=guard.press_token(link), trouble=error, **_about(share)
    )


def _player_page(visit: Visit) -> str:
    shell.speak(visit.share.language)
    recording = share_visits.proved(guard.store(), guard.cookie(_VISIT))
    is_hearing = visit.hearing_until > guard.services().store.now()
    about = _about(visit.share)
    return render_template(
        "shared/page.html",
        talked_at=about["written"](recording.at),
        left=_left(visit),
        plays_left=_plays_left(visit),
        is_hearing=is_hearing,
        seconds=recording.seconds or 0.0,
        ticks=ruler.ticks(recording.seconds or 0.0),
        **about,
    )


def _about(share: Share) -> dict[str, Any]:
    """Who shared, and until when; and how to write other times of the company's."""
    company, sharer = companies.get(guard.store(), share.company), shares.sharer(guard.store(), share)
    written = partial(moments.written, g.words, zone=moments.zone_of(company.timezone))
    sender = g.words("person-of", who=sharer.called, company=company.name) if sharer else company.name
    return {"sender": sender, "until": written(share.expires_at), "written": written}


def _left(visit: Visit) -> int:
    return visit.share.plays - visit.share.played


def _plays_left(visit: Visit) -> str:
    message: str = g.words("plays-left", plays=_left(visit))
    return message
