"""Every command line of the walk, and who may run it. `{...}` stands for something of a company's."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import click

from fsplug.cli.kernel.context import NounGroup
from fsplug.cli.kernel.main import root

# The parts that a walker may have: what is allowed to one of them is allowed to whoever has it too.
MINE, SUPER, SUB, CHIEF = "my-console", "superuser", "sub-admin", "company-admin"
Who = frozenset[str]
NOBODY: Who = frozenset()
ANYBODY: Who = frozenset({"anybody"})
SUPERS, CHIEFS, ADMINS = frozenset({SUPER}), frozenset({CHIEF}), frozenset({SUB, CHIEF})
HEARERS, READERS, KEEPERS = frozenset({MINE, SUPER}), frozenset({MINE, SUPER, CHIEF}), frozenset({SUPER, CHIEF})


@dataclass(frozen=True, slots=True)
class Line:
    """The words after `fsplug`, what stands on standard input, and who may run it; an operator may run all.

    `also`: the exit codes beside 0 with which it may end for who may run it. `both`: what somebody must have beside
    one of `who`. To those who are `unseen` it says that there is no such thing.
    """

    words: str
    who: Who
    stdin: str = ""
    also: tuple[int, ...] = ()
    both: Who = NOBODY
    unseen: Who = NOBODY

    def may(self, parts: Who) -> bool:
        """Whether somebody with these parts may run it."""
        return self.who == ANYBODY or (bool(parts & self.who) and self.both <= parts)

    def at(self, place: Mapping[str, str]) -> list[str]:
        """The words, for what is there."""
        return [word.format(**place) for word in self.words.split()]


_C = "--company {company}"
_USER = f"{_C} --user {{user}}"
_ACCOUNT = f"{_C} {{holder}}"

LINES: tuple[Line, ...] = (
    *(Line(words, NOBODY) for words in ("init", "serve", "doctor", "demo --once", "store status", "store migrate")),
    *(
        Line(words, NOBODY)
        for words in ("secret rotate", "secret rotate-calls", "secret export", "node list", "node remove n --yes")
    ),
    *(
        Line(f"switch {words}", NOBODY)
        for words in ("install --conf . --yes", "uninstall --conf . --yes", "status", "refused", "forgive 192.0.2.1")
    ),
    Line("xml render --out .", NOBODY),
    Line(f"xml show directory {_C} --user {{user}} --show-secrets", NOBODY),
    Line("company add new.example --name New --country DK", NOBODY),
    Line("company list", NOBODY),
    Line("company remove {company} --yes", NOBODY),
    Line("company show {company}", CHIEFS),
    Line("company set {company} --name New", CHIEFS),
    Line("company set {company} --country SE", NOBODY),
    Line("company set {company} --when-away refused", CHIEFS, both=SUPERS),
    Line("company set {company} --admins-set-record", CHIEFS, both=SUPERS),
    Line("company set {company} --admins-set-record --name New", CHIEFS, both=SUPERS),
    Line("apply --dry-run -", ADMINS, stdin="{document}"),
    Line(f"export {_C}", CHIEFS),
    Line(f"export {_C} --out file", NOBODY),
    Line(f"export {_C} --show-secrets", NOBODY),
    Line(f"import users - {_C}", ADMINS, stdin="username,name\n{user},New\n"),
    Line(f"import users - {_C} --dry-run", ADMINS, stdin="username,record\n{user},yes\n", both=SUPERS),
    Line(f"import users - {_C} --dry-run", CHIEFS, stdin="username,rights\n{user},listen-in\n"),
    Line(f"import users - {_C} --dry-run --map Navn=name", ADMINS, stdin="Bruger,Navn\n{user},New\n"),
    Line(f"import users /etc/hostname {_C}", ADMINS, also=(2,)),
    Line(f"department add {_C} Law", CHIEFS),
    Line(f"department list {_C}", CHIEFS),
    Line(f"department show {_C} {{department}}", CHIEFS),
    Line(f"department set {_C} {{department}} --name Law", CHIEFS),
    Line(f"department remove {_C} {{department}} --yes", CHIEFS, also=(2,)),
    Line(f"user add {_C} 9010 --extension 9010 --department {{department}}", ADMINS),
    Line(f"user add {_C} 9010 --extension 9010 --department {{department}} --record", ADMINS, both=SUPERS),
    Line(f"user list {_C}", ADMINS),
    Line(f"user list {_C} --find Anna", ADMINS),
    Line(f"user show {_C} {{user}}", ADMINS),
    Line(f"user set {_C} {{user}} --name New", ADMINS),
    Line(f"user set {_C} {{user}} --record", ADMINS, both=SUPERS),
    Line(f"user set {_C} {{user}} --role my-console --email n@new.example --yes", CHIEFS),
    Line(f"user set {_C} {{user}} --admin company-admin --yes", CHIEFS),
    Line(f"user remove {_C} {{user}} --yes", ADMINS),
    Line(f"device add {_USER} --kind app", ADMINS),
    Line(f"device add {_C} --user {{holder}} --kind desk mine", CHIEFS),
    Line(f"device list {_C}", ADMINS),
    Line(f"device show {_USER} desk", ADMINS),
    Line(f"device set {_USER} desk --new-password", ADMINS),
    Line(f"device set {_USER} desk --password-file file", NOBODY),
    Line(f"device set {_USER} desk --password-file -", ADMINS, stdin="a-chosen-password\n"),
    Line(f"device set {_C} --user {{holder}} desk --new-password", CHIEFS),
    Line(f"device remove {_USER} desk --yes", ADMINS),
    Line(f"profile add {_USER} new", ADMINS),
    Line(f"profile list {_C}", ADMINS),
    Line(f"profile show {_USER} available", ADMINS),
    Line(f"profile set {_USER} available --allow-listen", CHIEFS),
    Line(f"profile set {_USER} available --no-allow-listen", ADMINS),
    Line(f"profile remove {_USER} spare --yes", ADMINS),
    *(
        Line(f"{noun} {words}", who)
        for noun, name in (("licence", "contact-pro"), ("right", "listen-in"))
        for words, who in (
            (f"add {_C} {name} {{user}} --yes", CHIEFS),
            (f"list {_C}", ADMINS),
            (f"show {_C} {name}", ADMINS),
            (f"set {_C} {name} {{user}} --yes", CHIEFS),
            (f"remove {_C} {name} {{user}} --yes", CHIEFS),
        )
    ),
    Line(f"group add {_C} 2990 --name New", CHIEFS),
    Line(f"group add {_C} 2990 --name New --mode never", CHIEFS, both=SUPERS),
    Line(f"group list {_C}", CHIEFS),
    Line(f"group show {_C} {{group}}", CHIEFS),
    Line(f"group set {_C} {{group}} --name New", CHIEFS),
    Line(f"group set {_C} {{group}} --mode never", CHIEFS, both=SUPERS),
    Line(f"group remove {_C} {{group}} --yes", CHIEFS),
    Line(f"ivr add {_C} 3990 --name New --choice 1=user:{{user}} --default user:{{user}}", CHIEFS),
    Line(f"ivr list {_C}", CHIEFS),
    Line(f"ivr show {_C} {{ivr}}", CHIEFS),
    Line(f"ivr set {_C} {{ivr}} --name New", CHIEFS),
    Line(f"ivr remove {_C} {{ivr}} --yes", CHIEFS),
    Line(f"number range add {_C} +4530101200", NOBODY),
    Line(f"number verify {_C} +4522334400", NOBODY),
    Line(f"number range list {_C}", CHIEFS),
    Line(f"number range remove {_C} {{range}} --yes", NOBODY),
    Line(f"number verify {_C} +4520101200", NOBODY),
    Line(f"number list {_C}", CHIEFS),
    Line(f"number show {_C} {{number}}", CHIEFS),
    Line(f"number set {_C} {{number}} --to user:{{user}}", CHIEFS),
    Line(f"number remove {_C} {{number}} --yes", CHIEFS),
    Line(f"number add {_C} {{free}} --to user:{{user}}", CHIEFS),
    Line(f"trunk add {_C} new", NOBODY),
    Line(f"trunk list {_C}", NOBODY),
    Line(f"trunk show {_C} {{trunk}} --show-secrets", NOBODY),
    Line(f"trunk set {_C} {{trunk}} --port 5070", NOBODY),
    Line(f"trunk remove {_C} {{trunk}} --yes", NOBODY),
    Line(f"policy show {_C}", SUPERS),
    Line(f"policy set {_C} --department * --no-outgoing", SUPERS),
    Line(f"policy set {_C} --when-away refused", SUPERS),
    Line(f"policy set {_C} --admins-set-record", SUPERS),
    Line(f"policy record {_C} --record {{user}}", SUPERS),
    Line(f"policy preview - {_C} --since 7d", SUPERS, stdin="{document}"),
    Line(f"policy simulate {_C} --from {{user}} --to 1001", SUPERS),
    Line(f"exclude add {_C} +4533333333", SUPERS),
    Line(f"exclude list {_C}", SUPERS),
    Line(f"exclude remove {_C} {{excluded}}", SUPERS),
    Line(f"conversation list {_C}", HEARERS),
    Line(f"conversation show {{call}} {_C}", HEARERS),
    Line("conversation show {call}", HEARERS),
    Line(f"consent list {_C}", HEARERS),
    Line(f"consent show {{consent}} {_C}", HEARERS),
    Line(f"consent export {_C} --out -", SUPERS),
    Line(f"consent export {_C} --out file", NOBODY),
    Line(f"call list {_C}", HEARERS),
    Line(f"call list {_C} --watch", HEARERS, also=(4,)),
    Line(f"call show {{call}} {_C}", HEARERS),
    Line("call show {call}", HEARERS),
    Line(f"listen list {_C}", READERS),
    Line(f"recording list {_C}", HEARERS),
    Line(f"recording show {{recording}} {_C}", HEARERS),
    Line("recording show {recording}", HEARERS),
    Line(f"recording verify {{recording}} {_C}", SUPERS, also=(1,)),
    Line(f"recording delete {{recording}} {_C} --dry-run", SUPERS),
    Line(f"recording delete {{recording}} {_C} --yes", SUPERS),
    Line(f"recording undelete {{recording}} {_C}", SUPERS, also=(2, 3)),
    Line(f"share create {_C} {{recording}} --to x@y.example --subject s", SUPERS),
    Line(f"share list {_C}", SUPERS),
    Line(f"share revoke {_C} {{share}}", SUPERS, also=(3,)),
    Line(f"gap list {_C}", HEARERS),
    Line(f"outage list {_C}", SUPERS),
    Line(f"decision replay {_C} --since 1d", SUPERS, also=(1,)),
    Line(f"account list {_C}", READERS),
    Line(f"account show {_ACCOUNT}", CHIEFS),
    Line(f"account show {_C} {{self}}", READERS, also=(2,)),
    Line(f"account invite {_ACCOUNT}", CHIEFS),
    Line(f"account reset {_ACCOUNT}", CHIEFS),
    Line(f"account password {_ACCOUNT} --password-file -", NOBODY, stdin="a-chosen-password\n"),
    Line(f"account sign-in-link {_ACCOUNT}", NOBODY),
    Line(f"account unlock {_ACCOUNT}", CHIEFS),
    Line(f"account sessions {_C}", READERS),
    Line(f"account sign-out {_C} {{session}}", CHIEFS, unseen=HEARERS),
    Line(f"account sign-out {_C} --user {{self}}", READERS),
    Line(f"account sign-out {_C} --user {{holder}}", CHIEFS),
    Line(f"account passkeys {_C}", READERS),
    Line(f"account passkey-remove {_ACCOUNT} no-such-passkey --yes", NOBODY, also=(2,)),
    Line(f"account totp-off {_ACCOUNT}", CHIEFS, also=(2, 3)),
    Line(f"change list {_C}", READERS),
    Line(f"change show {_C} none", READERS, also=(2,)),
    Line(f"change confirm {_C} none", KEEPERS, also=(2,)),
    Line(f"change reject {_C} none", READERS, also=(2,)),
    Line(f"mail list {_C}", CHIEFS),
    Line(f"mail show {_C} {{mail}}", CHIEFS),
    Line(f"mail retry {_C} {{mail}}", CHIEFS, also=(2, 3)),
    Line(f"audit calls {_C} --since 1d", KEEPERS, also=(1, 2)),
    Line(f"audit list {_C}", READERS),
    Line(f"audit verify {_C}", KEEPERS, also=(1,)),
    Line(f"audit verify {_C} --checkpoints /etc/hostname", NOBODY),
    Line(f"audit sign {_C} --yes", NOBODY),
    Line(f"audit export {_C} --out -", KEEPERS),
    Line(f"audit export {_C} --out file", NOBODY),
    # Whoever is named by --as listens, and asks for nobody else. With nothing served nobody answers.
    Line(f"listen {_C} --to 1001", ANYBODY, also=(4,)),
    Line(f"listen {_C} --as 1003 --to 1004", NOBODY),
    Line(f"call control {{call}} pause {_C}", ANYBODY, also=(4,)),
    Line(f"call control {{call}} withdraw {_C}", ANYBODY, also=(4,)),
    Line(f"call control {{call}} pause {_C} --as 1003", NOBODY),
)


def verbs() -> Iterator[tuple[str, click.Command]]:
    """Every command that can be run, by its words; a group is one if it does something by itself."""
    yield from _below(root, click.Context(root), ())


def _below(group: click.Group, context: click.Context, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = (*path, name)
        if not isinstance(command, click.Group):
            yield " ".join(words), command
            continue
        if isinstance(command, NounGroup) and command.invoke_without_command:
            yield " ".join(words), command
        yield from _below(command, context, words)


def missing(command: Callable[[str], bool]) -> list[str]:
    """The commands of which no line satisfies this; what begins with the words of a command is a line of it."""
    return [name for name, _ in verbs() if not any(command(line.words) for line in LINES if _is_of(line, name))]


def _is_of(line: Line, name: str) -> bool:
    return (line.words + " ").startswith(f"{name} ")
