"""What must hold between the entries of one company: nobody is sent to where there is nothing."""

from collections.abc import Iterator

from fsplug.policy.addresses import SAYS, normalised, same
from fsplug.policy.entities import EVERY_DEPARTMENT, Role
from fsplug.store.change.entry_rows import Rows
from fsplug.store.config import companies, devices, grants, groups, ivrs, numbers, policies, users
from fsplug.store.config.destinations import TargetKind
from fsplug.store.config.nouns import Noun
from fsplug.store.db.database import Row

# What a target's kind is looked up in.
_TARGETS = {TargetKind.USER: users.USER, TargetKind.GROUP: groups.RING_GROUP, TargetKind.IVR: ivrs.IVR}
# An entry, what it says there, and the row it needs.
_Reference = tuple[str, str, Noun, str]


def troubles(rows: Rows) -> Iterator[tuple[str, str]]:
    """Every entry (such as "user 1001") that is wrong beside the others, and why."""
    yield from _missing(rows)
    yield from _extensions(rows)
    yield from _sip_usernames(rows)
    yield from _emails(rows)
    yield from _languages(rows)
    yield from _overflow_loops(rows)


def _missing(rows: Rows) -> Iterator[tuple[str, str]]:
    for entry, field, noun, name in _references(rows):
        if (name,) not in rows[noun]:
            yield entry, f"{field}: there is no {noun.name} {name}; add it, or take it out here"


def _references(rows: Rows) -> Iterator[_Reference]:
    department = users.USER.values.index("department")
    for (username,), values in rows[users.USER].items():
        if values[department] is not None:
            yield f"user {username}", "department", users.DEPARTMENT, values[department]
    for username, name in rows[grants.ADMIN_DEPARTMENT]:
        yield f"user {username}", "admin_departments", users.DEPARTMENT, name
    for group, username in rows[groups.MEMBER]:
        yield f"group {group}", "member", users.USER, username
    for (name,) in rows[policies.DEPARTMENT_POLICY]:
        if name != EVERY_DEPARTMENT:
            yield f"policy {name}", "department", users.DEPARTMENT, name
    for (number,), (user, group, ivr, *_) in rows[numbers.NUMBER].items():
        for kind, to in ((TargetKind.USER, user), (TargetKind.GROUP, group), (TargetKind.IVR, ivr)):
            if to is not None:
                yield f"number {number}", kind, _TARGETS[kind], to
    for entry, field, (kind, to) in _targets(rows):
        if kind in _TARGETS and to is not None:
            yield entry, field, _TARGETS[kind], to


def _targets(rows: Rows) -> Iterator[tuple[str, str, Row]]:
    for (number,), values in rows[groups.RING_GROUP].items():
        yield f"group {number}", "overflow", values[-2:]
    for (number,), values in rows[ivrs.IVR].items():
        yield f"ivr {number}", "default", values[-2:]
    for (number, digit), values in rows[ivrs.CHOICE].items():
        yield f"ivr {number}", f"choice {digit}", values
    for (number,), values in rows[numbers.NUMBER].items():
        yield f"number {number}", "closed", values[-2:]


def _extensions(rows: Rows) -> Iterator[tuple[str, str]]:
    taken = [(extension, f"user {username}") for (username,), (extension, *_) in rows[users.USER].items()]
    taken += [(number, f"group {number}") for (number,) in rows[groups.RING_GROUP]]
    taken += [(number, f"ivr {number}") for (number,) in rows[ivrs.IVR]]
    for who, holder, extension in _shared(taken):
        yield who, f"{holder} has {extension} already; give it another"


def _sip_usernames(rows: Rows) -> Iterator[tuple[str, str]]:
    column = devices.DEVICE.values.index("sip_username")
    taken = [
        (values[column], f"user {username}, device {name}") for (username, name), values in rows[devices.DEVICE].items()
    ]
    for who, holder, sip_username in _shared(taken):
        yield who, f"sip_username: {holder} has {sip_username} already; give it another"
    # A dialplan may take the name that signed in for the user's own.
    for (username, name), values in rows[devices.DEVICE].items():
        if values[column] != username and (values[column],) in rows[users.USER]:
            text = f"sip_username: user {values[column]} is called so; give it another"
            yield f"user {username}, device {name}", text


def _emails(rows: Rows) -> Iterator[tuple[str, str]]:
    # The console's sign-in asks for company, e-mail and password.
    named = ((username, users.USER.named(values)) for (username,), values in rows[users.USER].items())
    holders = [(f"user {username}", user) for username, user in named if user["role"] not in (None, Role.NONE)]
    for who, user in holders:
        if user["email"] is not None and normalised(user["email"]) is None:
            given = f"{user['email'][:60]!r} is none that mail can be sent to" if user["email"] else "it is missing"
            yield who, f"email: a console role needs an address, and {given}; {SAYS}"
    taken = [(same(user["email"]), who) for who, user in holders if user["email"]]
    for who, holder, email in _shared(taken):
        yield who, f"email: {holder} signs in to the console as {email} already; give it another"


def _shared(taken: list[tuple[str | None, str]]) -> Iterator[tuple[str, str, str]]:
    """Who holds a name that another holds already, that other, and the name."""
    holders: dict[str, str] = {}
    for name, who in taken:
        if name is not None and holders.setdefault(name, who) != who:
            yield who, holders[name], name


def _languages(rows: Rows) -> Iterator[tuple[str, str]]:
    spoken = (companies.DETAIL.named(rows[companies.DETAIL][()])["languages"] or "").split()
    for number, language in rows[ivrs.PROMPT]:
        if language not in spoken:
            remedy = f"add it to the company's languages ({', '.join(spoken)}), or take it out here"
            yield f"ivr {number}", f"prompts: the company does not speak {language}; {remedy}"


def _overflow_loops(rows: Rows) -> Iterator[tuple[str, str]]:
    overflow = {
        number: values[-1] for (number,), values in rows[groups.RING_GROUP].items() if values[-2] == TargetKind.GROUP
    }
    for group in overflow:
        passed, at = [group], overflow[group]
        while at in overflow and at not in passed:
            passed.append(at)
            at = overflow[at]
        if at == group:
            way = " to ".join((*passed, group))
            yield f"group {group}", f"overflow: it goes round in a circle, {way}; let one of them lead elsewhere"
