"""Which calls are one conversation, and what is written down of how they changed: tables of events, as captured."""

import pytest

from fsplug.esl.calls.legs import leg_of
from fsplug.store.calls import calls
from fsplug.store.schema.calls import CallChanges
from tests.esl.calls.flowtables.conversation_changes import CHANGES, ENDS, TALKS, Kind
from tests.esl.calls.test_transfers import KINDS
from tests.esl.flows import Flow, called, caller, customer, lines
from tests.esl.story import ACME, BETA, Story


def conversations(story: Story, company: str = ACME) -> list[str]:
    """`A C` for each conversation of the company: its calls, the one that began it first."""
    story.write_down()
    found: dict[str, list[str]] = {}
    for one in sorted(calls.listed(story.store, company), key=lambda call: call.at):
        found.setdefault(one.conversation or one.id, []).append(one.id)
    assert all(its[0] == began for began, its in found.items())
    return [" ".join(its) for its in found.values()]


def changes(story: Story) -> list[str]:
    story.write_down()
    columns = ("kind", "at", "until", "leg", "other", "username", "how")
    query = CallChanges.select(*(getattr(CallChanges, name) for name in columns)).order_by(
        CallChanges.at, CallChanges.kind.desc(), CallChanges.leg
    )
    return [_said(*row) for row in story.store.query(query)]


def _said(kind, at, until, leg, other, username, how):
    by = f"by {username} on {leg}" if username and kind != "parted" else f"{'of ' if kind == 'park' else ''}{leg}"
    more = [one for one in (other, how, until and f"until {until - 1_800_000_000:.2f}") if one]
    return f"{at - 1_800_000_000:.2f} {kind} {', '.join([by, *more])}"


def play(story: Story, kind: Kind) -> None:
    flow = Flow(story, kind.legs)
    flow.plays(kind.events)


@pytest.mark.parametrize("kind", CHANGES, ids=lambda kind: kind.name)
def test_a_flow_is_one_conversation_and_says_who_changed_it(story, kind):
    play(story, kind)
    assert conversations(story) == lines(kind.conversations)
    assert sorted(changes(story)) == sorted(lines(kind.changes))
    assert (story.rejects(), story.book.calls) == ([], {})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_transfer_is_one_conversation(story, kind):
    Flow(story, kind.legs).plays(kind.events)
    assert len(conversations(story)) == 1


@pytest.mark.parametrize("kind", [one for one in CHANGES if len(one.conversations.split()) > 1], ids=lambda k: k.name)
def test_an_fsplug_that_is_killed_in_the_middle_joins_the_same_calls(tmp_path, kind):
    rows = [row for row in kind.events.splitlines() if row.strip()]
    for told in range(len(lines(TALKS)), len(rows)):
        folder = tmp_path / str(told)
        folder.mkdir()
        story = Story(folder)
        flow = Flow(story, kind.legs)
        flow.begins("\n".join(rows[:told]))
        story.start_again()
        flow.plays("\n".join(rows[told:]))
        assert conversations(story) == lines(kind.conversations), told


@pytest.mark.parametrize("marked", ["call", "conversation"])
def test_a_call_that_a_leg_places_while_fsplug_is_away_goes_on_with_the_conversation_it_is_marked_with(story, marked):
    asked = {**called("1001", by="A"), f"variable_fsplug_{marked}": "A"}
    flow = Flow(story, {"A": caller("1004", "1001"), "B": asked, "C": called("1003", by="B")})
    flow.begins(TALKS)
    flow.goes_unseen(
        """
        0.84  A  UNBRIDGE A-B
        0.84  A  HANGUP   NORMAL_CLEARING
        0.84  B  MARKED   1003
        0.86  C  ANSWER
        0.88  B  BRIDGE   B-C
        """
    )
    story.start_again()
    flow.plays(
        """
        9.00  B  UNBRIDGE B-C
        9.00  B  HANGUP   NORMAL_CLEARING
        9.00  C  HANGUP   NORMAL_CLEARING
        """
    )
    assert conversations(story) == ["A B"]


