"""Which users talked in a call, recorded or not: calls are found by each of them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from peewee import SQL, fn

from fsplug.errors import Invalid
from fsplug.policy.recording import participants
from fsplug.store.calls.entries import DecisionMade
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Write, given, insert
from fsplug.store.schema.calls import TalkUsers

_ADD = Write(lambda: insert(TalkUsers, "call username decision company version", once_by="call username decision"))


def write(store: Store, made: Iterable[Any], ids: Callable[[str], str]) -> None:
    """Note who talks in the talks of these decisions (`DecisionMade`); `ids` gives a company's id by its domain.

    Invalid("bad-entry") if one has a value of the wrong type.
    """
    try:
        rows = [row for one in made for row in _rows(one, ids(one.company))]
    except (AttributeError, TypeError) as error:
        raise Invalid("bad-entry", f"the entry has a value of the wrong type: {error}") from error
    _ADD.run_many(store, rows)


def talked(calls: Any, *conditions: Any) -> Any:
    """Whether the given `person` talked in the call that is a row of `calls`, under these conditions."""
    its = (TalkUsers.call == calls.id) & (TalkUsers.username == given.person) & (TalkUsers.company == calls.company)
    return fn.EXISTS(TalkUsers.select(SQL("1")).where(its, *conditions))


def _rows(one: DecisionMade, company: str) -> Iterator[dict[str, Any]]:
    its = {"call": one.call, "decision": one.decision, "company": company, "version": one.version}
    for username in participants.people(participants.everybody(one.inputs, one.caller, one.answerer), one.user):
        yield {**its, "username": username}
