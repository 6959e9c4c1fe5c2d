"""Each kind of transfer as FreeSWITCH 1.11.1 told of it, and what becomes of decisions, recordings and listeners.

A is the customer's leg, B the one towards 1001; whoever comes later follows in the alphabet. Seconds are the capture's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.esl.flows import Flow, Marks, assert_nothing_is_left, called, caller, customer, lines
from tests.esl.story import Story

# 1001 talks to the customer, and then it goes on with 1003.
AB = {"A": customer(), "B": called("1001", by="A")}


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow, and its outcome: talks decided, recordings kept, commands given, and when a listener to B is cut.

    A listener hears B in its talk with A, or as `heard` says (leg, partner); `cut_at` is in seconds.
    """

    name: str
    legs: Mapping[str, Marks]
    events: str
    talks: str
    kept: str = ""
    commands: str = ""
    cut_at: float | None = None
    heard: tuple[str, str] = field(default=("B", "A"))


KINDS = [
    Kind(
        "blind transfer by who answered",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  A  ANSWER
        0.04  B  START
        0.04  A  BRIDGE   A-B
        1.10  B  STOP     success-silence
        1.10  A  UNBRIDGE A-B
        1.10  B  HANGUP   NORMAL_CLEARING
        1.11  A  ASKS     1003
        1.16  C  ANSWER
        1.16  C  START
        1.16  A  BRIDGE   A-C
        3.14  C  STOP     success-silence
        3.14  C  HANGUP   NORMAL_CLEARING
        3.14  A  UNBRIDGE A-C
        3.14  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        cut_at=1.10,
    ),
    Kind(
        "blind transfer by who answered, hung up by the switch",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001
        0.12  B  ANSWER
        0.12  B  START
        0.12  A  ANSWER
        0.12  A  BRIDGE   A-B
        0.83  B  STOP     success-silence
        0.83  B  HANGUP   BLIND_TRANSFER
        0.83  A  UNBRIDGE A-B
        0.84  A  ASKS     1003
        0.95  C  ANSWER
        0.95  C  START
        0.95  A  BRIDGE   A-C
        2.83  A  UNBRIDGE A-C
        2.83  C  STOP     success-silence
        2.83  C  HANGUP   NORMAL_CLEARING
        2.84  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        cut_at=0.83,
    ),
    Kind(
        "blind transfer by the caller",
        {"A": caller("1004", "1001"), "B": called("1001", by="A"), "C": called("1003", by="B")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        0.84  A  UNBRIDGE A-B
        0.84  A  HANGUP   NORMAL_CLEARING
        0.84  B  ASKS     1003
        0.86  C  ANSWER
        0.88  C  START
        0.88  B  BRIDGE   B-C
        2.88  B  UNBRIDGE B-C
        2.88  B  HANGUP   NORMAL_CLEARING
        2.88  C  STOP     success-silence
        2.88  C  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B not-recorded 1004
        B-C recorded     1003
        """,
        "C stopped",
        cut_at=0.84,
    ),
    Kind(
        "attended transfer",
        {**AB, "C": caller("1001", "1003"), "D": called("1003", by="C")},
        """
        0.00  A  ASKS     1001
        0.06  B  ANSWER
        0.06  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        0.76  C  ASKS     1003
        0.80  D  ANSWER
        0.80  C  ANSWER
        0.80  D  START
        0.82  C  BRIDGE   C-D
        2.12  C  UNBRIDGE C-D
        2.12  C  LEAVES   NORMAL_CLEARING
        2.12  C  HANGUP   NORMAL_CLEARING
        2.14  B  LEAVES   NORMAL_CLEARING att:D
        2.14  A  UNBRIDGE A-B D
        2.14  B  STOP     success-silence
        2.14  B  HANGUP   NORMAL_CLEARING att:D
        2.14  D  STOP     success-maxtime
        2.16  D  START
        2.18  A  BRIDGE   A-D
        5.36  D  STOP     success-silence
        5.36  A  UNBRIDGE A-D
        5.36  A  HANGUP   NORMAL_CLEARING
        5.36  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        C-D recorded 1003
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        D stopped
        """,
        """
        arm  D
        stop D
        """,
        cut_at=2.14,
    ),
    Kind(
        "attended transfer, heard by a listener to the colleague",
        {**AB, "C": caller("1001", "1003"), "D": called("1003", by="C")},
        """
        0.00  A  ASKS     1001
        0.32  B  ANSWER
        0.32  B  START
        0.34  A  ANSWER
        0.34  A  BRIDGE   A-B
        0.98  C  ASKS     1003
        1.33  D  ANSWER
        1.34  D  START
        1.34  C  ANSWER
        1.34  C  BRIDGE   C-D
        2.81  B  STOP     success-silence
        2.82  B  HANGUP   ATTENDED_TRANSFER
        2.82  A  UNBRIDGE A-B
        2.82  C  UNBRIDGE C-D
        2.82  C  HANGUP   ATTENDED_TRANSFER
        2.84  A  BRIDGE   A-D
        2.86  D  STOP     success-maxtime
        2.98  D  START
        5.31  A  UNBRIDGE A-D
        5.31  D  STOP     success-silence
        5.32  D  HANGUP   NORMAL_CLEARING
        5.32  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        C-D recorded 1003
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        D stopped
        """,
        """
        arm       D
        stop      D
        take back D
        start at once D
        """,
        cut_at=2.82,
        heard=("D", "C"),
    ),
    Kind(
        "uuid_transfer of the caller's leg",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.06  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        0.84  B  STOP     success-silence
        0.84  B  HANGUP   NORMAL_CLEARING
        0.84  A  UNBRIDGE A-B
        0.85  A  ASKS     1003
        0.86  C  ANSWER
        0.88  C  START
        0.88  A  BRIDGE   A-C
        2.82  C  STOP     success-silence
        2.82  C  HANGUP   NORMAL_CLEARING
        2.84  A  UNBRIDGE A-C
        2.84  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        A-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        cut_at=0.84,
    ),
    Kind(
        "uuid_transfer -bleg",
        {**AB, "C": called("1003", by="B")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  A  ANSWER
        0.04  B  START
        0.04  A  BRIDGE   A-B
        0.82  A  UNBRIDGE A-B
        0.82  A  HANGUP   NORMAL_CLEARING
        0.83  B  ASKS     1003
        0.86  C  ANSWER
        0.88  C  START
        0.88  B  BRIDGE   B-C
        0.90  B  STOP     success-maxtime
        2.82  C  STOP     success-silence
        2.82  C  HANGUP   NORMAL_CLEARING
        2.82  B  UNBRIDGE B-C
        2.82  B  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        B-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        "stop B",
        cut_at=0.82,
    ),
    Kind(
        "uuid_transfer -bleg, and it rings for long",
        {**AB, "C": called("1003", by="B")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  B  START
        0.04  A  ANSWER
        0.04  A  BRIDGE   A-B
        0.82  A  UNBRIDGE A-B
        0.82  A  HANGUP   NORMAL_CLEARING
        0.83  B  ASKS     1003
        0.94  B  STOP     success-maxtime
        9.86  C  ANSWER
        9.88  C  START
        9.88  B  BRIDGE   B-C
        12.8  C  STOP     success-silence
        12.8  C  HANGUP   NORMAL_CLEARING
        12.8  B  UNBRIDGE B-C
        12.8  B  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        B-C recorded 1003
        """,
        """
        B stopped
        C stopped
        """,
        "stop B",
        cut_at=0.82,
    ),
    Kind(
        "uuid_transfer -both",
        {**AB, "C": called("1003", by="B"), "D": called("1004", by="A")},
        """
        0.00  A  ASKS     1001
        0.02  B  ANSWER
        0.04  A  ANSWER
        0.04  B  START
        0.04  A  BRIDGE   A-B
        0.82  A  UNBRIDGE A-B
        0.83  B  ASKS     1003
        0.83  A  ASKS     1004
        0.86  D  ANSWER
        0.86  C  ANSWER
        0.86  C  START
        0.86  A  BRIDGE   A-D
        0.88  B  BRIDGE   B-C
        0.90  B  STOP     success-maxtime
        2.82  B  UNBRIDGE B-C
        2.82  B  HANGUP   NORMAL_CLEARING
        2.82  A  UNBRIDGE A-D
        2.82  A  HANGUP   NORMAL_CLEARING
        2.84  C  STOP     success-silence
        2.84  C  HANGUP   NORMAL_CLEARING
        2.84  D  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded     1001
        A-D not-recorded 1004
        B-C recorded     1003
        """,
        """
        B stopped
        C stopped
        """,
        "stop B",
        cut_at=0.82,
    ),
    Kind(
        "uuid_bridge of legs of two calls",
        {**AB, "C": caller("1003", "1004"), "D": called("1004", by="C")},
        """
        0.00  A  ASKS     1001
        0.04  B  ANSWER
        0.04  B  START
        0.06  A  ANSWER
        0.06  A  BRIDGE   A-B
        0.52  C  ASKS     1004
        0.56  D  ANSWER
        0.56  C  ANSWER
        0.58  C  START
        0.58  C  BRIDGE   C-D
        1.36  D  HANGUP   NORMAL_CLEARING
        1.36  B  STOP     success-silence
        1.36  A  UNBRIDGE A-B
        1.36  B  HANGUP   NORMAL_CLEARING
        1.36  C  UNBRIDGE C-D
        1.40  A  BRIDGE   A-C
        1.42  C  STOP     success-maxtime
        1.60  C  START
        3.36  C  STOP     success-silence
        3.36  C  HANGUP   NORMAL_CLEARING
        3.38  A  UNBRIDGE A-C
        3.38  A  HANGUP   NORMAL_CLEARING
        """,
        """
        A-B recorded 1001
        C-D recorded 1003
        A-C recorded 1003
        """,
        """
        B stopped
        C stopped
        C stopped
        """,
        """
        stop  C
        start at once C
        """,
        cut_at=1.36,
        heard=("C", "D"),
    ),
    Kind(
        "transfer while it rings",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001
        0.46  B  HANGUP   ORIGINATOR_CANCEL
        0.47  A  ASKS     1003
        0.52  C  ANSWER
        0.54  C  START
        0.54  A  ANSWER
        0.54  A  BRIDGE   A-C
        2.46  C  STOP     success-silence
        2.46  C  HANGUP   NORMAL_CLEARING
        2.46  A  UNBRIDGE A-C
        2.46  A  HANGUP   NORMAL_CLEARING
        """,
        "A-C recorded 1003",
        "C stopped",
    ),
    Kind(
        "deflected",
        AB,
        """
        0.00  A  ASKS     1001
        0.02  B  HANGUP   REQUESTED_CHAN_UNAVAIL
        0.04  A  HANGUP   REQUESTED_CHAN_UNAVAIL
        """,
        "",
    ),
    Kind(
        "fork: the faster phone has the call",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001,1003
        8.99  C  ANSWER
        8.99  C  START
        9.00  B  ANSWER
        9.00  B  START
        9.00  A  ANSWER
        9.02  A  BRIDGE   A-B
        9.03  C  STOP     success-silence
        9.03  C  HANGUP   LOSE_RACE
        20.0  B  STOP     success-silence
        20.0  A  UNBRIDGE A-B
        20.0  B  HANGUP   NORMAL_CLEARING
        20.0  A  HANGUP   NORMAL_CLEARING
        """,
        "A-B recorded 1001",
        "B stopped",
        cut_at=20.0,
    ),
    Kind(
        "fork: nobody tells that the slower phone records",
        {**AB, "C": called("1003", by="A")},
        """
        0.00  A  ASKS     1001,1003
        8.99  C  ANSWER
        8.99  C  FILE
        9.00  B  ANSWER
        9.00  B  START
        9.00  A  ANSWER
        9.02  A  BRIDGE   A-B
        9.03  C  HANGUP   LOSE_RACE
        20.0  B  STOP     success-silence
        20.0  A  UNBRIDGE A-B
        20.0  B  HANGUP   NORMAL_CLEARING
        20.0  A  HANGUP   NORMAL_CLEARING
        """,
        "A-B recorded 1001",
        "B stopped",
        cut_at=20.0,
    ),
    Kind(
        "pick-up while it rings",
        {**AB, "C": caller("1003", "*8")},
        """
        0.00  A  ASKS     1001
        0.60  C  ANSWER
        0.60  A  ANSWER
        0.60  B  HANGUP   PICKED_OFF
        0.62  C  BRIDGE   C-A
        0.80  C  START
        2.60  C  STOP     success-silence
        2.60  C  UNBRIDGE C-A
        2.62  C  HANGUP   NORMAL_CLEARING
        2.62  A  HANGUP   NORMAL_CLEARING
        """,
        "C-A recorded 1003",
        "C stopped",
        "start at once C",
        cut_at=2.60,
        heard=("C", "A"),
    ),
    Kind(
        "pick-up at the very answer",
        {**AB, "C": caller("1003", "*8")},
        """
        0.00  A  ASKS     1001
        0.58  B  ANSWER
        0.58  B  START
        0.60  C  ANSWER
        0.60  A  ANSWER
        0.60  B  STOP     success-silence
        0.60  B  HANGUP   PICKED_OFF
        0.62  C  BRIDGE   C-A
        0.80  C  START
        2.60  C  STOP     success-silence
        2.60  C  UNBRIDGE C-A
        2.62  C  HANGUP   NORMAL_CLEARING
        2.62  A  HANGUP   NORMAL_CLEARING
        """,
        "C-A recorded 1003",
        "C stopped",
        "start at once C",
        cut_at=2.60,
        heard=("C", "A"),
    ),
]


@pytest.fixture
def story(tmp_path):
    return Story(tmp_path)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_talk_of_a_transfer_is_decided_once_and_recorded_apart(story, kind):
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)
    assert flow.talks() == lines(kind.talks)
    assert flow.kept() == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert flow.commanded() == lines(kind.commands)
    assert_nothing_is_left(story)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.talks and kind.cut_at], ids=lambda kind: kind.name)
