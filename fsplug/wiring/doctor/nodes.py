"""The check-up of the other nodes that share the store."""

from collections.abc import Iterator
from datetime import UTC, datetime

from fsplug.errors import FsplugError
from fsplug.store.db.database import Store
from fsplug.store.nodes import names, settlement
from fsplug.store.nodes.names import Node
from fsplug.wiring.doctor.findings import Finding, ok, warn, wrong
from fsplug.wiring.settings import Settings

_NODES = "nodes"


def every(settings: Settings) -> Iterator[Finding]:
    """One finding for each other node that does not serve, or one for all of them."""
    store = Store(settings.store)
    try:
        found, now = names.every(store), store.database_now()
    except FsplugError as error:
        yield wrong(_NODES, error.text, "fsplug store status")
        return
    finally:
        store.close()
    gone = [one for one in found if not _is_own(one, settings) and settlement.is_gone(one, now)]
    yield from map(_gone, gone)
    if not gone:
        yield ok(_NODES, f"{', '.join(one.name for one in found) or 'none so far'}")


def _is_own(node: Node, settings: Settings) -> bool:
    """Whether it is the node of this data folder, of which the finding about the service tells."""
    return node.name == settings.switch_name and node.data == str(settings.data)


def _gone(node: Node) -> Finding:
    at = datetime.fromtimestamp(node.seen_at, UTC).isoformat(timespec="seconds")
    counts = {what: len(node.settled.get(what, ())) for what in ("calls", "recordings")}
    settled = f"{counts['calls']} calls are written down as ended, and {counts['recordings']} recordings as gaps"
    remedy = f"systemctl start fsplug on {node.host}; if it is gone for good: fsplug node remove {node.name}"
    if node.stopped_at is not None:
        return warn(_NODES, f"{node.name} on {node.host} was stopped at {at}; {settled}", remedy)
    return wrong(_NODES, f"{node.name} on {node.host} gave its last sign at {at}; {settled}", remedy)
