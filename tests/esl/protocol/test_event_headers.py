"""What is read from an event: its headers, its body, its usual facts; and how a value is encoded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsplug.esl.protocol import wire
from fsplug.esl.protocol.event import Headers
from fsplug.esl.protocol.wire import Decoder, Event, plain_event
from tests.esl.protocol.frames import CONNECT_REPLY, JOB, frame


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