def test_a_listener_is_cut_with_the_talk_and_before_the_leg_s_next_one(story, kind):
    assert Flow(story, kind.legs).cut_at(kind.events, *kind.heard) == kind.cut_at


NAMED = {"1004": '"x" <sip:1004@acme.example>', "1001": "<sip:1001@acme.example>"}


@pytest.mark.parametrize(
    ("excluded", "says", "decided"),
    [
        ("1004", "1004", "department-policy"),
        ("1004", "1001", "department-policy"),
        ("1001", "1004", "excluded-number"),
    ],
    ids=["an excluded colleague", "itself", "another, to hide that it is excluded"],
)
def test_who_transfers_is_whom_the_leg_talked_to_whatever_that_phone_says(story, excluded, says, decided):
    # The number that was dialled stays on A: so it is none of the two colleagues'.
    a = customer("+4570102003")
    flow = Flow(story, {"A": a, "B": called("1001", by="A")})
    story.excludes(f"+457010{excluded}")
    flow.begins("0.00 A ASKS 1001\n0.04 B ANSWER\n0.04 A ANSWER\n0.04 A BRIDGE A-B")
    sent_on = {**a, "variable_sip_h_Referred-By": NAMED[says], "Answer-State": "answered"}
    flow = Flow(story, {"A": sent_on, "B": called("1001", by="A"), "C": called("1003", by="A")})
    flow.begins("1.00 A UNBRIDGE A-B\n1.00 B HANGUP NORMAL_CLEARING\n1.01 A ASKS 1003")
    flow.begins("1.16 C ANSWER\n1.16 A BRIDGE A-C")
    assert flow.decided()[-1].split()[0] == decided
