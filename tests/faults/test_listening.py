"""Listen-in when things break: nobody goes on hearing people who are not told, or without a row that says so."""

from typing import Any

import gevent
import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.policy.listening.gate import Ending, Reason
from tests.calls.lines import FAKE
from tests.calls.listeners import ANNA, ANNAS_STAR, BO, CLARA, DAVID, Caller, Listens, Party, allowed, has_ended
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant

CROWD = 200


def a_listener(people: Party, listens: Listens) -> Caller:
    """Bo hears Anna and a customer, and it is written down."""
    bo = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: bo.hears(ANNA), "Bo to hear Anna")
    listens.until(lambda row: row.began_at is not None, "a listen-in is written down")
    return bo


def test_when_fsplug_is_killed_the_switch_cuts_the_listener_by_itself(
    plant: Plant, people: Party, listens: Listens
) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = a_listener(people, listens)
    plant.serving.kill()
    try:
        wait_for(bo.is_over, "the switch to cut the listener")
    finally:
        plant.serving.start()
    [row] = listens.until(has_ended, "the row is closed after the restart")
    assert row.ending is Ending.FSPLUG_AWAY
    wait_for(lambda: "lytter" not in listens.display(), "the display to be set back")


@pytest.mark.parametrize(("caller", "answerer"), [(DAVID, ANNA), (ANNA, DAVID)])
def test_when_the_person_moves_on_while_fsplug_is_dead_the_switch_cuts_at_once(
    caller: str, answerer: str, plant: Plant, people: Party, listens: Listens
) -> None:
    """The bridge's end does it, not the guard: nobody else is heard."""
    people.is_ready(CLARA)
    talk = people.talk(caller, answerer)
    bo = a_listener(people, listens)
    plant.serving.kill()
    try:
        talk.transfer(DAVID, CLARA)
        wait_for(bo.is_over, "the switch to cut the listener")
        assert not bo.hears(CLARA)
    finally:
        plant.serving.start()
    listens.until(has_ended, "the row is closed after the restart")


def test_a_server_that_is_started_again_cuts_whom_it_did_not_let_in_itself(
    plant: Plant, people: Party, listens: Listens
) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = a_listener(people, listens)
    plant.serving.kill_server()
    wait_for(bo.is_over, "the listener to be cut")
    [row] = listens.until(has_ended, "the row is closed after the restart")
    assert row.ending in (Ending.FSPLUG_RESTARTED, Ending.FSPLUG_AWAY)
    wait_for(lambda: "lytter" not in listens.display(), "the display to be set back")
    again = people.dial(BO, ANNAS_STAR)
    wait_for(lambda: again.hears(ANNA) or again.is_over(), "Bo to be let in again, or to hear the reason")


def test_a_frozen_fsplug_holds_no_listener(plant: Plant, people: Party, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = a_listener(people, listens)
    plant.serving.freeze()
    wait_for(bo.is_over, "the listener to be cut")
    plant.serving.wait_ready()
    listens.until(has_ended, "the row is closed")


def test_fsplug_stopped_in_good_order_ends_it_and_sets_the_display_back(
    plant: Plant, people: Party, listens: Listens
) -> None:
    people.talk(CUSTOMER, ANNA)
    bo = a_listener(people, listens)
    plant.serving.stop()
    try:
        assert bo.is_over()
        assert "lytter" not in listens.display()
        [row] = listens.until(has_ended, "the row is closed before the process ends")
        assert row.ending is Ending.FSPLUG_STOPPED
    finally:
        plant.serving.start()


def test_when_the_switch_dies_the_row_is_closed(plant: Plant, people: Party, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    a_listener(people, listens)
    plant.line.kill()
    plant.line.start()
    wait_for(lambda: plant.serving.is_linked, "the link to come back")
    wait_for(lambda: all(map(has_ended, listens.rows())), "the row to be closed")
    assert listens.rows()[0].ending is Ending.UNSEEN


def test_a_person_who_hangs_up_while_the_listener_is_connected_leaves_nothing_behind(
    plant: Plant, people: Party, listens: Listens
) -> None:
    for turn in range(10):
        talk = people.talk(CUSTOMER, ANNA)
        bo = people.dial(BO, ANNAS_STAR)
        gevent.sleep(turn * 0.01)
        talk.hang_up(CUSTOMER)
        wait_for(bo.is_over, "the listener's call to end")
    listens.until(lambda row: row.ending is not None or row.reason is not None, "every row is closed", 10)
    wait_for(lambda: plant.line.legs() == 0, "the switch to have no leg left")


def test_one_listener_who_asks_many_times_at_once_is_let_in_once(people: Party, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    asking = [people.dial(BO, ANNAS_STAR) for _ in range(5)]
    wait_for(lambda: len(listens.rows()) == 5, "all to be decided")
    assert sum(1 for row in listens.rows() if row.began_at and not row.ending) == 1
    assert {row.reason for row in listens.rows() if row.reason} == {Reason.LINE_BUSY}
    wait_for(lambda: sum(1 for one in asking if one.hears(ANNA)) == 1, "one to hear")


def test_two_hundred_listen_at_once(plant: Plant, people: Party, listens: Listens) -> None:
    """On the fake switch: phones that are not in the fixture's directory could not sign in at FreeSWITCH."""
    if plant.line.kind != FAKE:
        pytest.skip("as many phones as this only the fake switch has")
    plant.apply(crowded)
    people.talk(CUSTOMER, ANNA)
    crowd = [people.dial(str(5000 + number), ANNAS_STAR) for number in range(CROWD)]
    wait_for(lambda: sum(1 for row in listens.rows() if row.began_at) == CROWD, "all to be let in")
    wait_for(lambda: all(one.hears(ANNA) for one in crowd), "all to hear Anna")
    assert [row.reason for row in listens.rows() if row.reason] == []
    plant.line.ask("hang_up_all", cause="NORMAL_CLEARING")
    wait_for(lambda: all(map(has_ended, listens.rows())), "all rows to be closed")
    assert plant.line.api("uuid_exists nobody").strip() == "false"


def crowded(document: dict[str, Any]) -> None:
    allowed(document)
    for number in range(CROWD):
        user = {"username": str(5000 + number), "extension": str(5000 + number), "licences": ["contact-pro"]}
        document["company"][0]["user"].append({**user, "name": f"Nr. {number}", "rights": ["listen-in"]})
