"""`fsplug node`, and what the doctor says of other nodes."""

from dataclasses import replace

from fsplug.store.calls import calls
from fsplug.store.db.database import Store
from fsplug.store.nodes import names, presence, settlement
from fsplug.store.nodes.names import Claim
from fsplug.wiring.doctor import nodes
from fsplug.wiring.doctor.findings import FindingState
from fsplug.wiring.settings import read
from tests.cli.conftest import ACME, Cli
from tests.store.story import decided, recorded_call, seen

HOUR = 3_600.0


def _served(cli: Cli, name: str, ago: float, stopped: bool = False) -> None:
    """A node on another machine gave its last sign so many seconds ago."""
    store = Store(cli.data / "fsplug.db")
    presence.hold(store, Claim(name, f"{name}-host", "/data", "/archive"), [name], name)
    if stopped:
        names.release(store, name, name)
    with store.atomic():
        store.run(
            "UPDATE node SET seen_at = seen_at - ?, leased_until = leased_until - ?, stopped_at = stopped_at - ? "
            "WHERE name = ?",
            ago,
            ago,
            ago,
            name,
        )
    store.close()


def _findings(cli: Cli) -> list[tuple[FindingState, str]]:
    return [(one.state, one.text) for one in nodes.every(read(cli.data, {}))]


def test_nodes_are_listed_with_what_was_settled_of_those_that_are_gone(cli: Cli) -> None:
    assert "no nodes" in cli.ok("node", "list")
    cli.write([seen("a"), decided("a")])
    for name, ago, stopped in (("fs1", HOUR, False), ("fs2", 0.0, False), ("fs3", HOUR, True)):
        _served(cli, name, ago, stopped)
    store = Store(cli.data / "fsplug.db")
    assert settlement.settle_gone(store, None) == ["fs1", "fs3"]
    store.close()
    listed = {one["node"]: (one["state"], one["host"], one["settled"]) for one in cli.json("node", "list")}
    nothing = {"calls": 0, "recordings": 0}
    assert listed == {
        "fs1": ("gone", "fs1-host", {"calls": 1, "recordings": 1}),
        "fs2": ("serves", "fs2-host", nothing),
        "fs3": ("stopped", "fs3-host", nothing),
    }
    assert "1 call, 1 recording" in cli.ok("node", "list")
    assert "node-died" in cli.ok("gap", "list")
    assert "NODE_DIED" in cli.ok("call", "list")
    (gone, text), (stopped, said) = _findings(cli)
    assert (gone, stopped) == (FindingState.WRONG, FindingState.WARN)
    assert text.startswith("fs1 on fs1-host gave its last sign at ")
    assert "written down: 1 call as ended, 1 recording as missing" in text
    assert said.startswith("fs3 on fs3-host was stopped at ")


def test_only_a_node_that_is_gone_can_be_removed_and_what_is_known_of_it_is_settled(cli: Cli) -> None:
    cli.write([seen("a"), decided("a")])
    _served(cli, "fs1", HOUR)
    _served(cli, "fs2", 0.0)
    assert cli.error("node", "remove", "fs2", "--yes") == (3, "node-serves")
    assert cli.error("node", "remove", "fs9", "--yes") == (2, "unknown-node")
    assert cli.error("node", "remove", "fs1") == (2, "removal-not-confirmed")
    cli.ok("node", "remove", "fs1", "--yes")
    assert [one["node"] for one in cli.json("node", "list")] == ["fs2"]
    store = Store(cli.data / "fsplug.db")
    assert [one.cause for one in calls.listed(store, ACME)] == ["NODE_DIED"]
    store.close()
    assert _findings(cli) == [(FindingState.OK, "fs2")]


def test_the_doctor_names_the_deleted_files_that_nobody_can_destroy(cli: Cli) -> None:
    cli.write([one for number in range(7) for one in recorded_call(f"a{number}")])
    cli.ok("recording", "delete", "--yes", *(f"a{number}-rec" for number in range(7)))
    _served(cli, "fs1", 0.0)
    store = Store(cli.data / "fsplug.db")
    with store.atomic():
        store.run("UPDATE deletion SET undo_until = 0")
    assert [state for state, _ in _findings(cli)] == [FindingState.OK]
    _served(cli, "fs1", HOUR)
    [_, (state, text)] = _findings(cli)
    named = ", ".join(f"a{number}-rec" for number in range(5))
    said = f"deleted and not destroyed, because fs1 is gone: {named} and 2 more, in /archive on fs1-host"
    assert (state, text) == (FindingState.WRONG, said)
    with store.atomic():
        store.run("UPDATE node SET archive = 's3://bucket/prefix'")
    shared = replace(read(cli.data, {}), archive="s3://bucket/prefix/")
    assert [one.text for one in nodes.every(shared) if "destroyed" in one.text] == []
    cli.ok("node", "remove", "fs1", "--yes")
    assert "in the archive of a node that is not known any more" in _findings(cli)[1][1]
    store.close()


def test_the_doctor_does_not_count_its_own_node_among_the_others(cli: Cli) -> None:
    settings = read(cli.data, {})
    store = Store(settings.store)
    presence.hold(store, Claim(settings.switch_name, "here", str(cli.data), "/archive"), [], "x")
    with store.atomic():
        store.run("UPDATE node SET seen_at = 0, leased_until = 0")
    store.close()
    assert [state for state, _ in _findings(cli)] == [FindingState.OK]
