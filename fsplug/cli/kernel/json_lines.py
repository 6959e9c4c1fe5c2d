"""Exports: rows as lines of JSON, to a file that nobody else reads, or to standard output."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.document_file import STDIN
from fsplug.cli.kernel.output import safe
from fsplug.errors import Unavailable

out_option: Callable[..., Any] = click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    required=True,
    help="The file to write (-: standard output, which is the only one with --as).",
)


def write(invocation: Invocation, out: Path, rows: Iterable[Any], noun: str) -> None:
    """Write each row as one line; then say how many there are (`noun`), unless they went to standard output.

    Unavailable("file-not-written") if the file can't be written.
    """
    lines = [json.dumps(one) for one in rows]
    if str(out) == STDIN:
        for line in lines:
            click.echo(line)
        return
    try:
        with out.open("w", encoding="utf-8") as file:
            out.chmod(0o600)
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        text = f"{out} can't be written: {error.strerror}; name another file"
        raise Unavailable("file-not-written", text, file=str(out)) from error
    invocation.print({"file": str(out), noun: len(lines)}, f"wrote {len(lines)} {noun} to {safe(out)}")
