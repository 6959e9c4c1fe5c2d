"""Audio is sent at a pace, to each listener in a few streams."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fsplug.policy.pacing import OF_LISTENER
from fsplug.web.kernel.services import Played
from fsplug.wiring.console.listeners import MOST_STREAMS, Listeners

RATE = 32_000
BLOCK = bytes(2 * RATE)
ANNA, BO = Played("1001@acme.example", RATE), Played("1002@acme.example", RATE)


@dataclass
class Connection:
    is_open: bool = True

    def shutdown(self, how: int) -> None:
        self.is_open = False


@dataclass
class Audio:
    """Blocks without end; how many were read."""

    read: int = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.read += 1
            yield BLOCK


@dataclass
class Room:
    """Listeners, and a clock that only their waiting moves."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listeners = Listeners(lambda: self.now)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def stream(
        self, played: Played = ANNA, audio: Audio | None = None, connection: Connection | None = None
    ) -> Iterator[bytes]:
        blocks = iter(audio or Audio())
        return self.listeners.paced(played, connection or Connection(), blocks, self.sleep)


def _take(stream: Iterator[bytes], audio_seconds: float) -> None:
    for _ in range(int(audio_seconds / 2)):
        next(stream)


def test_twenty_recordings_of_three_minutes_take_twenty_minutes_and_not_half_a_second() -> None:
    room = Room()
    for _ in range(20):
        stream = room.stream()
        _take(stream, 180.0)
        stream.close()  # type: ignore[attr-defined]
    assert 20 * 60.0 < room.now < 30 * 60.0


def test_streams_beside_each_other_are_no_faster_than_one() -> None:
    room = Room()
    streams = [room.stream() for _ in range(MOST_STREAMS)]
    for _ in range(225):
        for stream in streams:
            next(stream)
    assert room.now > (MOST_STREAMS * 450 - OF_LISTENER.at_once) / 2.6


def test_another_listener_does_not_wait() -> None:
    room = Room()
    _take(room.stream(), 1_000.0)
    room.waits.clear()
    next(room.stream(BO))
    assert room.waits == []


def test_no_audio_is_read_while_a_stream_waits() -> None:
    room, audio = Room(), Audio()
    stream = room.stream(audio=audio)
    _take(stream, 100.0)
    before = audio.read
    room.sleep = lambda seconds: (_ for _ in ()).throw(InterruptedError)  # type: ignore[method-assign]
    stream = room.stream(audio=audio)
    taken = 0
    try:
        while True:
            next(stream)
            taken += 1
    except InterruptedError:
        pass
    assert audio.read == before + taken


def test_the_oldest_stream_ends_when_there_are_too_many() -> None:
    room, oldest = Room(), Connection()
    first = room.stream(connection=oldest)
    next(first)
    others = [room.stream() for _ in range(MOST_STREAMS)]
    for stream in others:
        next(stream)
    assert not oldest.is_open
    assert list(first) == []
    next(others[0])


def test_a_stream_that_has_ended_makes_room_for_another() -> None:
    room = Room()
    for _ in range(3 * MOST_STREAMS):
        connection = Connection()
        stream = room.stream(connection=connection)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert connection.is_open
