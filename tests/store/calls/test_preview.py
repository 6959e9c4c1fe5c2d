"""What a drafted policy would have recorded: counted from what was kept of past talks, changing nothing."""

from dataclasses import replace
from typing import Any

import pytest

from fsplug.policy.access.scopes import operator
from fsplug.policy.entities import DepartmentPolicy, Direction
from fsplug.policy.recording.edit import PolicyEdit, of_department
from fsplug.policy.recording.preview import Counted, Outcome, Tally
from fsplug.policy.terms import DEFAULT_TERMS, AgentMay, Start, Terms
from fsplug.store.calls import decisions, ledger
from fsplug.store.calls.preview import preview
from fsplug.store.change import edit_policy, planning
from fsplug.store.change.draft import Draft
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from tests.store.cast import ACME
from tests.store.story import decided, seen

CALLER = "+4522334455"


@pytest.fixture(autouse=True)
def a_week(store: Store) -> None:
    """Ten incoming talks of Clara's, who is of Support, which records nothing."""
    for number in range(10):
        _talk(store, f"call-{number}", 1_000.0 * number)


def _talk(store: Store, call: str, at: float, **inputs: Any) -> None:
    clara = {"username": "1003", "extension": "1003", "name": "Clara", "department": "Support", "records": True}
    known = {
        "company": ACME,
        "caller": {"user": None, "numbers": [CALLER]},
        "answerer": {"user": {**clara, "numbers": []}, "numbers": ["1003"]},
        "direction": "incoming",
        "groups": [],
        "forwarders": [],
    }
    outcome = {name: inputs.pop(name) for name in ("record", "terms") if name in inputs}
    kept = {"user": "1003", "group": None, "record": False, "recording": None, "inputs": {**known, **inputs}, **outcome}
    ledger.apply(store, [seen(call, at=at), decided(call, at=at, **kept)])


def _ticked(store: Store, terms: Terms = DEFAULT_TERMS) -> Any:
    boxes = DepartmentPolicy("Support", incoming=True, terms=terms)
    policy_edit = PolicyEdit(policies.current_version(store, ACME), {"Support": boxes})
    return edit_policy.drafted_snapshot(store, ACME, policy_edit)


def test_talks_are_counted_as_they_were_are_and_would_be(store: Store) -> None:
    found = preview(store, ACME, _ticked(store), 4_500.0)
    total = found.total
    assert total == Tally(5, Counted(0), Counted(0), Counted(5), more=5)
    assert found.by_direction[Direction.INCOMING] == total
    assert found.by_direction[Direction.OUTGOING].talks == 0
    assert found.by_department == {"Support": total}
    assert [one.decision.call for one in found.examples][:2] == ["call-9", "call-8"]
    assert not found.is_capped


@pytest.mark.parametrize(
    "terms",
    [
        Terms(start=Start.ON_DEMAND, agent_may=frozenset({AgentMay.START})),
        Terms(start=Start.KEEP_ON_DEMAND, agent_may=frozenset({AgentMay.KEEP})),
    ],
)
def test_what_the_user_must_start_or_keep_is_not_counted_as_recorded(store: Store, terms: Terms) -> None:
    _talk(store, "wished", 9_500.0, record=True, terms=terms)
    found = preview(store, ACME, _ticked(store, terms), 9_000.0)
    assert found.total == Tally(2, Counted(0, on_demand=1), Counted(0), Counted(0, on_demand=2))
    assert {one.again.drafted for one in found.examples} == {Outcome.ON_DEMAND}


@pytest.mark.parametrize(("most", "talks", "is_capped"), [(3, 3, True), (10, 10, False), (11, 10, False), (0, 0, True)])
def test_only_the_newest_are_looked_at(store: Store, most: int, talks: int, is_capped: bool) -> None:
    found = preview(store, ACME, _ticked(store), 0.0, most)
    assert (found.total.talks, found.is_capped) == (talks, is_capped)
    if most == 3:
        assert [one.decision.call for one in found.examples] == ["call-9", "call-8", "call-7"]


def test_what_is_damaged_is_counted_apart(store: Store) -> None:
    _talk(store, "damaged", 9_500.0, caller="gone")
    found = preview(store, ACME, _ticked(store), 0.0)
    assert (found.total.talks, found.unreadable) == (10, 1)


def test_a_preview_changes_nothing(store: Store) -> None:
    before = (policies.snapshot(store, ACME), len(policies.history(store, ACME)), decisions.listed(store, ACME))
    preview(store, ACME, _ticked(store), 0.0)
    assert (policies.snapshot(store, ACME), len(policies.history(store, ACME)), decisions.listed(store, ACME)) == before


def test_a_draft_s_policy_is_what_the_store_has_after_it_is_saved(store: Store) -> None:
    current = policies.snapshot(store, ACME)
    policy_edit = PolicyEdit(
        current.version,
        {"Support": replace(of_department("Support", current), internal=True)},
        never={CALLER: "a note"},
        again=frozenset(current.excluded),
    )
    drafted = edit_policy.drafted_snapshot(store, ACME, policy_edit)
    assert edit_policy.save(store, ACME, policy_edit, operator("root")) == drafted.version
    assert policies.snapshot(store, ACME) == drafted
    assert Draft(store, ACME).snapshot() == replace(drafted, version=drafted.version + 1)


def test_a_policy_is_in_force_since_its_own_last_change(store: Store) -> None:
    assert (changed := policies.last_change(store, ACME)) is not None and changed.version == 1
    edit_policy.unexclude(store, ACME, ["+4570101155"], "anna")
    planning.apply_plan(store, _renamed(store), "bo")
    assert (changed := policies.last_change(store, ACME)) is not None and (changed.version, changed.by) == (2, "anna")


def _renamed(store: Store) -> Any:
    draft = Draft(store, ACME)
    draft.put("user", {**draft.entry("user", "1003"), "name": "Clara B."}, "1003")
    return draft.plan()


def test_it_reads_on_where_a_stretch_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fsplug.store.calls.preview._STRETCH", 4)
    assert preview(store, ACME, _ticked(store), 0.0).total.talks == 10
