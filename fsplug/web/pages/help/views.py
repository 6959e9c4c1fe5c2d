"""Help: what people do in the console, step by step, in the words that its pages have."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from flask import g, render_template
from markupsafe import Markup

from fsplug.policy.access.scopes import Need, Reach
from fsplug.web.kernel import shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.page import Page
from fsplug.words.catalogue import Words

PAGE = Page(__name__)


@dataclass(frozen=True, slots=True)
class Guide:
    """One thing that people do. Its texts are help-NAME, and for its steps help-NAME-1, help-NAME-2 and so on.

    Everybody who has `least` reach in `need` sees it; None is everybody. A guide about a page has the page's name,
    with - for _.
    """

    name: str
    need: Need | None = None
    least: Reach = Reach.OWN

    def steps(self, words: Words) -> Iterator[Markup]:
        """The steps, in the order in which they are done; what the pages call something is in bold."""
        labels = _Labels(words)
        for number in count(1):
            said = words.texts.get(f"help-{self.name}-{number}")
            if said is None:
                return
            yield Markup(said[words.language]).format_map(labels)


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
    Guide("user", Need.PEOPLE, Reach.DEPARTMENTS),
    Guide("colleagues"),
    Guide("my-calls"),
    Guide("own-call"),
)


class _Labels(dict[str, Markup]):
    """Every text of the console by its name with _ for -, in bold."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, name: str) -> Markup:
        return Markup("<strong>{}</strong>").format(self._words.texts[name.replace("_", "-")][self._words.language])


@PAGE.get("/help")
@takes(Open.SIGNED_IN)
def page() -> str:
    """The guides for what the viewer may do."""
    viewer = shell.viewer()
    shown = [one for one in GUIDES if one.need is None or viewer.reaches(one.need, one.least)]
    return render_template("help/page.html", guides=[(one.name, list(one.steps(g.words))) for one in shown])
