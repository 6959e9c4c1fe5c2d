"""The question before something that is hard to undo. `--yes` answers it beforehand."""

import sys

import click

from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.output import safe
from fsplug.errors import Invalid


def confirm(
    invocation: Invocation,
    question: str,
    yes: bool,
    does: str,
    code: str = "not-confirmed",
    *,
    has_dry_run: bool = False,
    may_ask: bool = True,
    **facts: object,
) -> None:
    """Return once the user has said yes; click aborts at a no.

    Invalid, with this code and these facts, when nobody can be asked: with --json, or without a terminal, or where
    `may_ask` is false because standard input is being read. `does` completes "this ... and nobody can be asked".
    """
    if yes:
        return
    if not may_ask or invocation.json or not sys.stdin.isatty():
        remedy = "check with --dry-run, then add --yes" if has_dry_run else "add --yes"
        raise Invalid(code, f"this {does} and nobody can be asked to confirm; {remedy}", **facts)
    click.confirm(safe(question), abort=True, err=True)
