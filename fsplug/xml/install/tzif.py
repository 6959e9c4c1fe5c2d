"""The files of tzdata (TZif, RFC 8536): the rule that ends a zone's file, and a zone that follows only a rule."""

import struct
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

_MAGIC = b"TZif"
# Version 2, no leap seconds and no changes, one kind of local time with a name of one letter: the rule says the rest.
_BLOCK = _MAGIC + b"2" + bytes(15) + struct.pack(">6I", 0, 0, 0, 0, 1, 2) + struct.pack(">iBB", 0, 0, 0) + b"X\0"


def last_rule(name: str) -> str | None:
    """The last line of the zone's file: its rule after all changes listed there, such as CET-1CEST,M3.5.0,M10.5.0/3;
    None for an unknown zone (RFC 8536, 3.3).
    """
    found = next((content for content in _zone_files(name) if content.startswith(_MAGIC)), None)
    rule = found.rstrip(b"\n").rpartition(b"\n")[2] if found else b""
    return rule.decode("ascii") or None


@lru_cache(maxsize=1_024)
def zone_of_rule(rule: str) -> ZoneInfo:
    """The zone whose clocks follow this rule in every year. ValueError if it is none."""
    return ZoneInfo.from_file(BytesIO(_BLOCK + _BLOCK + f"\n{rule}\n".encode("ascii")))


def _zone_files(name: str) -> Iterator[bytes]:
    for folder in TZPATH:
        path = Path(folder) / name
        if path.is_file():
            yield path.read_bytes()
    try:
        yield resources.files("tzdata.zoneinfo").joinpath(name).read_bytes()
    except (ModuleNotFoundError, OSError):
        return
