"""When the switch's events are hurried: while somebody waits to be connected, and not for those who listen in."""

import pytest

from fsplug.esl.calls.book import CallBook, Channel
from fsplug.policy.recording.legs import Leg
from fsplug.wiring.calls.hurrying import somebody_waits

WAITS, TALKS, RINGS = (
    Channel(Leg("A", "acme.example", answered=True)),
    Channel(Leg("A", "acme.example", answered=True), partner="B"),
    Channel(Leg("A", "acme.example")),
)


@pytest.mark.parametrize(
    ("channel", "listening", "waits"),
    [(WAITS, [], True), (WAITS, ["A"], False), (TALKS, [], False), (RINGS, [], False)],
    ids=["waits", "listens in", "talks", "rings"],
)
def test_who_is_answered_and_alone_waits_unless_they_listen(
    channel: Channel, listening: list[str], waits: bool
) -> None:
    book = CallBook()
    book.channels["A"] = channel
    assert somebody_waits(book, listening) is waits
