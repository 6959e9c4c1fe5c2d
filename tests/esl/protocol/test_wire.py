"""The stream of the event socket is cut into its frames, however it comes; what breaks the framing is a fault."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsplug.errors import Unavailable
from fsplug.esl.protocol.wire import Decoder, Malformed, Message, execute
from tests.esl.protocol.frames import ANSWER, CONNECT_REPLY, JOB, frame

STREAM = b"".join(
    [
        CONNECT_REPLY,
        frame(b"text/event-plain", ANSWER),
        b"Content-Type: api/response\nContent-Length: 0\n\n",
        frame(b"api/response", b"line\n\nContent-Type: forged\n\n"),
        b"\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n\n",
        frame(b"text/event-plain", JOB),
        frame(b"text/disconnect-notice", "Fjölnir \u2028".encode() + b"\xff"),
    ]
)


def fields(messages: list[Message]) -> list[tuple[str, bytes, bytes]]:
    return [(message.content_type, message.headers.raw, message.body) for message in messages]


WHOLE = fields(Decoder().feed(STREAM))


def test_a_stream_is_cut_into_its_frames() -> None:
    assert [kind for kind, _, _ in WHOLE] == [
        "command/reply",
        "text/event-plain",
        "api/response",
        "api/response",
        "command/reply",
        "text/event-plain",
        "text/disconnect-notice",
    ]
    assert WHOLE[3][2] == b"line\n\nContent-Type: forged\n\n"


def test_blank_lines_between_frames_belong_to_none() -> None:
    reply = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
    assert fields(Decoder().feed(b"\n\n\n" + reply + b"\n" + reply)) == [("command/reply", reply, b"")] * 2


def test_every_split_point_gives_the_same_frames() -> None:
    for position in range(len(STREAM) + 1):
        decoder = Decoder()
        assert fields(decoder.feed(STREAM[:position]) + decoder.feed(STREAM[position:])) == WHOLE, position
        decoder.eof()


def test_one_byte_at_a_time_gives_the_same_frames() -> None:
    decoder = Decoder()
    assert fields([message for byte in STREAM for message in decoder.feed(bytes([byte]))]) == WHOLE


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_pieces_give_the_same_frames(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    decoder = Decoder()
    pieces = [STREAM[start:end] for start, end in pairwise(edges)]
    assert fields([message for piece in pieces for message in decoder.feed(piece)]) == WHOLE


def test_a_close_between_frames_is_no_fault_and_one_inside_is() -> None:
    ends = set()
    for position in range(len(STREAM) + 1):
        decoder = Decoder()
        decoder.feed(STREAM[:position])
        try:
            decoder.eof()
            ends.add(position)
        except Malformed as fault:
            assert fault.code == "truncated-frame"
    begins = [0, len(CONNECT_REPLY), len(STREAM)]
    assert ends.issuperset(begins)
    # The start, the seven frames' ends, and the ends of two blank lines that stand between frames.
    assert len(ends) == 8 + 2


@pytest.mark.parametrize(
    ("length", "code"),
    [
        (b"-1", "bad-length"),
        (b"+5", "bad-length"),
        (b"", "bad-length"),
        (b"five", "bad-length"),
        (b"0x10", "bad-length"),
        (b"5 5", "bad-length"),
        ("٣".encode(), "bad-length"),
        (b"\xff", "bad-length"),
        (b"10737418240", "body-too-long"),
        (b"16777217", "body-too-long"),
        (b"9" * 5000, "body-too-long"),
    ],
)
def test_a_content_length_that_is_no_size_is_a_fault(length: bytes, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        Decoder().feed(b"Content-Type: api/response\nContent-Length: " + length + b"\n\n")
    assert caught.value.code == code
    assert isinstance(caught.value, Unavailable)


def test_a_body_of_16_mib_is_taken() -> None:
    body = b"x" * (16 << 20)
    (message,) = Decoder().feed(frame(b"api/response", body))
    assert message.body == body


@pytest.mark.parametrize("piece_bytes", [10 << 20, 65_536])
@pytest.mark.parametrize("end", [b"", b"\n\n"])
def test_a_header_block_of_10_mib_is_a_fault(piece_bytes: int, end: bytes) -> None:
    flood = b"X: " + b"y" * (10 << 20) + end
    decoder = Decoder()
    with pytest.raises(Malformed, match="longer than 1048576 bytes"):
        for start in range(0, len(flood), piece_bytes):
            decoder.feed(flood[start : start + piece_bytes])


@pytest.mark.parametrize("head", [b"X: ", b"Content-Length: 1048576\n\n"])
def test_bytes_that_come_one_by_one_are_not_looked_at_again_and_again(head: bytes) -> None:
    began_at = time.process_time()
    decoder = Decoder()
    decoder.feed(head)
    for _ in range(900_000):
        decoder.feed(b"y")
    # About 0.5 s; looking at everything again for each byte would take minutes.
    assert time.process_time() - began_at < 10


def test_the_limits_can_be_set_and_are_exact() -> None:
    block = b"Content-Type: " + b"x" * 18
    assert Decoder(block_limit=32).feed(block + b"\n\n")
    with pytest.raises(Malformed):
        Decoder(block_limit=31).feed(block + b"\n\n")
    with pytest.raises(Malformed):
        Decoder(body_limit=4).feed(frame(b"api/response", b"12345"))


def test_frames_before_a_fault_are_given_and_the_fault_stays() -> None:
    decoder = Decoder()
    messages = decoder.feed(frame(b"api/response", b"good") + b"Content-Length: -1\n\n")
    assert [message.text for message in messages] == ["good"]
    assert decoder.fault is not None
    for again in (lambda: decoder.feed(b""), decoder.eof):
        with pytest.raises(Malformed, match="-1"):
            again()


def test_a_block_without_a_content_type_is_a_frame_of_no_kind() -> None:
    (message,) = Decoder().feed(b"GET / HTTP/1.1\nHost: acme.example\n\n")
    assert message.content_type == ""


def test_a_clients_spelling_of_content_length_is_read_too() -> None:
    (message,) = Decoder().feed(execute("playback", "a\nb"))
    assert message.body == b"a\nb"
