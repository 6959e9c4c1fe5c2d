"""Keeps the switch's events from waiting while somebody waits to be connected: in a queue, in a park.

The switch looks for events every 20 ms, or when a byte comes. Whom a queue connects or a colleague fetches it bridges
20 ms after it said so.
"""

from collections.abc import Callable, Container

import gevent

from fsplug.esl.calls.book import CallBook
from fsplug.esl.protocol.link import Link

HURRY_SECONDS, LOOK_SECONDS = 0.01, 0.1
_HURRIES = round(LOOK_SECONDS / HURRY_SECONDS)


def hurry(link: Link, is_wanted: Callable[[], bool]) -> None:
    """Ask for events, for ever, as long as somebody waits: an empty line each time, which the switch reads over."""
    while True:
        if not is_wanted():
            gevent.sleep(LOOK_SECONDS)
            continue
        for _ in range(_HURRIES):
            link.hurry()
            gevent.sleep(HURRY_SECONDS)


def somebody_waits(book: CallBook, listening: Container[str]) -> bool:
    """Whether any leg is answered and talks to nobody; those that are `listening` in wait for nobody."""
    alone = (one.leg for one in book.channels.values() if not (one.partner or one.part))
    return any(one.answered and one.uuid not in listening for one in alone)
