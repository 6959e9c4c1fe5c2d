"""Recordings that are started, kept and stopped by whoever is recorded: what the switch is told, and what is left.

A is the customer's leg, B the one towards 1001, who is recorded, C the one towards 1003. `DOES start` is what the
person on that leg asks for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fsplug.errors import FsplugError, Unavailable
from fsplug.esl.protocol.keys import KEY, KEY_EVENTS
from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.recording import phone_keys
from fsplug.policy.recording.control import Act, By
from fsplug.policy.terms import AgentMay, OnFailure, Start, Terms
from fsplug.store.audit import trail
from fsplug.store.calls import witnessed
from fsplug.store.recordings import recordings
from tests.esl.calls.test_conferences import ROOM, user
from tests.esl.calls.test_pauses import AB, ABC, BEGIN, MOVES
from tests.esl.flows import Flow, Marks, Row, assert_nothing_is_left, called, customer, lines, rows
from tests.esl.story import ACME, START, Story
from tests.policysets import set_department_policy

AUTOMATIC = Terms(agent_may=frozenset(AgentMay))
ON_DEMAND = replace(AUTOMATIC, start=Start.ON_DEMAND)
KEEP = replace(AUTOMATIC, start=Start.KEEP_ON_DEMAND)
USERS = {"B": "1001", "C": "1003"}
TALK = """
    0.00  A  ASKS     1001
    1.00  B  ANSWER
    1.00  A  ANSWER
    1.00  A  BRIDGE   A-B
"""
OVER = """
    20.0  A  UNBRIDGE A-{leg}
    20.0  {leg}  HANGUP   NORMAL_CLEARING
    20.0  A  HANGUP   NORMAL_CLEARING
"""


def ends(leg: str = "B", is_recorded: bool = True) -> str:
    """The call is over, at 20 s."""
    stop = f"20.0 {leg} STOP success-silence\n" if is_recorded else ""
    return stop + OVER.format(leg=leg)


IN_ROOM = {"A": customer(ROOM), "B": user("1001"), "C": user("1003")}
MET = """
    1.00  A  ANSWER
    1.00  A  COMES    room
    1.10  B  ANSWER
    1.10  B  COMES    room
    1.20  B  START
"""


def parted(recorded: str) -> str:
    """All leave the conference at 20 s; of the legs this one is recorded."""
    stop = f"20.0 {recorded} STOP success-silence\n"
    left = (f"20.0 {leg} LEAVES NORMAL_CLEARING\n 20.0 {leg} GOES room\n" for leg in "CBA")
    return stop + "".join(left) + "".join(f"20.1 {leg} HANGUP NORMAL_CLEARING\n" for leg in "CBA")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done by which terms; the rows that are left (`B stopped 19.0`), who is refused, and the trail."""

    name: str
    terms: Terms
    events: str
    kept: str = ""
    refused: str = ""
    trail: str = ""
    legs: Mapping[str, Marks] = None  # type: ignore[assignment]


