"""Listen-ins as rows: in any order, read by company, by target, and those that go on."""

from itertools import permutations

import pytest

from fsplug.policy.listening.gate import CompanyRules, Door, Ending, Reason
from fsplug.store.calls import ledger, listen_sessions
from fsplug.store.calls.entries import JournalEntry, ListenBegan, ListenEnded, ListenRefused
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import companies, entitlements, policies
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from tests.store.cast import ACME, BETA


def began(listen: str = "l1", at: float = 100.0, company: str = ACME, target: str = "1001") -> ListenBegan:
    whose = {"company": company, "switch": "fs1", "listener": "1002", "target": target}
    legs = {"call": "c", "target_leg": "t", "listener_leg": f"leg-{listen}"}
    return ListenBegan(listen, **whose, dialled="70101001", door=Door.DESK, **legs, at=at)


def refused(listen: str = "l2", at: float = 90.0) -> ListenRefused:
    whose = {"company": ACME, "switch": "fs1", "listener": "1002", "target": "1001"}
    return ListenRefused(
        listen, **whose, dialled="1001\0", door=Door.APP, listener_leg="x", reason=Reason.DEVICE, at=at
    )


ENDED = ListenEnded("l1", 130.0, Ending.REVOKED, Reason.LISTENER_RIGHT)


def test_a_listen_in_is_one_row_in_whatever_order_its_entries_come(store: Store) -> None:
    for entries in permutations([began(), ENDED, began(), ENDED]):
        ledger.apply(store, list(entries))
    [row] = listen_sessions.listed(store, ACME)
    assert (row.listener, row.target, row.door, row.call, row.target_leg) == ("1002", "1001", Door.DESK, "c", "t")
    assert (row.began_at, row.ended_at, row.ending, row.reason) == (100.0, 130.0, Ending.REVOKED, Reason.LISTENER_RIGHT)


@pytest.mark.parametrize("entry", [began(), refused(), ENDED])
def test_an_entry_survives_the_journal(entry: JournalEntry) -> None:
    from fsplug.store.calls.entry_lines import from_json, to_json

    assert from_json(to_json(entry)) == entry


def test_the_person_sees_who_listened_and_not_who_was_refused(store: Store) -> None:
    never_heard = [began("l3", 110.0), ListenEnded("l3", 110.5, Ending.NEVER_HEARD, Reason.NOT_NOTIFIED)]
    ledger.apply(store, [began(), refused(), began("l4", 120.0, target="1003"), *never_heard])
    assert [row.id for row in listen_sessions.listed(store, ACME)] == ["l4", "l3", "l1", "l2"]
    everything = ["l1", "l2", "l3", "l4"]
    assert sorted(listen_sessions.heard_of(store, ACME, everything)) == ["l1", "l4"]
    assert [row.id for row in listen_sessions.listed(store, ACME, wanted=Wanted(person="1003"))] == ["l4"]
    [row] = listen_sessions.listed(store, ACME, wanted=Wanted(until=95.0))
    assert (row.reason, row.dialled, row.began_at) == (Reason.DEVICE, "1001\N{REPLACEMENT CHARACTER}", None)


def test_another_company_sees_nothing_of_it(store: Store) -> None:
    ledger.apply(store, [began()])
    assert listen_sessions.listed(store, BETA) == []
    assert listen_sessions.heard_of(store, BETA, ["l1"]) == {}


def test_those_that_go_on_are_found_again_by_their_switch(store: Store) -> None:
    ledger.apply(store, [began(), began("l5", 101.0, BETA), ENDED, refused()])
    assert [row.id for row in listen_sessions.open_on(store, "fs1")] == ["l5"]
    assert listen_sessions.open_on(store, "fs2") == []


def test_what_a_company_says_about_listening_has_a_version(store: Store) -> None:
    assert entitlements.listen_rules(store, ACME) == CompanyRules()
    before = policies.current_version(store, ACME)

    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "listen_from_app": True, "listen_consent": True})

    edit(store, ACME, "test", change)
    assert entitlements.listen_rules(store, ACME) == CompanyRules(apps_may_listen=True, colleagues_must_allow=True)
    assert policies.current_version(store, ACME) == before + 1
    [document] = planning.export(store, ACME)["company"]
    assert (document["listen_from_app"], document["listen_consent"]) == (True, True)
    assert companies.get(store, ACME).listen_consent


def test_the_profile_of_the_calls_start_is_asked_what_it_says_today(store: Store) -> None:
    profiles = [{"name": "available", "allow_listen": True, "active": True}, {"name": "meeting"}]
    first = _with_profiles(store, profiles)
    second = _with_profiles(store, [{**profiles[0], "active": False}, {**profiles[1], "active": True}])
    third = _with_profiles(store, [{**profiles[0], "allow_listen": False}, profiles[1]])
    assert entitlements.of_user(store, ACME, "1001", first).allows
    assert not entitlements.of_user(store, ACME, "1001", second).allows
    assert entitlements.of_user_in_call(store, ACME, "1001", first, second).allows
    assert not entitlements.of_user_in_call(store, ACME, "1001", first, third).allows
    assert not entitlements.of_user_in_call(store, ACME, "1001", second, first).allows


def test_who_has_a_username_since_the_call_began_says_nothing_of_the_one_who_talks(store: Store) -> None:
    profiles: list[dict[str, object]] = [{"name": "available", "allow_listen": True, "active": True}]
    began_under = _with_profiles(store, profiles)
    entry = Draft(store, ACME).entry("user", "1001")

    def leave(draft: Draft) -> None:
        draft.remove("user", "1001")
        draft.remove("number", "+4570101001")
        draft.put("group", {**draft.entry("group", "2001"), "members": ["1002"]}, "2001")

    edit(store, ACME, "test", leave)
    version = edit(store, ACME, "test", lambda draft: draft.put("user", {**entry, "name": "Bodil Krog"})).version
    assert entitlements.of_user(store, ACME, "1001", version).allows
    assert not entitlements.of_user_in_call(store, ACME, "1001", began_under, version).allows
    assert entitlements.of_user_in_call(store, ACME, "1001", version, version).allows


def _with_profiles(store: Store, profiles: list[dict[str, object]]) -> int:
    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "1001"), "profile": profiles}, "1001")

    edit(store, ACME, "test", change)
    return policies.current_version(store, ACME)
