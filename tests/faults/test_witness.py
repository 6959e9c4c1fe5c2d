"""The switch's own records are the second witness: after any outage each answered talk has its row (W1, W2, P8)."""

import json
import time

import pytest

from fsplug.store.calls import outages, witnessed
from fsplug.store.calls.outages import Outage
from fsplug.store.calls.witnessed import TalkAccount
from tests.calls import people as words
from tests.calls.listeners import ANNA, CLARA, Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant

TALK_SECONDS = 1.0


def test_talks_that_fsplug_saw_are_witnessed_and_nothing_is_added(plant: Plant) -> None:
    since = time.time()
    assert plant.line.play(words.incoming(talk_seconds=TALK_SECONDS)) == []
    assert plant.line.play(words.internal("1001", "1002", talk_seconds=TALK_SECONDS)) == []
    account = witnessed_since(plant, since, 2)
    assert (account.decisions, account.missed, account.not_asked, account.differences) == (2, 0, 0, ())
    assert (account.wanted, account.sealed, account.gaps) == (1, 1, 0)
    assert news(plant, since) == []


def test_talks_wholly_within_an_absence_get_their_decisions_and_their_gaps_and_the_outage_is_named(
    plant: Plant, people: Party
) -> None:
    since = time.time()
    plant.serving.kill()
    assert plant.line.play(words.incoming(talk_seconds=TALK_SECONDS)) == []
    assert plant.line.play(words.internal("1001", "1002", talk_seconds=TALK_SECONDS)) == []
    assert plant.line.play(words.transferred(CUSTOMER, "1001", "1003", TALK_SECONDS, TALK_SECONDS)) == []
    a_conference_and_a_queue(plant, people)
    plant.serving.start()
    account = witnessed_since(plant, since, 6)
    # A conference and a queue ask nobody before a talk.
    assert (account.decisions, account.missed, account.not_asked, account.differences) == (6, 6, 4, ())
    assert (account.wanted, account.sealed, account.gaps) == (5, 0, 5)
    assert {(one.user, one.direction, one.caller, one.answerer) for one in plant.decisions() if one.at >= since} >= {
        (ANNA, "incoming", CUSTOMER, "+4570104001"),
        (CLARA, "incoming", "+4522334466", "+4570105001"),
    }
    [outage] = news(plant, since)
    assert (outage.cause, outage.talks) == ("away", 6)
    assert outage.at <= since + 1.0 and outage.until is not None
    causes = {gap.cause for gap in plant.gaps() if gap.at >= since}
    assert causes == {"away"}


def test_talks_that_the_operator_s_own_command_connects_without_fsplug_are_decided_afterwards(
    plant: Plant, people: Party
) -> None:
    since = time.time()
    for user in (ANNA, CLARA):
        people.is_ready(user)
    plant.line.api(f"originate user/{ANNA}@{ACME} &bridge(user/{CLARA}@{ACME})")
    plant.until(lambda: is_bridged(plant), "the two to talk")
    plant.line.api("hupall")
    account = witnessed_since(plant, since, 1)
    assert (account.decisions, account.missed, account.wanted, account.gaps, account.differences) == (1, 1, 1, 1, ())
    [decided] = [one for one in plant.decisions() if one.at >= since]
    assert (decided.user, decided.direction, decided.caller, decided.answerer) == (CLARA, "internal", ANNA, CLARA)
    [outage] = news(plant, since)
    assert (outage.cause, outage.talks) == ("unheard", 1)


def test_talks_while_fsplug_was_frozen_get_their_rows_and_the_freeze_is_named(plant: Plant) -> None:
    since = time.time()
    taken_up, frozen = plant.serving.taken_up, plant.serving.freeze()
    assert plant.line.play(words.incoming(talk_seconds=TALK_SECONDS)) == []
    plant.until(lambda: plant.serving.server not in (0, frozen), "another server to serve")
    plant.until(lambda: plant.serving.taken_up > taken_up, "the new server to take up the calls")
    account = witnessed_since(plant, since, 1)
    assert (account.decisions, account.wanted, account.unexplained) == (1, 1, 0)
    # The server may be gone and another one there before the call is answered: then it is no outage's talk.
    assert {one.cause for one in news(plant, since)} <= {"frozen"}
    assert account.missed == sum(one.talks for one in news(plant, since))


def test_after_a_stop_in_good_order_the_gap_says_that_fsplug_was_stopped(plant: Plant) -> None:
    since = time.time()
    assert plant.serving.stop() == 0
    assert plant.line.play(words.incoming(talk_seconds=TALK_SECONDS)) == []
    plant.serving.start()
    witnessed_since(plant, since, 1)
    [outage] = news(plant, since)
    assert (outage.cause, outage.talks) == ("stopped", 1)


def a_conference_and_a_queue(plant: Plant, people: Party) -> None:
    """Anna meets a customer in a conference, and another customer gets Clara by a queue; then all hang up."""
    people.is_ready(CLARA)
    people.dial_in(CUSTOMER, "+4570104001")
    people.dial(ANNA, "4001")
    people.dial_in("+4522334466", "+4570105001")
    plant.until(lambda: plant.line.legs() == 4 and is_bridged(plant), "the conference and the queue's talk")
    plant.line.api("hupall")
    plant.until(lambda: plant.line.legs() == 0, "every call to end")


def is_bridged(plant: Plant) -> bool:
    return any(row.get("b_uuid") for row in json.loads(plant.line.api("show calls as json")).get("rows", []))


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_under_load_there_are_as_many_rows_as_the_switch_answered_talks(fault: str, plant: Plant) -> None:
    since = time.time()
    with plant.line.crowd(plant.line.one_crowd, TALK_SECONDS) as crowd:
        if fault == "killed":
            plant.serving.kill()
        else:
            taken_up, frozen = plant.serving.taken_up, plant.serving.freeze()
        plant.until(lambda: plant.line.legs() == 0, "every call to end")
        assert crowd.complaints() == []
    if fault == "killed":
        plant.serving.start()
    else:
        plant.until(lambda: plant.serving.server not in (0, frozen), "another server to serve")
        plant.until(lambda: plant.serving.taken_up > taken_up, "the new server to take up the calls")
    answered = plant.line.one_crowd
    account = witnessed_since(plant, since, answered)
    assert (account.decisions, account.wanted, account.unexplained) == (answered, answered, 0)
    recorded = {one.decision for one in plant.recordings() if one.at >= since}
    assert len(recorded | {gap.decision for gap in plant.gaps() if gap.at >= since}) == answered
    assert sum(one.talks for one in news(plant, since)) == account.missed
    assert {one.cause for one in news(plant, since)} <= {"away" if fault == "killed" else "frozen"}


def witnessed_since(plant: Plant, since: float, talks: int) -> TalkAccount:
    """What became of the talks since then, once so many are witnessed and settled."""

    def account() -> TalkAccount:
        return witnessed.account(plant.store, ACME, since)

    plant.until(lambda: account().answered >= talks, f"{talks} talks to be witnessed; see {plant.serving.log}")
    plant.until_settled()
    plant.until(lambda: account().under_way == 0, "every recording to be sealed")
    assert account().answered == talks
    return account()


def news(plant: Plant, since: float) -> list[Outage]:
    return [one for one in outages.listed(plant.store, ACME) if one.until is None or one.until >= since]
