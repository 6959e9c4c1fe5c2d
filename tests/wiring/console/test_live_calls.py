"""A console's calls: those of its own data folder, and of all other nodes; alone, those of the nodes."""

from pathlib import Path

import pytest

from fsplug.errors import Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.wiring.channel.messages import AskCalls, to_table
from fsplug.wiring.console import live_calls
from fsplug.wiring.console.live_calls import LiveCalls
from tests.store.cast import ACME

OWN = CompanyCalls({"1001": UserTalk("1001", 100.0)}, frozenset({"1001"}), "sip1")
OTHERS = CompanyCalls({"1002": UserTalk("1002", 200.0, node="sip2")}, frozenset({"1002", "1003"}))


def _serves(monkeypatch: pytest.MonkeyPatch, own: CompanyCalls | None) -> None:
    def answer(data: Path, question: AskCalls, patience_seconds: float) -> object:
        if own is None:
            raise Unavailable("not-serving", "nobody serves calls here")
        return to_table(own)

    monkeypatch.setattr(live_calls, "answer", answer)


@pytest.mark.parametrize("is_alone", [False, True])
def test_beside_calls_those_of_other_nodes_are_shown_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_alone: bool
) -> None:
    _serves(monkeypatch, OWN)
    found = LiveCalls(tmp_path, lambda company: OTHERS, lambda: is_alone).calls(ACME)
    assert {one.username: one.node for one in found.talks.values()} == {"1001": "", "1002": "sip2"}
    assert (found.busy, found.node) == ({"1001", "1002", "1003"}, "sip1")


def test_a_console_of_its_own_shows_those_of_the_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _serves(monkeypatch, None)
    assert LiveCalls(tmp_path, lambda company: OTHERS, lambda: True).calls(ACME) == OTHERS


@pytest.mark.parametrize(("others", "is_alone"), [(None, True), (None, False), (OTHERS, False)])
def test_where_calls_are_missed_pages_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: CompanyCalls | None, is_alone: bool
) -> None:
    _serves(monkeypatch, None)
    with pytest.raises(Unavailable):
        LiveCalls(tmp_path, lambda company: others, lambda: is_alone).calls(ACME)


def test_a_store_that_is_away_hides_no_call_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(company: str) -> CompanyCalls | None:
        raise Unavailable("store-gone", "it does not answer")

    _serves(monkeypatch, OWN)
    assert LiveCalls(tmp_path, away).calls(ACME) == OWN
