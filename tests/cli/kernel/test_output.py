"""What reaches a terminal."""

import json

import pytest

from fsplug.cli.kernel.output import as_json, safe, safe_lines, sheet, table, when

HOSTILE = ["\x1b[2J", "\x07", "\x9b31m", "\x7f", "\u202e", "\u2028", "\u0085", "\0", "\r", "\n", "\ud800", "\u200b"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_terminal_could_act_on_is_printed(text: str) -> None:
    assert safe(f"Anna{text}").isprintable()
    assert all(line.isprintable() for line in table(("name",), [(text,)]) + sheet({"name": text}))


@pytest.mark.parametrize("text", HOSTILE)
def test_json_is_plain_ascii_and_says_exactly_what_was_there(text: str) -> None:
    printed = as_json([text])
    assert printed.isascii() and printed.replace("\n", "").isprintable()
    assert json.loads(printed) == [text]


def test_names_of_people_stay_as_they_are() -> None:
    assert safe("Søren Åkesson 山田") == "Søren Åkesson 山田"


def test_our_own_lines_stay_lines() -> None:
    assert safe_lines("one\ntwo\x1b") == "one\ntwo\\x1b"


def test_columns_are_aligned_and_long_values_are_cut() -> None:
    lines = table(("a", "b"), [("x" * 4000, None), ("y", True)])
    assert {line.index(word) for line, word in zip(lines, ("b", "-", "yes"), strict=True)} == {66}
    assert lines[1].startswith("x" * 63 + "…")


def test_times_are_local_with_their_zone() -> None:
    assert when(None) == "-"
    assert when(0.0)[:4] in ("1969", "1970") and when(0.0)[-6] in "+-"
