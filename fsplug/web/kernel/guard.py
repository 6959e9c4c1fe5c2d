"""Access to pages: every route has a rule, and forms sent by another site's page are refused."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request

from fsplug.errors import Refused
from fsplug.policy.access.attempts import Act
from fsplug.policy.access.scopes import Need, Reach, check_reaches
from fsplug.store.accounts import sessions
from fsplug.store.accounts.tokens import hash_of
from fsplug.store.config import actors
from fsplug.store.db.database import Store
from fsplug.web.kernel.services import SIGNED_IN, Services

View = TypeVar("View", bound=Callable[..., Any])
SESSION, BROWSER = "session", "browser"
# A share's link or cookie is no longer good; who has it is no user of the console.
SHARE_NOT_GOOD = "share-not-good"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_USUAL_FORM_BYTES = 64 * 1024
_PORTS = {"http": 80, "https": 443}
# "cookies" would also sign the person out of everything else at the console's domain and its subdomains (W3C Clear Site
# Data, 3.1); the session's own cookie is deleted by name.
_CLEAR = '"cache", "storage"'


class Open(Enum):
    """The users who may see a page that needs no right: anybody, or everybody who is signed in."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed in"
    # Signed in, even while one-time codes are still to be set up.
    ENROLLING = "enrolling"
    # Signed in; the page sends these requests by itself, so they must not keep the session alive.
    WATCHING = "watching"


@dataclass(frozen=True, slots=True)
class PageRule:
    """Access to a route: the need, the least reach in it, and the longest form the route takes.

    `is_act`: a person asked for it. What a page or a player asks for by itself must not keep the session alive.
    `tries`: what the limiter counts the request as. Every route for anybody names it.
    `steps_up`: the viewer must have proved who they are within the last minutes; see `fsplug.web.kernel.step_up`.
    """

    who: Open | Need
    least: Reach = Reach.OWN
    form_bytes: int = _USUAL_FORM_BYTES
    is_act: bool = True
    tries: Act | None = None
    steps_up: bool = False


def takes(
    who: Open | Need,
    least: Reach = Reach.OWN,
    form_bytes: int = _USUAL_FORM_BYTES,
    is_act: bool = True,
    tries: Act | None = None,
    steps_up: bool = False,
) -> Callable[[View], View]:
    """A decorator that gives a view its rule."""

    def ruled(view: View) -> View:
        view.__dict__["rule"] = PageRule(who, least, form_bytes, is_act, tries, steps_up)
        return view

    return ruled


def rule_of(app: Flask, endpoint: str) -> PageRule | None:
    """The rule of a route; None if it has no rule."""
    found: PageRule | None = getattr(app.view_functions.get(endpoint), "rule", None)
    return found


def check_rules(app: Flask) -> None:
    """LookupError when a route has no rule, or is for anybody and has no limit: such an application must not start."""
    rules = {one.endpoint: rule_of(app, one.endpoint) for one in app.url_map.iter_rules()}
    without = [endpoint for endpoint, rule in rules.items() if rule is None]
    if without:
        raise LookupError(f"routes without a rule: {', '.join(without)}; give them @takes(...)")
    without = [endpoint for endpoint, rule in rules.items() if rule and rule.who is Open.ANYBODY and not rule.tries]
    if without:
        raise LookupError(f"routes for anybody without a limit: {', '.join(without)}; give them tries=Act....")


def services() -> Services:
    """The services of this application."""
    found: Services = current_app.extensions["services"]
    return found


def store() -> Store:
    """The store of this application."""
    return services().store


def address() -> str:
    """The visitor's network address; the server has asked the proxy, if there is one."""
    return request.remote_addr or ""


def agent() -> str:
    """The browser, as it calls itself."""
    return request.headers.get("User-Agent", "")


def cookie(name: str) -> str:
    """A cookie of fsplug's."""
    return request.cookies.get(_cookie_name(name), "")


