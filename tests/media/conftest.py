import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fsplug.media.archive import Archive, FolderArchive
from fsplug.media.s3 import S3Archive
from tests.media import s3server

Mount = Callable[[str], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts file systems in memory: `mount("size=64k")`; needs root."""
    mounted: list[Path] = []

    def make(options: str) -> Path:
        target = tmp_path / f"disk-{len(mounted)}"
        target.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(target)]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("a small or read-only disk is mounted by root only")
        mounted.append(target)
        return target

    yield make
    for target in mounted:
        subprocess.run(["umount", "--lazy", str(target)], check=True)


def remount(disk: Path, how: str) -> None:
    """Makes a mounted disk read-only (`ro`) or writable again (`rw`)."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than `tmp_path`."""
    writable = (Path(name) for name in ("/dev/shm", "/var/tmp") if os.access(name, os.W_OK))
    other = next((one for one in writable if one.stat().st_dev != tmp_path.stat().st_dev), None)
    if other is None:
        pytest.skip("no second file system at /dev/shm or /var/tmp")
    with tempfile.TemporaryDirectory(dir=other) as folder:
        yield Path(folder)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[s3server.Bucket, S3Archive]]:
    """A bucket and the archive in it, with the smallest parts there are."""
    boto3 = pytest.importorskip("boto3", reason="the extra s3 is not installed")
    from botocore.config import Config

    with s3server.serving() as (held, url):
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="eu-north-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )
        yield held, S3Archive(client, "recordings", "phones", part_bytes=5 << 20)
        client.close()


@pytest.fixture(params=["folder", "folder-on-another-disk", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """Every kind of archive; the spool is always in `tmp_path`."""
    if request.param == "s3":
        return request.getfixturevalue("bucket")[1]
    if request.param == "folder":
        return FolderArchive(tmp_path / "archive")
    return FolderArchive(request.getfixturevalue("other_disk") / "archive")
