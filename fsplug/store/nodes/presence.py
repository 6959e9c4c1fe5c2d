"""A node comes, goes on, and returns: the one way in which a name is held by a process that serves."""

from collections.abc import Collection

from fsplug.store.db.database import Store
from fsplug.store.nodes import names, settlement
from fsplug.store.nodes.names import Claim, Node


def hold(store: Store, claim: Claim, known: Collection[str], token: str) -> None:
    """Hold the name as `names.hold`, and take back what others wrote down of this node while it was gone.

    If the name was another machine's, that one is gone for good: what it left is settled once and for all.
    """
    with store.atomic():
        before = names.get(store, claim.name)
        names.hold(store, claim, known, token)
        if before is None:
            return
        if _is_heir(before, claim, known):
            settlement.take_back(store, claim.name)
            return
        now = names.get(store, claim.name)
        if now is not None and now.settled_at is None:
            settlement.write_down(store, before)
        settlement.start_anew(store, claim.name)


def _is_heir(before: Node, claim: Claim, known: Collection[str]) -> bool:
    """Whether the claimant has what the holder before it left in its spool."""
    return before.token in known or (before.host, before.data) == (claim.host, claim.data)
