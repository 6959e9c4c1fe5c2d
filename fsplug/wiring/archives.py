"""The archive that a setting names."""

from pathlib import Path

from fsplug.errors import Invalid
from fsplug.media.archive import Archive, FolderArchive

_S3 = "s3://"


def archive_at(location: str) -> Archive:
    """The archive in this folder, or in this bucket (`s3://bucket/prefix`); Invalid for anything else.

    Credentials, region and endpoint of a bucket are boto3's own settings (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...).
    """
    if location.startswith(_S3):
        from fsplug.media.s3 import s3_archive

        bucket, _, prefix = location.removeprefix(_S3).partition("/")
        return s3_archive(bucket, prefix)
    path = Path(location)
    if not path.is_absolute():
        text = f"{location!r} is not an archive; give an absolute folder, or s3://bucket/prefix"
        raise Invalid("bad-archive", text, archive=location)
    return FolderArchive(path)
