"""Listen-in from the star code to its end, on both switches (spec L1-L18, B10-B13)."""

import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.policy.listening.gate import Door, Ending, Reason
from fsplug.store.calls import listen_sessions
from tests.calls.listeners import (
    ANNA,
    ANNAS_STAR,
    BO,
    CLARA,
    DAVID,
    Change,
    Listens,
    Party,
    allowed,
    both,
    has_ended,
    names_in,
    until_heard,
    until_over,
    without_right,
)
from tests.calls.listenterms import (
    MOBILE,
    REFUSALS,
    REVOCATIONS,
    bos_mobile,
    clara_must_allow,
    distrust,
    in_a_meeting,
    mobile_of,
)
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant


def test_a_listener_hears_both_and_the_person_sees_who_it_is(people: Party, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    until_heard(bo, ANNA, CUSTOMER)
    [row] = listens.until(lambda row: row.began_at is not None, "a listen-in is written down")
    assert (row.listener, row.target, row.door, row.dialled) == (BO, ANNA, Door.DESK, "70101001")
    assert listens.display() == "Bo Lund lytter med"
    bo.hang_up()
    [row] = listens.until(has_ended, "its end is written down")
    assert row.ending is Ending.LISTENER_HUNG_UP
    wait_for(lambda: "lytter" not in listens.display(), "the display to be set back")


def test_a_listener_who_vanishes_is_hung_up_and_the_display_is_set_back(people: Party, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    until_heard(bo, ANNA, CUSTOMER)
    bo.vanish()
    [row] = listens.until(has_ended, "its end is written down")
    assert row.ending is Ending.LISTENER_VANISHED
    wait_for(lambda: "lytter" not in listens.display(), "the display to be set back")


@pytest.mark.parametrize("spelling", ["70101001", "+4570101001", "004570101001", "1001", "70101001#"])
def test_the_number_may_be_spelt_in_any_way(spelling: str, people: Party, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, f"*28*{spelling}")
    until_heard(bo, ANNA)
    bo.hang_up()
    [row] = listens.until(has_ended, "the listen-in ends")
    assert row.target == ANNA


def test_a_persons_own_calls_can_be_heard_too(people: Party, listens: Listens) -> None:
    """The person's leg is then the one that called."""
    people.is_ready(CLARA)
    people.talk(ANNA, CLARA)
    bo = people.dial(BO, ANNAS_STAR)
    until_heard(bo, ANNA, CLARA)
    assert listens.until(lambda row: row.began_at is not None, "it is written")[0].target == ANNA
    bo.hang_up()
    listens.until(has_ended, "the listen-in ends")


def test_several_listen_at_once_and_each_is_announced(people: Party, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    bo, david = people.dial(BO, ANNAS_STAR), people.dial(DAVID, ANNAS_STAR)
    until_heard(bo, ANNA, CUSTOMER)
    until_heard(david, ANNA, CUSTOMER)
    wait_for(lambda: {"Bo Lund", "David Krogh"} <= names_in(listens.display()), "both to be shown")
    bo.hang_up()
    wait_for(lambda: names_in(listens.display()) == {"David Krogh"}, "who is left to be shown")
    assert david.hears(ANNA, CUSTOMER)
    david.hang_up()
    listens.until(has_ended, "both listen-ins end", 2)


@pytest.mark.parametrize(("reason", "change"), REFUSALS)
def test_whoever_lacks_a_condition_is_refused(
    reason: Reason, change: Change, plant: Plant, people: Party, listens: Listens
) -> None:
    plant.apply(both(allowed, change))
    people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert (row.reason, row.listener, row.target, row.began_at) == (reason, BO, ANNA, None)
    until_over(bo)
    assert listen_sessions.heard_of(plant.store, ACME, [row.id]) == {}


@pytest.mark.parametrize(
    ("dialled", "reason"),
    [
        ("*28*1002", Reason.ONESELF),
        ("*28*1003", Reason.NOT_IN_CALL),
        ("*28*+4681001001", Reason.UNKNOWN_PERSON),
        ("*28*", Reason.UNKNOWN_PERSON),
        ("*28*anna", Reason.UNKNOWN_PERSON),
        ("*28*" + 60 * "7", Reason.UNKNOWN_PERSON),
        ("*28*${system(touch${IFS}/tmp/fsplug-hostile-star)}", Reason.UNKNOWN_PERSON),
        ("*28*sip:1001", Reason.UNKNOWN_PERSON),
        ("*28*1001|1001", Reason.UNKNOWN_PERSON),
        ("*28*2001", Reason.UNKNOWN_PERSON),
    ],
)
def test_what_leads_to_nobody_in_a_call_is_refused(
    dialled: str, reason: Reason, people: Party, listens: Listens
) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, dialled)
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert row.reason is reason
    bo.hang_up()


def test_who_is_in_a_call_must_end_it_first(people: Party, listens: Listens) -> None:
    people.is_ready(CLARA)
    people.talk(CUSTOMER, ANNA)
    people.talk(BO, CLARA)
    people.dial(BO, ANNAS_STAR)
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert row.reason is Reason.LINE_BUSY


# Who calls whom, and which of them sends the other to the star code.
SENT = [(BO, CLARA, BO), (CLARA, BO, BO), (CUSTOMER, BO, BO)]


@pytest.mark.parametrize(("caller", "answerer", "by"), SENT)
def test_a_call_that_is_sent_there_by_a_transfer_hears_nothing_and_the_row_says_who_sent_it(
    caller: str, answerer: str, by: str, people: Party, listens: Listens
) -> None:
    people.is_ready(answerer)
    people.talk(CUSTOMER, ANNA)
    talk = people.talk(caller, answerer)
    talk.transfer(by, ANNAS_STAR)
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert (row.reason, row.door, row.listener) == (Reason.NOT_IDENTIFIED, Door.TRANSFER, by)
    assert (row.dialled, row.began_at, row.ended_at) == ("70101001", None, None)


def test_a_call_that_an_operator_sends_there_hears_nothing_and_the_row_names_nobody(
    plant: Plant, people: Party, listens: Listens
) -> None:
    people.is_ready(CLARA)
    known = {call.id for call in plant.calls()}
    people.talk(BO, CLARA)
    [call] = [call for call in plant.calls() if call.id not in known]
    plant.line.api(f"uuid_transfer {call.id} {ANNAS_STAR} XML {ACME}")
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert (row.reason, row.door, row.listener) == (Reason.NOT_IDENTIFIED, Door.TRANSFER, None)


def test_whose_own_phone_rings_must_answer_or_wait(people: Party, listens: Listens) -> None:
    people.ring(CLARA, BO)
    people.talk(CUSTOMER, ANNA)
    people.dial(BO, ANNAS_STAR)
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert row.reason is Reason.LINE_BUSY


def test_the_customer_hangs_up_and_the_listener_is_cut(people: Party, listens: Listens) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    until_heard(bo, ANNA, CUSTOMER)
    talk.hang_up(CUSTOMER)
    until_over(bo)
    [row] = listens.until(has_ended, "its end is written down")
    assert row.ending is Ending.TARGET_HUNG_UP


def test_the_person_passes_the_customer_on_and_the_listener_is_cut(people: Party, listens: Listens) -> None:
    people.is_ready(CLARA)
    talk = people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    until_heard(bo, ANNA, CUSTOMER)
    talk.transfer(ANNA, CLARA)
    until_over(bo)
    [row] = listens.until(has_ended, "its end is written down")
    assert row.ending in (Ending.TARGET_MOVED, Ending.TARGET_HUNG_UP)
    assert not bo.hears(CLARA)


def test_the_person_is_passed_on_and_the_listener_is_cut_before_the_next_is_heard(
    people: Party, listens: Listens
) -> None:
    """Anna's own leg goes on, to Clara: what was said yes to was her talk with David."""
    people.is_ready(CLARA)
    talk = people.talk(DAVID, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    until_heard(bo, ANNA, DAVID)
    talk.transfer(DAVID, CLARA)
    until_over(bo)
    [row] = listens.until(has_ended, "its end is written down")
    assert row.ending is Ending.TARGET_MOVED
    assert not bo.hears(CLARA)


@pytest.mark.parametrize(("reason", "change"), REVOCATIONS)
def test_what_an_administrator_takes_away_ends_it_within_a_second(
    reason: Reason, change: Change, plant: Plant, people: Party, listens: Listens
) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = people.dial(BO, ANNAS_STAR)
    until_heard(bo, ANNA, CUSTOMER)
    plant.apply(both(allowed, change))
    until_over(bo)
    [row] = listens.until(has_ended, "its end is written down")
    assert (row.ending, row.reason) == (Ending.REVOKED, reason)


def test_the_profile_that_was_active_when_the_call_began_decides(plant: Plant, people: Party, listens: Listens) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    plant.apply(both(allowed, in_a_meeting))
    bo = people.dial(BO, ANNAS_STAR)
    until_heard(bo, ANNA, CUSTOMER)
    talk.hang_up(CUSTOMER)
    until_over(bo)
    listens.until(has_ended, "it ends")
    people.talk(CUSTOMER, ANNA)
    people.dial(BO, ANNAS_STAR)
    rows = listens.until(lambda row: row.reason is not None or row.ending is not None, "the second is refused", 2)
    assert rows[-1].reason is Reason.PROFILE


def test_a_mobile_is_called_back_and_hears_once_the_key_is_pressed(
    plant: Plant, people: Party, listens: Listens
) -> None:
    plant.apply(both(allowed, bos_mobile))
    people.talk(CUSTOMER, ANNA)
    people.presses(MOBILE, "1")
    dialled = people.dial_in(MOBILE, ANNAS_STAR)
    until_over(dialled)
    bo = people.called_back(MOBILE)
    until_heard(bo, ANNA, CUSTOMER)
    assert dialled.hears_nothing()
    [row] = listens.until(lambda row: row.began_at is not None, "it is written down")
    assert (row.listener, row.target, row.door, row.dialled) == (BO, ANNA, Door.MOBILE, "70101001")
    assert listens.display() == "Bo Lund lytter med"
    plant.apply(both(allowed, both(bos_mobile, without_right)))
    until_over(bo)
    [row] = listens.until(has_ended, "its end is written down")
    assert (row.ending, row.reason) == (Ending.REVOKED, Reason.LISTENER_RIGHT)


@pytest.mark.parametrize("key", ["9", ""])
def test_a_mobile_that_presses_another_key_or_none_hears_nothing(
    key: str, plant: Plant, people: Party, listens: Listens
) -> None:
    # Each has a pause between call-backs.
    plant.apply(both(allowed, mobile_of(DAVID if key else CLARA)))
    people.talk(CUSTOMER, ANNA)
    people.presses(MOBILE, key)
    people.dial_in(MOBILE, ANNAS_STAR)
    mobile = people.called_back(MOBILE)
    if not key:
        assert not mobile.hears(ANNA)
        mobile.hang_up()
    until_over(mobile)
    assert not mobile.hears(ANNA)
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert (row.reason, row.door, row.began_at) == (Reason.NOT_CONFIRMED, Door.MOBILE, None)


def test_an_untrusted_trunk_identifies_nobody(plant: Plant, people: Party, listens: Listens) -> None:
    plant.apply(both(allowed, both(bos_mobile, distrust)))
    people.talk(CUSTOMER, ANNA)
    spoofed = people.dial_in(MOBILE, ANNAS_STAR)
    until_over(spoofed)
    assert listens.rows() == []
    assert not spoofed.hears(ANNA)


def test_a_colleague_at_the_other_end_must_allow_it_where_the_company_says_so(
    plant: Plant, people: Party, listens: Listens
) -> None:
    plant.apply(both(allowed, clara_must_allow))
    people.is_ready(CLARA)
    people.talk(ANNA, CLARA)
    people.dial(BO, ANNAS_STAR)
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert row.reason is Reason.COLLEAGUE
