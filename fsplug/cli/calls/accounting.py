"""`fsplug audit calls`: the talks that the switch answered, beside what fsplug decided and recorded."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from fsplug.cli.kernel.context import EXIT_FOUND_WRONG, Invocation, Verb, pass_invocation
from fsplug.cli.kernel.moments import MOMENT
from fsplug.cli.kernel.output import table, when
from fsplug.cli.kernel.rules import AUDIT
from fsplug.store.calls import outages, witnessed
from fsplug.store.calls.witnessed import Difference, TalkAccount
from fsplug.store.config import companies
from fsplug.store.db.pages import Wanted
from fsplug.words.english import so_many

if TYPE_CHECKING:
    from fsplug.store.db.database import Store

_REASONS = {
    "undecided": "the switch answered it, and it has no decision",
    "neither-recording-nor-gap": "it should be recorded, and there is neither a recording nor a gap",
    "no-record": "it has a decision, and the switch left no record of it",
    "in-progress": "it goes on, or its call does",
    "record-awaited": "its call has just ended; the switch's record is awaited",
    "end-not-reported": "its decision is there; neither its end nor a record of it reached fsplug",
}
_MOST_OUTAGES = 1_000


@click.command(cls=Verb, rule=AUDIT)
@click.option(
    "--since",
    type=MOMENT,
    metavar="TIME",
    default="24h",
    show_default=True,
    help="The first moment that counts: 24h, today, 2026-11-22 ...",
)
@click.option("--company", metavar="DOMAIN", help="Only this company's talks  [every company's]")
@pass_invocation
def calls(invocation: Invocation, since: float, company: str | None) -> None:
    """Compare the talks that the switch answered with fsplug's decisions and recordings.

    Every difference is named, talk by talk. The exit code is 1 if one of them can't be explained.
    """
    with invocation.store() as store:
        domains = [company] if company else [one.domain for one in companies.every(store)]
        found = [witnessed.account(store, domain, since) for domain in domains]
        facts = [_facts(store, one, since) for one in found]
    lines = [line for account in found for line in _named(account)]
    missed = [line for one in facts for line in _missed(one)]
    invocation.print(facts, *_counted(found), *missed, *lines, _conclusion(found))
    if any(one.unexplained for one in found):
        click.get_current_context().exit(EXIT_FOUND_WRONG)


def _facts(store: "Store", account: TalkAccount, since: float) -> dict[str, Any]:
    its = outages.listed(store, account.company, _MOST_OUTAGES, None, Wanted(since=since))
    return {**asdict(account), "unexplained": account.unexplained, "outages": [asdict(one) for one in its]}


def _counted(found: list[TalkAccount]) -> list[str]:
    titles = ("company", "answered", "decisions", "to record", "sealed", "gaps", "under way", "missed", "not asked")
    rows = [
        (
            one.company,
            one.answered,
            one.decisions,
            one.wanted,
            one.sealed,
            one.gaps,
            one.under_way,
            one.missed,
            one.not_asked,
        )
        for one in found
    ]
    return table(titles, rows)


def _missed(facts: dict[str, Any]) -> list[str]:
    return [_outage(one) for one in facts["outages"]]


def _outage(one: dict[str, Any]) -> str:
    until = when(one["until"]) if one["until"] else "now"
    late = f"decided afterwards: {so_many(one['talks'], 'talk')}"
    return f"outage of {one['company']} ({one['cause']}), from {when(one['at'])} until {until}: {late}"


def _named(account: TalkAccount) -> list[str]:
    return [_line(account.company, one) for one in account.differences]


def _line(company: str, one: Difference) -> str:
    state = "explained" if one.is_explained else "UNEXPLAINED"
    return f"{state}: talk {one.talk} of {company} at {when(one.at)}: {_REASONS.get(one.reason, one.reason)}"


def _conclusion(found: list[TalkAccount]) -> str:
    unexplained = sum(one.unexplained for one in found)
    if unexplained:
        return f"{so_many(unexplained, 'difference')} can't be explained"
    return "no difference that can't be explained"
