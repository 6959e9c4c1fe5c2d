"""Lists of what happened: their shared options, and the pages of one company or of all merged into one list."""

import functools
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

import click

from fsplug.cli.kernel.moments import MOMENT
from fsplug.errors import Invalid
from fsplug.store.config import companies, policies, users
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor, Wanted

PAGE_ROWS = 500
DEFAULT_LIMIT = 100
# Both databases count further.
MOST = 1_000_000_000


class Listed(Protocol):
    """A row of a list."""

    @property
    def cursor(self) -> Cursor: ...


Row = TypeVar("Row", bound=Listed)


@dataclass(frozen=True, slots=True)
class ListOptions:
    """Which rows to list; None means no limit. `number` and `user` are as typed; times are in epoch seconds.

    `version`: of calls since this policy version, with which a user with --as got their username (`rules`).
    """

    company: str | None = None
    limit: int = DEFAULT_LIMIT
    since: float | None = None
    until: float | None = None
    number: str | None = None
    user: str | None = None
    version: int | None = None


def listing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--company --limit --since --until --number --user; the command is given them as one `ListOptions`."""
    return _with_options(command, tuple(_OPTIONS))


def numberless_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """As `listing_options`, without --number: for rows that have no telephone number."""
    return _with_options(command, tuple(name for name in _OPTIONS if name != "number"))


def _with_options(command: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    @functools.wraps(command)
    def with_options(*args: Any, **given: Any) -> Any:
        version = given.pop("version", None)
        options = ListOptions(**{name: given.pop(name) for name in names}, version=version)
        return command(*args, options=options, **given)

    for name in reversed(names):
        with_options = _OPTIONS[name](with_options)
    return with_options


def find(store: Store, options: ListOptions, listed: Callable[..., list[Row]]) -> Iterator[Row]:
    """Every matching row, newest first, ignoring the limit; pages are read as the rows are consumed."""
    domains = [options.company] if options.company else [company.domain for company in companies.every(store)]
    lists = [_rows(store, domain, wanted, listed) for domain, wanted in _wanted_of_each(store, domains, options)]
    return heapq.merge(*lists, key=lambda row: row.cursor, reverse=True)


def first(rows: Iterator[Row], limit: int) -> tuple[list[Row], bool]:
    """The first rows, and whether there are more."""
    found = list(islice(rows, limit + 1))
    return found[:limit], len(found) > limit


def in_some_company(store: Store, company: str | None, get: Callable[[str], Row | None]) -> Row | None:
    """What `get` finds in this company or, if no company is named, in the first company that has it."""
    domains = [company] if company else [one.domain for one in companies.every(store)]
    return next((row for row in map(get, domains) if row is not None), None)


def more(limit: int) -> str:
    """The line below a list that was cut short."""
    return f"there are more than these {limit}; list others with --limit, --since, --until"


def _rows(store: Store, domain: str, wanted: Wanted, listed: Callable[..., list[Row]]) -> Iterator[Row]:
    before: Cursor | None = None
    while page := listed(store, domain, PAGE_ROWS, before, wanted):
        yield from page
        if len(page) < PAGE_ROWS:
            return
        before = page[-1].cursor


def _wanted_of_each(store: Store, domains: list[str], options: ListOptions) -> list[tuple[str, Wanted]]:
    """What to list of each company; Invalid if the number is not one in the country of any of them."""
    found: list[tuple[str, Wanted]] = []
    trouble: Invalid | None = None
    for domain in domains:
        try:
            found.append((domain, _wanted(store, domain, options)))
        except Invalid as error:
            trouble = trouble or error
    if trouble and not found:
        raise trouble
    return found


def _wanted(store: Store, domain: str, options: ListOptions) -> Wanted:
    person = None if options.user is None else _username(store, domain, options.user)
    numbers = None if options.number is None else _spellings(store, domain, options.number)
    return Wanted(since=options.since, until=options.until, person=person, numbers=numbers, version=options.version)


def _spellings(store: Store, domain: str, number: str) -> tuple[str, ...]:
    """The store keeps numbers as the switch reported them."""
    from fsplug.policy.spellings import spellings

    return spellings(number, companies.get(store, domain).country)


def _username(store: Store, domain: str, text: str) -> str:
    """The username; the text itself if the user no longer exists. A username comes first, whose extension it may be."""
    from fsplug.store.config.lookup import Directory

    version = policies.current_version(store, domain)
    known = users.user_at(store, domain, text, version) or Directory(store, domain, version).find(text).user
    return known.username if known else text


_OPTIONS = {
    "company": click.option("--company", metavar="DOMAIN", help="Only this company  [all companies]"),
    "limit": click.option(
        "--limit",
        type=click.IntRange(1, MOST),
        default=DEFAULT_LIMIT,
        show_default=True,
        help="List at most this many.",
    ),
    "since": click.option(
        "--since", type=MOMENT, help="From this time on: 2026-11-22T14:30, epoch seconds, 7d or today."
    ),
    "until": click.option("--until", type=MOMENT, help="Before this time."),
    "number": click.option("--number", metavar="NUMBER", help="Only with this number at one end, in any spelling."),
    "user": click.option("--user", metavar="USER", help="Only about this user: a username, an extension or a number."),
}
