"""The check-up of the other nodes that share the store."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from fsplug.errors import FsplugError
from fsplug.store.db.database import Store
from fsplug.store.nodes import live, names, settlement
from fsplug.store.nodes.names import Node
from fsplug.store.recordings import destructions
from fsplug.wiring.archives import is_shared, place_of
from fsplug.wiring.doctor.findings import Finding, ok, warn, wrong
from fsplug.wiring.settings import Settings
from fsplug.words.english import so_many

_NODES, _LEFT, _LIVE = "nodes", "files of a node that is gone", "live calls"
# So many files are named, and the others are counted.
_NAMED = 5


def every(settings: Settings) -> Iterator[Finding]:
    """One finding for each other node that does not serve, or one for all of them."""
    store = Store(settings.store)
    try:
        found, now = names.every(store), store.database_now()
        left = list(_left(store, settings, found, now))
    except FsplugError as error:
        yield wrong(_NODES, error.text, "fsplug store status")
        return
    finally:
        store.close()
    gone = [one for one in found if not _is_own(one, settings) and settlement.is_gone(one, now)]
    yield from map(_gone, gone)
    if not gone:
        yield ok(_NODES, f"{', '.join(one.name for one in found) or 'none so far'}")
    yield from left


def shown(settings: Settings) -> Finding:
    """A console without a switch has nodes whose calls it can show."""
    store = Store(settings.store)
    try:
        found = live.serving(store, settings.switch_name)
    except FsplugError as error:
        return wrong(_LIVE, error.text, "fsplug store status")
    finally:
        store.close()
    if not found:
        return warn(_LIVE, "no node serves, so the console has no calls to show", "fsplug node list")
    return ok(_LIVE, f"the console shows those of {', '.join(sorted(found))}")


def _left(store: Store, settings: Settings, found: Sequence[Node], now: float) -> Iterator[Finding]:
    """Deleted recordings whose files nobody who is alive can destroy, by the node that has them."""
    by_name = {one.name: one for one in found}
    reached = {one.archive for one in found if not settlement.is_gone(one, now)} | {place_of(settings.archive)}
    for one in destructions.left(store):
        node = by_name.get(one.switch)
        is_alive = node is not None and not settlement.is_gone(node, now)
        if (
            is_alive
            or one.switch == settings.switch_name
            or (node and is_shared(node.archive) and node.archive in reached)
        ):
            continue
        where = f"in {node.archive} on {node.host}" if node else "in the archive of a node that is not known any more"
        ids = destructions.left_ids(store, one.switch, _NAMED)
        rest = f" and {one.count - len(ids)} more" if one.count > len(ids) else ""
        text = f"deleted and not destroyed, because {one.switch} is gone: {', '.join(ids)}{rest}, {where}"
        yield wrong(_LEFT, text, f"start {one.switch} again, or mount that archive on a node, as its archive")


def _is_own(node: Node, settings: Settings) -> bool:
    """Whether it is the node of this data folder, of which the finding about the service tells."""
    return node.name == settings.switch_name and node.data == str(settings.data)


def _gone(node: Node) -> Finding:
    at = datetime.fromtimestamp(node.seen_at, UTC).isoformat(timespec="seconds")
    counts = node.settled_counts
    calls, recordings = so_many(counts["calls"], "call"), so_many(counts["recordings"], "recording")
    settled = f"written down: {calls} as ended, {recordings} as missing"
    remedy = f"systemctl start fsplug on {node.host}; if it is gone for good: fsplug node remove {node.name}"
    if node.stopped_at is not None:
        return warn(_NODES, f"{node.name} on {node.host} was stopped at {at}; {settled}", remedy)
    return wrong(_NODES, f"{node.name} on {node.host} gave its last sign at {at}; {settled}", remedy)
