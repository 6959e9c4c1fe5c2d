"""The icons, drawn as lines in a square of 24."""

from functools import cache

from markupsafe import Markup

PATHS = {
    "handset": "M6 4h4l1 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 1v4a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2z",
    "conversation": "M4 5h16v11h-9l-5 4v-4H4zm4 4h8m-8 3h5",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-7 8a7 7 0 0 1 14 0",
    "trash": "M4 7h16M9 7V4h6v3m-8 0 1 13h8l1-13m-6 4v6m3-6v6",
    "speaker": "M4 9v6h4l5 4V5L8 9zm12.5-.5a5 5 0 0 1 0 7m2.5-9.5a9 9 0 0 1 0 12",
    "ear": "M7 9a5 5 0 0 1 10 0c0 4-4 4-4 8a3 3 0 0 1-5.5 1.6M10 9.5a2 2 0 1 1 3.5 1.3",
    "search": "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zm5-2 4.5 4.5",
    "mail": "M4 6h16v12H4zm0 1 8 6 8-6",
    "play": "M8 5v14l11-7z",
    "pause": "M8 5v14M16 5v14",
    "mark": "M7 4v17M7 5h11l-3 4 3 4H7",
    "back": "M4 5v5h5M4.5 10A8 8 0 1 1 4 14",
    "on": "M20 5v5h-5m4.5 0a8 8 0 1 0 .5 4",
    "download": "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14",
    "more": "M12 6h.01M12 12h.01M12 18h.01",
    "plus": "M12 5v14M5 12h14",
    "close": "m6 6 12 12M18 6 6 18",
    "check": "m5 12 5 5 9-10",
    "warning": "M12 4 2.5 20h19zm0 6v4m0 3h.01",
    "incoming": "M19 5 6 18m0-10v10h10",
    "outgoing": "M5 19 18 6M8 6h10v10",
    "internal": "M4 9h15l-4-4m5 10H5l4 4",
    "globe": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3a14 14 0 0 1 0 18 14 14 0 0 1 0-18",
    "out": "M14 4h5v16h-5M4 12h11m-4-4 4 4-4 4",
    "key": "M8 15a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm4-4h9v4m-4-4v3",
    "lock": "M6 11h12v9H6zm2 0V8a4 4 0 0 1 8 0v3",
}


def icon(name: str) -> Markup:
    """The icon, hidden from screen readers, since a text beside it gives the meaning. LookupError if there is none."""
    return drawn(PATHS[name])


@cache
def drawn(lines: str) -> Markup:
    """An icon of these lines, written as an SVG path: one of the few that the console has on every page."""
    path = Markup('<path d="{}"/>').format(lines)
    return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>').format(path)
