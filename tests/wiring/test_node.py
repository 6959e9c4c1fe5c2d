"""A node's name and the token on its disk: its own next process knows it, a copy of the machine does not."""

import shutil
from pathlib import Path

import pytest

from fsplug.errors import Refused, Unavailable
from fsplug.store.db.database import Store
from fsplug.store.nodes import names, presence
from fsplug.store.nodes.settlement import settle_gone
from fsplug.wiring.calls.name_keeper import NameKeeper
from fsplug.wiring.node import NodeName
from fsplug.wiring.settings import read


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "fsplug.db")
    store.migrate()
    return store


def _node(folder: Path, store: Store) -> NodeName:
    folder.mkdir(exist_ok=True)
    return NodeName(read(folder, {}, switch_name="sip1"), store)


def _is_kept_out(node: NodeName) -> bool:
    with pytest.raises(Refused, match="is the name of the fsplug on"):
        node.hold()
    return not node.is_mine()


def test_the_next_process_of_a_killed_node_has_the_name_at_once(store: Store, tmp_path: Path) -> None:
    for _ in range(3):
        node = _node(tmp_path / "a", store)
        node.hold()
        node.hold()
        assert node.is_mine()
    assert _is_kept_out(_node(tmp_path / "b", store))


def test_a_copy_of_the_machine_is_kept_out_and_cannot_seal_in_its_name(store: Store, tmp_path: Path) -> None:
    original = _node(tmp_path / "a", store)
    original.hold()
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    original.hold()
    assert _is_kept_out(_node(tmp_path / "copy", store))
    assert original.is_mine()


def test_of_two_copies_of_a_stopped_machine_the_first_to_start_has_the_name(store: Store, tmp_path: Path) -> None:
    original = _node(tmp_path / "a", store)
    original.hold()
    original.release()
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    _node(tmp_path / "copy", store).hold()
    assert _is_kept_out(original)


def test_killed_between_the_file_and_the_store_it_still_knows_itself(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = _node(tmp_path / "a", store)
    node.hold()
    before = names.get(store, "sip1").token

    def away(*_: object) -> None:
        raise Unavailable("store-gone", "it does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(presence, "hold", away)
        for one in (node, node, _node(tmp_path / "a", store)):
            with pytest.raises(Unavailable):
                one.hold()
    assert names.get(store, "sip1").token == before
    _node(tmp_path / "a", store).hold()


def test_on_a_full_disk_it_keeps_the_token_that_it_has(store: Store, tmp_path: Path) -> None:
    node = _node(tmp_path / "a", store)
    node.hold()
    (tmp_path / "a" / "node.part").mkdir()
    node.hold()
    node.hold()
    (tmp_path / "a" / "node.part").rmdir()
    _node(tmp_path / "a", store).hold()
    assert _is_kept_out(_node(tmp_path / "b", store))


def test_a_node_that_others_speak_for_is_not_itself_until_it_holds_its_name_again(store: Store, tmp_path: Path) -> None:
    node = _node(tmp_path / "a", store)
    node.hold()
    with store.atomic():
        store.run("UPDATE node SET leased_until = leased_until - 3600")
    assert settle_gone(store, None) == ["sip1"]
    assert not node.is_mine()
    node.hold()
    assert node.is_mine()


def test_nothing_is_written_for_a_node_before_it_holds_its_name(store: Store, tmp_path: Path) -> None:
    node = _node(tmp_path / "a", store)
    keeper = NameKeeper(node, lambda work: work(), lambda: None)
    held: list[bool] = []
    keeper.write(lambda: held.append(names.get(store, "sip1") is not None))
    assert (held, node.is_held) == ([True], True)
    node.release()
    _node(tmp_path / "b", store).hold()
    late = NameKeeper(_node(tmp_path / "a", store), lambda work: work(), lambda: None)
    with pytest.raises(Refused):
        late.write(lambda: held.append(False))
    assert held == [True]


def test_at_the_start_a_live_holder_s_name_is_refused_and_a_dead_one_s_is_waited_for(
    store: Store, tmp_path: Path
) -> None:
    holder, waits = _node(tmp_path / "a", store), list[float]()
    holder.hold()

    def keeper() -> NameKeeper:
        return NameKeeper(_node(tmp_path / "b", store), lambda work: work(), lambda: None)

    def lives(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            holder.hold()

    with pytest.raises(Refused, match="is the name of the fsplug on"):
        keeper().begin(is_open=True, pause=lives)
    assert len(waits) == 3

    def is_dead(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 6:
            with store.atomic():
                store.run("UPDATE node SET leased_until = 0")

    keeper().begin(is_open=True, pause=is_dead)
    assert len(waits) == 6
    assert _is_kept_out(holder)


def test_a_process_that_began_without_the_store_stops_when_it_finds_its_name_taken(
    store: Store, tmp_path: Path
) -> None:
    stopped: list[bool] = []
    keeper = NameKeeper(_node(tmp_path / "b", store), lambda work: work(), lambda: stopped.append(True))
    keeper.begin(is_open=False)
    _node(tmp_path / "a", store).hold()
    taken_up: list[bool] = []
    with pytest.raises(Unavailable, match="is the name of the fsplug on"):
        keeper.before(lambda: taken_up.append(True))()
    keeper.keep()
    assert (stopped, taken_up) == ([True], [])
    with pytest.raises(Refused, match="is the name of the fsplug on"):
        keeper.end()
