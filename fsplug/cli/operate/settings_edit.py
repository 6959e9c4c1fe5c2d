"""Settings that a command puts into fsplug.toml, leaving every other line unchanged."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fsplug.cli.kernel.toml_text import toml
from fsplug.errors import Invalid, Unavailable
from fsplug.wiring.settings import FILE_NAME
from fsplug.wiring.toml_source import parsed


def put(data: Path, named: Mapping[str, str | int]) -> list[str]:
    """Put these settings into the data folder's file; the names of those that changed.

    The file keeps its owner. An existing line, commented out or not, is replaced; otherwise a line is added before the
    first table.
    """
    path = data / FILE_NAME
    before = _read(path)
    in_force = _parsed(path, before)
    missing = {name: value for name, value in named.items() if in_force.get(name) != value}
    text = before
    for name, value in missing.items():
        text = _with(text, name, toml({name: value}).rstrip("\n"), name in in_force)
    if missing:
        _write(path, text)
    return list(missing)


def _with(text: str, name: str, line: str, in_force: bool) -> str:
    mark = "" if in_force else "# ?"
    there = re.compile(rf"^{mark}{name} *=.*$", re.MULTILINE)
    if there.search(text):
        return there.sub(lambda _: line, text, count=1)
    return f"{line}\n{text}" if "[" in text else f"{text.rstrip()}\n\n{line}\n".lstrip("\n")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable("settings-unreadable", f"{path} can't be read: {error}", path=str(path)) from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return parsed(text.encode())
    except ValueError as error:
        raise Invalid("bad-settings", f"{path} can't be edited by fsplug ({error}); correct the file first") from error


def _write(path: Path, text: str) -> None:
    _parsed(path, text)
    part = path.with_name(f"{path.name}.part")
    try:
        like = path.stat() if path.exists() else path.parent.stat()
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if os.geteuid() == 0:
                os.fchown(descriptor, like.st_uid, like.st_gid)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        part.rename(path)
    except OSError as error:
        text = f"the settings {path} can't be written: {error.strerror}"
        raise Unavailable("settings-not-written", text, path=str(path)) from error
