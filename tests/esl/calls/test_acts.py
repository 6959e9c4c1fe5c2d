"""Recordings that are started, kept and stopped by whoever is recorded: what the switch is told, and what is left.

A is the customer's leg, B the one towards 1001, who is recorded, C the one towards 1003. `DOES start` is what the
person on that leg asks for.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from fsplug.errors import Unavailable
from fsplug.policy.recording import phone_keys
from fsplug.policy.recording.control import Act, By
from fsplug.policy.terms import OnFailure, Terms
from fsplug.store.audit import trail
from fsplug.store.calls import witnessed
from tests.esl.calls.controlledflow import ControlledFlow, agrees
from tests.esl.calls.flowtables.acts import AUTOMATIC, KEEP, KINDS, ON_DEMAND, TALK, Kind, ends
from tests.esl.calls.pausedflow import AB, ABC, BEGIN, MOVES
from tests.esl.flows import assert_nothing_is_left, lines
from tests.esl.story import ACME, START, Story


def trail_of(story: Story) -> list[str]:
    story.write_down()
    return [one.act for one in reversed(trail.listed(story.store, ACME)) if one.act in ("start", "keep", "stop")]


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
