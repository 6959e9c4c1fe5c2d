"""Calls that meet their answerer in a queue or in a park: whose part, which way, under which numbers."""

from tests.calls.aftermath import said, seen, until_decided
from tests.calls.lines import REAL
from tests.calls.listeners import ANNA, BO, CLARA, HERTZ, Party
from tests.calls.people import CUSTOMER, WORKS_DOCTOR
from tests.calls.plant import Plant

FIFO, CALLCENTER, FIFO_WITHOUT_AGENTS = "+4570105001", "+4570105002", "+4570105003"


def test_a_queue_s_call_is_its_agent_s_and_filed_under_the_customer_s_and_the_dialled_number(
    plant: Plant, people: Party
) -> None:
    def flow() -> None:
        talks = len(plant.decisions())
        for user in (ANNA, BO, CLARA):
            people.is_ready(user)
        people.dial_in(CUSTOMER, FIFO)
        people.dial_in(WORKS_DOCTOR, CALLCENTER)
        people.dial_in("+4522334466", FIFO_WITHOUT_AGENTS)
        people.dial(ANNA, "*5003")
        until_decided(plant, talks + 3)

    left = seen(plant, flow)
    assert said(left.decisions) == {
        (True, "department-policy", CLARA, "incoming", CUSTOMER, FIFO),
        (False, "excluded-number", BO, "incoming", WORKS_DOCTOR, CALLCENTER),
        (True, "department-policy", ANNA, "incoming", "+4522334466", FIFO_WITHOUT_AGENTS),
    }
    assert {(one.direction, one.caller, one.called) for one in left.calls} == {
        ("incoming", CUSTOMER, FIFO),
        ("incoming", WORKS_DOCTOR, CALLCENTER),
        ("incoming", "+4522334466", FIFO_WITHOUT_AGENTS),
    }
    assert (set(left.recordings), left.files, left.gaps) == ({ANNA, CLARA}, 2, [])
    if plant.line.kind == REAL:
        assert plant.pitches(left.recordings[CLARA]) == [HERTZ[CLARA], HERTZ["trunk"]]
        assert plant.pitches(left.recordings[ANNA]) == [HERTZ[ANNA], HERTZ["trunk"]]


def test_who_fetches_a_parked_call_has_a_part_of_that_call(plant: Plant, people: Party) -> None:
    def flow() -> None:
        talks = len(plant.decisions())
        for user in (ANNA, BO, CLARA, CUSTOMER):
            people.is_ready(user)
        incoming = people.talk(CUSTOMER, ANNA)
        incoming.transfer(ANNA, "6001")
        outgoing = people.talk(BO, CUSTOMER, dials="22334455")
        outgoing.transfer(BO, "6002")
        plant.until(lambda: plant.line.legs() == 2, "both to be parked")
        people.dial(CLARA, "6001")
        people.dial(ANNA, "6002")
        until_decided(plant, talks + 4)

    left = seen(plant, flow)
    assert said(left.decisions) == {
        (True, "department-policy", ANNA, "incoming", CUSTOMER, "+4570101001"),
        (True, "department-policy", BO, "outgoing", BO, CUSTOMER),
        (True, "department-policy", CLARA, "incoming", CUSTOMER, CLARA),
        (True, "department-policy", ANNA, "outgoing", ANNA, CUSTOMER),
    }
    assert (set(left.recordings), left.files, left.gaps) == ({ANNA, BO, CLARA}, 4, [])
    if plant.line.kind == REAL:
        for user in (ANNA, CLARA):
            assert plant.pitches(left.recordings[user]) == [HERTZ[user], HERTZ[CUSTOMER]]
