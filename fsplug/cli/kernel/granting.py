"""Before somebody is given a right, a licence or a role: what it will reach, and whether that is wanted."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from fsplug.cli.kernel.confirming import confirm
from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.output import safe, when
from fsplug.errors import FsplugError
from fsplug.store.change.reached import Grantee, Reached

grant_option = click.option("--yes", is_flag=True, help="Grant without asking for confirmation.")
# Of more users than these, only what is doubtful is printed.
_PRINTED = 50


class Granting:
    """Asks once about each list of what is reached; `yes`: the answer is known, and the list only shown.

    Given to a change as its `confirm`. It never asks in there, where others may have to wait: it raises `Unanswered`,
    and the change is made again after `ask`.
    """

    def __init__(self, invocation: Invocation, yes: bool, may_ask: bool = True) -> None:
        self._invocation = invocation
        self._yes = yes
        self._may_ask = may_ask
        self.found: list[Grantee] = []
        self._accepted: list[Grantee] | None = None

    def confirm(self, found: list[Grantee]) -> None:
        """Return if this list was confirmed; else raise `Unanswered`."""
        self.found = found
        if not self._yes and found and found != self._accepted:
            raise Unanswered

    def ask(self) -> None:
        """Show the list and have it confirmed; Invalid("grant-not-confirmed") when nobody can be asked."""
        self.show()
        does = "gives access through the things named here,"
        code, may_ask = "grant-not-confirmed", self._may_ask
        confirm(self._invocation, "grant it?", False, does, code, may_ask=may_ask, reaches=self.facts())
        self._accepted = self.found

    def consider(self, found: list[Grantee]) -> None:
        """Show the list, and have it confirmed unless the answer is known."""
        self.found = found
        if found and not self._yes:
            self.ask()
        elif found:
            self.show()

    def show(self) -> None:
        """Print the list, for people."""
        if not self._invocation.json:
            for line in lines(self.found):
                click.echo(safe(line))

    def facts(self) -> list[dict[str, object]]:
        """The list, for programs."""
        return [asdict(one) for one in self.found]


class Unanswered(FsplugError):
    """What is reached has not been confirmed yet."""

    def __init__(self) -> None:
        super().__init__("grant-not-confirmed", "the grant has not been confirmed yet")


def lines(found: Sequence[Grantee]) -> Iterator[str]:
    """What is reached, in lines; where there are very many users, only what is doubtful."""
    doubtful = [one for one in found if any(thing.is_doubtful for thing in one.things)]
    shown = found if len(found) <= _PRINTED else doubtful
    for one in shown:
        yield f"{', '.join(one.grants)} for user {one.username} of {one.domain} reaches:"
        for thing in one.things:
            yield f"{'!' if thing.is_doubtful else ' '}   {_said(thing)}"
    if len(shown) < len(found):
        yield f"... and {len(found) - len(shown)} users whose things were all set by somebody who may grant"


def _said(thing: Reached) -> str:
    doubts = [] if thing.by_granter else ["who may not grant"]
    said = ", ".join((f"set by {thing.set_by}", *doubts, f"on {when(thing.set_at)}"))
    return f"{thing.kind} {thing.name}: {said}{'' if thing.verified else '; not verified, counts for nothing'}"
