"""The statements of the search: each is compiled once for its form, whatever the values.

One keyword is read from its index, newest first. Several that lead are read together, and a recording counts once.
"""

from dataclasses import dataclass
from functools import cache, reduce
from operator import and_, or_
from typing import Any

import peewee
from peewee import SQL, NodeList, fn

from fsplug.store.db.pages import beyond, in_order
from fsplug.store.db.statements import Given, Select, given, given_each
from fsplug.store.recordings.search.order import Order
from fsplug.store.schema.search import NumberParts, RecordingKeywords


@dataclass(frozen=True, slots=True)
class Form:
    """How many conditions and how many parts of numbers are checked for each candidate, and whether a direction is.

    `goes_on`: a page came before.
    """

    checked: int
    parts: int
    direction: bool
    goes_on: bool
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class Place:
    """A recording's place in the list: its time and id."""

    at: float
    recording: str


# Not frozen, because freezing takes twice as long: one page makes 20,000 of them.
@dataclass(slots=True)
class Seen:
    """A recording that was looked at; `fits` is 1 or True if all conditions hold for it."""

    at: float
    recording: str
    fits: int


_COUNTED = (
    RecordingKeywords.select(SQL("1").alias("one"))
    .where(RecordingKeywords.keyword.in_(given_each.keywords))
    .where((RecordingKeywords.at >= given.since) & (RecordingKeywords.at < given.until))
    .limit(given.most)
    .alias("counted")
)
# How many recordings have one of the `keywords`, as far as `most`.
COUNT = Select(int, lambda: peewee.Select([_COUNTED], [fn.COUNT(SQL("*")).alias("count")]))
# The numbers with a part from `first` to `last`.
NUMBERS = Select(
    int,
    lambda: (
        NumberParts.select(NumberParts.keyword)
        .distinct()
        .where((NumberParts.company == given.company) & (NumberParts.part >= given.first))
        .where(NumberParts.part <= given.last)
        .limit(given.limit)
    ),
)


@cache
def fitting(form: Form, several: bool) -> Select[Place]:
    """The recordings of the keyword `leading_0`, or of `several` keywords `leading`, for which all conditions hold."""
    key = RecordingKeywords.keyword
    leads = key.in_(given_each.leading) if several else key == Given("leading_0")

    def build() -> Any:
        query = RecordingKeywords.select(RecordingKeywords.at, RecordingKeywords.recording)
        query = query.distinct() if several else query
        return _first(form, query.where(reduce(and_, [leads, _in_period(form), *checks(form, RecordingKeywords)])))

    return Select(Place, build)


@cache
def looked_through(form: Form, leading: int) -> Select[Seen]:
    """The first recordings of the keywords `leading_0`, `leading_1`, ..., whether or not the conditions hold."""
    return Select(Seen, lambda: _of_one(form) if leading == 1 else _of_several(form, leading))


def _of_one(form: Form) -> Any:
    table = RecordingKeywords
    query = table.select(table.at, table.recording, _fits(form, table))
    return _first(form, query.where((table.keyword == Given("leading_0")) & _in_period(form)))


def _of_several(form: Form, leading: int) -> Any:
    columns = [getattr(RecordingKeywords, name) for name in ("at", "recording", "direction", "digits")]
    parts = []
    for at in range(leading):
        is_led = (RecordingKeywords.keyword == Given(f"leading_{at}")) & _in_period(form)
        first = _first(form, RecordingKeywords.select(*columns).where(is_led)).alias("l")
        parts.append(peewee.Select([first], [getattr(first.c, column.name) for column in columns]))
    # A recording found by several keywords counts once.
    together: Any = reduce(or_, parts)
    found = together.alias("k")
    query = peewee.Select([found], [found.c.at, found.c.recording, _fits(form, found.c)])
    return _ordered(form, query, found.c)


def _first(form: Form, query: Any) -> Any:
    return _ordered(form, query, RecordingKeywords)


def _ordered(form: Form, query: Any, table: Any) -> Any:
    return in_order(query, (table.at, table.recording), form.order.is_ascending).limit(given.limit)


def _in_period(form: Form) -> Any:
    at = RecordingKeywords.at
    period = (at >= given.since) & (at < given.until)
    return period & goes_on((at, RecordingKeywords.recording), form) if form.goes_on else period


def goes_on(columns: tuple[Any, Any], form: Form) -> Any:
    """The condition of what comes after the page before."""
    return beyond(columns, (given.before_at, given.before_recording), form.order.is_ascending)


def _fits(form: Form, led: Any) -> Any:
    return reduce(and_, checks(form, led) or [SQL("1 = 1")]).alias("fits")


def checks(form: Form, led: Any) -> list[Any]:
    """The conditions on what leads, whose columns are those of `led`."""
    found: list[Any] = [led.direction == given.direction] if form.direction else []
    for at in range(form.checked):
        also = RecordingKeywords.alias("m")
        is_same = (also.at == led.at) & (also.recording == led.recording)
        has_one = also.keyword.in_(Given(f"checked_{at}", is_list=True))
        found.append(fn.EXISTS(also.select(SQL("1")).where(has_one & is_same)))
    if form.parts:
        # peewee's own LIKE is GLOB in SQLite.
        parts = [NodeList((led.digits, SQL("LIKE"), Given(f"part_{at}"))) for at in range(form.parts)]
        found.append(NodeList(parts, glue=" OR ", parens=True))
    return found
