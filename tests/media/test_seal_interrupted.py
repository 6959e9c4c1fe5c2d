"""kill -9, and a failing disk, at every step of sealing; then the same again, to the end."""

import errno
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from fsplug.errors import Refused, Unavailable
from fsplug.media.archive import FolderArchive
from fsplug.media.seal import Sealed, seal
from fsplug.policy.recording.holds import Silence
from tests.media import recordings
from tests.media.interrupted import STEPS, before_step, killed_before

KEY = "acme.example/2026/11/22/0f3a.wav"
# What the switch left, and what is sealed of it.
WHOLE = recordings.whole(1.0)
HELD = [Silence(0.25, 1.5)]
CONTENTS = {
    "true-header": (WHOLE, (), WHOLE),
    "cut-header": (recordings.killed(1.0), (), WHOLE),
    "held": (WHOLE, HELD, recordings.filled(1.0, HELD)),
    "held, cut-header": (recordings.killed(1.0), HELD, recordings.filled(1.0, HELD)),
}
Content = tuple[bytes, Sequence[Silence], bytes]


class Sealing:
    """One recording in a spool of its own, on its way to an archive of its own."""

    def __init__(self, spool: Path, archive: Path, content: Content) -> None:
        spool.mkdir(parents=True)
        left, self.silences, self.sealed = content
        self.path = recordings.write(spool / "0f3a.wav", left)
        self.archive = FolderArchive(archive)
        self.seconds = 1.0 + sum(one.seconds for one in self.silences)

    def run(self) -> Sealed:
        return seal(self.path, self.archive, KEY, self.seconds, silences=lambda seconds: self.silences)

    def check_nothing_half_made(self) -> None:
        """At no moment does the key hold less than the recording, and at none is the recording nowhere."""
        if self.archive.exists(KEY):
            assert self.archived() == self.sealed
        else:
            assert self.path.stat().st_size in (len(WHOLE), len(self.sealed))

    def check_done(self) -> None:
        sealed = self.run()
        assert (sealed.seconds, sealed.bytes, sealed.warning) == (self.seconds, len(self.sealed), None)
        assert self.archived() == self.sealed
        assert [path for path in self.archive.root.rglob("*") if path.is_file()] == [self.archive.root / KEY]
        assert os.listdir(self.path.parent) == []
        assert self.run().sha256 == sealed.sha256

    def archived(self) -> bytes:
        with self.archive.open(KEY) as file:
            return file.read()


@pytest.fixture(params=["one-disk", "two-disks"])
def archives(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path if request.param == "one-disk" else request.getfixturevalue("other_disk")


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_killed_at_any_step_and_run_again_there_is_one_whole_recording(
    tmp_path: Path, archives: Path, content: Content
) -> None:
    for nth in itertools.count(1):
        sealing = Sealing(tmp_path / f"spool-{nth}", archives / f"archive-{nth}", content)
        killed = killed_before(nth, sealing.run)
        sealing.check_nothing_half_made()
        sealing.check_done()
        if not killed:
            break
    assert nth > 10


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMFILE], ids=errno.errorcode.get)
def test_failing_at_any_step_it_says_so_and_the_next_run_completes(
    tmp_path: Path, archives: Path, content: Content, number: int
) -> None:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    met: set[str] = set()
    for nth in itertools.count(1):
        sealing = Sealing(tmp_path / f"spool-{nth}", archives / f"archive-{nth}", content)
        with before_step(nth, fail) as taken:
            try:
                sealing.run()
            except (Unavailable, Refused) as trouble:
                assert trouble.facts["cause"] in ("full", "read-only", "failed", "unreadable")
            else:
                assert len(taken) < nth, f"{taken[nth - 1]} failed and nobody said so"
        met.update(taken)
        sealing.check_nothing_half_made()
        sealing.check_done()
        if len(taken) < nth:
            break
    assert met >= {"open", "fsync", "rename", "unlink", "mkdir"}
    assert met <= set(STEPS)
