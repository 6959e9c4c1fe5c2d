"""Our own style, scripts and those of others: kept by browsers for good, under an address that changes with them."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request

from fsplug.web.kernel.guard import Open, takes

FOLDER = Path(__file__).parents[1] / "static"
_SERVED = frozenset({".css", ".js", ".svg", ".png"})
_MIMETYPES = {".js": "text/javascript"}
# A year, which is the longest that browsers are told (RFC 9111, 4.2).
_FOR_GOOD = "public, max-age=31536000, immutable"

pages = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, and the same by gzip."""

    mimetype: str
    plain: bytes
    zipped: bytes


@cache
def assets() -> dict[str, Asset]:
    """Every file by its path under `static`."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in _SERVED)
    return {str(path.relative_to(FOLDER)): _asset(path) for path in paths}


@cache
def version() -> str:
    """Another one whenever a file is."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(f"{name}\n{len(asset.plain)}\n".encode() + asset.plain)
    return digest.hexdigest()[:12]


def url(name: str) -> str:
    """Where browsers find a file; LookupError if there is none."""
    if name not in assets():
        raise LookupError(f"there is no file static/{name}")
    return f"/static/{version()}/{name}"


@pages.get("/static/<asked>/<path:name>")
@takes(Open.ANYBODY)
def asset(asked: str, name: str) -> Response:
    """A file; a page of an older version gets the one of today."""
    found = assets().get(name) or abort(404)
    zips = request.accept_encodings.quality("gzip") > 0
    response = Response(found.zipped if zips else found.plain, mimetype=found.mimetype)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOR_GOOD if asked == version() else "no-cache"
    if zips:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _asset(path: Path) -> Asset:
    kind = _MIMETYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    plain = path.read_bytes()
    return Asset(kind, plain, gzip.compress(plain, mtime=0))
