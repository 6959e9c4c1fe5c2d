"""What is written down of a node that is gone: its calls are over, and what it had not sealed is a gap.

Nobody alive knows what became of them. So this is an inference, of which the node keeps the list, and the node takes it
back in the moment in which it returns: from then on it speaks for itself.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from fsplug.policy.listening.gate import Ending
from fsplug.store.calls import calls, gap_rows, ledger, listen_sessions
from fsplug.store.calls.entries import CallEnded, JournalEntry, ListenEnded, RecordingLost
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Write, given, given_each
from fsplug.store.nodes import live, names
from fsplug.store.nodes.names import Node
from fsplug.store.outbox import sealings
from fsplug.store.recordings import recordings
from fsplug.store.schema.calls import Calls, Gaps
from fsplug.store.schema.nodes import Nodes
from fsplug.store.schema.recordings import Recordings

log = structlog.get_logger()

# How long after the end of its lease a node counts as gone. With the lease this is half of the minute in which its
# calls must no longer be shown.
GONE_SECONDS = 10.0
# A node that was stopped in good order may be started again: by then it is usually back.
STOPPED_SECONDS = 40.0
_DIED, _STOPPED = "NODE_DIED", "NODE_STOPPED"


@dataclass(frozen=True, slots=True)
class Settled:
    """The ids of what was written down of a node: calls as ended, recordings as lost, and their decisions' gaps."""

    calls: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()


_CLAIM = Write(
    lambda: Nodes.update(settled_at=given.now).where(
        (Nodes.name == given.name)
        & (Nodes.token == given.token)
        & (Nodes.leased_until == given.leased_until)
        & Nodes.settled_at.is_null()
    )
)
_NOTE = Write(lambda: Nodes.update(settled=given.settled).where(Nodes.name == given.name))
_FORGET = Write(lambda: Nodes.update(settled_at=None, settled="{}").where(Nodes.name == given.name))
_REOPEN_CALLS = Write(
    lambda: Calls.update(ended_at=None, cause=None).where(
        Calls.id.in_(given_each.ids) & Calls.cause.in_([_DIED, _STOPPED])
    )
)
_REOPEN_RECORDINGS = Write(
    lambda: Recordings.update(lost_at=None, lost_cause=None, lost_detail=None).where(
        Recordings.id.in_(given_each.ids) & Recordings.lost_cause.in_(gap_rows.GONE)
    )
)
_REMOVE_GAPS = Write(lambda: Gaps.delete().where(Gaps.decision.in_(given_each.ids) & Gaps.cause.in_(gap_rows.GONE)))


def is_gone(node: Node, now: float) -> bool:
    """Whether the node gives no sign any more, for long enough that it is not just being started again."""
    if node.stopped_at is not None:
        return now > node.stopped_at + STOPPED_SECONDS
    return not node.is_held(now) and not node.leased_until <= now <= node.leased_until + GONE_SECONDS


def settle_gone(store: Store, own: str | None) -> list[str]:
    """Write down what is known of every node that is gone, except `own`; the names of those written down now.

    Any process may do it, and several at once.
    """
    now = store.database_now()
    gone = [one for one in names.every(store) if one.name != own and one.settled_at is None and is_gone(one, now)]
    return [one.name for one in gone if _settle(store, one)]


def write_down(store: Store, node: Node) -> Settled:
    """Write down of the node what `settle_gone` does, in the transaction around it."""
    now = store.database_now()
    open_calls = calls.open_on(store, node.name)
    unsealed = recordings.in_states(store, node.name, recordings.UNFINISHED)
    listens = listen_sessions.open_on(store, node.name)
    stopped = node.stopped_at is not None
    cause, call_cause = (gap_rows.NODE_STOPPED, _STOPPED) if stopped else (gap_rows.NODE_DIED, _DIED)
    detail = f"{node.name} on {node.host} gave its last sign at {_utc(node.seen_at)}, and this was not sealed by then"
    entries: list[JournalEntry] = [
        CallEnded(one.id, max(node.seen_at, one.at), call_cause, one.company) for one in open_calls
    ]
    entries += [RecordingLost(one.id, cause, detail, now) for one in unsealed]
    entries += [ListenEnded(one.id, max(node.seen_at, one.began_at or 0.0), Ending.FSPLUG_AWAY) for one in listens]
    ledger.apply(store, entries)
    # The node queues them again when it is back.
    sealings.follow(store, node.name, ())
    live.forget(store, node.name)
    decided = tuple(one.decision for one in unsealed if one.decision is not None)
    return Settled(tuple(one.id for one in open_calls), tuple(one.id for one in unsealed), decided)


def note(store: Store, name: str, settled: Settled) -> None:
    """Keep the list, in the transaction around it."""
    lists = {"calls": settled.calls, "recordings": settled.recordings, "decisions": settled.decisions}
    _NOTE.run(store, name=name, settled=json.dumps(lists))


def take_back(store: Store, name: str) -> None:
    """The node is back: nothing is settled any more. In the transaction around it."""
    node = names.get(store, name)
    if node is None or node.settled_at is None:
        return
    for statement, ids in (
        (_REOPEN_CALLS, node.settled.get("calls", ())),
        (_REOPEN_RECORDINGS, node.settled.get("recordings", ())),
        (_REMOVE_GAPS, node.settled.get("decisions", ())),
    ):
        _run_in_batches(store, statement, ids)
    _FORGET.run(store, name=name)


def start_anew(store: Store, name: str) -> None:
    """The name has another holder, who knows nothing of what was settled. In the transaction around it."""
    _FORGET.run(store, name=name)


def _settle(store: Store, node: Node) -> bool:
    with store.atomic():
        mine = {"token": node.token, "leased_until": node.leased_until}
        if not _CLAIM.run(store, name=node.name, now=store.database_now(), **mine):
            return False
        settled = write_down(store, node)
        note(store, node.name, settled)
    facts = {"calls": len(settled.calls), "recordings": len(settled.recordings)}
    log.warning("node-settled", node=node.name, host=node.host, last_sign=_utc(node.seen_at), **facts)
    return True


def _run_in_batches(store: Store, statement: Write, ids: Collection[str]) -> None:
    for some in in_batches(ids):
        statement.run(store, ids=some)


def _utc(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds")