KINDS = [
    Kind(
        "what the user has stopped is whole as far as it goes, and nothing begins anew",
        AUTOMATIC,
        BEGIN + "5.0 B DOES stop\n 5.2 B STOP success-maxtime\n" + ends(is_recorded=False),
        "B stopped 4.2",
        trail="stop",
    ),
    Kind(
        "what begins by itself is neither started nor kept, and stopped once",
        AUTOMATIC,
        BEGIN
        + "4.0 B DOES start\n 4.0 B DOES keep\n 5.0 B DOES stop\n 5.1 B DOES stop\n 5.2 B STOP success-maxtime\n"
        + "6.0 B DOES start\n 6.0 B DOES pause\n"
        + ends(is_recorded=False),
        "B stopped 4.2",
        "starts-by-itself\n kept-by-itself\n already-stopped\n starts-by-itself\n already-stopped",
        "stop",
    ),
    Kind("what nobody starts leaves neither a recording nor a gap", ON_DEMAND, TALK + ends(is_recorded=False)),
    Kind(
        "what the user starts is recorded from then on, and lacks nothing",
        ON_DEMAND,
        TALK + "5.0 B DOES start\n 5.2 B START\n" + ends(),
        "B stopped 14.8",
        trail="start",
    ),
    Kind(
        "it is started once, and only then paused or stopped",
        ON_DEMAND,
        TALK
        + "3.0 B DOES pause\n 3.0 B DOES stop\n 3.0 B DOES keep\n 5.0 B DOES start\n 5.1 B DOES start\n 5.2 B START\n"
        + "6.0 B DOES start\n 9.0 B DOES stop\n 9.2 B STOP success-maxtime\n 10.0 B DOES start\n"
        + ends(is_recorded=False),
        "B stopped 4.0",
        "not-started\n not-started\n kept-by-itself\n already-started\n already-started\n already-stopped",
        "start\n stop",
    ),
    Kind("what nobody keeps is gone with its call, without a gap", KEEP, BEGIN + ends()),
    Kind(
        "what the user keeps is kept from its first word on",
        KEEP,
        BEGIN + "9.0 B DOES keep\n 9.5 B DOES keep\n" + ends(),
        "B stopped 19.0",
        "already-kept",
        "keep",
    ),
    Kind(
        "what is stopped before it was kept can't be kept any more",
        KEEP,
        BEGIN + "5.0 B DOES stop\n 5.2 B STOP success-maxtime\n 6.0 B DOES keep\n" + ends(is_recorded=False),
        refused="already-stopped",
        trail="stop",
    ),
    Kind(
        "what has reached its limit can be kept while the talk goes on",
        replace(KEEP, max_seconds=5),
        BEGIN + "6.0 B STOP success-silence\n 9.0 B DOES keep\n" + ends(is_recorded=False),
        "B stopped",
        trail="keep",
    ),
    Kind(
        "who gets the call keeps their own part, and not that of who had it before",
        KEEP,
        BEGIN + MOVES + "9.0 C DOES keep\n" + ends("C"),
        "C stopped 13.0",
        trail="keep",
        legs=ABC,
    ),
    Kind(
        "what began for a user who sent the call on is gone then, and the next user's part waits by itself",
        ON_DEMAND,
        TALK
        + """
        3.00  B  DOES     start
        3.20  B  START
        6.00  B  STOP     success-silence
        6.00  A  UNBRIDGE A-B
        6.00  B  HANGUP   NORMAL_CLEARING
        6.20  A  ASKS     1003
        7.00  C  ANSWER
        7.00  A  BRIDGE   A-C
        """
        + ends("C", is_recorded=False),
        "B stopped 2.8",
        trail="start",
        legs=ABC,
    ),
    Kind(
        "what the user has stopped stays stopped when the call comes back to them",
        AUTOMATIC,
        BEGIN
        + "5.0 B DOES stop\n 5.2 B STOP success-maxtime\n"
        + """
        6.00  A  UNBRIDGE A-B
        6.00  B  HANGUP   NORMAL_CLEARING
        6.20  A  ASKS     1001
        7.00  C  ANSWER
        7.00  A  BRIDGE   A-C
        """
        + ends("C", is_recorded=False),
        "B stopped 4.2",
        trail="stop",
        legs={**AB, "C": called("1001", by="A")},
    ),
    Kind(
        "what the user has stopped in a conference stays stopped when somebody comes",
        AUTOMATIC,
        MET
        + "5.0 B DOES stop\n 5.2 B STOP success-maxtime\n 6.0 C ANSWER\n 6.0 C COMES room\n 6.1 C START\n"
        + parted("C"),
        "B stopped 4.0\n C stopped 13.9",
        trail="stop",
        legs=IN_ROOM,
    ),
    Kind(
        "what the user has started in a conference goes on when somebody comes, who starts their own part",
        ON_DEMAND,
        MET.replace("    1.20  B  START\n", "")
        + "5.0 B DOES start\n 5.2 B START\n 6.0 C ANSWER\n 6.0 C COMES room\n"
        + "6.1 B START\n 6.2 B STOP success-maxtime\n"
        + parted("B"),
        "B stopped 0.8\n B stopped 13.9",
        trail="start",
        legs=IN_ROOM,
    ),
    Kind(
        "the customer can do nothing",
        AUTOMATIC,
        BEGIN + "5.0 A DOES stop\n 5.0 A DOES pause\n" + ends(),
        "B stopped 19.0",
        "not-your-recording\n not-your-recording",
    ),
]


class ControlledFlow(Flow):
    """A flow in which people ask, too."""

    def __init__(self, story: Story, legs: Mapping[str, Marks]) -> None:
        super().__init__(story, legs)
        self.story = story
        self.refused: list[str] = []

    def begins(self, table: str) -> None:
        for row in rows(table):
            self.story.clock.run_until(START + row.seconds)
            if row.event == "DOES":
                self._asks_for(row)
            elif row.event == "PRESSES":
                told = {"Event-Subclass": KEY_EVENTS, KEY: row.note, "Event-Name": "CUSTOM"}
                self.story.keys.see(self._event(row, told))
            else:
                super().begins(f"{row.seconds} {row.leg} {row.event} {row.note}")
            self.story.clock.run_until(self.story.clock.now)

    def _asks_for(self, row: Row) -> None:
        try:
            call = row.leg if row.leg in self.story.book.calls else "A"
            self.story.control.do(Act(row.note), ACME, call, USERS.get(row.leg, ""), By.COMMAND)
        except FsplugError as refusal:
            self.refused.append(str(refusal.code))
        for _, leg, variable in (one for one in self.story.switch.commands if one[0] == "mark"):
            name, _, value = variable.partition("=")
            self._marks[leg][f"variable_{name}"] = value

    def kept_lengths(self) -> list[str]:
        self.story.write_down()
        found = sorted(recordings.listed(self.story.store, ACME), key=lambda one: one.started_at or 0.0)
        lengths = ("" if one.talk_seconds is None else f" {one.talk_seconds:.1f}" for one in found)
        return [f"{one.leg} {one.state}{length}" for one, length in zip(found, lengths, strict=True)]