def set_cookie(response: Any, name: str, value: str, seconds: float | None = None, *, is_strict: bool = False) -> None:
    """Set a cookie that scripts can't read and other sites' forms don't send; with `is_strict`, nor do their links."""
    secure = services().is_secure
    age = int(seconds) if seconds is not None else None
    # Lax, not Strict: people arrive by a link in a mail, and the page they are redirected to must recognise them.
    site = "Strict" if is_strict else "Lax"
    response.set_cookie(_cookie_name(name), value, max_age=age, secure=secure, httponly=True, samesite=site, path="/")


def forget_cookie(response: Any, name: str) -> None:
    """Delete a cookie."""
    secure = services().is_secure
    response.delete_cookie(_cookie_name(name), secure=secure, httponly=True, samesite="Lax", path="/")


def press_token(link: str) -> str:
    """What the button of a mailed link's page sends along: only who has opened that page has it, with its cookie."""
    return hash_of(f"press {link}")


def check_press(link: str) -> None:
    """403 unless the button on the page of this link was pressed: programs that try links out send forms too."""
    if not link or not hmac.compare_digest(request.form.get("press", "").encode(), press_token(link).encode()):
        abort(403)


def signed_out() -> Any:
    """The answer to somebody whose session has ended: the sign-in, and nothing left behind in the browser."""
    response = redirect("/sign-in", 303)
    forget_cookie(response, SESSION)
    response.headers["Clear-Site-Data"] = _CLEAR
    return response


def guard() -> Any:
    """Before every view: check that the request comes from fsplug's own pages and that the viewer may make it."""
    rule = rule_of(current_app, request.endpoint or "")
    if rule is None:
        return _no_such_page() if request.routing_exception is not None else abort(404)
    if request.method not in _SAFE and not _is_ours():
        abort(403)
    if (request.content_length or 0) > rule.form_bytes:
        abort(413)
    return None if rule.who is Open.ANYBODY else _signed_in(rule)


def _signed_in(rule: PageRule) -> Any:
    token = cookie(SESSION)
    is_life = rule.is_act and rule.who is not Open.WATCHING
    found = sessions.find(store(), token, is_life) if token else None
    request.environ[SIGNED_IN] = found is not None
    if found is None:
        return _lead("/sign-in")
    if found.needs_totp and rule.who is not Open.ENROLLING:
        return _lead("/one-time-codes")
    g.session = found
    g.actor = actors.actor(store(), found.company, found.username)
    if isinstance(rule.who, Need):
        check_reaches(g.actor, rule.who, found.company, rule.least)
    return None


def _no_such_page() -> None:
    """The page that says so has the menu of somebody who is signed in; a mistyped address keeps no session alive."""
    token = cookie(SESSION)
    found = sessions.find(store(), token, False) if token else None
    if found is not None and not found.needs_totp:
        g.session = found
        g.actor = actors.actor(store(), found.company, found.username)


def _lead(path: str) -> Any:
    """Redirect to another page. If htmx asked for a part of this page, the whole browser is redirected."""
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": path})
    return redirect(path)


def _is_ours() -> bool:
    """Whether one of fsplug's pages sent the form, according to the browser (Fetch Metadata, RFC 6454)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return "Cookie" not in request.headers
    return _origin_of(origin) == _origin_of(services().url)


def _origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port (RFC 6454, 4); equal to nothing else when the text names no origin, such as "null"."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def cookie_name(name: str, is_secure: bool) -> str:
    """The full name of a cookie of fsplug's."""
    # The prefix keeps other hosts of the same domain from setting it (RFC 6265bis, 4.1.3.2).
    return f"__Host-fsplug-{name}" if is_secure else f"fsplug-{name}"


def _cookie_name(name: str) -> str:
    return cookie_name(name, services().is_secure)


def not_good(error: Refused) -> bool:
    """Whether the error means that a link or a cookie is no longer good."""
    return error.code in ("link-not-good", SHARE_NOT_GOOD)
