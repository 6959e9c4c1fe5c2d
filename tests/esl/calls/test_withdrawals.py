"""A consent that is withdrawn in the call: its recordings are stopped and destroyed, and there are no more of it."""

from pathlib import Path

import pytest

from fsplug.errors import Refused
from fsplug.policy.recording.control import By, Reason
from fsplug.policy.recording.withdrawal import Withdrawal
from fsplug.store.audit import trail
from fsplug.store.calls import consents
from tests.esl.calls.test_consents import SAID, YES
from tests.esl.story import ACME, BETA, CUSTOMER, ENDED, Story, bridge, started, stopped

TOLD = {"fsplug_consents": YES, "fsplug_group": "2001"}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A customer who has agreed talks to 1001, and is recorded."""
    return talking(Story(tmp_path), TOLD)


def talking(story: Story, told: dict[str, str]) -> Story:
    story.asks("1001,1002", **told)
    recording = story.recording_of("1001")
    story.spool.files.add(recording)
    story.receives(
        (2.0, "A", "CHANNEL_ANSWER", told),
        (2.0, "B1001", "CHANNEL_ANSWER"),
        (2.0, "B1001", "RECORD_START", started(recording)),
        (2.1, "A", "CHANNEL_BRIDGE", {**bridge(), **told}),
    )
    story.until(4.0)
    story.switch.live = {"A": story.event("A", "CHANNEL_DATA", **told), "B1001": story.event("B1001", "CHANNEL_DATA")}
    story.switch.bridged = [("A", "B1001")]
    story.switch.records = {("B1001", f"/spool/{recording}.wav")}
    return story


def withdraw(story: Story, call: str = "A", user: str = "1001") -> None:
    story.control.withdraw(ACME, call, user, By.COMMAND)
    story.until(5.0)


def rows(story: Story) -> list[tuple[str, str, str, str | None, str | None]]:
    """(call, number, result, by, door) of every row."""
    story.write_down()
    found = reversed(consents.listed(story.store, ACME))
    return [(one.call, one.number, one.result, one.by_user, one.door) for one in found]


AGREED = ("A", CUSTOMER, "yes", None, None)
WITHDRAWN = ("A", CUSTOMER, "withdrawn", "1001", "command")


def test_the_recording_is_stopped_and_destroyed_and_row_gap_and_trail_say_so(story: Story) -> None:
    [recording] = story.spool.files
    withdraw(story)
    assert story.spool.files == set()
    assert ("stop", "B1001", recording) in story.switch.commands
    assert ("mark", "A", f"fsplug_withdrawn={ACME}") in story.switch.commands
    story.receives((5.1, "B1001", "RECORD_STOP", {**stopped(recording), "Answer-State": "answered"}))
    story.until(8.0)
    assert rows(story) == [AGREED, WITHDRAWN]
    assert (story.recordings(), story.gaps()) == ({recording: "lost"}, ["consent-withdrawn"])
    entry = trail.listed(story.store, ACME, 1)[0]
    assert (entry.act, entry.actor, entry.subject, entry.people) == ("withdraw", f"1001@{ACME}", CUSTOMER, ("1001",))
    assert entry.facts == {"call": "A", "door": "command", "recordings": []}
    assert [one for one in story.switch.commands if one[0] == "start"] == []


def test_what_was_withdrawn_in_another_company_stays(tmp_path: Path) -> None:
    story = talking(Story(tmp_path), {**TOLD, "fsplug_withdrawn": BETA})
    withdraw(story)
    assert ("mark", "A", f"fsplug_withdrawn={BETA}:{ACME}") in story.switch.commands
    assert story.book.channels["A"].leg.withdrawn_in == f"{BETA}:{ACME}"


def test_nothing_of_the_call_is_recorded_later_whoever_gets_it(story: Story) -> None:
    withdraw(story)
    gone = {**TOLD, "fsplug_withdrawn": ACME}
    story.receives(
        (6.0, "A", "CHANNEL_UNBRIDGE", {**bridge(), **gone}),
        (6.0, "B1001", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "A"}),
    )
    variables = story.asks("1002", **gone)
    assert (story.recording_of("1002"), variables["execute_on_answer"]) == ("", "")
    story.receives((8.0, "B1002", "CHANNEL_ANSWER"), (8.1, "A", "CHANNEL_BRIDGE", {**bridge("A", "B1002"), **gone}))
    story.until(12.0)
    assert story.verdicts() == [(True, "group-always", "1001"), (False, "consent", "1002")]


def test_a_withdrawal_that_was_only_written_down_is_carried_out_after_a_restart(story: Story) -> None:
    [recording] = story.spool.files
    story.control.withdraw(ACME, "A", "1001", By.COMMAND)
    # Killed before the switch was told anything: the file is there, and the leg is not marked.
    story.entries = [one for one in story.entries if one.kind != "recording-lost"]
    story.spool.files = {recording}
    story.switch.commands.clear()
    story.start_again()
    story.until(9.0)
    assert story.spool.files == set()
    assert ("stop", "B1001", recording) in story.switch.commands
    assert ("mark", "A", f"fsplug_withdrawn={ACME}") in story.switch.commands
    assert rows(story) == [AGREED, WITHDRAWN]
    assert len([one for one in trail.listed(story.store, ACME, 10) if one.act == "withdraw"]) == 1


@pytest.mark.parametrize(
    ("told", "call", "user", "reason"),
    [
        (TOLD, "A", "1002", Reason.NOT_IN_CALL),
        (TOLD, "x", "1001", Reason.NOT_IN_CALL),
        ({"fsplug_group": "2001"}, "A", "1001", Reason.NO_CONSENT),
        ({"fsplug_consents": SAID, "fsplug_group": "2001"}, "A", "1001", None),
    ],
)
def test_it_is_for_whoever_was_told_or_agreed_and_done_by_whom_they_talk_to(
    tmp_path: Path, told: dict[str, str], call: str, user: str, reason: Reason | None
) -> None:
    story = talking(Story(tmp_path), told)
    stands = [one.withdrawal for one in story.control.own_calls(ACME, user)]
    if reason is None:
        withdraw(story, call, user)
        assert story.spool.files == set()
        done = [one.withdrawal for one in story.control.own_calls(ACME, user)]
        assert (stands, done) == ([Withdrawal.POSSIBLE], [Withdrawal.DONE])
        return
    assert call == "x" or Withdrawal.POSSIBLE not in stands
    with pytest.raises(Refused) as refused:
        withdraw(story, call, user)
    assert refused.value.code == reason
    assert len(story.spool.files) == 1


def test_another_company_s_user_withdraws_nothing_here(story: Story) -> None:
    with pytest.raises(Refused, match="not in progress"):
        story.control.withdraw("beta.example", "A", "1001", By.COMMAND)
    assert len(story.spool.files) == 1
