"""Which archive a setting names."""

from pathlib import Path

from fsplug.errors import Invalid
from fsplug.media.archive import Archive, FolderArchive

_S3 = "s3://"


def archive_at(location: str) -> Archive:
    """The archive in this folder, or in this bucket (`s3://bucket/prefix`); Invalid for anything else."""
    if location.startswith(_S3):
        return _s3(*location.removeprefix(_S3).partition("/")[::2])
    path = Path(location)
    if not path.is_absolute():
        text = f"{location!r} is no archive; give an absolute folder, or s3://bucket/prefix"
        raise Invalid("bad-archive", text, archive=location)
    return FolderArchive(path)


def _s3(bucket: str, prefix: str) -> Archive:
    """Credentials and endpoint are boto3's own settings (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...)."""
    try:
        import boto3
    except ImportError as error:
        raise Invalid("no-boto3", "an archive in S3 needs boto3; install it with: pip install 'fsplug[s3]'") from error
    from fsplug.media.s3 import S3Archive

    return S3Archive(boto3.client("s3"), bucket, prefix)
