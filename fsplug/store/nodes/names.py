"""The names of the nodes: each belongs to one holder at a time, by the database's clock.

Rows of calls and recordings have their node's name (the setting `switch_name`). Two nodes under one name would take
each other's calls for their own, and end each other's recordings.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from peewee import EXCLUDED

from fsplug.errors import Refused
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, given_each, insert
from fsplug.store.outbox.queue import LONGEST_LEASE_SECONDS
from fsplug.store.schema.nodes import Nodes

# How long a name stays its holder's after the holder's last sign.
LEASE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims the name: its machine, its data folder, and its archive as people write it."""

    name: str
    host: str
    data: str
    archive: str


@dataclass(frozen=True, slots=True)
class Node:
    """A node that has served. Times are epoch seconds by the database's clock.

    While others speak for it, `settled_at` is set, and `settled` has the ids that `store.nodes.settlement` lists.
    """

    name: str
    token: str
    host: str
    data: str
    archive: str
    seen_at: float
    leased_until: float
    stopped_at: float | None
    settled_at: float | None
    settled: Mapping[str, list[str]]

    def is_held(self, now: float) -> bool:
        """Whether the name is its holder's alone. A lease that is impossibly long is from before the clock was set."""
        return now < self.leased_until <= now + LONGEST_LEASE_SECONDS

    @property
    def settled_counts(self) -> dict[str, int]:
        """How many calls were written down as ended, and how many recordings as gaps."""
        return {what: len(self.settled.get(what, ())) for what in ("calls", "recordings")}


_CLAIMED = "token host data archive seen_at leased_until stopped_at"
_IS_FREE = (Nodes.leased_until <= given.now) | (Nodes.leased_until > given.now + LONGEST_LEASE_SECONDS)
_HOLD = Write(
    lambda: insert(Nodes, f"name {_CLAIMED}").on_conflict(
        conflict_target=[Nodes.name],
        update={getattr(Nodes, name): getattr(EXCLUDED, name) for name in _CLAIMED.split()},
        where=Nodes.token.in_(given_each.known) | _IS_FREE,
    )
)
_RELEASE = Write(
    lambda: Nodes.update(leased_until=0.0, stopped_at=given.now).where(
        (Nodes.name == given.name) & (Nodes.token == given.token)
    )
)
_REMOVE = Write(
    lambda: Nodes.delete().where(
        (Nodes.name == given.name) & (Nodes.token == given.token) & (Nodes.leased_until == given.leased_until)
    )
)
_EVERY = Select(Node, lambda: Nodes.select(*columns(Node, Nodes)).order_by(Nodes.name))
_GET = Select(Node, lambda: Nodes.select(*columns(Node, Nodes)).where(Nodes.name == given.name))


def hold(store: Store, claim: Claim, known: Collection[str], token: str) -> None:
    """Hold the name for `LEASE_SECONDS` from now, by the new `token`.

    `known` are the tokens that this claimant has had: whoever has the last one is the holder, and keeps the name.
    Refused("name-taken") if somebody else holds it; its `seen_at` is the holder's last sign.
    """
    with store.atomic():
        now = store.database_now()
        until = {"seen_at": now, "leased_until": now + LEASE_SECONDS, "stopped_at": None}
        whose = {"name": claim.name, "host": claim.host, "data": claim.data, "archive": claim.archive}
        if not _HOLD.run(store, **whose, **until, token=token, known=[*known, token], now=now):
            raise _taken(_GET.row(store, name=claim.name), claim, now)


def release(store: Store, name: str, token: str) -> None:
    """The holder with this token stops in good order: the name is anybody's."""
    with store.atomic():
        _RELEASE.run(store, name=name, token=token, now=store.database_now())


def remove(store: Store, node: Node) -> bool:
    """Forget a node that is gone; False if it has come back meanwhile."""
    with store.atomic():
        return bool(_REMOVE.run(store, name=node.name, token=node.token, leased_until=node.leased_until))


def get(store: Store, name: str) -> Node | None:
    """The node of this name, if there is one."""
    return _GET.row(store, name=name)


def every(store: Store) -> list[Node]:
    """All nodes, by name."""
    return _EVERY.rows(store)


def _taken(node: Node | None, claim: Claim, now: float) -> Refused:
    if node is None:
        return Refused("name-taken", f"the name {claim.name} was given up at this moment; try again", node=claim.name)
    text = (
        f"{claim.name} is the name of the fsplug on {node.host} (data folder {node.data}), which gave a sign "
        f"{max(0.0, now - node.seen_at):.0f} s ago; two under one name would end each other's recordings. Name this "
        f'one differently (switch_name = "..." in {claim.data}/fsplug.toml); if the other one is gone, start this one '
        f"again in {node.leased_until - now:.0f} s"
    )
    return Refused("name-taken", text, node=claim.name, host=node.host, data=node.data, seen_at=node.seen_at)
