"""Legs that no event has reported: the switch is asked for them."""

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.switch import Switch

log = structlog.get_logger()


def known_or_asked(book: CallBook, switch: Switch, leg: str) -> Channel | None:
    """The channel of this leg, taken into the book if it was unknown; None if the switch does not say what it is."""
    if leg in book.channels:
        return book.channels[leg]
    try:
        dump = switch.channel(leg)
    except Unavailable as error:
        log.warning("leg-unknown", leg=leg, error=error.text)
        return None
    return book.see(leg_of(dump)) if dump is not None else None
