"""Styles and scripts, fsplug's and third parties': browsers cache them for good; a changed file gets a new address."""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request

from fsplug.policy.access.attempts import Act
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.page import Page

FOLDER = Path(__file__).parent / "static"
# The styles of every page; those in a page's own folder follow it, so that a browser asks for one file.
STYLES, _SHEET = "console.css", "page.css"
_SERVED = frozenset({".css", ".js", ".svg", ".png"})
_MIMETYPES = {".js": "text/javascript"}
# A year, the longest useful lifetime (RFC 9111, 4.2).
_FOR_GOOD = "public, max-age=31536000, immutable"
_KEPT = "assets"

pages = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, plain and compressed by gzip."""

    mimetype: str
    plain: bytes
    zipped: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """Every file by its path under `static`, those of pages as FOLDER/NAME. `version` changes when any file changes."""

    files: Mapping[str, Asset]
    version: str

    def url(self, name: str) -> str:
        """The address of a file; LookupError if there is no such file."""
        if name not in self.files:
            raise LookupError(f"there is no file {name} to send to browsers")
        return f"/static/{self.version}/{name}"


def prepare(app: Flask, pages: Iterable[Page]) -> None:
    """Read the files, and let templates name them."""
    kept = _read(pages)
    app.extensions[_KEPT] = kept
    app.jinja_env.globals["asset"] = kept.url


def assets(app: Flask) -> Assets:
    """The files that this application sends."""
    found: Assets = app.extensions[_KEPT]
    return found


@pages.get("/static/<asked>/<path:name>")
@takes(Open.ANYBODY, tries=Act.NOTHING)
def asset(asked: str, name: str) -> Response:
    """A file; a page of an older version gets the current file."""
    kept = assets(current_app)
    found = kept.files.get(name) or abort(404)
    zips = request.accept_encodings.quality("gzip") > 0
    response = Response(found.zipped if zips else found.plain, mimetype=found.mimetype)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOR_GOOD if asked == kept.version else "no-cache"
    if zips:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _read(pages: Iterable[Page]) -> Assets:
    own = {str(path.relative_to(FOLDER)): path for path in FOLDER.rglob("*")}
    theirs = {f"{page.name}/{path.name}": path for page in pages for path in page.folder.iterdir()}
    sheets = [path for _, path in sorted(theirs.items()) if path.name == _SHEET]
    paths = sorted((own | theirs).items())
    files = {name: _asset(path) for name, path in paths if path.suffix in _SERVED and path.name != _SHEET}
    files[STYLES] = _asset(FOLDER / STYLES, *sheets)
    digest = hashlib.sha256()
    for name, asset in files.items():
        digest.update(f"{name}\n{len(asset.plain)}\n".encode() + asset.plain)
    return Assets(files, digest.hexdigest()[:12])


@cache
def _asset(path: Path, *more: Path) -> Asset:
    """The file, and what follows it in the same answer."""
    kind = _MIMETYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    plain = b"".join(one.read_bytes() for one in (path, *more))
    return Asset(kind, plain, gzip.compress(plain, mtime=0))
