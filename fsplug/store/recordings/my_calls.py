"""What others did with somebody's calls: listened, played, shared (spec B16)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.policy.access.scopes import told
from fsplug.store.audit import browse
from fsplug.store.audit.browse import Sought
from fsplug.store.audit.trail import Entry
from fsplug.store.calls import listen_sessions, participants
from fsplug.store.calls.participants import Heard
from fsplug.store.config import users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches

LISTEN, PLAY, SHARE, SHARE_PLAY = "listen", "play", "share", "share-play"
ACTS = (LISTEN, PLAY, SHARE, SHARE_PLAY)


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of another's on a call of the user's.

    `call_at` is when the call was, in epoch seconds, and `seconds` how long was listened, where either is known.
    """

    entry: Entry
    call_at: float | None = None
    seconds: float | None = None
    caller: Heard | None = None
    answerer: Heard | None = None
    is_going_on: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page; `before` is where the next begins, None when there is none."""

    deeds: list[Deed]
    before: int | None = None


def about(store: Store, domain: str, username: str, limit: int = 50, before: int | None = None) -> Leaf:
    """What others did with this user's calls, newest first; a listen-in in which nothing was heard is none."""
    since = users.began_at(store, domain, username)
    sought = Sought(since=since or None, acts=ACTS, people=(username,), not_by=told(username, domain))
    found = browse.search(store, domain, sought, limit + 1, before)
    entries = found[:limit]
    listens = listen_sessions.heard_of(
        store, domain, [str(one.facts.get("listen")) for one in entries if one.act == LISTEN]
    )
    talks = _talks(store, domain, username, [one.call for one in listens.values() if one.call])
    calls = _recorded(store, domain, [one.subject for one in entries if one.act != LISTEN])
    deeds = []
    for entry in entries:
        if entry.act != LISTEN:
            deeds.append(Deed(entry, **calls.get(entry.subject, {})))
        elif (listen := listens.get(str(entry.facts.get("listen")))) is not None and listen.began_at is not None:
            ended = listen.ended_at
            seconds = ended - listen.began_at if ended is not None else None
            ends = _of_moment(talks.get(listen.call or "", []), listen.began_at)
            deeds.append(Deed(entry, listen.began_at, seconds, *ends, is_going_on=ended is None))
    return Leaf(deeds, entries[-1].number if len(found) > limit else None)


def _talks(
    store: Store, domain: str, username: str, calls: list[str]
) -> Mapping[str, list[tuple[float, tuple[Heard, Heard]]]]:
    """The talks of each call in which this user is one of the two, by when they began, the first first."""
    found: dict[str, list[tuple[float, tuple[Heard, Heard]]]] = {}
    for some in in_batches(dict.fromkeys(calls)):
        sql = f"""SELECT call, at, caller, answerer, inputs FROM decision
            WHERE company = ? AND call IN ({", ".join("?" * len(some))}) ORDER BY at, id"""
        for call, at, caller, answerer, inputs in store.rows(sql, company_id(store, domain), *some):
            ends = participants.both(json.loads(inputs) if inputs else {}, caller, answerer)
            if username in (one.username for one in ends):
                found.setdefault(call, []).append((at, ends))
    return found


def _of_moment(talks: list[tuple[float, tuple[Heard, Heard]]], at: float) -> tuple[Heard | None, Heard | None]:
    """Who talked in the last of these that had begun by then."""
    return next((ends for began_at, ends in reversed(talks) if began_at <= at), (None, None))


def _recorded(store: Store, domain: str, recordings: list[str]) -> Mapping[str, Mapping[str, Any]]:
    """When each recording's call was, and who speaks in it."""
    found: dict[str, Mapping[str, Any]] = {}
    for some in in_batches(dict.fromkeys(recordings)):
        sql = f"""SELECT r.id, r.at, d.caller, d.answerer, d.inputs FROM recording r
            LEFT JOIN decision d ON d.id = r.decision AND d.company = r.company
            WHERE r.company = ? AND r.id IN ({", ".join("?" * len(some))})"""
        for recording, at, caller, answerer, inputs in store.rows(sql, company_id(store, domain), *some):
            ends = participants.both(json.loads(inputs) if inputs else {}, caller, answerer)
            found[recording] = {"call_at": at, "caller": ends[0], "answerer": ends[1]}
    return found
