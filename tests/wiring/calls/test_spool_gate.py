"""The spool as the call path sees it."""

import os
import threading

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.media.spool import STALLED_SECONDS, Spool
from fsplug.wiring.calls.spool_gate import FRESH_SECONDS, HUNG_ROUNDS, SpoolGate


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


def test_too_little_room_is_logged_before_the_disk_is_full(folder):
    assert gate(folder, least_free_bytes=1 << 60).trouble.startswith("spool-full")


def test_a_spool_that_is_gone_is_logged_and_so_is_its_return(folder):
    found = gate(folder)
    folder.rename(folder.with_name("away"))
    found.look()
    assert found.trouble.startswith("spool-missing")
    folder.with_name("away").rename(folder)
    found.look()
    assert found.trouble is None


def test_a_folder_that_captures_recordings_is_reported(folder):
    (folder / "8000").mkdir()
    assert gate(folder).trouble.startswith("spool-captured")


def test_discarding_what_is_not_there_is_no_fault(folder):
    gate(folder).discard("nothing")


def test_it_is_known_when_a_file_was_last_written_to(folder):
    made = gate(folder)
    (folder / "a.wav").write_bytes(b"RIFF")
    os.utime(folder / "a.wav", (1.0, 1_800_000_000.5))
    assert (made.written_at("a"), made.written_at("b")) == (1_800_000_000.5, None)


class Hanging(Spool):
    """A spool on a disk that hangs until it is told to answer."""

    def __init__(self, folder):
        super().__init__(folder)
        self.answers, self.asked = threading.Event(), threading.Event()

    def check_writable(self):
        self.asked.set()
        assert self.answers.wait(PATIENCE_SECONDS)


def test_a_disk_that_hangs_is_trouble_while_the_loop_comes_round_and_so_are_the_files_on_it(folder):
    now = [0.0]
    spool = Hanging(folder)
    spool.answers.set()
    found = SpoolGate(spool, 0, clock=lambda: now[0])
    found.watch({"r1"})
    spool.path("r1").write_bytes(b"audio")
    found.look()
    spool.answers.clear()
    spool.asked.clear()
    look = threading.Thread(target=found.look)
    look.start()
    assert spool.asked.wait(PATIENCE_SECONDS)
    seen = []
    for _ in range(HUNG_ROUNDS):
        seen.append(found.trouble)
        found.report()
    assert seen == [None] * HUNG_ROUNDS
    assert found.trouble.startswith("spool-hung")
    now[0] = STALLED_SECONDS + 1
    assert found.stalled_bytes("r1") == 5
    spool.answers.set()
    look.join(PATIENCE_SECONDS)
    assert found.trouble is None


def test_a_file_stands_still_by_fresh_measurements_only(folder):
    now = [0.0]
    found = SpoolGate(Spool(folder), 0, clock=lambda: now[0])
    found.watch({"r1"})
    found.look()
    assert found.stalled_bytes("r1") is None
    now[0] = STALLED_SECONDS
    found.look()
    assert found.stalled_bytes("r1") == 0
    now[0] += FRESH_SECONDS + 1
    assert found.stalled_bytes("r1") is None


def test_what_is_no_longer_watched_is_measured_anew_when_it_is_watched_again(folder):
    now = [0.0]
    found = SpoolGate(Spool(folder), 0, clock=lambda: now[0])
    found.watch({"r1"})
    found.look()
    found.watch(set())
    now[0] = STALLED_SECONDS
    found.watch({"r1"})
    found.look()
    assert found.stalled_bytes("r1") is None
