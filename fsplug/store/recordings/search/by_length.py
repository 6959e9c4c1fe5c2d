"""The statements of the search in the order of length: of few recordings, or along the index of lengths."""

from dataclasses import dataclass
from functools import cache, reduce
from operator import and_
from typing import Any

import peewee
from peewee import SQL, fn

from fsplug.store.db.pages import in_order
from fsplug.store.db.statements import Given, Select, given, given_each
from fsplug.store.recordings.search.forms import Form, checks, goes_on
from fsplug.store.schema.recordings import Recordings
from fsplug.store.schema.search import RecordingKeywords


@dataclass(frozen=True, slots=True)
class Long:
    """A recording's place in the list: its length and id."""

    seconds: float
    recording: str


@cache
def of_few(form: Form, several: bool) -> Select[Long]:
    """The recordings of the keyword `leading_0`, or of `several` keywords `leading`, for which all conditions hold."""
    key = RecordingKeywords.keyword
    leads = key.in_(given_each.leading) if several else key == Given("leading_0")
    period = (RecordingKeywords.at >= given.since) & (RecordingKeywords.at < given.until)

    def build() -> Any:
        query = RecordingKeywords.select(Recordings.seconds, RecordingKeywords.recording)
        query = query.distinct() if several else query
        query = query.join(Recordings, on=(Recordings.id == RecordingKeywords.recording))
        query = query.where(reduce(and_, [leads, period, *checks(form, RecordingKeywords)]))
        query = query.where(Recordings.seconds.is_null(False))
        return _from(form, query, Recordings.seconds, RecordingKeywords.recording).limit(given.limit)

    return Select(Long, build)


@cache
def along(form: Form) -> Select[Long]:
    """Of the company's next `most` recordings, the first for which all conditions hold: the period, one of the keywords
    `leading`, and those that are checked.
    """
    filed = RecordingKeywords

    def build() -> Any:
        looked_at = _next(form, Recordings.seconds, Recordings.id, Recordings.at).limit(given.most).alias("long")
        is_led = filed.keyword.in_(given_each.leading)
        is_same = (filed.at == looked_at.c.at) & (filed.recording == looked_at.c.id)
        leads = fn.EXISTS(filed.select(SQL("1")).where(reduce(and_, [is_led, is_same, *checks(form, filed)])))
        period = (looked_at.c.at >= given.since) & (looked_at.c.at < given.until)
        found = peewee.Select([looked_at], [looked_at.c.seconds, looked_at.c.id.alias("recording")])
        place = (looked_at.c.seconds, looked_at.c.id)
        return in_order(found.where(period & leads), place, form.order.is_ascending).limit(given.limit)

    return Select(Long, build)


@cache
def end_of(form: Form) -> Select[Long]:
    """Where the company's next `skipped` recordings end, and one more."""
    columns = (Recordings.seconds, Recordings.id.alias("recording"))
    return Select(Long, lambda: _next(form, *columns).limit(1).offset(given.skipped))


def _next(form: Form, *columns: Any) -> Any:
    query = Recordings.select(*columns)
    query = query.where((Recordings.company == given.company) & Recordings.seconds.is_null(False))
    return _from(form, query, Recordings.seconds, Recordings.id)


def _from(form: Form, query: Any, seconds: Any, recording: Any) -> Any:
    """The query in order, from where the page before ended."""
    query = query.where(goes_on((seconds, recording), form)) if form.goes_on else query
    return in_order(query, (seconds, recording), form.order.is_ascending)
