import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.protocol import wire
from fsplug.esl.protocol.event import Headers
from fsplug.esl.protocol.wire import Decoder, Event, Malformed, Message, command, execute, plain_event

CONNECT_REPLY = plain_event(
    {
        "Event-Name": "CHANNEL_DATA",
        "Unique-ID": "a-leg",
        "Caller-Caller-ID-Name": "Bo: 100% <bo@acme.example>\nForged: yes",
        "Content-Type": "command/reply",
        "Reply-Text": "+OK\n",
    }
)
ANSWER = plain_event({"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "b-leg"})
JOB = plain_event({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "7"}, b"+OK\n\nEvent-Name: forged\n\n")


def frame(content_type: bytes, body: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: %b\n\n%b" % (len(body), content_type, body)


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


@pytest.mark.parametrize("hostile", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e", "\r", "\0", "\n"])
def test_a_line_break_of_any_sort_stays_in_its_value(hostile: str) -> None:
    name = f"Bob{hostile}variable_domain_name: beta.example"
    for raw in (name.replace("\n", "%0A").encode(), wire.encoded_value(name).encode()):
        event = Event(b"Caller-Caller-ID-Name: " + raw + b"\nvariable_domain_name: acme.example\n\n")
        assert event.get("Caller-Caller-ID-Name") == name
        assert event.variable("domain_name") == "acme.example"
        assert event.headers() == {"Caller-Caller-ID-Name": name, "variable_domain_name": "acme.example"}


def test_a_percent_in_a_name_stays_as_the_caller_sent_it() -> None:
    # FreeSWITCH leaves what looks encoded as it is, so a caller's "%0A" arrives as a line break, inside the value.
    event = Event(plain_event({"Caller-Caller-ID-Name": "a%0AForged: yes", "Share": "100% %zz %4"}))
    assert event.get("Caller-Caller-ID-Name") == "a\nForged: yes"
    assert event.get("Forged") is None
    assert event.get("Share") == "100% %zz %4"


@given(st.binary(max_size=200))
def test_no_bytes_at_all_make_an_event_raise(raw: bytes) -> None:
    event = Event(raw)
    for look in (event.get, event.variable):
        look("Event-Name")
    assert isinstance(event.headers(), dict)
    assert event.raw == raw
    assert (event.sequence, event.timestamp) >= (0, 0.0)
    assert isinstance(event.body, bytes)


def test_latin_1_is_replaced_and_does_not_raise() -> None:
    assert Event(b"Caller-Caller-ID-Name: J\xf8rgen\n\n").get("Caller-Caller-ID-Name") == "J\ufffdrgen"
    assert Event(b"Caller-Caller-ID-Name: J%F8rgen\n\n").get("Caller-Caller-ID-Name") == "J\ufffdrgen"


def test_the_first_of_two_headers_counts_however_often_it_is_asked() -> None:
    event = Event(b"A: first\nB: other\nA: second\n\n")
    assert [event.get("A") for _ in range(10)] == ["first"] * 10
    assert event.headers() == {"A": "first", "B": "other"}


def test_a_header_is_found_by_its_whole_name_as_sent() -> None:
    event = Event(b"Other-Leg-Unique-ID: b\nunique-id: c\n\n")
    assert [event.get("Unique-ID", "none") for _ in range(10)] == ["none"] * 10
    assert event.uuid == ""


def test_headers_read_together_are_those_read_one_by_one() -> None:
    raw = plain_event(
        {
            "Unique-ID": "a-leg",
            "Caller-ANI-II": "other",
            "Caller-ANI": "+45 1",
            "variable_sip_from_user": "",
            "variable_fsplug_group": "first",
            "variable_fsplug_groups": "2000:2001",
            "Other-Leg-Unique-ID": "b-leg",
        },
        b"Caller-RDNIS: forged\n",
    )
    raw = raw.replace(b"variable_fsplug_groups", b"variable_fsplug_group: second\nvariable_fsplug_groups")
    names = ("Unique-ID", "Caller-ANI", "Caller-RDNIS", "variable_sip_from_user", "variable_fsplug_group")
    event = Event(raw)
    assert event.read(Headers(*names)) == {name: event.get(name) for name in names if event.get(name) is not None}
    assert event.read(Headers("variable_fsplug_group")) == {"variable_fsplug_group": "first"}


def test_an_event_has_its_usual_facts() -> None:
    event = Event(
        plain_event(
            {
                "Event-Name": "CUSTOM",
                "Event-Subclass": "sofia::register",
                "Unique-ID": "a-leg",
                "Event-Sequence": "4711",
                "Event-Date-Timestamp": "1700000000123456",
                "variable_fsplug_company": "acme.example",
            }
        )
    )
    assert (event.name, event.subclass, event.uuid) == ("CUSTOM", "sofia::register", "a-leg")
    assert (event.sequence, event.timestamp) == (4711, 1700000000.123456)
    assert event.variable("fsplug_company") == "acme.example"
    assert event.mentions(b"variable_fsplug_")
    assert not event.mentions(b"variable_other_")


@pytest.mark.parametrize("number", ["", "-4", "x", "1e9", "9" * 30])
def test_a_number_that_is_none_counts_as_zero(number: str) -> None:
    event = Event(plain_event({"Event-Sequence": number, "Event-Date-Timestamp": number}))
    assert (event.sequence, event.timestamp) == (0, 0.0)


def test_an_empty_value_comes_back_empty() -> None:
    raw = plain_event({"Caller-Caller-ID-Name": ""})
    assert raw == b"Caller-Caller-ID-Name: _undef_\n\n"
    assert Event(raw).get("Caller-Caller-ID-Name") == ""


def test_an_events_body_is_not_its_headers() -> None:
    (message,) = Decoder().feed(frame(b"text/event-plain", JOB))
    event = message.event
    assert event.body == b"+OK\n\nEvent-Name: forged\n\n"
    assert event.name == "BACKGROUND_JOB"
    assert [event.get("+OK") for _ in range(10)] == [None] * 10
    assert event.headers() == {"Event-Name": "BACKGROUND_JOB", "Job-UUID": "7", "Content-Length": "25"}


def test_a_body_line_that_looks_like_a_header_is_not_found() -> None:
    event = Event(plain_event({"Event-Name": "BACKGROUND_JOB"}, b"ok\nUnique-ID: forged\n"))
    assert [event.get("Unique-ID") for _ in range(10)] == [None] * 10


def test_the_answer_to_connect_is_channel_data() -> None:
    (message,) = Decoder().feed(CONNECT_REPLY)
    assert (message.content_type, message.reply) == ("command/reply", "+OK")
    assert message.headers.uuid == "a-leg"
    assert message.headers.get("Forged") is None


values = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(lambda text: "%" not in text)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}", fullmatch=True).filter(lambda name: name != "Content-Length")


@given(st.dictionaries(names, values, max_size=8), st.binary(max_size=200))
@settings(deadline=None)
def test_an_event_comes_back_as_it_went(headers: dict[str, str], body: bytes) -> None:
    (message,) = Decoder().feed(frame(b"text/event-plain", plain_event(headers, body)))
    event = message.event
    assert event.body == body
    assert {name: event.get(name) for name in headers} == {
        name: "" if value == "_undef_" else value for name, value in headers.items()
    }


# Pairs of a value and how FreeSWITCH 1.11.1's switch_url_encode writes it.
@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("sip:1001@acme.example;ob", "sip%3A1001%40acme.example%3Bob"),
        ('"Bo" <bo>', "%22Bo%22%20%3Cbo%3E"),
        ("a/b,c(d)!$'*~_-.", "a/b,c(d)!$'*~_-."),
        ("50% [x]{y}|z\\^`", "50%25%20%5Bx%5D%7By%7D%7Cz%5C%5E%60"),
        ("%0A stays, %0a does not", "%0A%20stays,%20%250a%20does%20not"),
        ("Jørgen", "J%C3%B8rgen"),
        ("#1&+?=", "%231%26%2B%3F%3D"),
    ],
)
def test_values_are_encoded_as_the_switch_does(value: str, encoded: str) -> None:
    assert wire.encoded_value(value) == encoded


def test_a_command_is_a_line_headers_and_a_body() -> None:
    assert command("api status") == b"api status\n\n"
    assert command("bgapi status", [("Job-UUID", "7")]) == b"bgapi status\nJob-UUID: 7\n\n"
    assert command("sendevent X", body="é\n") == b"sendevent X\ncontent-length: 3\n\n\xc3\xa9\n"


def test_an_execute_names_its_application_and_its_id() -> None:
    assert execute("answer") == b"sendmsg\ncall-command: execute\nexecute-app-name: answer\n\n"
    assert execute("playback", "x.wav", "b-leg", "e-1") == (
        b"sendmsg b-leg\ncall-command: execute\nexecute-app-name: playback\nEvent-UUID: e-1\nexecute-app-arg: x.wav\n\n"
    )


@pytest.mark.parametrize("arg", ["two\nlines", "a\rb", " leading", "x" * 4000, "\n\nexecute-app-name: system"])
def test_an_argument_that_fits_no_line_goes_as_a_body(arg: str) -> None:
    (message,) = Decoder().feed(execute("set", arg))
    assert message.body == arg.encode()
    assert message.headers.get("content-type") == "text/plain"
    assert message.headers.get("execute-app-name") == "set"
    assert message.headers.get("execute-app-arg") is None


@pytest.mark.parametrize("bad", ["\n", "\r", "\0"])
def test_a_line_break_or_nul_in_a_command_is_refused(bad: str) -> None:
    for build in (
        lambda text: command(text),
        lambda text: command("api status", [("X", text)]),
        lambda text: command("api status", [(text, "x")]),
        lambda text: execute(text),
        lambda text: execute("set", "x", uuid=text),
        lambda text: execute("set", "x", event_uuid=text),
    ):
        with pytest.raises(Invalid, match="remove it"):
            build(f"s3cret{bad}api shutdown")


def test_a_refused_command_does_not_print_a_password() -> None:
    with pytest.raises(Invalid) as caught:
        command("auth s3cret\n")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_command_is_refused_because_nobody_would_answer_it(empty: str) -> None:
    with pytest.raises(Invalid, match="empty"):
        command(empty)


def test_a_colon_in_a_headers_name_and_a_nul_in_a_body_are_refused() -> None:
    with pytest.raises(Invalid):
        command("api status", [("a: b", "c")])
    with pytest.raises(Invalid):
        execute("set", "a\nb\0c")
    with pytest.raises(Invalid, match="half of one"):
        command("api \ud800")
