"""The frame of every page: the viewer, the viewer's language and time zone, and the menu."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, g, redirect, request

from fsplug.policy.access.scopes import Actor, Need, Reach, reach
from fsplug.store.accounts import accounts
from fsplug.store.accounts.accounts import Account
from fsplug.store.accounts.sessions import Session
from fsplug.store.config import companies
from fsplug.store.config.companies import Company
from fsplug.store.db.database import Store
from fsplug.web.kernel import guard
from fsplug.web.kernel.formatting import Moments
from fsplug.web.kernel.icons import icon
from fsplug.web.kernel.law import authority
from fsplug.web.kernel.texts import language_of, words_in
from fsplug.words.catalogue import LANGUAGES, Words
from fsplug.words.moments import zone_of

_SAID, _LANGUAGE = "said", "language"
_LANGUAGE_SECONDS = 365 * 86_400.0


@dataclass(frozen=True)
class Viewer:
    """The user who looks at the page, with the current facts."""

    session: Session
    actor: Actor
    account: Account
    company: Company
    now: float

    @property
    def domain(self) -> str:
        """The domain of the viewer's company."""
        return self.company.domain

    @property
    def username(self) -> str:
        """Theirs."""
        return self.actor.name

    @property
    def language(self) -> str:
        """The language the viewer chose, else the company's."""
        return self.account.language or accounts.spoken(self.company)

    @cached_property
    def moments(self) -> Moments:
        """Writes times for the viewer."""
        return Moments(zone_of(self.company.timezone), self.language, self.now)

    def reaches(self, need: Need, least: Reach = Reach.OWN) -> bool:
        """Whether the viewer has at least this reach in this need."""
        return reach(self.actor, need).is_at_least(least)


def look(store: Store, session: Session, actor: Actor) -> Viewer:
    """The viewer of this session."""
    account = accounts.get(store, session.company, session.username)
    return Viewer(session, actor, account, companies.get(store, session.company), store.now())


def viewer() -> Viewer:
    """The viewer; only on pages that require a session."""
    found: Viewer = g.viewer
    return found


def choose_words() -> None:
    """Before sign-in: the language chosen in this browser, else the browser's own."""
    chosen = guard.cookie(_LANGUAGE)
    g.words = words_in(chosen if chosen in LANGUAGES else language_of(request.accept_languages))


def speak(language: str) -> None:
    """Before sign-in: this language from here on, unless another was chosen in this browser."""
    if guard.cookie(_LANGUAGE) not in LANGUAGES:
        g.words = words_in(language)


def keep_language(response: Any, language: str) -> None:
    """Remember the language for pages without a session."""
    guard.set_cookie(response, _LANGUAGE, language, _LANGUAGE_SECONDS)


def done(url: str, said: str, **facts: str) -> Any:
    """Redirect to a page that shows once what was done: the name of a text, and its facts."""
    response = redirect(url, 303)
    guard.set_cookie(response, _SAID, json.dumps([said, facts]))
    return response


def wants_part() -> bool:
    """Whether htmx asks for a part of the page, rather than the browser for the whole page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def prepare(app: Flask) -> None:
    """Give templates what every page needs."""
    app.jinja_env.globals["icon"] = icon
    app.context_processor(_facts)
    app.after_request(_forget_said)


def _facts() -> dict[str, Any]:
    looking = getattr(g, "viewer", None)
    return {
        "t": g.words,
        "viewer": looking,
        "moments": looking.moments if looking else None,
        "languages": LANGUAGES,
        "said": _said(),
        "authority": authority(looking.company.country if looking else None, g.words.language),
        "Need": Need,
    }


def _said() -> str | None:
    """The text that the previous page left. Only fsplug's own page can set the cookie; it is still plain text."""
    kept = guard.cookie(_SAID)
    if not kept or request.method != "GET" or wants_part():
        return None
    g.said = True
    try:
        name, facts = json.loads(kept)
        words: Words = g.words
        return words(name, **facts)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _forget_said(response: Any) -> Any:
    if getattr(g, "said", False):
        guard.forget_cookie(response, _SAID)
    return response
