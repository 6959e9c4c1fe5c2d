"""What others did with the viewer's own calls."""

from typing import Any

from flask import render_template, request

from fsplug.store.calls import my_calls
from fsplug.web.kernel import forms, guard, names, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.icons import PATHS
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.web.kernel.parties import party

PAGE = Page(__name__, Menu(Section.CALLS, 40, PATHS["person"]))

ROWS = 50


@PAGE.get("/my-calls")
@takes(Open.SIGNED_IN)
def page() -> Any:
    """Who listened, played and shared, newest first."""
    viewer, before = shell.viewer(), forms.number(request.args.get("before", ""))
    found = my_calls.about(guard.store(), viewer.domain, viewer.username, ROWS, before)
    called = names.of_actors(guard.store(), viewer.domain, (one.entry.actor for one in found.deeds))
    country = viewer.company.country
    calls = {
        one.entry.number: [party(end, country) for end in (one.caller, one.answerer)]
        for one in found.deeds
        if one.caller and one.answerer
    }
    return render_template("my_calls/page.html", found=found, called=called, calls=calls, is_first=before is None)
