"""Pages are sent compressed by gzip, where that can tell nobody what is in them.

The length of a compressed page tells how much of it repeats. Whoever sees that length, and can make somebody's browser
ask for pages with a text of their choice in them, guesses a secret of the page letter by letter (BREACH, 2013). No
cookie of fsplug's comes with what another site's page asks for, except where it leads the whole browser here: by a
link, a form of GET, a window. Browsers say of such a request that it comes from another site (Fetch Metadata), also
after a redirect, and its answer is not compressed. What is compressed was asked for by fsplug's own page, or typed:
so nobody else has chosen a letter of it. A browser that says nothing gets compressed pages only where there is no TLS,
so that nothing is hidden from whoever sees lengths.

Live parts and audio are streamed, and not compressed.
"""

import gzip

from flask import Flask, Response, request

from fsplug.web.kernel.guard import services

_TEXTS = frozenset({"text/html", "application/json"})
# What is smaller fits into one packet anyway.
_LEAST_BYTES = 1_000
# Of nine levels: a page of 100 KB takes a millisecond, and the highest level makes it a twentieth smaller.
_LEVEL = 5
_OWN = frozenset({"same-origin", "none"})


def prepare(app: Flask) -> None:
    """Compress answers."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if response.is_streamed or response.mimetype not in _TEXTS or "Content-Encoding" in response.headers:
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if not _is_nobody_elses() or request.accept_encodings.quality("gzip") <= 0:
        return response
    plain = response.get_data()
    if len(plain) >= _LEAST_BYTES:
        response.set_data(gzip.compress(plain, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _is_nobody_elses() -> bool:
    """Whether no other site can have chosen what was asked for, or lengths hide nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    return site in _OWN if site is not None else not services().is_secure
