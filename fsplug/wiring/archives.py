"""The archive that a setting names."""

import os
from pathlib import Path

from fsplug.errors import Invalid, Unavailable
from fsplug.media.archive import Archive, FolderArchive
from fsplug.media.probe import probe

# How long an archive may take for the file by which it is checked, and how often its service is asked otherwise.
PROBE_SECONDS, TRIES = 10.0, 3
_S3 = "s3://"
# boto3's own names for another service than Amazon's.
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


def place_of(location: str) -> str:
    """The archive as nodes compare it: two that name the same bucket of the same service share it."""
    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
    where = location.rstrip("/")
    return f"{where} at {endpoint.rstrip('/')}" if location.startswith(_S3) and endpoint else where


def is_shared(location: str) -> bool:
    """Whether every node with this setting reaches the same archive; a folder is each machine's own."""
    return location.startswith(_S3)


def check(location: str) -> None:
    """Put a small file into the archive, read it and remove it. Unavailable if that fails or takes too long; Invalid as
    `archive_at`.
    """
    archive = archive_at(location, tries=1)
    if not is_shared(location) and not Path(location).is_dir():
        # Putting something there would make the folder, even where a disk should be mounted.
        raise Unavailable("archive-missing", f"there is no folder {location}; make it, or mount its disk")
    probe(archive, PROBE_SECONDS)


def archive_at(location: str, tries: int = TRIES) -> Archive:
    """The archive in this folder, or in this bucket (`s3://bucket/prefix`); Invalid for anything else.

    A bucket's service is asked so many times before it counts as away.

    Credentials, region and endpoint of a bucket are boto3's own settings (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...).
    """
    if location.startswith(_S3):
        from fsplug.media.s3 import s3_archive

        bucket, _, prefix = location.removeprefix(_S3).partition("/")
        return s3_archive(bucket, prefix, tries=tries)
    path = Path(location)
    if not path.is_absolute():
        text = f"{location!r} is not an archive; give an absolute folder, or s3://bucket/prefix"
        raise Invalid("bad-archive", text, archive=location)
    return FolderArchive(path)
