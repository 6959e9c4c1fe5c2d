"""Terms as plain values and back, and what each of them takes."""

from dataclasses import replace
from math import inf

import pytest

from fsplug.policy.terms import (
    TERM_NAMES,
    AgentMay,
    Announce,
    Channels,
    Line,
    OneOf,
    OnFailure,
    Plain,
    Seconds,
    SomeOf,
    Start,
    Terms,
    Values,
    terms_facts,
    terms_from,
    trouble_together,
)
from tests.tables import table

STRICT = Terms(
    OnFailure.CLOSED,
    Channels.MONO,
    "evidence",
    30,
    frozenset({AgentMay.STOP, AgentMay.START, AgentMay.PAUSE}),
    Start.ON_DEMAND,
    Announce.BOTH,
)
A_CHOICE, A_LINE, A_LIMIT = OneOf(Channels), Line(longest=8, example="quality"), Seconds(most=60)
CHOICES = SomeOf(Channels)


def test_terms_are_plain_values_by_name_and_the_same_terms_again() -> None:
    facts = terms_facts(STRICT)
    assert facts == {
        "on_failure": "closed",
        "channels": "mono",
        "purpose": "evidence",
        "max_seconds": 30,
        "agent_may": "start,pause,stop",
        "start": "on-demand",
        "announce": "both",
    }
    assert [type(one) for one in facts.values()] == [str, str, str, int, str, str, str]
    assert terms_from(facts) == STRICT


@pytest.mark.parametrize("name", TERM_NAMES)
def test_a_term_that_is_missing_or_none_has_its_default(name: str) -> None:
    facts = terms_facts(STRICT)
    del facts[name]
    assert terms_facts(terms_from(facts)) == {**terms_facts(STRICT), name: terms_facts(Terms())[name]}
    assert terms_from({**facts, name: None}) == terms_from(facts)


@pytest.mark.parametrize("facts", [{"channels": "quad"}, {"purpose": 7}, {"colour": "red"}])
def test_what_no_term_can_be_is_a_value_error(facts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"quad|7 is not text|colour"):
        terms_from(facts)


def test_each_kind_of_value_says_what_to_write_instead() -> None:
    line, limit = "write a line of 1 to 8 characters, such as quality", "write a whole number from 1 to 60"
    cases: list[tuple[Values, Plain, str | None]] = [
        (A_CHOICE, "mono", None),
        (A_CHOICE, "quad", "use stereo or mono"),
        (A_CHOICE, None, "use stereo or mono"),
        (CHOICES, "mono, stereo", None),
        (CHOICES, "nothing", None),
        (CHOICES, "stereo,quad", "use nothing, or some of stereo, mono, with commas between them"),
        (CHOICES, "", "use nothing, or some of stereo, mono, with commas between them"),
        (A_LINE, "evidence", None),
        (A_LINE, " ", line),
        (A_LINE, "evidences", line),
        (A_LINE, None, line),
        (A_LIMIT, 1, None),
        (A_LIMIT, 60, None),
        (A_LIMIT, None, None),
        (A_LIMIT, 0, limit),
        (A_LIMIT, 61, limit),
        (A_LIMIT, "30", limit),
    ]
    with table() as rows:
        for values, plain, trouble in cases:
            with rows.row(values.kind, plain):
                assert values.trouble(plain) == trouble


def test_a_limit_is_typed_as_a_number_and_none_where_nothing_is_typed() -> None:
    assert [A_LIMIT.typed(text) for text in ("30", " 5 ", "", " ")] == [30, 5, None, None]
    with pytest.raises(ValueError, match="many"):
        A_LIMIT.typed("many")


def test_several_choices_are_one_text_in_their_own_order() -> None:
    assert [CHOICES.typed(text) for text in ("mono, stereo,mono", "mono", "", " ,")] == [
        "stereo,mono",
        "mono",
        "nothing",
        "nothing",
    ]
    assert CHOICES.read("mono,stereo") == frozenset(Channels) and CHOICES.read("nothing") == frozenset()


def test_a_recording_does_not_wait_for_what_nobody_may_do() -> None:
    with table() as rows:
        for start, needed in ((Start.ON_DEMAND, AgentMay.START), (Start.KEEP_ON_DEMAND, AgentMay.KEEP)):
            for may in AgentMay:
                with rows.row(start, may):
                    trouble = trouble_together(Terms(start=start, agent_may=frozenset({may})))
                    assert (trouble is None) is (may is needed)
    assert trouble_together(Terms()) is None


@pytest.mark.parametrize(
    ("terms", "recorded", "left", "rest"),
    [
        (Terms(), 30.0, None, None),
        (Terms(max_seconds=60), 20.0, 40.0, 40),
        (Terms(max_seconds=60), 59.8, 0.2, 1),
    ],
)
def test_the_rest_of_a_talk_is_recorded_for_as_long_as_is_left(
    terms: Terms, recorded: float, left: float | None, rest: int | None
) -> None:
    assert terms.seconds_left(recorded) == (left if left is None else pytest.approx(left))
    assert terms.rest(recorded) == replace(terms, max_seconds=rest)


def test_a_recording_without_a_limit_can_be_of_any_length() -> None:
    assert (Terms().longest(1.0), Terms(max_seconds=60).longest(1.0)) == (inf, 61.0)