def agrees(story: Story, terms: Terms) -> Story:
    """Everybody is recorded on these terms."""
    for department in ("Sales", "Support"):
        set_department_policy(story.store, ACME, DepartmentPolicy(department, True, True, True, terms), by="test")
    return story


def trail_of(story: Story) -> list[str]:
    story.write_down()
    return [one.act for one in reversed(trail.listed(story.store, ACME)) if one.act in ("start", "keep", "stop")]


@pytest.fixture
def story(tmp_path):
    return Story(tmp_path)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_left_of_it(story: Story, kind: Kind) -> None:
    flow = ControlledFlow(agrees(story, kind.terms), kind.legs or AB)
    flow.plays(kind.events)
    assert (flow.kept_lengths(), flow.refused) == (lines(kind.kept), lines(kind.refused))
    assert trail_of(story) == lines(kind.trail)
    assert flow.files() == len(lines(kind.kept))
    assert_nothing_is_left(story)


def test_what_waits_for_its_user_is_not_missed_and_no_call_is_refused_for_it(story: Story) -> None:
    agrees(story, replace(ON_DEMAND, on_failure=OnFailure.CLOSED))
    story.spool.trouble = "full"
    assert story.asks()["fsplug_refuse"] == ""
    story.spool.trouble = None
    ControlledFlow(story, AB).plays(TALK + ends(is_recorded=False))
    story.write_down()
    found = witnessed.account(story.store, ACME, 0.0)
    missed = [one for one in found.differences if one.reason == "neither-recording-nor-gap"]
    assert (found.decisions, found.wanted, missed) == (1, 0, [])


PRESSED = [
    ("one who pauses, goes on and stops", AUTOMATIC, BEGIN, "pause pause stop stop", "mask unmask stop", ""),
    ("what is kept, and stopped then", KEEP, BEGIN, "start start stop", "stop", "keep stop"),
    ("what is started, and paused then", ON_DEMAND, TALK, "pause stop start pause", "start mask", "start"),
    ("keys that no term allows", Terms(), BEGIN, "start pause stop", "", ""),
    ("keys that mean nothing", AUTOMATIC, BEGIN, "1 keep # pausepause", "", ""),
]


@pytest.mark.parametrize(("name", "terms", "before", "pressed", "told", "acts"), PRESSED)
def test_what_keys_do(story: Story, name: str, terms: Terms, before: str, pressed: str, told: str, acts: str) -> None:
    flow = ControlledFlow(agrees(story, terms), AB)
    flow.begins(before)
    story.switch.commands.clear()
    for key in pressed.split():
        flow.begins(f"4.0 A PRESSES {key}\n")
    assert story.switch.commands == [], "a customer's key does nothing"
    for second, key in enumerate(pressed.split(), 5):
        flow.begins(f"{second}.0 B PRESSES {key}\n")
        if ("start", "B") in [command[:2] for command in story.switch.commands[-1:]]:
            flow.begins(f"{second}.2 B START\n")
    assert [one[0] for one in story.switch.commands if one[0] not in ("listen for", "mark")] == told.split()
    assert trail_of(story) == (acts.split() or [one for one in told.split() if one == "stop"])


@pytest.mark.parametrize(
    ("terms", "keys"), [(Terms(), ""), (AUTOMATIC, "*2 *3"), (KEEP, "*1 *2 *3")], ids=["nothing", "all", "keep"]
)
def test_the_switch_listens_on_the_user_s_own_leg_and_once(story: Story, terms: Terms, keys: str) -> None:
    flow = ControlledFlow(agrees(story, terms), ABC)
    flow.begins(BEGIN)
    assert [(leg, presses) for leg, _, presses in listened(story)] == [("B", key) for key in keys.split()]
    [recording] = story.book.recordings.values()
    story.keys.listen(recording)
    flow.begins(MOVES)
    anew = listened(story)[len(keys.split()) :]
    assert [(leg, presses) for leg, _, presses in anew] == [("C", key) for key in keys.split()]


