"""`fsplug recording`."""

import hashlib
import wave
from pathlib import Path

import pytest

from fsplug.store.calls.entries import RecordingHeld
from tests.cli.conftest import ACME, BETA, Cli
from tests.cli.happened import answered, lost, recorded, talk_to

SECONDS = 2.0


def archived(cli: Cli, call: str = "a", at: float = 1000.0) -> Path:
    """A recording in the archive, as the media worker leaves it there."""
    path = cli.data / "archive" / ACME / f"{call}-rec.wav"
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(SECONDS * 8000) * 4))
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    cli.write(recorded(call, at, seconds=SECONDS, bytes=len(content), sha256=sha256))
    return path


def test_an_empty_list_is_said_in_words(cli: Cli) -> None:
    assert cli.ok("recording", "list").startswith("no recordings yet;")
    assert cli.json("recording", "list") == []


def test_a_recording_is_listed_with_everything_known_of_it(cli: Cli) -> None:
    path = archived(cli)
    [found] = cli.json("recording", "list", "--company", ACME)
    assert found == {
        "id": "a-rec",
        "company": ACME,
        "call": "a",
        "user": "1001",
        "direction": "incoming",
        "state": "sealed",
        "started_at": 1005.0,
        "stopped_at": 1060.0,
        "talk_seconds": 55.0,
        "seconds": SECONDS,
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "location": f"{ACME}/a-rec.wav",
        "repaired": False,
        "channels": "stereo",
        "purpose": "quality",
        "on_failure": "open",
        "max_seconds": None,
        "agent_may": "nothing",
        "start": "automatic",
        "announce": "nobody",
        "cause": "success",
        "caller": "22334455",
        "answerer": "1001",
        "group": None,
        "decision": "a-dec",
        "conversation": "a",
        "detail": None,
        "file": str(path),
    }
    assert cli.json("recording", "show", "a-rec") == {**found, "holds": [], "picked_up_by": None}


def test_a_recording_of_a_call_that_was_picked_up_says_by_whom(cli: Cli) -> None:
    cli.write(recorded("a", talk=talk_to(picked_up_by="1001")))
    assert cli.json("recording", "show", "a-rec")["picked_up_by"] == "1001"


def test_a_recording_is_shown_with_its_holds(cli: Cli) -> None:
    archived(cli)
    for by, at, until in (("user", 1005.5, 1006.25), ("other", 1006.5, None)):
        cli.write([RecordingHeld(f"a-{by}", "a-rec", ACME, by, at, until)])
    assert cli.json("recording", "show", "a-rec")["holds"] == [
        {"by": "user", "from": 0.5, "until": 1.25},
        {"by": "other", "from": 1.5, "until": SECONDS},
    ]
    assert "user 0.5-1.25 s, other 1.5-2.0 s" in cli.ok("recording", "show", "a-rec")


def test_the_table_and_the_sheet_say_length_and_state(cli: Cli) -> None:
    archived(cli)
    assert "2.0 s" in cli.ok("recording", "list") and "sealed" in cli.ok("recording", "list")
    assert "2.0 s" in cli.ok("recording", "show", "a-rec")


@pytest.mark.parametrize(("state", "expected"), [("sealed", ["a-rec"]), ("lost", ["l-rec"]), ("expected", ["b-rec"])])
def test_recordings_can_be_listed_by_state(cli: Cli, state: str, expected: list[str]) -> None:
    cli.write([*recorded("a"), *lost("l"), *answered("b")])
    assert [one["id"] for one in cli.json("recording", "list", "--state", state)] == expected


def test_a_recording_of_another_company_is_not_shown(cli: Cli) -> None:
    cli.write(recorded("a"))
    assert cli.error("recording", "show", "a-rec", "--company", BETA) == (2, "unknown-recording")


def test_a_whole_recording_is_ok(cli: Cli) -> None:
    archived(cli)
    assert cli.json("recording", "verify", "a-rec") == [{"id": "a-rec", "company": ACME, "ok": True, "trouble": None}]
    assert cli.ok("recording", "verify", "--all").splitlines() == ["ok     a-rec", "1 ok, 0 FAILED"]


def test_checking_recordings_gives_way_to_calls(cli: Cli, priorities: list[int]) -> None:
    archived(cli)
    cli.ok("recording", "verify", "--all")
    assert priorities == [19]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"\1")


