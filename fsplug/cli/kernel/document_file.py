"""The parameter of a command that takes a document: a file, or - for standard input."""

import click

STDIN = "-"


class DocumentFile(click.Path):
    """The document that a command takes, read by `documents`. With --as no other file may be named."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, allow_dash=True)
