"""A company's dialplan: for one number dialled, or the whole of it, from the same builders in the same order."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from fsplug.policy.entities import GroupMode, Strategy, User
from fsplug.policy.service_prefixes import service_prefixes, withholding_prefixes
from fsplug.store.config import groups, ivrs, numbers, users
from fsplug.store.config.destinations import Target, TargetKind
from fsplug.store.config.groups import RingGroup
from fsplug.store.config.ivrs import Ivr
from fsplug.store.config.numbers import Route
from fsplug.store.db.database import Store
from fsplug.xml.dialplan import hours, prompts
from fsplug.xml.dialplan.company import CompanySnapshot, UserWithDevices
from fsplug.xml.dialplan.extensions import (
    Caller,
    Closed,
    Emergency,
    Extension,
    Leg,
    Menu,
    Outgoing,
    Prefixed,
    Ring,
    Star,
)
from fsplug.xml.dialplan.prompts import Prompt

STAR = "*28*"
# What the question that comes with fsplug says to press for yes.
_YES = "1"
# As many as FreeSWITCH rings at once, and one after the other (switch_ivr_originate.c, MAX_PEERS, 1.11.1).
_MOST_LEGS = 128


class Routing:
    """The extensions of a company's context.

    A number is looked up in this order: emergency numbers, star codes, service prefixes, numbers dialled from outside,
    users, ring groups, IVRs, the world, the country's short numbers.
    """

    def __init__(self, store: Store, snapshot: CompanySnapshot) -> None:
        self._store = store
        self._snapshot = snapshot
        self._domain = snapshot.company.domain
        self._version = snapshot.company.version

    def towards(self, dialled: str) -> list[Extension]:
        """The extensions of `whole` that match the dialled number, up to the first that ends the search."""
        dialling = self._snapshot.dialling
        if dialling.is_emergency(dialled):
            return [self._emergency()]
        if dialled.startswith(STAR):
            return [Caller(), Star()]
        prefixed = [one for one in self._prefixed() if re.fullmatch(one.prefixes + one.pattern, dialled, re.ASCII)]
        if prefixed:
            return [Caller(), prefixed[0]]
        e164 = dialling.e164(dialled)
        return [Caller(), *_until_taken(chain(self._inside(dialled, e164), self._outside(dialled, e164)))]

    def whole(self) -> Iterator[Extension]:
        """All of them."""
        yield from (self._emergency(), Caller(), Star())
        yield from self._prefixed()
        for route in numbers.routes(self._store, self._domain, self._version):
            yield from self._number(route)
        for person in self._snapshot.everybody():
            yield self._user(person)
        for group in groups.groups(self._store, self._domain, self._version):
            yield self._group(group, group.number)
        for ivr in ivrs.ivrs(self._store, self._domain, self._version):
            yield self._menu(ivr, ivr.number)
        for prefix in self._snapshot.prefixes():
            yield from self._prefix(prefix)
        yield self._service()

    def _inside(self, dialled: str, e164: str | None) -> Iterator[Extension]:
        at = (self._store, self._domain)
        if e164 and (route := numbers.route_at(*at, e164, self._version)):
            yield from self._number(route)
        found = {user.username: user for user in self._users(dialled, e164)}
        for username in sorted(found):
            yield self._user(self._snapshot.person(found[username]))
        if group := groups.group_at(*at, dialled, self._version):
            yield self._group(group, group.number)
        if ivr := ivrs.ivr_at(*at, dialled, self._version):
            yield self._menu(ivr, ivr.number)

    def _users(self, dialled: str, e164: str | None) -> Iterator[User]:
        by_extension = users.by_extension(self._store, self._domain, dialled, self._version)
        by_number = users.by_number(self._store, self._domain, e164, self._version) if e164 else None
        yield from (user for user in (by_extension, by_number) if user)

    def _outside(self, dialled: str, e164: str | None) -> Iterator[Extension]:
        taking = (prefix for prefix in self._snapshot.prefixes() if e164 and e164.startswith(prefix))
        if (prefix := next(taking, None)) is not None:
            home, world = self._home(prefix), self._world(prefix)
            yield home if home and self._snapshot.dialling.is_home(dialled) else world
        elif self._snapshot.dialling.is_service(dialled):
            yield self._service()

    def _emergency(self) -> Emergency:
        return Emergency(self._snapshot.dialling.emergency, self._snapshot.everywhere())

    def _prefixed(self) -> list[Prefixed]:
        """What people dial before a number to withhold their own for this call, or to show it, which it is anyway."""
        country, outside = self._snapshot.company.country, self._snapshot.dialling.outside
        withholding = withholding_prefixes(country)
        showing = [prefix for prefix in service_prefixes(country) if prefix not in withholding]
        return [
            Prefixed("number withheld", _any_of(withholding), outside, withholds=True),
            Prefixed("number shown", _any_of(showing), outside, withholds=False),
        ]

    def _number(self, route: Route) -> Iterator[Extension]:
        pattern = self._snapshot.dialling.spellings(route.number)
        if route.hours:
            yield self._closed(route, pattern)
        yield from filter(None, (self._led(route, pattern),))

    def _led(self, route: Route, pattern: str) -> Extension | None:
        at = (self._store, self._domain)
        name = f"number {route.number}"
        if route.user and (user := users.user_at(*at, route.user, self._version)):
            # Their own extension handles their own numbers.
            return None if route.number in user.numbers else self._person(self._snapshot.person(user), name, pattern)
        if route.group and (group := groups.group_at(*at, route.group, self._version)):
            return self._group(group, pattern, name)
        if route.ivr and (ivr := ivrs.ivr_at(*at, route.ivr, self._version)):
            return self._menu(ivr, pattern, name)
        return None

    def _closed(self, route: Route, pattern: str) -> Closed:
        return Closed(
            name=f"number {route.number}, closed",
            pattern=pattern,
            timezone=self._snapshot.company.timezone,
            hours=tuple(map(hours.open_hours, route.hours)),
            destination=self._destination(route.closed) or "",
        )

    def _user(self, person: UserWithDevices) -> Ring:
        known = map(self._snapshot.dialling.spellings, person.user.numbers)
        return self._person(person, f"user {person.user.username}", "|".join((person.user.extension, *known)))

    def _person(self, person: UserWithDevices, name: str, pattern: str) -> Ring:
        return Ring(
            name=name,
            pattern=pattern,
            group="",
            steps=_steps([self._snapshot.legs(person)]),
            ring_seconds=self._snapshot.ways.ring_seconds,
            fail_closed=self._snapshot.closed_to([person.user]),
        )

    def _group(self, group: RingGroup, pattern: str, name: str = "") -> Ring:
        members = list(self._snapshot.persons(group.members))
        legs = [self._snapshot.legs(person) for person in members]
        at_once = group.strategy == Strategy.SIMULTANEOUS
        return Ring(
            name=name or f"group {group.number}",
            pattern=pattern,
            group=group.number,
            steps=_steps([tuple(leg for its in legs for leg in its)] if at_once else legs),
            ring_seconds=group.ring_seconds,
            shuffled=group.strategy == Strategy.RANDOM,
            overflow=self._destination(group.overflow),
            fail_closed=self._snapshot.closed_to((person.user for person in members), group.number),
        )

    def _menu(self, ivr: Ivr, pattern: str, name: str = "") -> Menu:
        prompt = prompts.question(self._snapshot.ways, self._domain, self._snapshot.languages, ivr.prompts)
        led = ((digit, self._destination(target)) for digit, target in sorted(ivr.choices.items()))
        return Menu(
            name=name or f"ivr {ivr.number}",
            pattern=pattern,
            number=ivr.number,
            prompt=prompt.played,
            language=prompt.languages[0],
            timeout_seconds=ivr.timeout_seconds,
            tries=ivr.tries,
            choices=tuple((digit, to) for digit, to in led if to),
            default=self._destination(ivr.default) or "",
            asked=self._asked(ivr, prompt),
        )

    def _asked(self, ivr: Ivr, prompt: Prompt) -> str:
        """What is noted on the leg of whoever is asked, if the IVR asks for consent: by the question that comes with
        fsplug, or by leading some callers to a group that is always recorded, and others not.
        """
        yes = {key for key, target in ivr.choices.items() if self._always_records(target)}
        is_consent = bool(yes) and not (len(yes) == len(ivr.choices) and self._always_records(ivr.default))
        if not ivr.prompts:
            yes, is_consent = {_YES}, True
        keys = "".join(sorted(yes))
        return f"{self._domain}:ivr.{ivr.number}:{prompt.noted}:{keys}" if is_consent else ""

    def _always_records(self, target: Target) -> bool:
        policy = self._snapshot.policy.groups.get(target.name) if target.kind is TargetKind.GROUP else None
        return policy is not None and policy.mode is GroupMode.ALWAYS

    def _destination(self, target: Target | None) -> str | None:
        """The number to dial inside the company to reach the target."""
        if target is None or target.kind is not TargetKind.USER:
            return target.name if target else None
        user = users.user_at(self._store, self._domain, target.name, self._version)
        return user.extension if user else None

    def _service(self) -> Outgoing:
        return Outgoing("out, short numbers", f"({self._snapshot.dialling.service})", "", self._snapshot.everywhere())

    def _prefix(self, prefix: str) -> Iterator[Outgoing]:
        yield from filter(None, (self._home(prefix), self._world(prefix)))

    def _home(self, prefix: str) -> Outgoing | None:
        """A pattern of the country's own numbers with this prefix, however they are dialled."""
        dialling = self._snapshot.dialling
        digits, code = prefix.removeprefix("+"), dialling.code
        if not (digits.startswith(code) or code.startswith(digits)):
            return None
        begins = digits.removeprefix(code) if digits.startswith(code) else ""
        pattern = f"{dialling.home}({f'(?={begins})' if begins else ''}{dialling.national})"
        return Outgoing(f"out {prefix}, home", pattern, f"+{code}", self._snapshot.towards(prefix))

    def _world(self, prefix: str) -> Outgoing:
        digits = prefix.removeprefix("+")
        begins = f"(?={digits})" if digits else ""
        pattern = f"{self._snapshot.dialling.plus}({begins}[1-9][0-9]{{6,14}})"
        return Outgoing(f"out {prefix}", pattern, "+", self._snapshot.towards(prefix))


def _any_of(prefixes: Iterable[str]) -> str:
    """A pattern of these prefixes; FreeSWITCH interprets some backslashes itself."""
    return f"(?:{'|'.join(prefix.replace('*', '[*]') for prefix in prefixes)})"


def _until_taken(extensions: Iterable[Extension]) -> Iterator[Extension]:
    for extension in extensions:
        yield extension
        if not isinstance(extension, Closed):
            return


def _steps(legs: Iterable[tuple[Leg, ...]]) -> tuple[tuple[Leg, ...], ...]:
    return tuple(step[:_MOST_LEGS] for step in legs if step)[:_MOST_LEGS]
