"""The spool as the call path sees it."""

import pytest

from fsplug.media.spool import Spool
from fsplug.wiring.calls.spool_gate import SpoolGate


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool"


def gate(folder, least_free_bytes=0):
    made = SpoolGate(Spool(folder), least_free_bytes)
    made.look()
    return made


def test_a_fit_spool_is_no_trouble(folder):
    assert gate(folder).trouble is None


def test_too_little_room_is_told_before_the_disk_is_full(folder):
    assert gate(folder, least_free_bytes=1 << 60).trouble.startswith("spool-full")


def test_a_spool_that_is_gone_is_told_and_so_is_its_return(folder):
    found = gate(folder)
    folder.rename(folder.with_name("away"))
    found.look()
    assert found.trouble.startswith("spool-missing")
    folder.with_name("away").rename(folder)
    found.look()
    assert found.trouble is None


def test_a_folder_that_captures_recordings_is_told(folder):
    (folder / "8000").mkdir()
    assert gate(folder).trouble.startswith("spool-captured")


def test_discarding_what_is_not_there_is_no_fault(folder):
    gate(folder).discard("nothing")