def test_two_calls_of_one_user_at_the_same_time_are_two_conversations(story):
    legs = {"A": customer(), "B": called("1001", by="A"), "C": customer(who="+4522334466"), "D": called("1001", by="C")}
    Flow(story, legs).plays(
        TALKS
        + """
        0.98  C  ASKS     1001
        1.30  D  ANSWER
        1.32  C  BRIDGE   C-D
        3.00  C  HANGUP   NORMAL_CLEARING
        3.00  D  HANGUP   NORMAL_CLEARING
        """
        + ENDS.format(partner="B")
    )
    assert conversations(story) == ["A", "C"]


def test_a_queue_s_agent_serves_two_customers_in_two_conversations(story):
    serves = {**caller("1003", "*5003"), "variable_fifo_role": "consumer"}
    legs = {"A": customer(), "B": customer(who="+4522334466"), "C": serves}
    Flow(story, legs).plays(
        """
        0.00  A  ASKS     1001
        0.10  B  ASKS     1001
        0.20  C  ASKS     trunk
        0.30  A  ANSWER
        0.30  B  ANSWER
        0.30  C  ANSWER
        1.00  A  BRIDGE   A-C
        2.00  A  UNBRIDGE A-C
        2.00  A  HANGUP   NORMAL_CLEARING
        3.00  B  BRIDGE   B-C
        4.00  B  UNBRIDGE B-C
        4.00  B  HANGUP   NORMAL_CLEARING
        5.00  C  HANGUP   NORMAL_CLEARING
        """
    )
    assert conversations(story) == ["A", "B", "C"]


def test_each_company_has_its_own_id_of_a_conversation_that_two_have_calls_in(story):
    theirs = {**customer("+4570201001", "+4522334477"), "variable_fsplug_company": BETA}
    legs = {"A": customer(), "B": called("1001", by="A"), "C": theirs, "D": customer(who="+4522334466")}
    Flow(story, {**legs, "E": called("1003", by="D")}).plays(
        TALKS
        + """
        0.50  C  ASKS     trunk
        0.60  C  ANSWER
        0.70  D  ASKS     1003
        0.80  E  ANSWER
        0.80  D  ANSWER
        0.80  D  BRIDGE   D-E
        1.00  A  UNBRIDGE A-B
        1.00  B  HANGUP   NORMAL_CLEARING
        1.02  A  BRIDGE   A-C
        2.00  D  UNBRIDGE D-E
        2.00  E  HANGUP   NORMAL_CLEARING
        2.02  C  BRIDGE   C-D
        3.00  A  HANGUP   NORMAL_CLEARING
        3.00  C  HANGUP   NORMAL_CLEARING
        3.00  D  HANGUP   NORMAL_CLEARING
        """
    )
    assert (conversations(story), conversations(story, BETA)) == (["A D"], ["C"])


FORGED = "0b0b0b0b-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "header",
    [
        "variable_sip_h_X-fsplug_conversation",
        "variable_sip_h_fsplug_conversation",
        "variable_sip_h_X-fsplug_call",
        "variable_sip_i_fsplug_conversation",
        "variable_sip_rh_fsplug_conversation",
        "variable_sip_invite_params",
    ],
)
def test_no_header_of_a_phone_or_a_trunk_names_a_conversation(story, header):
    legs = {"A": customer(), "B": called("1001", by="A"), "C": {**customer(who="+4522334466"), header: "A"}}
    flow = Flow(story, {**legs, "D": called("1003", by="C")})
    flow.begins(TALKS)
    flow.plays(
        """
        0.98  C  ASKS     1003
        1.30  D  ANSWER
        1.32  C  BRIDGE   C-D
        3.00  C  HANGUP   NORMAL_CLEARING
        3.00  D  HANGUP   NORMAL_CLEARING
        """
        + ENDS.format(partner="B")
    )
    assert conversations(story) == ["A", "C"]


@pytest.mark.parametrize("mark", ["${uuid}", "A'; DROP", "A B", "A" * 65, "A\n", ""])
def test_what_is_no_leg_s_id_names_no_conversation(story, mark):
    assert leg_of(story.event("C", "CHANNEL_DATA", fsplug_conversation=mark, fsplug_call="C")).conversation == ""


def test_the_legs_that_a_call_rings_are_marked_with_its_conversation(story):
    assert story.asks("1001")["fsplug_conversation"] == "A"
