"""Conferences, as FreeSWITCH 1.11.1 told of them: each user's part, by which rule, recorded on whose leg, until when.

A belongs to the customer, B to 1001 (Sales: no internal calls), C to 1003 (Support: all calls), D to who comes last.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from fsplug.esl.calls.conference_stays import TOGETHER_SECONDS
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.records import LegRecord, Stay
from fsplug.store.calls.entries import OutageSeen
from tests.esl.flows import Flow, Marks, assert_nothing_is_left, called, customer, lines
from tests.esl.story import ACME, CUSTOMER, START, Story

ROOM, DIRECT = "+4570104001", "+4570101001"
DOCTOR, ANOTHER = "+4522334499", "+4522334466"
# The operator's extension marks the company; who the user is, signing in tells.
MARKS = {"Call-Direction": "inbound", "variable_fsplug_company": ACME}


def user(username: str) -> Marks:
    """The leg of a user who dialled the conference's number."""
    signed_in = {"variable_sip_auth_username": username, "variable_sip_auth_realm": ACME}
    return {**MARKS, **signed_in, "Caller-Caller-ID-Number": username, "Caller-Destination-Number": "4001"}


A, B, C = customer(ROOM), user("1001"), user("1003")


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow and its outcome: parts decided, each with rule, direction and both numbers; what is kept; the commands."""

    name: str
    legs: Mapping[str, Marks]
    events: str
    parts: str
    decided: str
    kept: str = ""
    commands: str = ""
    gaps: str = ""


KINDS = [
    Kind(
        "three dial in, and leave one after the other",
        {"A": A, "B": B, "C": C},
        """
        0.00  A  ANSWER
        0.00  A  COMES    room
        0.46  B  ANSWER
        0.46  B  COMES    room
        0.48  B  START
        0.92  C  ANSWER
        0.92  C  COMES    room
        0.94  B  START
        0.94  C  START
        0.96  B  STOP     success-maxtime
        4.04  C  LEAVES   NORMAL_CLEARING
        4.04  C  STOP     success-silence
        4.06  C  GOES     room
        4.06  C  HANGUP   NORMAL_CLEARING
        4.50  A  LEAVES   NORMAL_CLEARING
        4.50  A  GOES     room
        4.52  A  HANGUP   NORMAL_CLEARING
        4.52  B  STOP     success-maxtime
        4.94  B  LEAVES   NORMAL_CLEARING
        4.96  B  GOES     room
        4.96  B  HANGUP   NORMAL_CLEARING
        """,
        """
        B-room recorded 1001
        B-room recorded 1001
        C-room recorded 1003
        """,
        f"""
        department-policy incoming {CUSTOMER} {ROOM}
        department-policy incoming {CUSTOMER} {ROOM}
        department-policy incoming {CUSTOMER} {ROOM}
        """,
        """
        B stopped
        C stopped
        B stopped
        """,
        """
        start B
        start B
        stop  B
        start C
        stop  B
        """,
    ),
    Kind(
        "somebody is there who is never recorded",
        {"A": customer(ROOM, who=DOCTOR), "B": B, "C": C},
        """
        0.00  B  ANSWER
        0.00  A  ANSWER
        0.00  A  COMES    room
        0.00  B  COMES    room
        0.92  C  ANSWER
        0.92  C  COMES    room
        2.00  C  GOES     room
        2.00  C  HANGUP   NORMAL_CLEARING
        2.10  A  GOES     room
        2.10  A  HANGUP   NORMAL_CLEARING
        2.20  B  GOES     room
        2.20  B  HANGUP   NORMAL_CLEARING
        """,
        """
        B-room not-recorded 1001
        B-room not-recorded 1001
        C-room not-recorded 1003
        """,
        f"""
        excluded-number incoming {DOCTOR} {ROOM}
        excluded-number incoming {DOCTOR} {ROOM}
        excluded-number incoming {DOCTOR} {ROOM}
        """,
    ),
    Kind(
        "somebody comes who is never recorded, and goes again",
        {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)},
        """
        0.00  A  ANSWER
        0.00  C  ANSWER
        0.00  A  COMES    room
        0.00  C  COMES    room
        0.02  C  START
        2.00  D  ANSWER
        2.00  D  COMES    room
        2.00  C  STOP     success-maxtime
        3.00  D  GOES     room
        3.00  D  HANGUP   NORMAL_CLEARING
        3.02  C  START
        4.00  C  STOP     success-silence
        4.00  C  GOES     room
        4.00  C  HANGUP   NORMAL_CLEARING
        4.10  A  GOES     room
        4.10  A  HANGUP   NORMAL_CLEARING
        """,
        """
        C-room recorded     1003
        C-room not-recorded 1003
        C-room recorded     1003
        """,
        f"""
        department-policy incoming {CUSTOMER} {ROOM}
        excluded-number   incoming {CUSTOMER} {ROOM}
        department-policy incoming {CUSTOMER} {ROOM}
        """,
        """
        C stopped
        C stopped
        """,
        """
        start C
        stop  C
        start C
        """,
    ),
    Kind(
        "colleagues among themselves, then a customer comes",
        {"B": B, "C": C, "D": customer(ROOM, who=ANOTHER)},
        """
        0.00  B  ANSWER
        0.00  C  ANSWER
        0.00  B  COMES    room
        0.00  C  COMES    room
        0.02  C  START
        1.00  D  ANSWER
        1.00  D  COMES    room
        1.02  B  START
        1.02  C  START
        1.02  C  STOP     success-maxtime
        3.00  B  STOP     success-silence
        3.00  B  GOES     room
        3.00  B  HANGUP   NORMAL_CLEARING
        3.00  C  STOP     success-silence
        3.00  C  GOES     room
        3.00  C  HANGUP   NORMAL_CLEARING
        3.00  D  GOES     room
        3.00  D  HANGUP   NORMAL_CLEARING
        """,
        """
        B-room not-recorded 1001
        C-room recorded     1003
        C-room recorded     1003
        B-room recorded     1001
        """,
        f"""
        department-policy internal 1003 4001
        department-policy internal 1001 4001
        department-policy incoming {ANOTHER} {ROOM}
        department-policy incoming {ANOTHER} {ROOM}
        """,
        """
        C stopped
        C stopped
        B stopped
        """,
        """
        start C
        start B
        start C
        stop  C
        """,
    ),
    Kind(
        "a talk that is turned into a conference",
        {"A": {**customer(DIRECT)}, "B": called("1001", by="A"), "C": C},
        """
        0.00  A  ASKS     1001
        0.10  B  ANSWER
        0.10  B  START
        0.12  A  ANSWER
        0.12  A  BRIDGE   A-B
        0.66  A  UNBRIDGE A-B
        0.66  A  COMES    room
        0.66  B  COMES    room
        0.68  B  START
        0.68  B  STOP     success-maxtime
        1.74  C  ANSWER
        1.74  C  COMES    room
        1.76  B  START
        1.76  C  START
        1.76  B  STOP     success-maxtime
        2.34  A  LEAVES   NORMAL_CLEARING
        2.36  A  GOES     room
        2.36  A  HANGUP   NORMAL_CLEARING
        2.38  C  START
        2.38  C  STOP     success-maxtime
        2.38  B  STOP     success-maxtime
        2.88  C  STOP     success-silence
        2.88  C  LEAVES   NORMAL_CLEARING
        2.90  C  GOES     room
        2.90  C  HANGUP   NORMAL_CLEARING
        3.62  B  LEAVES   NORMAL_CLEARING
        3.64  B  GOES     room
        3.64  B  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B    recorded     1001
        B-room recorded     1001
        B-room recorded     1001
        C-room recorded     1003
        C-room recorded     1003
        B-room not-recorded 1001
        """,
        f"""
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy incoming {CUSTOMER} {DIRECT}
        department-policy internal 1003 1001
        department-policy internal 1003 4001
        """,
        """
        B stopped
        B stopped
        C stopped
        B stopped
        C stopped
        """,
        """
        start B
        stop  B
        start B
        stop  B
        start C
        stop  B
        start C
        stop  C
        """,
    ),
    Kind(
        "one user alone, and two strangers",
        {"A": A, "B": B, "D": customer(ROOM, who=ANOTHER)},
        """
        0.00  B  ANSWER
        0.00  B  COMES    alone
        0.00  A  ANSWER
        0.00  A  COMES    room
        0.00  D  ANSWER
        0.00  D  COMES    room
        2.00  A  GOES     room
        2.00  A  HANGUP   NORMAL_CLEARING
        2.00  B  GOES     alone
        2.00  B  HANGUP   NORMAL_CLEARING
        2.00  D  GOES     room
        2.00  D  HANGUP   NORMAL_CLEARING
        """,
        "",
        "",
    ),
]


@pytest.fixture
def story(tmp_path):
    return Story(tmp_path)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_user_s_part_is_decided_whenever_somebody_comes_or_goes(story, kind):
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.parts)
    assert flow.decided() == lines(kind.decided)
    assert flow.commanded() == lines(kind.commands)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert_nothing_is_left(story, kind.gaps)


# Somebody who is never recorded comes before the recording of the part has begun.
OVER_AT_ONCE = """
    0.00  A  ANSWER
    0.00  C  ANSWER
    0.00  A  COMES    room
    0.00  C  COMES    room
    0.05  D  ANSWER
    0.05  D  COMES    room
