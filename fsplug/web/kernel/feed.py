"""Live updates of an open page by server-sent events: who listens to the viewer, and the rows the viewer sees."""

import time
from collections.abc import Iterable

from flask import Blueprint, Flask, Response, current_app, g, request
from markupsafe import Markup

from fsplug.errors import FsplugError, Invalid
from fsplug.store.accounts import accounts, sessions
from fsplug.store.accounts.sessions import Session
from fsplug.store.config import companies
from fsplug.web.kernel import guard, live, shell
from fsplug.web.kernel.formatting import Moments
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.live import MOST_ROWS, OpenPage, calls_or_none, own_talks
from fsplug.web.kernel.page import LiveParts, Page
from fsplug.web.kernel.services import FEED, Services
from fsplug.web.kernel.texts import words_in
from fsplug.words.moments import zone_of

pages = Blueprint("live", __name__)

_PARTS = "live-parts"
_LONGEST_ID = 200
_OVER = b"event: over\ndata:\n\n"
# The outcome of a ringing during a change of page is shown by the next page.
_BETWEEN_PAGES_SECONDS = 3.0


@pages.get("/live")
@takes(Open.WATCHING)
def feed() -> Response:
    """The answer from which the server starts the stream. `shown` names the users whose rows are on the page, and
    `follows` the conversation that is on it while it goes on, or a page that is kept as things are.
    """
    shown = [one for one in request.args.get("shown", "").split(",") if one][:MOST_ROWS]
    follows = request.args.get("follows", "")[:_LONGEST_ID]
    # The stream outlives the request, and with it what `current_app` stands for; Flask's types know no way to that.
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    request.environ[FEED] = Feed(app, guard.services(), g.session, shown, follows)
    answer = Response(mimetype="text/event-stream")
    # Buffering proxies (nginx) would hold the stream back.
    answer.headers["X-Accel-Buffering"] = "no"
    del answer.headers["Content-Length"]
    return answer


class Feed:
    """One stream. It starts with everything, whatever the browser saw before, and continues with what changes."""

    def __init__(self, app: Flask, services: Services, session: Session, shown: list[str], follows: str = "") -> None:
        self._app, self._services = app, services
        self._session, self._shown, self._follows = session, shown, follows
        self._known: object = None
        self._sent: dict[str, int] = {}
        self._noted_at = time.monotonic() - _BETWEEN_PAGES_SECONDS
        self.is_over = False

    @property
    def company(self) -> str:
        """The company whose calls the stream follows."""
        return self._session.company

    @property
    def username(self) -> str:
        """The user who reads the stream."""
        return self._session.username

    def look(self) -> bytes:
        """The events to send now, often none; the final event when the session is over."""
        try:
            session = sessions.still_open(self._services.store, self._session.id)
            if session is not None and not session.needs_totp:
                return self._events()
        except Invalid:
            # The user, the account or the company no longer exists.
            pass
        self.is_over = True
        return _OVER

    def _events(self) -> bytes:
        store, live = self._services.store, self._services.live
        company = companies.get(store, self.company)
        account = accounts.get(store, self.company, self.username)
        language = account.language or accounts.spoken(company)
        calls, note = calls_or_none(live, self.company), self._new_note()
        own = own_talks(store, live, self.company, self.username, calls)
        known = (calls, company, language, own)
        # What happens in a conversation is written down without being a change of anybody's call.
        if known == self._known and note is None and not self._follows:
            return b""
        self._known = known
        watch = OpenPage(
            self._app.jinja_env,
            store,
            self.company,
            self.username,
            account,
            words_in(language, self._app),
            Moments(zone_of(company.timezone), language, store.now()),
            self._shown,
            calls,
            note,
            own,
            self._follows,
        )
        makers: list[LiveParts] = self._app.extensions[_PARTS]
        return self._event("\0".join(make(watch) for make in makers))

    def _new_note(self) -> str | None:
        """The code of a note that this page has not shown yet."""
        note = self._services.live.note(self.company, self.username)
        if note is None or note.at <= self._noted_at:
            return None
        self._noted_at = note.at
        return note.code

    def _event(self, parts: str) -> bytes:
        """The parts that differ from what was sent before."""
        # NUL, which occurs in no part, separates the parts.
        new = [part.strip() for part in parts.split("\0") if self._is_new(part.strip())]
        lines = "".join(f"data: {line}\n" for part in new for line in part.splitlines())
        return f"event: parts\n{lines}\n".encode() if new else b""

    def _is_new(self, part: str) -> bool:
        name, digest = part.partition(">")[0], hash(part)
        is_new = bool(part) and self._sent.get(name) != digest
        self._sent[name] = digest
        return is_new


def prepare(app: Flask, pages: Iterable[Page]) -> None:
    """Let every signed-in page show who listens to the viewer, and keep the parts of these pages up to date."""
    app.jinja_env.globals["hearing_me"] = hearing_me
    panels = [page.panel for page in pages if page.panel]
    app.jinja_env.globals["panels"] = lambda: Markup("".join(show() for show in panels))
    app.extensions[_PARTS] = [_hears_me, *(page.live_parts for page in pages if page.live_parts)]


def _hears_me(watch: OpenPage) -> str:
    hearing = live.listeners(watch.store, watch.domain, watch.username, watch.calls)
    return watch.render("hears_me.html", hearing=hearing)


def hearing_me() -> list[str]:
    """The names of the users who listen to the viewer now; none when that is unknown."""
    viewer, services = shell.viewer(), guard.services()
    calls = calls_or_none(services.live, viewer.domain)
    try:
        return live.listeners(services.store, viewer.domain, viewer.username, calls)
    except FsplugError:
        return []
