"""The archive in a bucket of S3 or of a compatible service. Needs the extra `s3` (boto3)."""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from fsplug.errors import Invalid, Unavailable
from fsplug.media import disk
from fsplug.media.archive import check_key, not_archived

PART_BYTES = 8 << 20
CONNECT_SECONDS = 5
READ_SECONDS = 30
TRIES = 3
# The code by which the service tells that; an upload that fails has it in its text alone.
_NO_BUCKET = "NoSuchBucket"


class S3Archive:
    """The recordings of one bucket under one prefix; every part is uploaded with its SHA-256, which
    the service checks.
    """

    def __init__(self, client: Any, bucket: str, prefix: str = "", part_bytes: int = PART_BYTES) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{check_key(prefix.strip('/'))}/" if prefix.strip("/") else ""
        self._part_bytes = part_bytes

    def ready(self, paths: Sequence[Path]) -> None:
        """Files are uploaded one by one."""

    def put(self, path: Path, key: str, sha256: str, sync_folder: Callable[[Path], None] = disk.sync) -> str:
        name = self._name(key)
        self._check_source(path, sha256)
        try:
            self._client.upload_file(str(path), self._bucket, name, ExtraArgs=_extras(sha256), Config=self._transfer())
        except OSError as error:
            raise disk.unavailable("spool", path, error) from error
        except _faults() as error:
            raise self._unavailable(error) from error
        self._check_copy(path, key, sha256)
        return key

    def open(self, key: str) -> BinaryIO:
        # One block in memory at a time, whatever the length of the recording.
        return cast(BinaryIO, io.BufferedReader(_Remote(self, key, self.size(key)), disk.BLOCK_BYTES))

    def size(self, key: str) -> int:
        return int(self._head(key)["ContentLength"])

    def exists(self, key: str) -> bool:
        return self._found(key) is not None

    def remove(self, key: str) -> None:
        """As `Archive.remove`, with every version of it: a bucket that keeps versions only hides what is deleted.

        The newest version goes last: until then the recording is found, and a removal that broke off goes on.
        """
        name = self._name(key)
        try:
            if not self._keeps_versions(name):
                self._client.delete_object(Bucket=self._bucket, Key=name)
                return
            for version in reversed(list(self._versions(name))):
                self._client.delete_object(Bucket=self._bucket, Key=name, VersionId=version)
        except _faults() as error:
            if _status(error) == 403:
                text = f"versions of {key} may not be deleted in bucket {self._bucket} ({error})"
                remedy = "allow s3:ListBucketVersions and s3:DeleteObjectVersion there"
                raise Unavailable("archive-failed", f"{text}; {remedy}", key=key, cause="failed", status=403) from error
            raise self._unavailable(error) from error

    def keys(self, prefix: str = "") -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        try:
            for page in pages:
                for found in page.get("Contents", ()):
                    yield found["Key"].removeprefix(self._prefix)
        except _faults() as error:
            raise self._unavailable(error) from error

    def read(self, key: str, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`, which lie within the recording."""
        try:
            span = f"bytes={start}-{end - 1}"
            answer = self._client.get_object(Bucket=self._bucket, Key=self._name(key), Range=span)
            return bytes(answer["Body"].read())
        except _faults() as error:
            raise self._unavailable(error) from error

    def room(self) -> tuple[int, int] | None:
        # A bucket has no size limit.
        return None

    def _keeps_versions(self, name: str) -> bool:
        try:
            found: dict[str, Any] = self._client.head_object(Bucket=self._bucket, Key=name)
            return "VersionId" in found
        except _faults() as error:
            if _status(error) != 404 or _NO_BUCKET in str(error):
                raise
            answer: Any = getattr(error, "response", {})
            return bool(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-delete-marker") == "true")

    def _versions(self, name: str) -> Iterator[str]:
        """Their ids and those of the marks that hide them, the newest first."""
        for page in self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=name):
            found = [one for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())) if one["Key"] == name]
            for one in sorted(found, key=lambda one: (one["IsLatest"], one["LastModified"]), reverse=True):
                yield one["VersionId"]

    def _name(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _transfer(self) -> Any:
        from boto3.s3.transfer import TransferConfig

        # boto3's own threads would run beside gevent's hub.
        return TransferConfig(
            multipart_threshold=self._part_bytes, multipart_chunksize=self._part_bytes, use_threads=False
        )

    def _check_source(self, path: Path, sha256: str) -> None:
        try:
            with open(disk.open_regular(path), "rb") as file:
                found = disk.sha256(file)
        except OSError as error:
            raise disk.unavailable("spool", path, error) from error
        if found != sha256:
            text = f"{path} hashes to {found}, not to {sha256}; it changed while it was archived, try again"
            raise Unavailable("spool-failed", text, path=str(path), cause="failed")

    def _check_copy(self, path: Path, key: str, sha256: str) -> None:
        head = self._head(key)
        if head["ContentLength"] != path.stat().st_size or head["Metadata"].get("sha256") != sha256:
            text = f"the copy of {path} in bucket {self._bucket} is not the recording; look at the bucket's service"
            raise Unavailable("archive-failed", text, key=key, cause="failed")

    def _head(self, key: str) -> dict[str, Any]:
        found = self._found(key)
        if found is None:
            raise not_archived(key)
        return found

    def _found(self, key: str) -> dict[str, Any] | None:
        try:
            return cast(dict[str, Any], self._client.head_object(Bucket=self._bucket, Key=self._name(key)))
        except _faults() as error:
            if _status(error) == 404:
                return None
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> Unavailable:
        if _NO_BUCKET in str(error):
            text = f"there is no bucket {self._bucket}; make it, or correct the setting archive"
            return Unavailable("archive-missing", text, bucket=self._bucket, cause="missing", status=_status(error))
        text = f"the archive in bucket {self._bucket} did not answer as promised ({error}); look at its service"
        return Unavailable("archive-failed", text, bucket=self._bucket, cause="failed", status=_status(error))


def s3_archive(
    bucket: str, prefix: str = "", endpoint: str | None = None, region: str | None = None, tries: int = TRIES
) -> S3Archive:
    """The bucket's archive, with the credentials boto3 finds by itself; raises Invalid without boto3."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        text = "an archive in S3 needs boto3; install it with: pip install 'fsplug[s3]'"
        raise Invalid("no-boto3", text, bucket=bucket) from error
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": tries},
    )
    return S3Archive(boto3.client("s3", endpoint_url=endpoint, region_name=region, config=config), bucket, prefix)


class _Remote(io.RawIOBase):
    """A recording in the bucket as a file to read and seek in, by ranged requests."""

    def __init__(self, archive: S3Archive, key: str, size: int) -> None:
        self._archive = archive
        self._key = key
        self._size = size
        self._offset = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._offset, io.SEEK_END: self._size}[whence]
        self._offset = max(0, base + offset)
        return self._offset

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(disk.BLOCK_BYTES), b""))  # io's own readall reads 8 KiB at a time

    def readinto(self, buffer: Any) -> int:
        end = min(self._offset + len(buffer), self._size)
        if end <= self._offset:
            return 0
        block = self._archive.read(self._key, self._offset, end)
        buffer[: len(block)] = block
        self._offset += len(block)
        return len(block)


def _extras(sha256: str) -> dict[str, Any]:
    return {"ChecksumAlgorithm": "SHA256", "Metadata": {"sha256": sha256}, "ContentType": "audio/wav"}


def _faults() -> tuple[type[Exception], ...]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError, Boto3Error


def _status(error: Exception) -> int | None:
    answer = getattr(error, "response", None) or {}
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return int(status) if status else None