@pytest.mark.parametrize(
    ("harm", "said"), [(Path.unlink, "not in the archive"), (cut, "bytes, the recording has"), (change, "hashes to")]
)
def test_a_harmed_recording_fails_and_the_others_are_still_checked(cli: Cli, harm: object, said: str) -> None:
    archived(cli, "b", at=1001.0)
    assert callable(harm)
    harm(archived(cli, "a"))
    result = cli.run("recording", "verify", "--all")
    assert result.exit_code == 1
    assert "ok     b-rec" in result.stdout and "1 ok, 1 FAILED" in result.stdout
    assert said in result.stdout


def test_a_header_that_does_not_give_the_length_fails_though_the_hash_is_right(cli: Cli) -> None:
    path = archived(cli)
    content = bytearray(path.read_bytes())
    content[40:44] = bytes(4)
    path.write_bytes(content)
    cli.write(recorded("b", seconds=SECONDS, bytes=len(content), sha256=hashlib.sha256(content).hexdigest()))
    path.rename(path.with_name("b-rec.wav"))
    result = cli.run("recording", "verify", "b-rec")
    assert (result.exit_code, "does not give its length" in result.stdout) == (1, True)


def test_a_recording_that_never_reached_the_archive_fails_when_it_is_named(cli: Cli) -> None:
    cli.write(lost("l"))
    result = cli.run("recording", "verify", "l-rec")
    assert (result.exit_code, "not sealed but lost (spool-full)" in result.stdout) == (1, True)
    assert cli.ok("recording", "verify", "--all").startswith("no sealed recordings yet")


def test_what_to_verify_must_be_named(cli: Cli) -> None:
    assert cli.error("recording", "verify") == (2, "bad-usage")
    assert cli.error("recording", "verify", "--all", "a-rec") == (2, "bad-usage")
    assert cli.error("recording", "verify", "nothing") == (2, "unknown-recording")


def test_deleted_it_is_on_no_list_but_that_of_the_deleted(cli: Cli) -> None:
    cli.write([*recorded("a"), *recorded("b", 1001.0)])
    said = cli.ok("recording", "delete", "a-rec", "--yes")
    assert said.startswith("1 recording deleted;") and "fsplug recording undelete a-rec" in said
    assert [one["id"] for one in cli.json("recording", "list")] == ["b-rec"]
    assert [(one["id"], one["state"]) for one in cli.json("recording", "list", "--state", "deleted")] == [
        ("a-rec", "deleted")
    ]
    assert cli.json("recording", "show", "a-rec")["state"] == "deleted"
    result = cli.run("recording", "verify", "a-rec")
    assert (result.exit_code, "not sealed but deleted" in result.stdout) == (1, True)
    assert cli.error("share", "create", "--company", ACME, "a-rec", "--to", "x@outside.example", "--subject", "s") == (
        2,
        "unknown-recording",
    )


def test_undeleted_it_is_back(cli: Cli) -> None:
    cli.write(recorded("a"))
    cli.ok("recording", "delete", "a-rec", "--yes")
    assert cli.json("recording", "undelete", "a-rec") == [{"id": "a-rec", "deleted": False}]
    assert [one["state"] for one in cli.json("recording", "list")] == ["sealed"]
    assert cli.error("recording", "undelete", "a-rec") == (2, "unknown-deletion")


def test_a_dry_run_deletes_nothing_and_says_what_would_be(cli: Cli) -> None:
    cli.write([*recorded("a"), *answered("b", 1001.0)])
    assert cli.json("recording", "delete", "a-rec", "--dry-run") == [{"id": "a-rec", "company": ACME, "deleted": False}]
    assert cli.error("recording", "delete", "a-rec", "b-rec", "--dry-run") == (3, "not-deletable")
    assert len(cli.json("recording", "list")) == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("a-rec",), (2, "removal-not-confirmed")),
        (("a-rec", "nothing", "--yes"), (2, "unknown-recording")),
        (("a-rec", "b-rec", "--yes"), (3, "not-deletable")),
        (("a-rec", "--company", BETA, "--yes"), (2, "unknown-recording")),
    ],
)
def test_what_can_not_be_deleted_is_said_and_nothing_is(
    cli: Cli, arguments: tuple[str, ...], error: tuple[int, str]
) -> None:
    cli.write([*recorded("a"), *answered("b", 1001.0)])
    assert cli.error("recording", "delete", *arguments) == error
    assert len(cli.json("recording", "list")) == 2
