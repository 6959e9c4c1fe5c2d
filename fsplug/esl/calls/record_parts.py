"""The parts of a leg's life, as the switch's own record has them (mod_json_cdr, FreeSWITCH 1.11.1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from fsplug.esl.calls.legs import UUID

_OURS = "fsplug_"
_MARKS = frozenset({"set", "multiset"})
# What stands in the first part of a leg that called in and was made the answering one by uuid_bridge.
_SWAPPED = "Unknown"

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LegPart:
    """A part of a leg's life: its caller profile, our marks in it, and its times (epoch seconds, 0 for never)."""

    profile: Facts
    marks: Mapping[str, str]
    answered_at: float
    bridged_at: float
    ended_at: float

    @classmethod
    def of(cls, flow: Facts) -> Self:
        times = flow.get("times") or {}
        applications = (flow.get("extension") or {}).get("applications") or ()
        return cls(
            profile=flow["caller_profile"],
            marks=dict(_marked(applications)),
            answered_at=seconds(times.get("answered_time")),
            bridged_at=seconds(times.get("bridged_time")),
            ended_at=seconds(times.get("transfer_time")) or seconds(times.get("hangup_time")),
        )

    def others(self, kind: str) -> list[Facts]:
        """The profiles of the legs this part rang (`originatee`) or was rung for (`originator`), its partner first."""
        found = (self.profile.get(kind) or {}).get(f"{kind}_caller_profiles") or ()
        return [one for one in found if UUID.fullmatch(one["uuid"])]


def parts_of(flow: Sequence[Facts], called_in: bool) -> list[LegPart]:
    """The parts of a leg's life, the first one first.

    When a bridge makes the leg that called in the answering one, the switch puts its callee's number in place of its
    own, in the part before it too; the first part still has its own.
    """
    parts = [LegPart.of(one) for one in reversed(flow)]
    if not called_in or not parts:
        return parts
    first = parts[0].profile
    number = first.get("caller_id_number")
    own = {"caller_id_number": number if number != _SWAPPED else first.get("ani")}
    return [replace(part, profile={**part.profile, **own}) for part in parts]


def _marked(applications: Sequence[Facts]) -> Iterator[tuple[str, str]]:
    """What our dialplan set: it marks a call with constants. What is still to be expanded is nobody's mark."""
    for one in applications:
        if one.get("app_name") in _MARKS:
            for setting in _settings(str(one.get("app_data") or "")):
                name, is_set, value = setting.partition("=")
                if is_set and name.startswith(_OURS) and "$" not in value:
                    yield name, value


def _settings(data: str) -> list[str]:
    return data[3:].split(data[2]) if data.startswith("^^") and len(data) > 3 else data.split(" ")


def seconds(micros: object) -> float:
    """Epoch seconds of a time that the switch gives in microseconds, as text; 0 for what never was."""
    text = str(micros or "")
    return int(text) / 1e6 if text.isascii() and text.isdigit() and len(text) < 19 else 0.0
