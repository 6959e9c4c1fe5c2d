"""What of a username's past is its holder's, and which changes of an entry read as another person."""

import pytest

from fsplug.policy.access.tenure import Known, Tenure, is_another

ANNA = Known("Anna Holm", "anna@acme.example")


def test_a_talk_is_theirs_whose_username_it_was_when_its_call_began() -> None:
    tenure = Tenure(7, 1000.0)
    assert tenure.covers(990.0, 7), "whatever a clock says that was set"
    assert not tenure.covers(1010.0, 6), "the call began before, and goes on"
    assert tenure.covers(1000.0, None)
    assert not tenure.covers(999.0, None)
    assert Tenure().covers(0.0, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ANNA, Known("Bo Lund", "bo@acme.example")),
        (ANNA, Known("Anna Lund", "anna.lund@acme.example")),
        (ANNA, Known("Bo Lund", "")),
        (Known("Anna Holm", ""), Known("Bo Lund", "bo@acme.example")),
    ],
)
def test_another_name_without_the_same_address_is_another_person(before: Known, after: Known) -> None:
    assert is_another(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ANNA, Known("Anna Lund", "Anna@acme.example")),
        (ANNA, Known("anna  holm", "anna.holm@acme.example")),
        (ANNA, Known("Anna", "anna.holm@acme.example")),
        (Known("Bo", ""), Known("Bo Lund", "bo@acme.example")),
        (Known("", ""), ANNA),
        (ANNA, Known("", "")),
        (Known("Anna Holm", ""), Known("Bo Lund", "")),
    ],
)
def test_the_same_name_or_address_is_the_same_person_and_what_is_empty_tells_nothing(
    before: Known, after: Known
) -> None:
    assert not is_another(before, after)
