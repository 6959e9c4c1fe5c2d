"""`fsplug policy simulate`: the same verdict as the live call's (spec B2)."""

from itertools import count
from typing import Any

import pytest

from fsplug.cli.calls.words import REASONS
from fsplug.esl.calls.arming import CallArmer
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.consents import Consents
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.policy.recording.legs import Leg
from fsplug.policy.recording.verdict import VerdictReason
from fsplug.store.db.database import Store
from tests.cli.conftest import ACME, Cli
from tests.esl.commandedswitch import CommandedSwitch

# How the call is described, and how the switch would bring it: who calls, what they dial, which legs may answer.
CALLS: dict[str, tuple[tuple[str, ...], dict[str, Any], tuple[str, ...]]] = {
    "a customer calls a user's number": (
        ("--from", "22334455", "--to", "70 10 10 01"),
        {"numbers": ("+4522334455",), "dialled": ("4570101001",)},
        ("1001",),
    ),
    "a customer calls somebody without the flag": (
        ("--from", "+4522334455", "--to", "1004"),
        {"numbers": ("+4522334455",), "dialled": ("4570101004",)},
        ("1004",),
    ),
    "a customer calls a group by its number from outside": (
        ("--from", "22334455", "--to", "+4570102001"),
        {"numbers": ("22334455",), "dialled": ("4570102001",), "groups": ("2001",)},
        ("1001", "1002", "1003", "1004"),
    ),
    "a customer calls a group that is never recorded": (
        ("--from", "22334455", "--group", "2002"),
        {"numbers": ("22334455",), "dialled": ("2002",), "groups": ("2002",)},
        ("1001", "1002", "1003", "1004"),
    ),
    "one member of a group": (
        ("--from", "22334455", "--group", "2001", "--to", "1003"),
        {"numbers": ("22334455",), "dialled": ("2001",), "groups": ("2001",)},
        ("1003",),
    ),
    "the doctor calls a recorded group": (
        ("--from", "22 33 44 99", "--to", "2001"),
        {"numbers": ("4522334499",), "dialled": ("2001",), "groups": ("2001",)},
        ("1001", "1002", "1003", "1004"),
    ),
    "a user calls the doctor": (
        ("--from", "1001", "--to", "0045 22334499"),
        {"username": "1001", "numbers": ("1001",), "dialled": ("22334499",)},
        ("trunk",),
    ),
    "a call that the doctor passed on": (
        ("--from", "22334455", "--to", "1001", "--forwarded-by", "22334499"),
        {"numbers": ("22334455",), "dialled": ("1001",), "forwarders": ("sip:+4522334499@trunk",)},
        ("1001",),
    ),
    "a user calls out": (
        ("--from", "1002", "--to", "+46701234567"),
        {"username": "1002", "numbers": ("1002",), "dialled": ("+46701234567",)},
        ("trunk",),
    ),
    "a colleague who is recorded calls one who is not": (
        ("--from", "1003", "--to", "1004"),
        {"username": "1003", "numbers": ("1003",), "dialled": ("1004",)},
        ("1004",),
    ),
    "colleagues whose department does not record them": (
        ("--from", "1001", "--to", "1002"),
        {"username": "1001", "numbers": ("1001",), "dialled": ("1002",)},
        ("1002",),
    ),
    "a withheld number": (
        ("--from", "anonymous", "--to", "1001"),
        {"numbers": ("anonymous",), "dialled": ("1001",)},
        ("1001",),
    ),
    "an emergency call": (
        ("--from", "1001", "--to", "112"),
        {"username": "1001", "numbers": ("1001",), "dialled": ("112",)},
        ("trunk",),
    ),
}


class _SpoolStandIn:
    trouble = None
    kept_out = None

    def path(self, recording: str) -> str:
        return f"/spool/{recording}.wav"


