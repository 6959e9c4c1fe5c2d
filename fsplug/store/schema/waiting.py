"""Changes of people that wait until they are confirmed, rejected, or due."""

from fsplug.store.schema.base import Table, index, real, reference, text, truth
from fsplug.store.schema.companies import Companies


class WaitingChanges(Table):
    """What somebody wants to change of a user. `items` is JSON; `takes_second`: nothing happens at `due_at` alone.

    `of_hearer`: it is the address, phone or second factor of somebody who hears others. `signature` is of all that
    somebody asked for; a change that waits no more has none.
    """

    id = text(key=True)
    company = reference(Companies)
    username = text()
    items = text()
    made_by = text()
    made_at = real()
    due_at = real()
    takes_second = truth()
    state = text()
    ended_at = real(null=True)
    ended_by = text(null=True)
    reason = text(null=True)
    of_hearer = truth(default="FALSE")
    signature = text(null=True)

    class Meta:
        table_name = "waiting_change"


index(WaitingChanges, "waiting_change_of", "company username")
index(WaitingChanges, "waiting_change_due", "due_at", where="state = 'waiting'")
