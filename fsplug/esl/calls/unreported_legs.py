"""Legs that no event has reported: the switch is asked for them."""

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.switch import Switch

log = structlog.get_logger()


def known_or_asked(book: CallBook, switch: Switch, leg: str) -> Channel | None:
    """The channel of this leg, taken into the book if it was unknown; None if the switch does not say what it is."""
    return book.channels.get(leg) or asked(book, switch, leg)


def asked(book: CallBook, switch: Switch, leg: str) -> Channel | None:
    """The channel of this leg as the switch has it now, or as an event has it that came meanwhile; None for neither."""
    known = book.channels.get(leg)
    before = known.leg if known else None
    try:
        dump = switch.channel(leg)
    except Unavailable as error:
        log.warning("leg-unknown", leg=leg, error=error.text)
        return None
    now = book.channels.get(leg)
    if dump is None or (now is not None and now.leg is not before):
        return now
    return book.see(leg_of(dump))
