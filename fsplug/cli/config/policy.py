"""`fsplug policy`: what is recorded, and what would be."""

from typing import Any

import click

from fsplug.cli.calls import simulation
from fsplug.cli.config import policy_change, policy_facts, policy_terms
from fsplug.cli.kernel import documents
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.document_file import DocumentFile
from fsplug.cli.kernel.moments import MOMENT
from fsplug.cli.kernel.output import sheet
from fsplug.cli.kernel.rules import POLICY
from fsplug.policy.entities import GroupMode, WhenAway
from fsplug.store.calls.simulate import simulated
from fsplug.store.change import edit_policy, planning
from fsplug.store.change.outcome import Outcome
from fsplug.store.config import policies

_COMPANY = click.option("--company", metavar="DOMAIN", required=True, help="The company whose policy it is.")


@click.group(cls=NounGroup)
def policy() -> None:
    """What is recorded: departments' boxes, groups' modes, and their effect on a call."""


@policy.command(rule=POLICY)
@_COMPANY
@click.option("--at", type=MOMENT, help="Show the policy of this time  [now]")
@pass_invocation
def show(invocation: Invocation, company: str, at: float | None) -> None:
    """Show a company's recording policy."""
    with invocation.store() as store:
        version = policies.current_version(store, company) if at is None else policies.version_at(store, company, at)
        facts = policy_facts.facts(store, company, version)
    invocation.print(facts, *policy_facts.lines(facts))


@policy.command(name="set", rule=POLICY)
@_COMPANY
@click.option("--department", metavar="NAME", help="The department; '*' for every department without boxes of its own.")
@click.option("--outgoing/--no-outgoing", default=None, help="The box for calls that users make to outside numbers.")
@click.option("--internal/--no-internal", default=None, help="The box for calls between users.")
@click.option("--incoming/--no-incoming", default=None, help="The box for calls from outside numbers.")
@click.option("--group", metavar="NUMBER", help="The ring group.")
@click.option("--mode", type=click.Choice(list(map(str, GroupMode))), help="Whether the group's calls are recorded.")
@policy_terms.options
@click.option(
    "--when-away",
    type=click.Choice(list(map(str, WhenAway))),
    help="What happens to the company's calls while fsplug is away; for the whole company, without other options.",
)
@click.option(
    "--admins-set-record/--no-admins-set-record",
    default=None,
    help="Whether administrators may also set which of their users are recorded; for the whole company, without other "
    "options.",
)
@click.option(
    "--preview-since",
    type=MOMENT,
    help="Change nothing; show what the change would have done since this time (7d, a date).",
)
@pass_invocation
def set_(
    invocation: Invocation,
    company: str,
    preview_since: float | None,
    when_away: str | None,
    admins_set_record: bool | None,
    **given: Any,
) -> None:
    """Set the boxes of a department or the mode of a ring group.

    Options that are not given keep their values. A department without boxes of its own starts with those of '*'. The
    change applies from the next call on.
    """
    if when_away is not None or admins_set_record is not None:
        others = [*given.values(), preview_since, when_away if admins_set_record is not None else None]
        if any(value is not None for value in others):
            raise click.UsageError("--when-away and --admins-set-record are for the whole company; set each alone")
        _set_for_all(invocation, company, when_away, admins_set_record)
        return
    change = policy_change.change(given)
    with invocation.store() as store:
        if preview_since is not None:
            facts = policy_change.preview(store, company, change, preview_since)
            invocation.print(facts, *policy_change.preview_lines(facts))
            return
        facts = policy_change.make(store, company, change, invocation.by)
    invocation.print(facts, *policy_change.lines(facts))


def _set_for_all(invocation: Invocation, company: str, when_away: str | None, may: bool | None) -> None:
    facts: dict[str, Any]
    with invocation.store() as store:
        if when_away is not None:
            made = edit_policy.set_when_away(store, company, WhenAway(when_away), invocation.by)
            facts, line = {"when_away": when_away}, f"when fsplug is away: {when_away}"
        else:
            made = edit_policy.set_admins_set_record(store, company, bool(may), invocation.by)
            who = "superusers and administrators" if may else "superusers"
            facts, line = {"admins_set_record": bool(may)}, f"who is recorded is set by {who}"
    _print_made(invocation, company, made, facts, line)


def _print_made(invocation: Invocation, company: str, made: Outcome, facts: dict[str, Any], line: str) -> None:
    now = f"policy version {made.version} of {company}, from the next call on"
    said = line if made.changed else f"nothing to change; {line}"
    invocation.print({"company": company, "changed": made.changed, "version": made.version, **facts}, said, now)


@policy.command(rule=POLICY)
@_COMPANY
@click.option("--record/--no-record", required=True, default=None, help="Whether these users may be recorded at all.")
@click.argument("usernames", metavar="USERNAME...", nargs=-1, required=True)
@pass_invocation
def record(invocation: Invocation, company: str, record: bool, usernames: tuple[str, ...]) -> None:
    """Set whether users are recorded, as fsplug user set --record does, for superusers who administer no users."""
    with invocation.store() as store:
        made = edit_policy.set_record(store, company, usernames, record, invocation.by)
    line = f"{'recorded' if record else 'never recorded'}: {', '.join(usernames)}"
    _print_made(invocation, company, made, {"users": list(usernames), "record": record}, line)


@policy.command(rule=POLICY)
@click.argument("file", metavar="FILE.toml", type=DocumentFile())
@_COMPANY
@click.option(
    "--since", type=MOMENT, required=True, help="Count talks from this time on: a date, epoch seconds, 7d or today."
)
@pass_invocation
def preview(invocation: Invocation, file: str, company: str, since: float) -> None:
    """Show what the company's policy in FILE.toml would have recorded since the given time.

    The document has the form that `fsplug apply` takes; nothing is changed.
    """
    with invocation.store() as store:
        document, folder = documents.read(file, invocation), documents.folder(file)
        drafted = planning.drafted_policy(store, document, company, folder, invocation.by)
        facts = policy_change.previewed(store, company, drafted, since)
    invocation.print(facts, *policy_change.preview_lines(facts))


@policy.command(rule=POLICY)
@_COMPANY
@click.option(
    "--from", "caller", metavar="A", required=True, help="The caller: an extension, a username or any number."
)
@click.option("--to", "called", metavar="B", help="The callee: an extension, a username, a group or any number.")
@click.option("--group", metavar="NUMBER", help="The ring group that the call comes through.")
@click.option("--forwarded-by", metavar="NUMBER", multiple=True, help="A number that passed the call on.")
@click.option("--at", type=MOMENT, help="Use the policy of this time  [now]")
@pass_invocation
def simulate(invocation: Invocation, company: str, at: float | None, **call: Any) -> None:
    """Show what policy would do with a call. The verdict comes from the function that decides live calls.

    A user's own fixed or mobile number counts as that user. With --group and no user in --to, there is a verdict for
    each member who may answer.
    """
    if not (call["called"] or call["group"]):
        raise click.UsageError("give --to, or give --group for every member of a group")
    with invocation.store() as store:
        version = policies.current_version(store, company) if at is None else policies.version_at(store, company, at)
        facts = {"at": at, **simulated(store, company, version, **call)}
    invocation.print(facts, *sheet(simulation.heading(facts)), "", *simulation.lines(facts))
