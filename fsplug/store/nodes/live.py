"""Who is in a call on which node now: each node publishes its own users' calls, for other nodes and for consoles.

What a node has published counts while the node holds its name: one that is gone has no live calls.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, put
from fsplug.store.nodes import names
from fsplug.store.schema.nodes import LiveTalks


@dataclass(frozen=True, slots=True)
class _Row:
    """A user whose line is taken on a node; with `talks`, by an answered call."""

    node: str
    username: str
    talks: bool
    since: float | None
    version: int | None
    other: str
    listeners: tuple[str, ...]

    @property
    def talk(self) -> UserTalk:
        return UserTalk(self.username, self.since, self.version, self.other, self.listeners, self.node)


_OF_COMPANY = Select(
    _Row,
    lambda: (
        LiveTalks.select(*columns(_Row, LiveTalks))
        .where((LiveTalks.company == given.company) & (LiveTalks.node != given.own))
        .order_by(LiveTalks.since, LiveTalks.node)
    ),
)
_OF_USER = Select(
    _Row,
    lambda: (
        LiveTalks.select(*columns(_Row, LiveTalks))
        .where(
            (LiveTalks.company == given.company)
            & (LiveTalks.username == given.username)
            & (LiveTalks.node != given.own)
            & LiveTalks.talks
        )
        .order_by(LiveTalks.since.desc(), LiveTalks.node)
    ),
)
_PUT = Write(lambda: put(LiveTalks, "node company username talks since version other listeners"))
_REMOVE = Write(
    lambda: LiveTalks.delete().where(
        (LiveTalks.node == given.node) & (LiveTalks.company == given.company) & (LiveTalks.username == given.username)
    )
)
_FORGET = Write(lambda: LiveTalks.delete().where(LiveTalks.node == given.node))
# A user's talk, or None while the line is only taken; by company and username.
_Published = Mapping[tuple[str, str], UserTalk | None]


class Publisher:
    """Keeps what this node has published in step with its calls, in one transaction for each change."""

    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node
        self._published: _Published | None = None

    def is_news(self, calls: Mapping[str, CompanyCalls]) -> bool:
        """Whether these calls, by company, are others than those that are published."""
        return self._published != _published(calls)

    def publish(self, calls: Mapping[str, CompanyCalls]) -> None:
        """These are the node's calls now, by company. Unavailable if they can't be written."""
        before, found = self._published, _published(calls)
        # Unknown until the transaction has come to its end.
        self._published = None
        with self._store.atomic():
            if before is None:
                _FORGET.run(self._store, node=self._node)
            known = before or {}
            _REMOVE.run_many(self._store, [self._key(*one) for one in known.keys() - found.keys()])
            changed = [one for one in found if one not in known or known[one] != found[one]]
            rows = [self._row(*one, found[one]) for one in changed]
            _PUT.run_many(self._store, [row for row in rows if row["company"]])
        self._published = found

    def _key(self, domain: str, username: str) -> Mapping[str, object]:
        return {"node": self._node, "company": self._company(domain), "username": username}

    def _row(self, domain: str, username: str, talk: UserTalk | None) -> Mapping[str, object]:
        shown = talk or UserTalk(username)
        facts = {"since": shown.since, "version": shown.version, "other": shown.other}
        listeners = json.dumps(list(shown.listeners))
        return {**self._key(domain, username), **facts, "talks": talk is not None, "listeners": listeners}

    def _company(self, domain: str) -> str:
        try:
            return company_id(self._store, domain)
        except Invalid:
            # A call that was marked with another's domain by hand, or the company was removed meanwhile.
            return ""


def elsewhere(store: Store, domain: str, own: str) -> CompanyCalls | None:
    """The company's live calls on all nodes but `own`; None if no other node serves."""
    nodes = serving(store, own)
    if not nodes:
        return None
    rows = [one for one in _OF_COMPANY.rows(store, company=company_id(store, domain), own=own) if one.node in nodes]
    # If a user has several talks, the last one counts.
    return CompanyCalls({one.username: one.talk for one in rows if one.talks}, frozenset(one.username for one in rows))


def node_of_talk(store: Store, domain: str, username: str, own: str) -> str:
    """The name of the node, other than `own`, on which this user is in a call; empty if there is none."""
    found = _OF_USER.rows(store, company=company_id(store, domain), username=username, own=own)
    nodes = serving(store, own) if found else frozenset()
    return next((one.node for one in found if one.node in nodes), "")


def _published(calls: Mapping[str, CompanyCalls]) -> _Published:
    return {
        (domain, username): of_company.talks.get(username)
        for domain, of_company in calls.items()
        for username in of_company.busy | of_company.talks.keys()
    }


def forget(store: Store, node: str) -> None:
    """The node has no live calls. In the transaction around it."""
    _FORGET.run(store, node=node)


def serving(store: Store, own: str) -> frozenset[str]:
    """The names of the nodes that serve now, but `own`."""
    now = store.database_now()
    return frozenset(one.name for one in names.every(store) if one.name != own and one.is_held(now))
