"""What a leg tells of consents becomes rows, and decides: nothing is recorded of whoever was asked and said no yes."""

from pathlib import Path
from typing import Any

import pytest

from fsplug.esl.calls.records import leg_record
from fsplug.store.calls import consents
from tests.esl.calls.test_witness import encoded, raw
from tests.esl.story import ACME, CUSTOMER, ENDED, START, Story, bridge

AT = int(START) - 6
HASHES = ("ab" * 32, "cd" * 32)
ASKED = f"/{AT}:{ACME}:ivr.3001:da+en:{'+'.join(HASHES)}:1"
YES, NO, SILENCE = f"{ASKED}:1:{AT + 4}", f"{ASKED}:2:{AT + 4}", f"{ASKED}::{AT + 5}"

Row = tuple[str, str, str, str | None, str, str, float, float | None]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def rows(story: Story) -> list[Row]:
    """(id, call, number, user, key, result, from, to) of every row."""
    story.write_down()
    found = reversed(consents.listed(story.store, ACME))
    return [(one.id, one.call, one.number, one.user, one.pressed, one.result, one.at, one.until) for one in found]


def row(key: str, result: str, until: float | None, at: float = AT, number: int = 0) -> Row:
    return (f"A-consent-{number}", "A", CUSTOMER, None, key, result, at, until)


@pytest.mark.parametrize(
    ("noted", "group", "armed", "verdict", "written"),
    [
        (YES, "2001", True, (True, "group-always", "1001"), [row("1", "yes", AT + 4)]),
        (NO, "2002", False, (False, "group-never", "1001"), [row("2", "no", AT + 4)]),
        # Silence is no, wherever it leads; so is a question that a transfer broke off.
        (SILENCE, "2001", False, (False, "consent", "1001"), [row("", "silence", AT + 5)]),
        (NO, "", False, (False, "consent", "1001"), [row("2", "no", AT + 4)]),
        (ASKED, "", False, (False, "consent", "1001"), [row("", "broken-off", None)]),
        # Asked again, the later answer counts.
        (
            NO + YES,
            "2001",
            True,
            (True, "group-always", "1001"),
            [row("2", "no", AT + 4), row("1", "yes", AT + 4, number=1)],
        ),
        # Of another company's question nothing counts here.
        (NO.replace(ACME, "beta.example"), "", True, (True, "department-policy", "1001"), []),
    ],
)
def test_the_answer_decides_and_stands_in_the_ledger(
    story: Story, noted: str, group: str, armed: bool, verdict: Any, written: list[Row]
) -> None:
    told = {"fsplug_consents": noted, "fsplug_group": group}
    story.asks(**told)
    assert bool(story.recording_of("1001")) is armed
    story.receives(
        (2.0, "B1001", "CHANNEL_ANSWER"),
        (2.0, "A", "CHANNEL_BRIDGE", {**bridge(), **told}),
        (9.0, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, **told, "bridge_uuid": "B1001"}),
    )
    assert story.verdicts() == [verdict]
    assert rows(story) == written


def test_a_hangup_in_the_middle_of_the_question_has_a_row_and_no_decision(story: Story) -> None:
    story.receives((1.0, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "fsplug_consents": ASKED}))
    assert rows(story) == [row("", "broken-off", None)]
    assert story.verdicts() == []


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_answered_while_fsplug_was_away_is_known_from_the_leg_s_record(story: Story, times: int) -> None:
    facts = raw("incoming-user")
    caller = next(one for one in facts if one["channel_data"]["direction"] == "inbound")
    caller["variables"]["fsplug_consents"] = NO
    for _ in range(times):
        record = leg_record(encoded(caller))
        story.witness.settle({record.uuid: record}, {record.uuid: 1_000.0})
    [found] = rows(story)
    assert found[1:] == (record.uuid, "+4522334455", None, "2", "no", AT, AT + 4)


def test_a_leg_that_comes_back_after_a_restart_is_written_once(story: Story) -> None:
    told = {"fsplug_consents": YES, "fsplug_group": "2001"}
    story.asks(**told)
    story.start_again()
    story.receives((1.0, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, **told}))
    assert rows(story) == [row("1", "yes", AT + 4)]
