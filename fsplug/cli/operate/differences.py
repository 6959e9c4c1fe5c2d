"""Differences between configuration files: unified diffs, coloured on a terminal, without passwords."""

import difflib
import re
from collections.abc import Iterable, Iterator

import click

from fsplug.cli.kernel.output import safe
from fsplug.store.config.nouns import SECRET
from fsplug.xml.install.installer import FileChange

# A new or removed file longer than this is shown by its name and length alone.
_LONGEST_WHOLE = 60
_PASSWORD = re.compile(r"""(name=["'](?:[a-z-]*password|gateway-credentials|cred)["']\s+value=)(["']).*?\2""")
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def shown(changes: Iterable[FileChange]) -> Iterator[str]:
    """The lines to print; click strips the colours when the output is not a terminal."""
    for change in changes:
        for line in difference(change):
            yield click.style(safe(line), fg=_COLOURS.get(line[0]) if line else None)


def difference(change: FileChange) -> list[str]:
    """One file's change as a unified diff."""
    before, after = _lines(change.before), _lines(change.after)
    old, new = ("/dev/null" if content is None else change.path for content in (change.before, change.after))
    if None in (change.before, change.after) and len(before) + len(after) > _LONGEST_WHOLE:
        return [f"--- {old}", f"+++ {new}", f"@@ a file of {len(before) + len(after)} lines @@"]
    found = list(difflib.unified_diff(before, after, old, new, lineterm=""))
    return found or [f"--- {old}", f"+++ {new}", "@@ only a password @@"]


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode("utf-8", "replace")
    return _PASSWORD.sub(rf"\1\2{SECRET}\2", text).splitlines()
