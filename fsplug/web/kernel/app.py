"""The console as a WSGI application: the headers of every answer, and the pages."""

import math
import secrets
from collections.abc import Iterable
from pathlib import Path

import structlog
from flask import Flask, Response, g, render_template, request
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader
from werkzeug.exceptions import HTTPException

from fsplug.errors import FsplugError, Invalid, Refused, TooBusy, TryLater
from fsplug.web.kernel import assets, compression, feed, limits, menu, shell, step_up, texts
from fsplug.web.kernel.formatting import Moments, speeds
from fsplug.web.kernel.guard import SHARE_NOT_GOOD, check_rules, guard, services, store
from fsplug.web.kernel.page import Page, found
from fsplug.web.kernel.services import Services
from fsplug.words.catalogue import FALLBACK_LANGUAGE

log = structlog.get_logger()

# The longest form read before its page is known, in bytes; each page's rule has its own limit.
LONGEST_BODY = 480 * 1024
_TEMPLATES = Path(__file__).parent / "templates"
# Only fsplug's own files, no inline scripts or styles, and no frames.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Headers of every answer.
HEADERS = {
    "Content-Security-Policy": _POLICY.format(nonce=""),
    # Links carry a token in their path, which must not be sent to other pages.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_STATUS: tuple[tuple[type[FsplugError], int], ...] = ((TryLater, 429), (Invalid, 422), (Refused, 403))


def create_app(services: Services) -> Flask:
    """The application over these services."""
    app = Flask("fsplug.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.extensions["services"] = services
    pages = found()
    for blueprint in (assets.pages, feed.pages, step_up.pages, *pages):
        app.register_blueprint(blueprint)
    check_rules(app)
    app.jinja_loader = _templates(pages)
    for part in (texts, assets, menu, feed):
        part.prepare(app, pages)
    app.before_request(shell.choose_words)
    app.before_request(guard)
    app.before_request(limits.ask)
    app.before_request(_look)
    step_up.prepare(app)
    # Flask runs these in the opposite order: what the others add to an answer is there when it is compressed.
    compression.prepare(app)
    app.after_request(limits.settle)
    app.after_request(_with_headers)
    shell.prepare(app)
    app.jinja_env.globals.update(style_nonce=_style_nonce, length_of=Moments.length, speeds_in=speeds)
    app.jinja_env.globals.update(mail_trouble=texts.mail_trouble)
    app.register_error_handler(FsplugError, _message)
    app.register_error_handler(HTTPException, _turned)
    app.register_error_handler(Exception, _failed)
    return app


def _templates(pages: Iterable[Page]) -> BaseLoader:
    """The templates: those shared by all pages by name, a page's own as FOLDER/NAME."""
    own = {page.name: FileSystemLoader(page.folder) for page in pages}
    return ChoiceLoader([FileSystemLoader(_TEMPLATES), PrefixLoader(own)])


def _look() -> None:
    session = getattr(g, "session", None)
    if session is not None:
        actor = g.actor
        g.viewer = shell.look(store(), session, actor)
        g.words = texts.words_in(g.viewer.language)


def _style_nonce() -> str:
    """A nonce for this answer alone, for a third-party script that adds its own style."""
    g.style_nonce = getattr(g, "style_nonce", None) or secrets.token_urlsafe(16)
    return str(g.style_nonce)


def _with_headers(response: Response) -> Response:
    nonce = getattr(g, "style_nonce", None)
    if nonce:
        response.headers["Content-Security-Policy"] = _POLICY.format(nonce=f" 'nonce-{nonce}'")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if services().is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _message(error: FsplugError) -> tuple[str, int, dict[str, str]]:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 503)
    facts = {"seconds": str(math.ceil(error.seconds))} if isinstance(error, TryLater | TooBusy) else {}
    if status == 503 and not facts:
        log.error("page-failed", code=error.code, error=error.text)
    elif "actor" in g and "viewer" not in g:
        # Refused before the viewer was known; the page still shows the viewer's menu.
        _look()
    headers = {"Retry-After": facts["seconds"]} if facts else {}
    is_outsiders = error.code == SHARE_NOT_GOOD
    shown = render_template("message.html", text=g.words.error(error.code, **facts), is_outsiders=is_outsiders)
    return shown, status, headers


def _failed(error: Exception) -> tuple[str, int]:
    # The rule is logged, not the path, which may hold a token.
    log.error("page-failed", page=str(request.url_rule), exc_info=error)
    return render_template("message.html", text=g.words.error("http-500")), 500


def _turned(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    words = getattr(g, "words", None) or texts.words_in(FALLBACK_LANGUAGE)
    g.words = words
    return render_template("message.html", text=words.error(f"http-{status}")), status
