"""Somebody in a call names another number (SIP UPDATE): if that is never recorded, it counts for this talk at once.

A is the customer's leg, B the one towards 1001, which is recorded; T is a trunk's leg that user U called.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.esl.calls.flowtables.partner import DOCTOR
from tests.esl.flows import Flow, Marks, assert_nothing_is_left, called, caller, customer, lines
from tests.esl.story import ACME, Story

ANOTHER = "+4522334466"
REGISTERED = {"variable_sip_local_url": f"1001@{ACME}"}
IN = {"A": customer(), "B": called("1001", by="A")}
TRUNK = {
    "Call-Direction": "outbound",
    "variable_fsplug_company": ACME,
    "variable_fsplug_leg": "trunk",
    "variable_fsplug_call": "U",
    "Caller-Destination-Number": ANOTHER,
}
OUT = {"U": caller("1001", dials=ANOTHER), "T": TRUNK}
ROOM = {
    "A": customer("+4570104001"),
    "C": {
        "Call-Direction": "inbound",
        "variable_fsplug_company": ACME,
        "variable_sip_auth_username": "1003",
        "variable_sip_auth_realm": ACME,
        "Caller-Caller-ID-Number": "1003",
        "Caller-Destination-Number": "4001",
    },
}

TALK = """
    0.00  A  ASKS     1001
    0.02  B  RINGS
    9.00  B  ANSWER
    9.00  B  START
    9.00  A  ANSWER
    9.02  A  BRIDGE   A-B
"""
ENDS = """
    20.00  B  STOP     success-silence
    20.00  A  UNBRIDGE A-B
    20.00  B  HANGUP   NORMAL_CLEARING
    20.00  A  HANGUP   NORMAL_CLEARING
"""
STOPPED = ENDS.replace("20.00  B  STOP     success-silence", "12.02  B  STOP     success-maxtime")


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow and its outcome: talks, commands, what is kept, and the causes of gap rows."""

    name: str
    events: str
    talks: str
    commands: str = ""
    kept: str = ""
    gaps: str = ""
    legs: Mapping[str, Marks] | None = None


KINDS = [
    Kind(
        "the customer turns out to be never recorded",
        TALK + f"12.00  A  NAMES  {DOCTOR}" + STOPPED,
        "A-B recorded 1001",
        "stop B",
        "B lost",
        "named-later",
    ),
    Kind(
        "the customer turns out to be somebody else",
        TALK + f"12.00  A  NAMES  {ANOTHER}" + ENDS,
        "A-B recorded 1001",
        kept="B stopped",
    ),
    Kind(
        "the user's phone says that it is never recorded",
        TALK + f"12.00  B  NAMES  {DOCTOR}" + ENDS,
        "A-B recorded 1001",
        kept="B stopped",
        legs={**IN, "B": {**IN["B"], **REGISTERED}},
    ),
    Kind(
        "before the recording has begun",
        TALK.replace("9.00  B  START", "")
        + f"""
        9.04  A  NAMES    {DOCTOR}
        9.10  B  START
        9.12  B  STOP     success-maxtime
        """
        + STOPPED.replace("12.02  B  STOP     success-maxtime", ""),
        "A-B recorded 1001",
        "stop B",
        "B lost",
        "named-later",
    ),
    Kind(
        "while it rings",
        f"""
        0.00   A  ASKS     1001
        0.02   B  RINGS
        2.00   A  NAMES    {DOCTOR}
        9.00   B  ANSWER
        9.00   A  ANSWER
        9.02   A  BRIDGE   A-B
        20.00  A  UNBRIDGE A-B
        20.00  B  HANGUP   NORMAL_CLEARING
        20.00  A  HANGUP   NORMAL_CLEARING
        """,
        "A-B not-recorded 1001",
        "disarm B",
    ),
    Kind(
        "somebody whom a user has called",
        f"""
        0.00   U  ASKS     trunk
        0.02   T  RINGS
        9.00   T  ANSWER
        9.00   U  ANSWER
        9.00   U  START
        9.02   U  BRIDGE   U-T
        12.00  T  NAMES    {DOCTOR}
        12.02  U  STOP     success-maxtime
        20.00  U  UNBRIDGE U-T
        20.00  T  HANGUP   NORMAL_CLEARING
        20.00  U  HANGUP   NORMAL_CLEARING
        """,
        "U-T recorded 1001",
        "stop U",
        "U lost",
        "named-later",
        legs=OUT,
    ),
    Kind(
        "in a conference",
        f"""
        0.00  A  ANSWER
        0.00  C  ANSWER
        0.00  A  COMES    room
        0.00  C  COMES    room
        0.02  C  START
        2.00  A  NAMES    {DOCTOR}
        2.02  C  STOP     success-maxtime
        9.00  C  GOES     room
        9.00  C  HANGUP   NORMAL_CLEARING
        9.10  A  GOES     room
        9.10  A  HANGUP   NORMAL_CLEARING
        """,
        """
        C-room recorded     1003
        C-room not-recorded 1003
        """,
        """
        start C
        stop C
        """,
        "C lost",
        "named-later",
        legs=ROOM,
    ),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_whom_an_update_names_counts_for_the_talk_that_goes_on(tmp_path, kind):
    story = Story(tmp_path)
    flow = Flow(story, kind.legs or IN)
    flow.plays(kind.events)
    assert (flow.talks(), flow.commanded(), flow.kept()) == (lines(kind.talks), lines(kind.commands), lines(kind.kept))
    assert len(story.spool.files) == kind.kept.count("stopped")
    assert_nothing_is_left(story, kind.gaps)


def test_after_a_restart_a_conference_of_which_one_leg_is_known_goes_on(tmp_path):
    story = Story(tmp_path)
    flow = Flow(story, ROOM)
    flow.begins("0.00 A ANSWER\n0.00 C ANSWER\n0.00 A COMES room\n0.00 C COMES room\n0.02 C START")
    [recording] = story.recordings()
    story.switch.met, story.switch.records = {"room": ["A", "C"]}, {("C", f"/spool/{recording}.wav")}
    story.write_down()
    story.start()
    story.restorer.restore()
    story.until(2.0)
    assert (flow.kept(), story.gaps()) == (["C recording"], [])


def test_whom_an_update_named_while_fsplug_was_away_counts_when_it_is_back(tmp_path):
    story = Story(tmp_path)
    flow = Flow(story, IN)
    flow.begins(TALK)
    story.switch.bridged = [("A", "B")]
    [recording] = story.recordings()
    story.switch.records = {("B", f"/spool/{recording}.wav")}
    flow.goes_unseen(f"12.00  A  names  {DOCTOR}")
    story.until(13.0)
    story.start_again()
    story.until(13.1)
    assert (flow.kept(), story.spool.files) == (["B lost"], set())
    flow.plays(STOPPED.replace("12.02", "13.20"))
    assert flow.talks() == ["A-B recorded 1001"]
    assert_nothing_is_left(story, "named-later")