@pytest.mark.parametrize(
    ("is_set", "bound"), [("none", []), ("stop=#33 pause=*5", [("B", "pause", "*5"), ("B", "stop", "#33")])]
)
def test_the_switch_listens_for_the_keys_that_are_set(story: Story, is_set: str, bound: list[tuple[str, ...]]) -> None:
    story.has_keys(phone_keys.set_keys(is_set))
    ControlledFlow(agrees(story, KEEP), AB).begins(BEGIN)
    assert listened(story) == bound


def listened(story: Story) -> list[tuple[str, ...]]:
    return [command[1:] for command in story.switch.commands if command[0] == "listen for"]


@pytest.mark.parametrize(
    ("terms", "before", "asks"),
    [
        (ON_DEMAND, TALK, "start"),
        (KEEP, BEGIN, "keep"),
        (replace(KEEP, max_seconds=3), BEGIN + "4.0 B STOP success-silence\n", "keep"),
    ],
    ids=["waits", "runs", "has reached its limit"],
)
def test_a_number_that_is_never_recorded_wins_over_everything(
    story: Story, terms: Terms, before: str, asks: str
) -> None:
    flow = ControlledFlow(agrees(story, terms), AB)
    flow.begins(before)
    [recording] = story.book.recordings.values()
    story.watch._recorder.forbid(recording)
    assert story.spool.files == set()
    flow.begins(f"5.0 B DOES {asks}\n")
    flow.plays(ends(is_recorded=before == BEGIN))
    assert (flow.refused, flow.kept_lengths()) == (["not-to-be-recorded"], [])
    assert_nothing_is_left(story)


def test_if_the_switch_does_not_stop_it_the_user_is_told_and_it_goes_on(story: Story) -> None:
    flow = ControlledFlow(agrees(story, AUTOMATIC), AB)
    flow.begins(BEGIN)
    story.switch.is_silent = True
    with pytest.raises(Unavailable):
        story.control.do(Act.STOP, ACME, "A", "1001", By.COMMAND)
    story.switch.is_silent = False
    flow.plays(ends())
    assert flow.kept_lengths() == ["B stopped 19.0"]


def test_a_talk_that_goes_on_in_another_file_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    for does, kept in (("", []), ("15.0 B DOES keep\n", ["B stopped 5.0", "B stopped 13.0"])):
        (folder := tmp_path / str(len(kept))).mkdir()
        story = Story(folder)
        flow = ControlledFlow(agrees(story, KEEP), AB)
        flow.begins(BEGIN)
        [recording] = story.book.recordings.values()
        story.clock.run_until(START + 6.0)
        story.watch._recorder.renew(recording)
        flow.plays("6.0 B STOP success-maxtime\n 7.0 B START\n" + does + ends())
        assert flow.kept_lengths() == kept
        assert_nothing_is_left(story, "began-late" if kept else "")


RESTARTS = [
    ("what waits is started after it", ON_DEMAND, TALK, "12.0 B DOES start\n 12.2 B START\n", ["B stopped 7.8"], []),
    ("what nobody has kept is kept after it", KEEP, BEGIN, "12.0 B DOES keep\n", ["B stopped 19.0"], []),
    ("what nobody keeps goes after it, too", KEEP, BEGIN, "", [], []),
    ("what was stopped stays so", AUTOMATIC, BEGIN + "5.0 B DOES stop\n", "", ["B stopped 9.0"], []),
]


@pytest.mark.parametrize(("name", "terms", "before", "after", "kept", "refused"), RESTARTS)
def test_after_a_kill(
    story: Story, name: str, terms: Terms, before: str, after: str, kept: list[str], refused: list[str]
) -> None:
    flow = ControlledFlow(agrees(story, terms), AB)
    flow.begins(before + "10.0 A ASKED\n")
    is_stopped = "stop" in before
    running = [] if is_stopped or terms is ON_DEMAND else story.book.recordings.values()
    story.switch.bridged = [("A", "B")]
    story.switch.records = {("B", one.path) for one in running}
    story.switch.live |= {leg: flow.dump(leg) for leg in AB}
    story.start_again()
    flow.begins(after)
    flow.plays(ends(is_recorded=bool(kept) and not is_stopped))
    assert (flow.kept_lengths(), flow.refused) == (kept, refused)
    assert [one for one in story.switch.commands if one[0] == "start"] == [] or terms is ON_DEMAND
    assert_nothing_is_left(story)


def test_what_nobody_could_keep_any_more_is_gone_after_a_restart(story: Story) -> None:
    flow = ControlledFlow(agrees(story, KEEP), AB)
    flow.begins(BEGIN)
    story.start_again()
    assert (story.spool.files, flow.kept_lengths(), story.gaps()) == (set(), [], [])
