"""What must hold between the entries of one company: every reference leads to something that exists.

For a change only its own effects are checked: what its entries refer to, what refers to entries it removes, and who
already has the names it gives.
"""

from collections.abc import Iterator, Sequence

from fsplug.policy.addresses import SAYS, normalised, same
from fsplug.policy.entities import Role
from fsplug.store.change import references
from fsplug.store.change.coded import Coded
from fsplug.store.change.entry_rows import NOUNS, Rows
from fsplug.store.change.view import View, WholeCompany
from fsplug.store.config import companies, devices, groups, ivrs, users
from fsplug.store.config.destinations import TargetKind
from fsplug.store.config.nouns import Change, Noun, Row

Changes = Sequence[Change]
# An entry (such as "user 1001") that conflicts with the others, and why.
Trouble = tuple[str, str]


def troubles(rows: Rows) -> Iterator[Trouble]:
    """Every entry of a whole company that conflicts with the others, and why."""
    every = [Change(noun, key, None, row) for noun in NOUNS for key, row in rows[noun].items()]
    yield from troubles_of(WholeCompany(rows), every)


def troubles_of(view: View, changes: Changes) -> Iterator[Trouble]:
    """Every conflict that these changes cause, and why; `view` is the company after them."""
    yield from references.missing(view, changes)
    yield from _extensions(view, changes)
    yield from _sip_usernames(view, changes)
    yield from _emails(view, changes)
    yield from _languages(view, changes)
    yield from _overflow_loops(view, changes)


def _extensions(view: View, changes: Changes) -> Iterator[Trouble]:
    given = {user.extension for user in _setting(changes, users.USER, "extension")}
    given |= {one.number for one in (*_new(changes, groups.RING_GROUP), *_new(changes, ivrs.IVR))}
    taken = [(user.extension, f"user {user.username}") for user in view.holding(users.USER, "extension", given)]
    taken += [(one.number, f"group {one.number}") for one in view.holding(groups.RING_GROUP, "number", given)]
    taken += [(one.number, f"ivr {one.number}") for one in view.holding(ivrs.IVR, "number", given)]
    for who, holder, extension in _shared(taken):
        text = f"{holder} has {extension} already; give it another"
        yield who, Coded("extension-taken", text, value=extension, holder=_name(holder))


def _sip_usernames(view: View, changes: Changes) -> Iterator[Trouble]:
    given = {device.sip_username for device in _setting(changes, devices.DEVICE, "sip_username")} - {None}
    given |= {user.username for user in _new(changes, users.USER)}
    holders = view.holding(devices.DEVICE, "sip_username", given)
    taken = [(device.sip_username, f"user {device.username}, device {device.name}") for device in holders]
    for who, holder, sip_username in _shared(taken):
        text = f"sip_username: {holder} has {sip_username} already; give it another"
        yield who, Coded("phone-name-taken", text, value=sip_username, holder=_name(holder))
    # A dialplan may mistake the name that signed in for the username.
    called_so = {user.username for user in view.holding(users.USER, "username", given)}
    for device in holders:
        if device.sip_username != device.username and device.sip_username in called_so:
            holder = f"user {device.sip_username}"
            text = f"sip_username: {holder} already has this name; choose another"
            taken_so = Coded("phone-name-taken", text, value=device.sip_username, holder=_name(holder))
            yield f"user {device.username}, device {device.name}", taken_so


def _emails(view: View, changes: Changes) -> Iterator[Trouble]:
    # The console's sign-in asks for company, e-mail and password.
    given = _setting(changes, users.USER, "role", "email")
    signing_in = [user for user in given if user.role not in (None, Role.NONE)]
    for user in signing_in:
        email = user.email
        if email is not None and normalised(email) is None:
            trouble = f"{email[:60]!r} is not one that mail can be sent to" if email else "it is missing"
            text = f"email: a console role needs an address, and {trouble}; {SAYS}"
            yield f"user {user.username}", Coded("role-needs-email", text, value=email or "")
    addresses = {same(user.email) for user in signing_in if user.email}
    taken = [(same(user.email), f"user {user.username}") for user in view.signing_in_as(addresses)]
    for who, holder, email in _shared(taken):
        text = f"email: {holder} signs in to the console as {email} already; give it another"
        yield who, Coded("email-taken", text, value=email, holder=_name(holder))


def _name(entry: str) -> str:
    """The name in an entry such as "user 1001"."""
    return entry.split(", ")[0].partition(" ")[2]


def _shared(taken: Sequence[tuple[str | None, str]]) -> Iterator[tuple[str, str, str]]:
    """The second holder of a name, its first holder, and the name."""
    holders: dict[str, str] = {}
    for name, who in taken:
        if name is not None and holders.setdefault(name, who) != who:
            yield who, holders[name], name


def _languages(view: View, changes: Changes) -> Iterator[Trouble]:
    prompts = _new(changes, ivrs.PROMPT)
    if _setting(changes, companies.DETAIL, "languages"):
        prompts = view.everything(ivrs.PROMPT)
    if not prompts:
        return
    company: Row = view.row(companies.DETAIL, companies.DETAIL.key_type())
    spoken = (company.languages or "").split()
    for prompt in prompts:
        if prompt.language not in spoken:
            remedy = f"add it to the company's languages ({', '.join(spoken)}), or take it out here"
            yield f"ivr {prompt.ivr}", f"prompts: the company does not speak {prompt.language}; {remedy}"


def _overflow_loops(view: View, changes: Changes) -> Iterator[Trouble]:
    for changed in _setting(changes, groups.RING_GROUP, "overflow_kind", "overflow_to"):
        circle = _circle(view, changed.number)
        for place, group in enumerate(circle):
            way = " to ".join((*circle[place:], *circle[:place], group))
            yield f"group {group}", f"overflow: it goes round in a circle, {way}; let one of them lead elsewhere"


def _circle(view: View, group: str) -> list[str]:
    """The chain of groups that a group overflows to, if the chain leads back to it."""
    passed: list[str] = []
    at: str | None = group
    while at is not None and at not in passed:
        passed.append(at)
        row = view.row(groups.RING_GROUP, groups.RING_GROUP.key_type(at))
        at = row.overflow_to if row is not None and row.overflow_kind == TargetKind.GROUP else None
    return passed if at == group else []


def _new(changes: Changes, noun: Noun) -> list[Row]:
    return [one.after for one in changes if one.noun is noun and one.before is None and one.after is not None]


def _setting(changes: Changes, noun: Noun, *columns: str) -> list[Row]:
    """The rows as they are after changes that make one of these columns different."""
    return [
        one.after
        for one in changes
        if one.noun is noun
        and one.after is not None
        and (one.before is None or any(getattr(one.before, name) != getattr(one.after, name) for name in columns))
    ]
