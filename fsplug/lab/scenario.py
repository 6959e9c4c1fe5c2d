"""A scenario as its folder in fixtures/sipp describes it: who takes part, and what fsplug must know at the end."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid

SCENARIOS = Path(__file__).parents[2] / "fixtures" / "sipp"
EXPECTATION = "expect.toml"


@dataclass(frozen=True, slots=True)
class ScenarioRole:
    """One SIPp process that plays `<name>.xml`.

    With `user` it is that user's phone; otherwise it is somebody beyond the trunk with this `number`. With `calls` it
    dials that number, `wait_seconds` after the role `after` has ended; otherwise it waits to be called, `count` times.
    `target` is the number it transfers to. With `consults`, another role of the scenario connects with its call. `exit`
    is the exit code that SIPp must end with.
    """

    name: str
    company: str
    user: str = ""
    number: str = ""
    display: str = ""
    headers: tuple[str, ...] = ()
    calls: str = ""
    after: str = ""
    wait_seconds: float = 0.0
    talk_seconds: float = 1.0
    count: int = 1
    target: str = ""
    consults: bool = False
    exit: int = 0


@dataclass(frozen=True, slots=True)
class ExpectedRecording:
    """A recording on this user's leg; `seconds` may be off by `tolerance`."""

    user: str
    seconds: float
    tolerance: float = 0.5


@dataclass(frozen=True, slots=True)
class ExpectedDecision:
    """A verdict; `user` is left out where only the rule matters."""

    record: bool
    rule: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """A call that fsplug must have seen. `caller` and `called` are as the switch reports them."""

    company: str
    direction: str
    called: str
    caller: str = ""
    group: str = ""
    decisions: tuple[ExpectedDecision, ...] = ()
    recordings: tuple[ExpectedRecording, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """The scenario in `folder`. `company` applies to every role and call that names no other.

    `conversations` is how many its calls are, and `transfers` are who made them and how, such as `1001 blind`.
    `fsplug` says whether the scenario needs fsplug `up` or `away`, or works with `either`; `seconds` is its time limit.
    """

    name: str
    folder: Path
    about: str
    company: str
    roles: tuple[ScenarioRole, ...]
    calls: tuple[ExpectedCall, ...] = ()
    conversations: int | None = None
    transfers: tuple[str, ...] = ()
    fsplug: str = "either"
    seconds: int = 30

    @property
    def waiting(self) -> tuple[ScenarioRole, ...]:
        return tuple(role for role in self.roles if not role.calls)

    @property
    def calling(self) -> tuple[ScenarioRole, ...]:
        return tuple(role for role in self.roles if role.calls)


def scenario_names() -> list[str]:
    """The names of all scenarios, in alphabetical order."""
    return sorted(path.parent.name for path in SCENARIOS.glob(f"*/{EXPECTATION}"))


def read_scenario(name: str) -> Scenario:
    """The scenario with this name. Raises Invalid if there is none, or if its expect.toml has something unknown."""
    path = SCENARIOS / name / EXPECTATION
    if name not in scenario_names():
        known = ", ".join(scenario_names())
        raise Invalid("unknown-scenario", f"no scenario {name}; there are: {known}", scenario=name)
    try:
        return _scenario(name, path.parent, tomllib.loads(path.read_text(encoding="utf-8")))
    except (TypeError, KeyError, tomllib.TOMLDecodeError) as error:
        raise Invalid("bad-scenario", f"{path}: {error}", scenario=name) from error


def _scenario(name: str, folder: Path, document: dict[str, Any]) -> Scenario:
    company = document["company"]
    roles = tuple(_role({"company": company, **table}) for table in document.pop("role"))
    calls = tuple(_call({"company": company, **table}) for table in document.pop("call", []))
    transfers = tuple(document.pop("transfers", ()))
    return Scenario(name=name, folder=folder, roles=roles, calls=calls, transfers=transfers, **document)


def _role(table: dict[str, Any]) -> ScenarioRole:
    return ScenarioRole(**{**table, "headers": tuple(table.get("headers", ()))})


def _call(table: dict[str, Any]) -> ExpectedCall:
    decisions = tuple(ExpectedDecision(**one) for one in table.pop("decisions", []))
    recordings = tuple(ExpectedRecording(**one) for one in table.pop("recordings", []))
    return ExpectedCall(**table, decisions=decisions, recordings=recordings)
