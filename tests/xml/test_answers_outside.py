"""Numbers outside that are dialled: what withholds the caller's number, which trunk leads there, emergency calls."""

import re

import pytest

from fsplug.xml.answers import Answers
from tests.xml import documents
from tests.xml.dialled import ACME, BETA, run
from tests.xml.elaborate import DOMAIN as WIDE


@pytest.mark.parametrize(
    ("dialled", "name", "goes_on", "withholds"),
    [
        ("#31#22334455", "number withheld", "22334455", True),
        ("*31*+4522334455", "number withheld", "+4522334455", True),
        ("#31#0046812345678", "number withheld", "0046812345678", True),
        ("*31#22334455", "number shown", "22334455", False),
        ("#31#70501001", "number withheld", "70501001", True),
        # Who calls for help is never withheld: the extension for emergency numbers knows nothing of this.
        ("#31#112", "number withheld", "112", True),
    ],
)
def test_a_prefix_before_a_number_outside_withholds_the_caller_s_or_shows_it(
    dialled: str, name: str, goes_on: str, withholds: bool, answers: Answers
) -> None:
    found = run(answers, dialled)
    assert found.get("name") == name
    [condition] = found.iter("condition")
    behind = re.search(condition.get("expression", ""), dialled)
    assert behind is not None and behind[1] == goes_on
    assert documents.actions(found, "transfer") == [f"$1 XML {WIDE}"]
    [mark] = documents.actions(found, "set")
    assert ("hide_number" in mark) == withholds
    out = run(answers, "22334455")
    assert documents.marks(out)["fsplug_privacy"] == "${fsplug_withhold}"
    assert documents.marks(out)["fsplug_withhold"] == ""
    assert all("[${fsplug_privacy}fsplug_leg=trunk," in bridge for bridge in documents.actions(out, "bridge"))
    assert "privacy" not in "".join(documents.actions(run(answers, "112"), "bridge"))


@pytest.mark.parametrize("dialled", ["#31#101", "#31#*28*101", "#31#", "#31##31#22334455", "#31#1813", "31#22334455"])
def test_a_prefix_before_anything_else_is_no_number(dialled: str, answers: Answers) -> None:
    ran = documents.extensions_run(documents.answer(answers.dialplan(WIDE, dialled)), dialled)
    assert [one.get("name") for one in ran] == ["who calls"]


@pytest.mark.parametrize(
    ("dialled", "places"),
    [
        ("22334455", ["sofia/gateway/far/+45$1", "sofia/gateway/near/+45$1"]),
        ("+4522334455", ["sofia/gateway/far/+45$1", "sofia/gateway/near/+45$1"]),
        ("0046703334455", ["sofia/gateway/near/+$1", "sofia/gateway/far/+$1"]),
        ("+46812345678", ["sofia/gateway/far/+$1"]),
        ("1813", ["sofia/gateway/far/$1", "sofia/gateway/near/$1"]),
    ],
)
def test_the_world_is_reached_by_the_trunk_with_the_longest_prefix(
    dialled: str, places: list[str], answers: Answers
) -> None:
    found = run(answers, dialled)
    assert [data.rpartition("]")[2] for data in documents.actions(found, "bridge")] == places
    marks = documents.marks(found)
    assert (marks["fsplug_legs"], marks["fsplug_direction"]) == ("trunk", "outgoing")
    assert ("NETWORK_OUT_OF_ORDER" in marks["continue_on_fail"]) == (len(places) > 1)


@pytest.mark.parametrize("domain", [ACME, BETA, WIDE, "many.example", "usa.example"])
def test_emergency_calls_come_first_and_are_never_refused(domain: str, answers: Answers) -> None:
    found = documents.extensions_run(documents.answer(answers.dialplan(domain, "112")), "112")
    assert [one.get("name") for one in found] == ["emergency"]
    assert documents.actions(found[0], "execute_extension") == []
    assert documents.marks(found[0])["fsplug_on_failure"] == "open"
    assert documents.actions(found[0], "bridge")[0].endswith("/$1")


def test_an_emergency_call_goes_on_to_the_next_trunk(answers: Answers) -> None:
    found = run(answers, "112")
    assert [data.rpartition("]")[2] for data in documents.actions(found, "bridge")] == [
        "sofia/gateway/far/$1",
        "sofia/gateway/near/$1",
    ]
