"""An archive is checked by a file that is put there, read and removed: it works, or the reason is known in time."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.media.archive import Archive, FolderArchive
from fsplug.media.probe import probe
from fsplug.wiring import archives
from fsplug.wiring.doctor import installation
from fsplug.wiring.doctor.findings import FindingState
from fsplug.wiring.settings import read
from tests.cli.conftest import Cli
from tests.media import s3server
from tests.media.s3server import Bucket


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """The service that boto3's own settings name."""
    pytest.importorskip("boto3", reason="the extra s3 is not installed")
    with s3server.serving() as (bucket, url):
        for name, value in {"ENDPOINT_URL": url, "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        yield bucket


def test_an_archive_that_works_has_nothing_left_of_it(archive: Archive) -> None:
    probe(archive, PATIENCE_SECONDS)
    assert list(archive.keys()) == []


def test_a_folder_without_its_disk_stays_empty_so_that_nothing_is_taken_for_destroyed(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    root.mkdir()
    archives.check(str(root))
    assert list(root.iterdir()) == []
    with pytest.raises(Unavailable, match="is its disk mounted"):
        FolderArchive(root).remove("acme/2026/11/22/a.wav")


def test_a_folder_that_is_missing_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as trouble:
        archives.check(str(tmp_path / "nowhere"))
    assert trouble.value.code == "archive-missing"
    assert not (tmp_path / "nowhere").exists()


def test_an_archive_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, answers = FolderArchive(tmp_path), threading.Event()

    def hang(*_: Any) -> None:
        answers.wait(PATIENCE_SECONDS)
        raise Unavailable("archive-failed", "too late")

    monkeypatch.setattr(archive, "put", hang)
    with pytest.raises(Unavailable, match="does not answer within") as trouble:
        probe(archive, 0.05)
    assert trouble.value.code == "archive-hung"
    answers.set()


@pytest.mark.parametrize("fault", ["is_missing", "corrupt", "failure"])
def test_a_bucket_that_does_not_work_is_found_by_the_doctor_and_refused_by_init(
    service: Bucket, tmp_path: Path, fault: str
) -> None:
    settings = read(tmp_path, {}, archive="s3://recordings/prefix")
    found = installation.archive(settings)
    assert (found.state, service.objects) == (FindingState.OK, {})
    setattr(service, fault, 403 if fault == "failure" else True)
    found = installation.archive(settings)
    assert found.state is FindingState.WRONG
    assert "AWS_ENDPOINT_URL" in found.remedy
    if fault == "is_missing":
        assert found.text.startswith("there is no bucket recordings; make it, or correct the setting archive")
    code = "archive-missing" if fault == "is_missing" else "archive-failed"
    assert Cli(tmp_path / "data").error("init", "--archive", "s3://recordings/prefix") == (4, code)


def test_a_folder_that_cannot_be_written_is_found_by_the_doctor(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = installation.archive(read(tmp_path, {}, archive=str(tmp_path / "file")))
    assert found.state is FindingState.WRONG
    assert found.remedy.startswith(f"ls -ld {tmp_path}/file")
