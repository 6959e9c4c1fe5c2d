"""Whom somebody may listen to, as a page shows it for many: what the gate says to each who dials."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.listenin.book import ListenBook
from fsplug.esl.listenin.gate_facts import Caller, ListenFacts
from fsplug.esl.listenin.live_calls import company_calls
from fsplug.policy.entities import DeviceKind
from fsplug.policy.listening.gate import Door, Reason, admission
from fsplug.policy.recording.legs import Leg
from fsplug.store.calls import listenable
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import devices, policies
from fsplug.store.db.database import Store
from fsplug.wiring.channel.messages import from_table, to_table
from tests.furnished import cast_store
from tests.store.cast import ACME

LISTENER, TARGET, OTHER = "1001", "1002", "1003"
FLAGS = ("licence", "right", "app", "apps", "consent", "target", "allowed", "allows", "talks", "other", "busy")


class Silent:
    """A switch on which nothing rings."""

    def ringing(self, call: str) -> frozenset[str]:
        return frozenset()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = cast_store(tmp_path / "fsplug.db")
    yield store
    store.close()


def give(store: Store, username: str, **given: Any) -> None:
    """Change a user."""

    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", username), **given}, username)

    edit(store, ACME, "operator", change)


def profile(allows: bool) -> list[dict[str, Any]]:
    """One state, the active one."""
    return [{"name": "available", "allow_listen": allows, "active": True}]


def prepared(store: Store, flags: dict[str, bool]) -> CallBook:
    """A company as these flags say, with its calls; `allowed` is as of when the call began, `allows` as of now."""
    kind = "app" if flags["app"] else "desk"
    pro = ["contact-pro"]
    give(
        store,
        LISTENER,
        licences=pro if flags["licence"] else [],
        rights=["listen-in"] if flags["right"] else [],
        device=[{"name": "phone", "kind": kind, "sip_username": "1001x", "password": "a-long-secret"}],
        profile=profile(True),
    )
    give(store, TARGET, licences=pro if flags["target"] else [], profile=profile(flags["allowed"]))
    give(store, OTHER, licences=pro, profile=profile(False))

    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "listen_from_app": flags["apps"], "listen_consent": flags["consent"]})

    edit(store, ACME, "operator", change)
    began_under = policies.current_version(store, ACME)
    give(store, TARGET, profile=profile(flags["allows"]))
    book = CallBook()
    if flags["talks"]:
        ends = (TARGET, OTHER) if flags["other"] else (TARGET, "")
        for uuid, partner, username in (("a", "b", ends[0]), ("b", "a", ends[1])):
            its = {"call": "a", "company": ACME, "username": username, "version": began_under}
            leg = Leg(uuid=uuid, answered=True, answered_at=1.0, **its)
            book.channels[uuid] = Channel(leg, partner=partner)
    if flags["busy"]:
        book.channels["c"] = Channel(Leg(uuid="c", call="c", company=ACME, username=LISTENER))
    return book


def gate(store: Store, book: CallBook, flags: dict[str, bool]) -> Reason | None:
    """What one who dials is told."""
    facts = ListenFacts(store, book, Silent())
    [listener, target] = [facts.user(ACME, name) for name in (LISTENER, TARGET)]
    assert listener is not None and target is not None
    kind = DeviceKind.APP if flags["app"] else DeviceKind.DESK
    caller = Caller(ACME, listener, Door.COMMAND, kind)
    return admission(facts.request(caller, ACME, target, facts.talk_of(ACME, TARGET))).reason


ALL = [dict(zip(FLAGS, given, strict=True)) for given in product([True, False], repeat=len(FLAGS))]
SOME = random.Random(6).sample(ALL, 150)
# Those in which nothing stands in the way but one thing.
GOOD = dict.fromkeys(FLAGS, True) | {"app": False, "consent": False, "busy": False}
NEARLY = [GOOD, *(GOOD | {name: not value} for name, value in GOOD.items()), GOOD | {"app": True, "apps": False}]


def test_it_is_the_gate_s_word_whatever_the_company_is_like(store: Store) -> None:
    seen = set()
    for flags in [*NEARLY, *SOME]:
        book = prepared(store, flags)
        calls = company_calls(book, ListenBook(), ACME)
        reasons = listenable.reasons(store, ACME, LISTENER, [TARGET, OTHER, LISTENER], calls)
        assert reasons[TARGET] == gate(store, book, flags), flags
        seen.add(reasons[TARGET])
    assert {None, Reason.DEVICE, Reason.LINE_BUSY, Reason.NOT_IN_CALL, Reason.PROFILE, Reason.COLLEAGUE} <= seen


def test_calls_come_whole_over_the_socket(store: Store) -> None:
    calls = company_calls(prepared(store, GOOD), ListenBook(), ACME)
    assert set(calls.talks) == {TARGET, OTHER}
    assert from_table(to_table(calls)) == calls


PHONE = {"name": "phone", "kind": "desk", "sip_username": "1001x", "password": "a-long-secret"}
MOBILE = "+4520304050"
TAKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("phone", "the phone is removed", {"device": []}),
    ("phone", "its password is replaced", {"device": [{**PHONE, "password": "another-secret"}]}),
    ("mobile", "the number is taken away", {"mobile_numbers": [], "verified_numbers": []}),
    ("mobile", "nobody vouches for the number any more", {"verified_numbers": []}),
]


@pytest.mark.parametrize(("by", "what", "change"), TAKEN, ids=[what for _, what, _ in TAKEN])
def test_who_is_known_by_a_phone_that_is_taken_away_is_known_no_more(
    store: Store, by: str, what: str, change: dict[str, Any]
) -> None:
    facts = ListenFacts(store, prepared(store, GOOD), Silent())
    give(store, LISTENER, mobile_numbers=[MOBILE], verified_numbers=[MOBILE])
    version = facts.version(ACME)
    [listener, target] = [facts.user(ACME, name) for name in (LISTENER, TARGET)]
    known = {"phone": devices.by_sip_username(store, ACME, "1001x", version)} if by == "phone" else {"mobile": MOBILE}
    caller = Caller(ACME, listener, Door.COMMAND, DeviceKind.DESK, **known)
    talk = facts.talk_of(ACME, TARGET)
    assert admission(facts.request(caller, ACME, target, talk)).reason is None
    give(store, LISTENER, **change)
    assert admission(facts.request(caller, ACME, target, talk)).reason is Reason.NOT_IDENTIFIED
