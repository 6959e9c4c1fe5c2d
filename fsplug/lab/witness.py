"""Compares what fsplug reports of a scenario's calls with what the scenario expects; asks only through the CLI."""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.lab.program import fsplug_program
from fsplug.lab.scenario import ExpectedCall, ExpectedDecision, ExpectedRecording, Scenario

_SEALED = "sealed"
# A look costs most of a second of CPU; recordings are sealed once a second.
_BETWEEN_LOOKS_SECONDS = 1.0

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """Calls and recordings as fsplug lists them."""

    calls: tuple[Row, ...]
    recordings: tuple[Row, ...]

    def since(self, earlier: "Account") -> "Account":
        """Only the calls that are not in the earlier account, with their recordings."""
        known = {row["call"] for row in earlier.calls}
        calls = tuple(row for row in self.calls if row["call"] not in known)
        return Account(calls, tuple(row for row in self.recordings if row["call"] not in known))


class Witness:
    """What fsplug reports. `listed` gives the rows that `fsplug NOUN list --json` prints, for each noun."""

    def __init__(self, listed: Callable[[str], Sequence[Row]]) -> None:
        self._listed = listed

    def account(self) -> Account:
        """Everything that fsplug lists now."""
        return Account(tuple(self._listed("call")), tuple(self._listed("recording")))

    def complaints(self, scenario: Scenario, before: Account, deadline_seconds: float = PATIENCE_SECONDS) -> list[str]:
        """What differs from the scenario once everything has settled; empty if nothing does."""
        end = time.monotonic() + deadline_seconds
        while (found := complaints(scenario, self.account().since(before))) and time.monotonic() < end:
            time.sleep(_BETWEEN_LOOKS_SECONDS)
        return found


def of_program(data: Path) -> Witness:
    """What the installed fsplug reports for a data folder."""

    def listed(noun: str) -> Sequence[Row]:
        command = [*fsplug_program(), noun, "list", "--json", "--data", str(data)]
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        if ended.returncode:
            text = f"`fsplug {noun} list` ended with {ended.returncode}: {ended.stderr.strip()[:300]}"
            raise Unavailable("fsplug-failed", text, command=command)
        rows: list[Row] = json.loads(ended.stdout)
        return rows

    return Witness(listed)


def complaints(scenario: Scenario, account: Account) -> list[str]:
    """How an account of a scenario's calls differs from what it expects; empty if it does not, or if nothing is
    expected.
    """
    if not scenario.calls:
        return []
    left = list(account.calls)
    found = []
    for expected in scenario.calls:
        row = next((row for row in left if _is_call(row, expected)), None)
        if row is None:
            found.append(f"no {expected.direction} call to {expected.called} is listed")
        else:
            left.remove(row)
            recordings = [one for one in account.recordings if one["call"] == row["call"]]
            found += [f"call to {expected.called}: {one}" for one in _differences(expected, row, recordings)]
    return found + [f"an unexpected {row['direction']} call to {row['called']} is listed" for row in left]


def _is_call(row: Row, expected: ExpectedCall) -> bool:
    return (
        row["company"] == expected.company
        and row["direction"] == expected.direction
        and (row["group"] or "") == expected.group
        and _same_number(row["called"], expected.called)
        and _same_number(row["caller"], expected.caller)
    )


def _same_number(one: str | None, other: str) -> bool:
    """Whether these may be spellings of one number: the longer one ends with the shorter, prefixes aside."""
    short, long = sorted((_bare(one or ""), _bare(other)), key=len)
    return long.endswith(short) if short else not long


def _bare(number: str) -> str:
    return number.removeprefix("+").removeprefix("00")


def _differences(expected: ExpectedCall, row: Row, recordings: Sequence[Row]) -> list[str]:
    decisions = row["decisions"]
    if len(decisions) != len(expected.decisions):
        seen = {name: row.get(name) for name in ("answered_at", "ended_at", "cause")}
        return [f"{len(decisions)} decisions instead of {len(expected.decisions)}: {decisions} of a call {seen}"]
    missing = [one for one in expected.decisions if not any(_is_decision(row, one) for row in decisions)]
    found = [f"no decision {one} among {decisions}" for one in missing]
    return found + _recording_differences(expected.recordings, recordings, _up_seconds(row))


def _is_decision(row: Row, expected: ExpectedDecision) -> bool:
    outcome = (row["record"], row["rule"]) == (expected.record, expected.rule)
    return outcome and expected.user in (None, row["user"])


def _recording_differences(expected: Sequence[ExpectedRecording], rows: Sequence[Row], up_seconds: float) -> list[str]:
    if len(rows) != len(expected):
        return [f"{len(rows)} recordings instead of {len(expected)}: {list(rows)}"]
    unsealed = [f"recording {row['id']} is {row['state']}, not {_SEALED}" for row in rows if row["state"] != _SEALED]
    missing = [one for one in expected if not any(_is_recording(row, one) for row in rows)]
    there = "; ".join(f"{row['user']}: {row['seconds']} s of a talk of {_talked(row):.2f} s" for row in rows)
    if unsealed or missing:
        return unsealed or [f"no recording of {one.seconds} s of {one.user} among {there}" for one in missing]
    # On a busy machine phones answer, transfer and hang up late: a call and its parts may be shorter than planned.
    planned = min(up_seconds, sum(one.seconds for one in expected))
    is_short = sum(_seconds(row) for row in rows) < planned - sum(one.tolerance for one in expected)
    return [f"less than {planned:.2f} s in all: {there}"] if is_short else []


def _up_seconds(row: Row) -> float:
    """How long the call was answered."""
    return float(row["ended_at"] or 0.0) - float(row["answered_at"] or 0.0)


def _seconds(row: Row) -> float:
    return float(row["seconds"] or 0.0)


def _is_recording(row: Row, expected: ExpectedRecording) -> bool:
    return row["user"] == expected.user and abs(_seconds(row) - _talked(row)) <= expected.tolerance


def _talked(row: Row) -> float:
    """How long the recorded talk was; of a recording that was stopped late and cut, only when it began and ended is
    listed.
    """
    if row["talk_seconds"] is None:
        return float(row["stopped_at"] or 0.0) - float(row["started_at"] or 0.0)
    return float(row["talk_seconds"])
