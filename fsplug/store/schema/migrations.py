"""The steps that a database has taken."""

from fsplug.store.schema.base import Table, real, text


class Migrations(Table):
    """A step of the migrations, and when it was taken."""

    name = text(key=True)
    at = real()

    class Meta:
        table_name = "migration"
