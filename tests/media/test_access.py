"""Whether another user may write into a folder, and what is said if not."""

import os
import tempfile
from pathlib import Path

import pytest

from fsplug.media.access import SystemUser, account, kept_out, may_read, owners

PLAIN_USER = SystemUser("switch", 65_533, frozenset({65_532}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that everybody may reach."""
    if os.geteuid() != 0:
        pytest.skip("skipped: only root can give folders away")
    made = tmp_path / "above" / "spool"
    made.mkdir(parents=True)
    temporary = Path(tempfile.gettempdir())
    for place in [made, *made.parents][:-1]:
        if place.stat().st_uid == 0 and place.is_relative_to(temporary) and place != temporary:
            place.chmod(0o755)
    return made


@pytest.mark.parametrize(
    ("uid", "gid", "mode", "is_out"),
    [
        (0, 0, 0o770, True),
        (0, 0, 0o775, True),
        (0, 0, 0o777, False),
        (0, 65_532, 0o2770, False),
        (0, 65_532, 0o2750, True),
        (65_533, 0, 0o700, False),
        # The owner's own rights count, even if the group has more.
        (65_533, 65_532, 0o070, True),
    ],
)
def test_a_user_writes_by_the_rights_of_owner_group_or_others(
    folder: Path, uid: int, gid: int, mode: int, is_out: bool
) -> None:
    os.chown(folder, uid, gid)
    folder.chmod(mode)
    why = kept_out(folder, PLAIN_USER)
    assert (why is not None) is is_out
    if why is not None:
        assert "runs as switch" in why and f"write into {folder} ({owners(folder.stat())})" in why


def test_a_closed_folder_above_keeps_everybody_out_but_root(folder: Path) -> None:
    folder.chmod(0o777)
    folder.parent.chmod(0o700)
    assert f"may not enter {folder.parent} (root:root 0700)" in str(kept_out(folder, PLAIN_USER))
    assert kept_out(folder, account(0)) is None


def test_nothing_is_said_of_a_folder_that_is_not_there(folder: Path) -> None:
    assert kept_out(folder / "gone", PLAIN_USER) is None


def test_owner_group_and_mode_are_shown_by_name_where_there_is_one(folder: Path) -> None:
    os.chown(folder, 65_533, 0)
    folder.chmod(0o2770)
    assert owners(folder.stat()) == "65533:root 2770"


@pytest.mark.parametrize(
    ("gid", "mode", "readable"), [(65_532, 0o640, True), (65_532, 0o600, False), (0, 0o640, False), (0, 0o644, True)]
)
def test_a_user_reads_a_file_by_its_rights(folder: Path, gid: int, mode: int, readable: bool) -> None:
    file = folder / "one.wav"
    file.write_bytes(b"")
    os.chown(file, 0, gid)
    file.chmod(mode)
    assert may_read(file, PLAIN_USER) is readable and may_read(file, account(0))
