"""The viewer's own call, above every page: whether it is recorded and why, and what the viewer may do to that."""

from typing import Any

from flask import g, redirect, render_template, request

from fsplug.errors import FsplugError, Invalid, Refused
from fsplug.policy.recording.control import Act, Reason
from fsplug.policy.recording.withdrawal import WITHDRAW
from fsplug.web.kernel import forms, guard, shell
from fsplug.web.kernel.guard import Open, services, takes
from fsplug.web.kernel.live import OpenPage, calls_or_none, own_talks
from fsplug.web.kernel.page import Page
from fsplug.web.pages.own_call import shown
from fsplug.words.control import why_not

PAGE = Page(__name__)
_LONGEST_ID = 100


@PAGE.above
def above() -> str:
    """The panel on the viewer's pages; empty while the viewer is in no call, or nobody knows."""
    try:
        return _panel()
    except FsplugError:
        return render_template("own_call/above.html", panel=shown.NOTHING, trouble="", is_part=False)


@PAGE.live
def live(watch: OpenPage) -> str:
    """The panel's two parts, as of now."""
    found = shown.panel(watch.store, watch.domain, watch.username, watch.words, watch.calls, watch.own)
    return watch.render("own_call/live.html", panel=found)


@PAGE.get("/my-call")
@takes(Open.SIGNED_IN)
def lead_back() -> Any:
    """Redirect viewers who reload the answer to a form: the panel stands above every page."""
    return redirect("/")


@PAGE.post("/my-call")
@takes(Open.SIGNED_IN)
def act() -> Any:
    """Do what the viewer asks to their own call. The gate decides, as for every other door."""
    viewer, form = shell.viewer(), request.form
    trouble, status = "", 200
    try:
        call, wanted = form.get("call", "")[:_LONGEST_ID], _act(form.get("act", ""))
        services().live.control(viewer.domain, viewer.username, call, wanted)
    except FsplugError as error:
        trouble = _why(error)
        status = 403 if isinstance(error, Refused) else 422 if isinstance(error, Invalid) else 503
    if shell.wants_part():
        # What htmx is to put in its place is an answer that it takes.
        return _panel(trouble, is_part=True), 200 if status == 503 else status
    if trouble:
        return render_template("message.html", text=trouble), status
    return redirect(forms.path_here(form.get("back", "/")), 303)


def _act(text: str) -> str:
    acts = (*map(str, Act), WITHDRAW)
    if text not in acts:
        raise Invalid("unknown-act", f"{text[:40]!r} is no act; use one of {', '.join(acts)}")
    return text


def _why(error: FsplugError) -> str:
    """Why it was not done, in words; a code that the gate does not have is a fault between fsplug and the switch."""
    known = error.code if error.code in set(Reason) else Reason.UNAVAILABLE
    return why_not(str(known), g.words.language)


def _panel(trouble: str = "", is_part: bool = False) -> str:
    viewer, live_calls = shell.viewer(), services().live
    calls = calls_or_none(live_calls, viewer.domain)
    own = own_talks(guard.store(), live_calls, viewer.domain, viewer.username, calls)
    found = shown.panel(guard.store(), viewer.domain, viewer.username, g.words, calls, own)
    return render_template("own_call/above.html", panel=found, trouble=trouble, is_part=is_part)
