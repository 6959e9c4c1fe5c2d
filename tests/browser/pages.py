"""Every page there is, from the route table: so those that come later are looked at as well."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fsplug.lab.story import whole
from fsplug.lab.story.cast import ACME, COMPANY_ADMIN, EVERYTHING, MY_CONSOLE
from fsplug.store.accounts import accounts, sign_in_links, tokens
from fsplug.store.calls import calls, ledger
from fsplug.store.change import rejecting, waiting_rows
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import actors
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings, shares
from fsplug.store.recordings.recordings import State
from fsplug.store.recordings.shares import Share
from fsplug.web.kernel.app import create_app
from tests.browser.site import Site
from tests.store.longconversation import long_conversation
from tests.web.walkers import is_open_to_anybody

# Whoever sees every page, somebody who sees few, and nobody.
LOOKERS = {"everything": EVERYTHING, "my-console": MY_CONSOLE, "nobody": None}
_LONG_AGO_SECONDS = 400 * 86_400.0
# What is no page: files, sound, what goes on for as long as a page is open.
_NO_PAGES = re.compile(r"^/static/|/audio|/live$|/waveform|/peaks|\.json$|^/sign-out")


@dataclass(frozen=True, slots=True)
class Place:
    """A page as one of the lookers sees it; `path` has its arguments in <>."""

    looker: str
    path: str

    def __str__(self) -> str:
        return f"{self.looker} {self.path}"

    @property
    def username(self) -> str | None:
        """Whose page it is."""
        return LOOKERS[self.looker]

    def at(self, site: Site) -> str:
        """The path, with something there is for every argument."""
        if self.path in _LINKS:
            return _LINKS[self.path](site.store)
        return re.sub("<(?:[a-z]+:)?([a-z_]+)>", lambda found: _there_is(site.store, found[1]), self.path)


def places() -> list[Place]:
    """Every page and who looks at it."""
    app = create_app(None)
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if "GET" in (rule.methods or ()) and not _NO_PAGES.search(rule.rule):
            is_open = is_open_to_anybody(app, rule)
            found += [Place(name, rule.rule) for name in LOOKERS if (name == "nobody") == is_open]
    return found


def playable(store: Store, username: str | None = None) -> str:
    """The id of the newest recording that can be heard; of this user's."""
    found = recordings.listed(store, ACME, 1_000)
    return next(one.id for one in found if one.state is State.SEALED and username in (None, one.user))


def path_of(url: str) -> str:
    """Its path alone."""
    return urlsplit(url).path


def _there_is(store: Store, name: str) -> str:
    if name == "recording":
        return playable(store, MY_CONSOLE)
    if name in ("username", "number"):
        return {"username": MY_CONSOLE, "number": "2001"}[name]
    if name == "conversation":
        return _conversation(store)
    if name == "story":
        return next(one.id for one in calls.listed(store, ACME, 1_000) if one.at == whole.began_at(store.now(), 1))
    return _open_share(store).id if name == "share" else tokens.new_token()


def _conversation(store: Store) -> str:
    """A conversation with everything in it, long before the story begins."""
    ledger.apply(store, long_conversation(store.now() - _LONG_AGO_SECONDS, "long-conversation"))
    return "long-conversation"


def _change_link(store: Store) -> str:
    """The link of a change that waits."""
    admin = actors.actor(store, ACME, COMPANY_ADMIN)

    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", EVERYTHING), "email": "another@acme.example"}, EVERYTHING)

    edit(store, ACME, admin, change)
    [found] = waiting_rows.of_users(store, ACME, [EVERYTHING])
    return rejecting.new_link(store, ACME, found.id, EVERYTHING)


def _open_share(store: Store) -> Share:
    return next(one for one in shares.listed(store, ACME) if one.is_open(store.now()))


def _step_up(store: Store) -> str:
    """The question, for those who have every answer."""
    both = ("username IN (?, ?)", (EVERYTHING, MY_CONSOLE))
    store.run(f"UPDATE console_account SET password_hash = 'a hash' WHERE {both[0]}", *both[1])
    codes = "INSERT INTO authenticator (company, username, secret, confirmed) SELECT company, username, 'sealed', TRUE"
    store.run(f"{codes} FROM console_account WHERE {both[0]} ON CONFLICT DO NOTHING", *both[1])
    return "/step-up"


# Pages behind a link that is to be good.
_LINKS: Mapping[str, Callable[[Store], str]] = {
    "/step-up": _step_up,
    "/changes/reject/<token>": lambda store: f"/changes/reject/{_change_link(store)}",
    "/shared/<token>": lambda store: f"/shared/{shares.new_link(store, _open_share(store))}",
    "/set-password/<token>": lambda store: f"/set-password/{accounts.new_link(store, ACME, MY_CONSOLE)}",
    "/sign-in/<token>": lambda store: f"/sign-in/{sign_in_links.make(store, ACME, MY_CONSOLE, 'operator')}",
}
