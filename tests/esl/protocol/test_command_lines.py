"""What is sent to the switch: a line, headers, a body; and what no line can hold."""

import pytest

from fsplug.errors import Invalid
from fsplug.esl.protocol.wire import Decoder, command, execute


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
