"""`fsplug listen` and `fsplug call list --watch` beside calls, on both switches."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.listening.gate import Door, Reason
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.store.nodes import names, presence
from fsplug.store.nodes.live import Publisher
from fsplug.store.nodes.names import Claim
from tests.calls.listeners import (
    ANNA,
    ANNAS_STAR,
    BO,
    DAVID,
    Listens,
    Party,
    allowed,
    both,
    has_ended,
    until_heard,
    until_over,
    without_right,
)
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant


def test_a_command_rings_the_listeners_own_phone(plant: Plant, people: Party, listens: Listens) -> None:
    people.is_ready(BO)
    people.talk(CUSTOMER, ANNA)
    answer = fsplug(plant, "listen", "--company", ACME, "--as", BO, "--to", "70 10 10 01")
    assert answer["code"] == 0
    [row] = listens.until(lambda row: row.began_at is not None, "it is written down")
    assert (row.id, row.door, row.listener, row.target) == (answer["listen"], Door.COMMAND, BO, ANNA)
    plant.line.api(f"uuid_kill {row.listener_leg}")
    listens.until(has_ended, "it ends")


def test_a_command_is_refused_by_the_same_gate_before_anything_rings(
    plant: Plant, people: Party, listens: Listens
) -> None:
    answer = fsplug(plant, "listen", "--company", ACME, "--as", BO, "--to", "1001")
    assert (answer["code"], answer["error"]["code"]) == (3, Reason.NOT_IN_CALL)
    assert answer["error"]["text"] == "Din kollega taler ikke i telefon."
    [row] = listens.until(lambda row: row.reason is not None, "the refusal is written down")
    assert (row.reason, row.door) == (Reason.NOT_IN_CALL, Door.COMMAND)


def test_a_call_on_another_node_is_refused_with_the_true_reason_by_every_door(
    plant: Plant, people: Party, listens: Listens
) -> None:
    people.is_ready(BO)
    with _another_node(plant, {ACME: CompanyCalls({ANNA: UserTalk(ANNA, 1.0)}, frozenset({ANNA}))}):
        answer = fsplug(plant, "listen", "--company", ACME, "--as", BO, "--to", "1001")
        assert (answer["code"], answer["error"]["code"]) == (3, Reason.OTHER_NODE)
        assert answer["error"]["text"] == f"Samtalen er på elsewhere, og din telefon er på {socket.gethostname()}."
        until_over(people.dial(BO, ANNAS_STAR))
        rows = listens.until(lambda row: row.reason is not None, "both refusals are written down", 2)
        assert [(row.reason, row.target) for row in rows] == [(Reason.OTHER_NODE, ANNA)] * 2
    answer = fsplug(plant, "listen", "--company", ACME, "--as", BO, "--to", "1001")
    assert answer["error"]["code"] == Reason.NOT_IN_CALL


@contextmanager
def _another_node(plant: Plant, calls: dict[str, CompanyCalls]) -> Iterator[None]:
    """Another node shares the store, and has these calls."""
    presence.hold(plant.store, Claim("elsewhere", "elsewhere", "/data", "/archive"), [], "token")
    Publisher(plant.store, "elsewhere").publish(calls)
    # As if it had given a sign each few seconds, however long this takes.
    with plant.store.atomic():
        plant.store.run("UPDATE node SET leased_until = leased_until + 1800 WHERE name = 'elsewhere'")
    yield
    names.release(plant.store, "elsewhere", "token")


def test_the_live_list_says_who_talks_who_listens_and_who_may(plant: Plant, people: Party, listens: Listens) -> None:
    with watching(plant, BO) as lists:
        assert next(lists) == []
        talk = people.talk(CUSTOMER, ANNA)
        [shown] = next(one for one in lists if one)
        assert (shown["user"], shown["direction"], shown["other"]) == (ANNA, "incoming", CUSTOMER)
        assert (shown["listeners"], shown["why_not"]) == ([], None)
        david = people.dial(DAVID, ANNAS_STAR)
        [shown] = next(one for one in lists if one and one[0]["listeners"])
        assert shown["listeners"] == [DAVID]
        plant.apply(both(allowed, without_right))
        [shown] = next(one for one in lists if one and one[0]["why_not"])
        assert shown["why_not"] == Reason.LISTENER_RIGHT
        until_heard(david, ANNA, CUSTOMER)
        talk.hang_up(CUSTOMER)
        assert next(one for one in lists if not one) == []
    listens.until(has_ended, "it ends")


def fsplug(plant: Plant, *words: str) -> dict[str, Any]:
    """What the command line answers, with its exit code."""
    command = [sys.executable, "-m", "fsplug", *words, "--data", str(plant.data), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    return {"code": ended.returncode, **json.loads(ended.stdout or ended.stderr)}


@contextmanager
def watching(plant: Plant, viewer: str) -> Iterator[Iterator[list[dict[str, Any]]]]:
    """The lists that `fsplug call list --watch` prints."""
    command = [sys.executable, "-m", "fsplug", "call", "list", "--watch", "--company", ACME, "--as", viewer]
    command += ["--data", str(plant.data), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield lists_of(process.stdout)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def lists_of(printed: Any) -> Iterator[list[dict[str, Any]]]:
    """Each list printed, one after the other, over as many lines as it takes."""
    text, decoder = "", json.JSONDecoder()
    for line in printed:
        text += line
        with suppress(ValueError):
            found, end = decoder.raw_decode(text.lstrip())
            text = text.lstrip()[end:]
            yield found
