"""A user's entry must not pass to another person: who gets a username hears nothing of who had it before.

Whoever is removed and added again begins anew (`fsplug.store.config.users.tenure`). An entry that is only written over
goes on, with its recordings, account and rights. So what seems to be another person is refused, unless it is said that
the person is the same.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from fsplug.policy.access.tenure import Known, is_another
from fsplug.policy.access.waiting import DAY_SECONDS
from fsplug.store.change.coded import Coded
from fsplug.store.config import users
from fsplug.store.config.nouns import Change
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.companies import PolicyVersions
from fsplug.store.schema.history import ended_with, is_current
from fsplug.store.schema.users import Users

# Name and address may change one after the other: what an entry said so lately is compared, too.
_LATELY_SECONDS = 30 * DAY_SECONDS
Trouble = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Said:
    username: str
    name: str
    email: str
    since: int


def _lately() -> Any:
    its = (Users.company == given.company) & Users.username.in_(given_each.usernames)
    said = Users.select(*columns(_Said, Users)).join(PolicyVersions, JOIN.LEFT_OUTER, on=ended_with(Users))
    return said.where(its & (is_current(Users) | (PolicyVersions.at > given.since))).order_by(Users.since)


_LATELY = Select(_Said, _lately)


def troubles(store: Store, domain: str, changes: Sequence[Change], same: Collection[str] = ()) -> Iterator[Trouble]:
    """Every user whose entry these changes pass to another person, and what to do; not of those who are the `same`."""
    renamed = [one for one in changes if _says_another(one) and one.key.username not in same]
    if not renamed:
        return
    after = {
        one.key.username: Known(one.after.name or "", one.after.email or "") for one in renamed if one.after is not None
    }
    since = store.now() - _LATELY_SECONDS
    for some in in_batches(after):
        found: dict[str, Known] = {}
        for said in _LATELY.rows(store, company=company_id(store, domain), usernames=some, since=since):
            before = Known(said.name, said.email)
            if (
                said.username not in found
                and is_another(before, after[said.username])
                and _is_theirs(store, domain, said)
            ):
                found[said.username] = before
        for username, before in found.items():
            text = _described(domain, username, before, after[username])
            called = {"before": _called(before), "after": _called(after[username])}
            yield f"user {username}", Coded("another-person", text, **called)


def _is_theirs(store: Store, domain: str, said: _Said) -> bool:
    """Whether it was said of who has the username now, and not of somebody before."""
    return said.since >= users.tenure(store, domain, said.username).version


def _says_another(change: Change) -> bool:
    before, after = change.before, change.after
    if change.noun is not users.USER or before is None or after is None:
        return False
    return bool((before.name, before.email) != (after.name, after.email))


def _described(domain: str, username: str, before: Known, after: Known) -> str:
    return (
        f"{_called(after)} seems to be another person than {_called(before)}, who would hear the former's calls; "
        f"remove the user and add a new one, or if it is the same person: "
        f"fsplug user set --company {domain} {username} --same-person --name ... --email ..."
    )


def _called(one: Known) -> str:
    return f"{one.name!r} ({one.email})" if one.email else repr(one.name)