def live(cli: Cli, caller: dict[str, Any], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """What the record flow arms for the call."""
    ids, book = count(), CallBook()
    spool: Any = _SpoolStandIn()
    ports = Ports(
        "fs1", CommandedSwitch(), spool, lambda entry: None, lambda: 0.0, lambda *_: None, lambda: f"id-{next(ids)}"
    )
    store = Store(cli.data / "fsplug.db")
    leg = Leg("a", ACME, call="a", called_in=True, **caller)
    CallArmer(book, PolicySource(store), Conversations(store, book, ports), Consents(ports), ports).arm(leg, names)
    store.close()
    armed = [one.arm for one in book.calls["a"].armed.values()]
    return [(a.leg, a.verdict.record, a.verdict.rule, a.verdict.reason, a.verdict.user, a.verdict.group) for a in armed]


def simulated(cli: Cli, *options: object) -> dict[str, Any]:
    facts: dict[str, Any] = cli.json("policy", "simulate", "--company", ACME, *options)
    return facts


@pytest.mark.parametrize("name", CALLS)
def test_the_verdict_is_the_live_calls(cli: Cli, name: str) -> None:
    options, caller, names = CALLS[name]
    printed = [tuple(one.values()) for one in _short(simulated(cli, *options)["verdicts"])]
    assert printed == live(cli, caller, names)


def _short(verdicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: one[k] for k in ("leg", "record", "rule", "reason", "user", "group")} for one in verdicts]


def test_verdict_rule_reason_user_and_version_are_printed(cli: Cli) -> None:
    printed = cli.ok("policy", "simulate", "--company", ACME, "--from", "22334455", "--to", "1004")
    assert "policy version 1" in printed and "user 1004 David Krogh" in printed
    assert "do not record" in printed and "department-policy" in printed
    assert "1004 has no recording flag (user-without-flag)" in printed


def test_with_a_group_there_is_a_verdict_for_each_member(cli: Cli) -> None:
    facts = simulated(cli, "--from", "22334455", "--group", "2001")
    assert [(one["user"], one["record"]) for one in facts["verdicts"]] == [
        ("1001", True),
        ("1002", True),
        ("1003", True),
        ("1004", False),
    ]
    assert (facts["rule"], facts["record"]) == ("group-always", None)


def test_what_all_legs_have_in_common_is_said_once(cli: Cli) -> None:
    facts = simulated(cli, "--from", "1001", "--to", "+46701234567")
    assert (facts["record"], facts["rule"], facts["user"]) == (True, "department-policy", "1001")
    assert facts["verdicts"][0]["recorded_on"] == "caller"


@pytest.mark.parametrize("name", ["1001", "70101001", "+45 70 10 10 01", "sip:1001@acme.example", "1001@ACME.example"])
def test_a_user_goes_by_extension_number_or_address(cli: Cli, name: str) -> None:
    assert simulated(cli, "--from", name, "--to", "22334455")["from"]["user"] == "1001"


def test_a_user_of_the_same_name_elsewhere_is_a_stranger(cli: Cli) -> None:
    assert simulated(cli, "--from", "sip:1001@beta.example", "--to", "1002")["from"]["user"] is None


def test_policy_is_that_of_the_time_asked_for(cli: Cli) -> None:
    began = cli.json("policy", "show", "--company", ACME)["since"]
    cli.ok("policy", "set", "--company", ACME, "--department", "Sales", "--no-incoming")
    words = ("--from", "22334455", "--to", "1001")
    assert (simulated(cli, *words)["version"], simulated(cli, *words)["record"]) == (2, False)
    then = simulated(cli, *words, "--at", began + 0.001)
    assert (then["version"], then["record"]) == (1, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--from", "22334455"), "bad-usage"),
        (("--to", "1001"), "bad-usage"),
        (("--from", "22334455", "--to", "bob"), "unknown-party"),
        (("--from", "22334455", "--group", "9999"), "unknown-group"),
        (("--from", "2001", "--to", "1001"), "group-calls"),
        (("--from", "1001", "--to", "1002", "--at", "2001-01-01"), "no-version-then"),
        (("--from", "1001", "--to", "1002", "--at", "soon"), "bad-usage"),
    ],
)
def test_a_call_that_cannot_be_is_refused(cli: Cli, words: tuple[str, ...], code: str) -> None:
    assert cli.error("policy", "simulate", "--company", ACME, *words) == (2, code)


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(VerdictReason)
