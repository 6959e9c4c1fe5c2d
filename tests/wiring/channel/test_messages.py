"""What is asked across the two processes is a line, and comes out of it as it went in."""

import pytest

from fsplug.errors import FsplugError, Invalid, Refused, Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.wiring.channel import messages
from fsplug.wiring.channel.messages import AskCalls, AskChanges, AskList, AskListen, Question, ReportViewers

HOSTILE = 'a\n{"ask": "listen"}\u2028"'


@pytest.mark.parametrize(
    "question",
    [
        AskCalls(HOSTILE),
        AskChanges(),
        AskListen("acme.example", HOSTILE, "1003"),
        AskList("acme.example"),
        AskList("acme.example", HOSTILE, watch=True),
        ReportViewers(),
    ],
)
def test_a_question_is_one_line_and_is_understood(question: Question) -> None:
    line = messages.line_of(question)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert messages.question_of(line) == question


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\n",
        b"[]\n",
        b"1\n",
        b"{}\n",
        b'{"ask": "everything"}\n',
        b'{"ask": "calls"}\n',
        b'{"ask": ["calls"]}\n',
        b'{"ask": "calls", "company": "acme.example", "also": 1}\n',
        b'{"ask": "calls", "company": "acme.exam',
    ],
)
def test_any_other_line_asks_nothing(line: bytes) -> None:
    with pytest.raises(Invalid, match="is not a question"):
        messages.question_of(line)


@pytest.mark.parametrize("kind", [Invalid, Refused, Unavailable])
def test_an_error_is_raised_on_the_other_side_as_it_was_here(kind: type[FsplugError]) -> None:
    with pytest.raises(kind, match="why") as raised:
        messages.checked(messages.to_error(kind("some-code", "why", company="acme.example")))
    assert (raised.value.code, raised.value.facts) == ("some-code", {"company": "acme.example"})


def test_no_calls_are_sent_as_an_empty_list() -> None:
    assert messages.from_table(messages.to_table(CompanyCalls())) == CompanyCalls()


def test_viewers_come_as_they_were_reported() -> None:
    viewers = [("acme.example", HOSTILE), ("beta.example", "1001")]
    assert messages.viewers_of(messages.viewers_line(viewers)) == sorted(viewers)
    with pytest.raises(Invalid, match="names no viewers"):
        messages.viewers_of(b'[["acme.example"]]\n')