"""


def test_a_recording_that_begins_after_its_part_is_over_is_stopped_at_once_and_destroyed(story):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)})
    flow.begins(OVER_AT_ONCE)
    flow.begins("""
        0.20  C  START
        0.22  C  STOP     success-maxtime
    """)
    assert (flow.commanded(), flow.kept(), story.spool.files) == (["start C", "stop C"], ["C lost"], set())
    flow.plays("""
        3.00  D  HANGUP   NORMAL_CLEARING
        3.00  C  HANGUP   NORMAL_CLEARING
        3.00  A  HANGUP   NORMAL_CLEARING
    """)
    assert_nothing_is_left(story, "ended-before-start")


def test_a_recording_that_never_begins_before_its_part_is_over_lacks_nothing_of_the_next(story):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)})
    flow.begins(OVER_AT_ONCE)
    flow.plays("""
        9.00  D  HANGUP   NORMAL_CLEARING
        9.00  C  HANGUP   NORMAL_CLEARING
        9.00  A  HANGUP   NORMAL_CLEARING
    """)
    assert (flow.commanded(), flow.kept(), story.spool.files) == (["start C"], ["C lost"], set())
    assert_nothing_is_left(story, "ended-before-start")


@pytest.mark.parametrize(
    ("answers_after", "ended", "gap"), [(0.1, "0.30", "ended-before-start"), (1.0, "2.50", "never-started")]
)
def test_a_part_is_told_that_ends_with_its_leg_before_a_recording_can_begin(
    story, monkeypatch, answers_after, ended, gap
):
    def is_recording(leg, path):
        story.clock.now += answers_after
        return False

    monkeypatch.setattr(story.switch, "is_recording", is_recording)
    flow = Flow(story, {"A": A, "C": C})
    flow.plays(f"""
        0.00  A  ANSWER
        0.00  C  ANSWER
        0.00  A  COMES    room
        0.00  C  COMES    room
        {ended}  C  HANGUP   MANAGER_REQUEST
        {ended}  A  HANGUP   MANAGER_REQUEST
    """)
    assert (flow.commanded(), flow.kept()) == (["start C"], ["C lost"])
    assert_nothing_is_left(story, gap)


GOES_ON = """
    0.00  A  ANSWER
    0.00  C  ANSWER
    0.00  A  COMES    room
    0.00  C  COMES    room
    0.02  C  START
