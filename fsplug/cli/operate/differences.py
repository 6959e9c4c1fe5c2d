"""Differences between configuration files: unified diffs, coloured on a terminal, without passwords."""

import difflib
from collections.abc import Collection, Iterable, Iterator

import click

from fsplug.cli.kernel.output import safe
from fsplug.store.config.nouns import SECRET
from fsplug.xml.install.installer import FileChange
from fsplug.xml.install.secrets import masked, secrets

# A new or removed file longer than this is shown by its name and length alone.
_LONGEST_WHOLE = 60
ANOTHER = "(another secret)"
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def shown(changes: Iterable[FileChange]) -> Iterator[str]:
    """The lines to print; click strips the colours when the output is not a terminal."""
    for change in changes:
        for line in difference(change):
            yield click.style(safe(line), fg=_COLOURS.get(line[0]) if line else None)


def difference(change: FileChange) -> list[str]:
    """One file's change as a unified diff. A secret that changes is another one, without its value."""
    known = secrets(_text(change.before or change.after))
    before, after = _lines(change.before, known), _lines(change.after, known)
    old, new = ("/dev/null" if content is None else change.path for content in (change.before, change.after))
    if None in (change.before, change.after) and len(before) + len(after) > _LONGEST_WHOLE:
        return [f"--- {old}", f"+++ {new}", f"@@ a file of {len(before) + len(after)} lines @@"]
    found = list(difflib.unified_diff(before, after, old, new, lineterm=""))
    return found or [f"--- {old}", f"+++ {new}", "@@ only a secret @@"]


def _lines(content: bytes | None, known: Collection[str]) -> list[str]:
    return masked(_text(content), known, SECRET, ANOTHER).splitlines()


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")
