"""The rows of calls, one for each company that has the call."""

from typing import Any

from peewee import fn

from fsplug.store.db.statements import Given, given
from fsplug.store.schema.calls import Calls


def of_every_company(names: str) -> Any:
    """Fill these columns, where they are unknown, in every row of the given `call`."""
    columns = [getattr(Calls, name) for name in names.split()]
    filled = {column: fn.COALESCE(column, Given(column.name)) for column in columns}
    return Calls.update(filled).where(Calls.id == given.call)