"""
ENDS = """
    9.00  C  STOP     success-silence
    9.00  C  GOES     room
    9.00  C  HANGUP   NORMAL_CLEARING
    9.10  A  GOES     room
    9.10  A  HANGUP   NORMAL_CLEARING
"""


def test_after_a_restart_a_part_is_not_decided_and_recorded_again(story):
    flow = Flow(story, {"A": A, "C": C})
    flow.begins(GOES_ON)
    [recording] = story.recordings()
    story.switch.met, story.switch.records = {"room": ["A", "C"]}, {("C", f"/spool/{recording}.wav")}
    story.start_again()
    story.until(4.0)
    story.reconciler.look()
    story.until(6.0)
    story.switch.met = {}
    flow.plays(ENDS)
    assert (flow.talks(), flow.commanded()) == (["C-room recorded 1003"], ["start C"])
    assert list(story.recordings()) == [recording]
    assert_nothing_is_left(story)


@pytest.mark.parametrize("seen_until", [1.9, None])
def test_of_a_conference_that_somebody_joined_while_fsplug_was_away_only_what_it_saw_is_kept(story, seen_until):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)})
    flow.begins(GOES_ON)
    [recording] = story.recordings()
    story.switch.met, story.switch.records = {"room": ["A", "C", "D"]}, {("C", f"/spool/{recording}.wav")}
    flow.goes_unseen("2.00  D  ANSWER")
    story.until(4.0)
    if seen_until is not None:
        story.entries.append(OutageSeen("outage", "switch", "away", START + seen_until))
    story.start_again()
    flow.begins("5.00  C  STOP  success-maxtime")
    story.switch.met = {}
    flow.plays(ENDS.split("\n", 2)[2] + "9.20  D  HANGUP  NORMAL_CLEARING")
    assert (flow.talks(), flow.commanded()) == (
        ["C-room recorded 1003", "C-room not-recorded 1003"],
        ["start C", "stop C"],
    )
    assert flow.kept() == ["C stopped" if seen_until else "C lost"]
    assert [*story.spool.cuts.values()] == ([1.78] if seen_until else [])
    assert_nothing_is_left(story, "not-ordered")


@pytest.mark.parametrize(("who", "cut"), [(DOCTOR, [1.88]), (ANOTHER, [])], ids=["never", "anybody"])
def test_a_record_tells_who_came_and_went_while_fsplug_was_away(story, who, cut):
    flow = Flow(story, {"A": A, "C": C})
    flow.begins(GOES_ON)
    [recording] = story.recordings()
    visitor = leg_of(story.event("D", "CHANNEL_ANSWER", marks_of_leg=False, **customer(ROOM, who=who)))
    story.switch.met, story.switch.records = {"room": ["A", "C"]}, {("C", f"/spool/{recording}.wav")}
    story.until(4.0)
    story.start_again()
    stay = Stay(visitor, "room", START + 2.0, START + 3.0)
    story.conferences.reported(record_of(stay))
    flow.begins("4.02  C  STOP  success-maxtime\n4.02  C  START" if cut else "")
    story.switch.met = {}
    flow.plays(ENDS)
    kept = ["C stopped", "C stopped"] if cut else ["C stopped"]
    assert (flow.commanded(), flow.kept()) == (["start C", "stop C", "start C"] if cut else ["start C"], kept)
    assert [*story.spool.cuts.values()] == cut
    assert_nothing_is_left(story, "not-ordered" if cut else "")


MET = {"A": (0.0, 5.0), "C": (0.0, 4.0)}
VISITED = MET | {"D": (2.0, 3.0)}


@pytest.mark.parametrize(
    ("stays", "who", "cut"),
    [(MET, DOCTOR, []), (VISITED, ANOTHER, []), (VISITED, DOCTOR, [1.88]), ({"C": (0.0, 4.0)}, DOCTOR, [1.78])],
    ids=["nobody", "anybody", "never", "never, and is still there"],
)
@pytest.mark.parametrize("last", ["C", "D"])
def test_the_records_of_all_who_were_there_tell_what_is_kept_of_a_part_that_ended_unseen(story, stays, who, cut, last):
    legs = {"A": A, "C": C, "D": customer(ROOM, who=who)}
    flow = Flow(story, legs)
    flow.begins(GOES_ON)
    flow.goes_unseen("4.00  C  HANGUP  NORMAL_CLEARING")
    if stays == MET or "D" in stays:
        flow.goes_unseen("5.00  A  HANGUP  NORMAL_CLEARING")
    else:
        story.switch.met = {"room": ["A", "D"]}
        flow.goes_unseen("2.00  D  ANSWER")
    story.until(6.0)
    story.entries.append(OutageSeen("outage", "switch", "away", START + 1.9))
    story.start_again()
    records = {
        leg: record_of(Stay(leg_of(story.event(leg, "DUMP", marks_of_leg=False, **legs[leg])), "room", *_at(times)))
        for leg, times in stays.items()
    }
    for leg in sorted(records, key=lambda one: one == last):
        story.witness.settle({leg: records[leg]}, {leg: 100.0})
    assert flow.kept() == ["C recording"]
    story.until(6.0 + TOGETHER_SECONDS)
    assert story.witness.settle(records, dict.fromkeys(records, 100.0)) == set(records)
    assert (flow.kept(), [*story.spool.cuts.values()]) == (["C stopped"], cut)
    story.switch.met = {}
    flow.plays("20.00  A  HANGUP  NORMAL_CLEARING" if len(stays) == 1 else "")
    assert story.gaps() == (["not-ordered"] if cut else [])


def _at(times: tuple[float, float]) -> tuple[float, ...]:
    return tuple(START + one for one in times)


def record_of(stay: Stay) -> LegRecord:
    """The record of a leg that did nothing else."""
    uuid = stay.leg.uuid
    return LegRecord(uuid, ACME, uuid, stay.at, stay.until, "NORMAL_CLEARING", (), answered_at=stay.at, stay=stay)


def test_who_came_and_went_while_no_event_reported_it_is_found_at_the_second_look(story):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=DOCTOR)})
    flow.begins(GOES_ON + "2.00  D  ANSWER")
    story.switch.met = {"room": ["A", "C", "D"]}
    story.reconciler.look()
    assert flow.talks() == ["C-room recorded 1003"]
    flow.begins("4.00  C  STOP  success-maxtime")
    assert flow.talks() == ["C-room recorded 1003", "C-room not-recorded 1003"]
    story.switch.met = {}
    flow.plays(ENDS.split("\n", 2)[2] + "9.20  D  HANGUP  NORMAL_CLEARING")
    assert_nothing_is_left(story)


def test_a_change_of_policy_alters_no_conference_that_has_begun(story):
    flow = Flow(story, {"A": A, "C": C, "D": customer(ROOM, who=ANOTHER)})
    flow.begins(GOES_ON)
    story.excludes(ANOTHER)
    flow.begins("""
        2.00  D  ANSWER
        2.00  D  COMES    room
        2.02  C  START
        2.02  C  STOP     success-maxtime
    """)
    flow.plays(ENDS + "9.20  D  GOES  room\n9.20  D  HANGUP  NORMAL_CLEARING")
    assert flow.talks() == ["C-room recorded 1003", "C-room recorded 1003"]
