"""Help: what people do in the console, step by step, in the words that its pages have."""

from dataclasses import dataclass

from flask import g, render_template

from fsplug.policy.access.scopes import Need, Reach
from fsplug.web.kernel import guides, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.page import Page

PAGE = Page(__name__)


@dataclass(frozen=True, slots=True)
class Guide:
    """One thing that people do. Its heading is the text help-NAME.

    Everybody who has `least` reach in `need` sees it; None is everybody. A guide about a page has the page's name,
    with - for _.
    """

    name: str
    need: Need | None = None
    least: Reach = Reach.OWN


GUIDES = (
    Guide("account"),
    Guide("recordings", Need.RECORDINGS),
    Guide("player", Need.SHARING),
    Guide("deletions", Need.DELETION),
    Guide("policies", Need.POLICY),
    Guide("recorded", Need.POLICY),
    Guide("consent", Need.POLICY),
    Guide("excluded", Need.POLICY),
    Guide("people", Need.GRANTS),
    Guide("listening", Need.GRANTS),
    Guide("changes", Need.CHANGES, Reach.COMPANY),
    Guide("user", Need.PEOPLE, Reach.DEPARTMENTS),
    Guide("colleagues"),
    Guide("my-calls"),
    Guide("own-call"),
)


@PAGE.get("/help")
@takes(Open.SIGNED_IN)
def page() -> str:
    """The guides for what the viewer may do."""
    viewer = shell.viewer()
    names = [one.name for one in GUIDES if one.need is None or viewer.reaches(one.need, one.least)]
    return render_template("help/page.html", guides=[(name, list(guides.steps(g.words, name))) for name in names])
