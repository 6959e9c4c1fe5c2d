"""Turns the entries of one company's document into rows. Each is checked by itself; the reader collects the errors."""

from collections.abc import Callable, Mapping
from typing import Any

from fsplug.policy.entities import AdminScope, DeviceKind, Transport
from fsplug.policy.hosts import source_trouble
from fsplug.policy.hours import opening
from fsplug.policy.numbers import read, trouble_said
from fsplug.policy.terms import TERM_NAMES, terms_from, trouble_together
from fsplug.store.change.coded import Coded
from fsplug.store.change.document.models import (
    TABLES,
    Department,
    Device,
    Excluded,
    Group,
    GroupTarget,
    Ivr,
    Number,
    NumberTarget,
    Policy,
    Profile,
    Range,
    Table,
    Trunk,
    User,
)
from fsplug.store.change.document.reader import Reader
from fsplug.store.change.document.tables import label, secret, table
from fsplug.store.change.entry_rows import Rows, twice
from fsplug.store.config import devices, grants, groups, ivrs, numbers, policies, profiles, trunks, users
from fsplug.store.config.destinations import TargetKind
from fsplug.store.config.nouns import Noun
from fsplug.store.config.ranges import RANGE

_Target = tuple[str | None, str | None]
_NOWHERE: _Target = (None, None)


class Intake:
    """Takes entries of the company `domain`, in `country`, into `rows`, as the named tuples of their nouns."""

    def __init__(self, reader: Reader, domain: str, country: str | None, rows: Rows) -> None:
        self._reader = reader
        self._country = country
        self._rows = rows
        self.where = f"company {label(domain)}"
        self._takers: dict[str, Callable[[str, Any], None]] = {
            "department": self._department,
            "user": self._user,
            "group": self._group,
            "ivr": self._ivr,
            "policy": self._policy,
            "excluded": self._excluded,
            "range": self._range,
            "number": self._number,
            "trunk": self._trunk,
        }

    def take(self, kind: str, given: object) -> None:
        """One entry of the table `kind`."""
        model = TABLES[kind]
        name = given.get(model.called_by) if isinstance(given, Mapping) else None
        where = f"{self.where}, {kind} {label(name)}"
        entry = table(self._reader, where, given, model)
        if entry is not None and getattr(entry, model.called_by) is not None:
            self._takers[kind](where, entry)

    def _department(self, where: str, department: Department) -> None:
        self._add(where, users.DEPARTMENT, vars(department))

    def _user(self, where: str, user: User) -> None:
        self._add(where, users.USER, vars(user))
        mobiles = self._user_numbers(where, user)
        for noun, column, held in (
            (grants.ADMIN_DEPARTMENT, "department", user.admin_departments),
            (grants.LICENCE, "licence", user.licences),
            (grants.RIGHT, "right_name", user.rights),
        ):
            for name in held or ():
                self._add(where, noun, {"username": user.username, column: name})
        for given in user.device or ():
            self._device(where, user.username, given, mobiles)
        for given in user.profile or ():
            self._profile(where, user.username, given)
        self._check_user(where, user)

    def _user_numbers(self, where: str, user: User) -> set[str]:
        """Takes the user's numbers; the mobile ones in E.164."""
        given = [("fixed", user.fixed_number)] if user.fixed_number else []
        given += [("mobile", number) for number in user.mobile_numbers or ()]
        found = [(kind, self._e164(where, f"{kind} number", text)) for kind, text in given]
        verified = self._verified(where, user)
        for position, (kind, number) in enumerate(found):
            if number:
                counts = kind == "fixed" or (None if verified is None else number in verified)
                its = {"username": user.username, "kind": kind, "position": position, "verified": counts}
                self._add(where, users.USER_NUMBER, {"number": number, **its})
        return {number for kind, number in found if number and kind == "mobile"}

    def _verified(self, where: str, user: User) -> set[str | None] | None:
        """The numbers that are known to be the user's; None where the entry does not say."""
        if user.verified_numbers is None:
            return None
        return {self._e164(where, "verified number", text) for text in user.verified_numbers}

    def _device(self, where: str, username: str, given: object, mobiles: set[str]) -> None:
        device = table(self._reader, f"{where}, device", given, Device)
        if device is None or device.kind is None:
            return
        name = device.name or device.kind
        where = f"{where}, device {name}"
        is_mobile = device.kind == DeviceKind.MOBILE
        own = self._mobile(where, device, mobiles) if is_mobile else self._phone(where, username, device)
        self._add(where, devices.DEVICE, {"username": username, "name": name, "kind": device.kind, **own})

    def _mobile(self, where: str, device: Device, mobiles: set[str]) -> dict[str, str | None]:
        number = None
        if not device.is_wrong("number"):
            number = self._e164(where, "number", device.number)
        if number and number not in mobiles:
            self._reader.error(where, f"number: {number} is not one of the user's; add it to mobile_numbers")
        if any((device.sip_username, device.password, device.password_file, device.a1_hash)):
            self._reader.error(where, "a mobile does not sign in; take out its sip_username and password")
        return {"number": number, "sip_username": None, "password": None, "a1_hash": None}

    def _phone(self, where: str, username: str, device: Device) -> dict[str, str | None]:
        if device.number is not None:
            self._reader.error(where, "number: only a mobile has one; give users theirs as fixed_number")
        password = secret(self._reader, where, device.password, device.password_file)
        if password is not None and device.a1_hash is not None:
            self._reader.error(where, "password and a1_hash are both there; keep one of them")
        name = device.name or device.kind
        usual = username if name == DeviceKind.DESK else f"{username}-{name}"
        sip_username = device.sip_username or usual
        return {"number": None, "sip_username": sip_username, "password": password, "a1_hash": device.a1_hash}

    def _profile(self, where: str, username: str, given: object) -> None:
        profile = table(self._reader, f"{where}, profile", given, Profile)
        if profile is not None and profile.name is not None:
            self._add(where, profiles.PROFILE, {"username": username, **vars(profile)})

    def _check_user(self, where: str, user: User) -> None:
        actives = [isinstance(given, Mapping) and given.get("active") is True for given in user.profile or ()]
        if actives and sum(actives) != 1:
            self._reader.error(where, f"{sum(actives)} profiles are active; set active = true in one of them")
        if user.is_wrong("admin", "admin_departments"):
            return
        if (user.admin == AdminScope.SUB_ADMIN) != bool(user.admin_departments):
            remedy = 'write both admin = "sub-admin" and its admin_departments, or neither'
            said = f"admin_departments: a sub-admin has some, nobody else does; {remedy}"
            self._reader.error(where, Coded("admin-departments", said))

    def _group(self, where: str, group: Group) -> None:
        kind, to = self._target(f"{where}, overflow", group.overflow, GroupTarget)
        self._add(where, groups.RING_GROUP, {**vars(group), "overflow_kind": kind, "overflow_to": to})
        self._add(where, policies.GROUP_POLICY, {**vars(group), "group": group.number})
        self._check_terms(where, group)
        for position, username in enumerate(group.members or ()):
            self._add(where, groups.MEMBER, {"group": group.number, "username": username, "position": position})

    def _ivr(self, where: str, ivr: Ivr) -> None:
        kind, to = self._target(f"{where}, default", ivr.default, GroupTarget)
        self._add(where, ivrs.IVR, {**vars(ivr), "default_kind": kind, "default_to": to})
        for digit, given in (ivr.choices or {}).items():
            kind, to = self._target(f"{where}, choice {digit}", given, GroupTarget)
            self._add(where, ivrs.CHOICE, {"ivr": ivr.number, "digit": digit, "kind": kind, "target": to})
        for language, file in (ivr.prompts or {}).items():
            self._add(where, ivrs.PROMPT, {"ivr": ivr.number, "language": language, "file": file})

    def _policy(self, where: str, policy: Policy) -> None:
        self._add(where, policies.DEPARTMENT_POLICY, vars(policy))
        self._check_terms(where, policy)

    def _excluded(self, where: str, excluded: Excluded) -> None:
        number = self._e164(where, "number", excluded.number)
        if number:
            self._add(where, policies.EXCLUDED, {"number": number, "note": excluded.note})

    def _range(self, where: str, given: Range) -> None:
        first = self._e164(where, "first", given.first)
        last = first if given.last is None else self._e164(where, "last", given.last)
        if first and last:
            self._add(where, RANGE, {"first": first, "last": last})

    def _number(self, where: str, number: Number) -> None:
        given = (number.user, number.group, number.ivr)
        if given.count(None) != 2 and not number.is_wrong("user", "group", "ivr"):
            remedy = 'give one of user = "...", group = "..." or ivr = "..."'
            self._reader.error(where, f"leads nowhere or to two places; {remedy}")
        kind, to = self._target(f"{where}, closed", number.closed, NumberTarget)
        if bool(number.hours) != (number.closed is not None) and not number.is_wrong("hours", "closed"):
            remedy = 'write both, such as hours = ["mon-fri 08:00-16:00"] and closed = { group = "2002" }'
            self._reader.error(where, f"hours and closed go together; {remedy}")
        e164 = self._e164(where, "number", number.number)
        if e164:
            leads = {"username": number.user, "group": number.group, "ivr": number.ivr}
            self._add(where, numbers.NUMBER, {"number": e164, **leads, "closed_kind": kind, "closed_to": to})
            for text in number.hours or ():
                self._hours(where, e164, text)

    def _hours(self, where: str, e164: str, text: str) -> None:
        if opening(text) is None:
            self._reader.error(where, f"hours: {text!r} is not valid; write them like mon-fri 08:00-16:00")
            return
        days, _, times = text.partition(" ")
        opens, _, closes = times.partition("-")
        self._add(where, numbers.HOURS, {"number": e164, "days": days, "opens": opens, "closes": closes})

    def _trunk(self, where: str, trunk: Trunk) -> None:
        password = secret(self._reader, where, trunk.password, trunk.password_file)
        is_unknown = trunk.is_wrong("host", "username")
        if trunk.registers and not (trunk.host and trunk.username) and not is_unknown:
            self._reader.error(where, "register: to sign in it needs a host and a username; add them")
        if password is not None and not trunk.username and not trunk.is_wrong("username"):
            self._reader.error(where, "password: there is nobody to sign in as; add a username")
        if trunk.srtp and trunk.transport != Transport.TLS and not trunk.is_wrong("transport"):
            self._reader.error(where, 'srtp: its keys would travel in the clear; add transport = "tls"')
        if trunk.inbound_password is not None and not trunk.inbound_digest:
            self._reader.error(where, "inbound_password: nobody is asked for it; add inbound_digest = true")
        self._check_callers(where, trunk)
        columns = {
            **vars(trunk),
            "gateway": trunk.gateway or trunk.name,
            "register": trunk.registers,
            "password": password,
            "prefixes": " ".join(trunk.prefixes or ()),
            "sources": " ".join(trunk.sources or ()),
        }
        self._add(where, trunks.TRUNK, columns)

    def _check_callers(self, where: str, trunk: Trunk) -> None:
        """The switch takes calls only from where a trunk is."""
        if not (trunk.host or trunk.sources) and not trunk.is_wrong("host", "sources"):
            remedy = 'add its host, or sources such as ["192.0.2.0/28"] if the switch knows the gateway already'
            self._reader.error(where, f"host: nobody knows where its calls come from; {remedy}")
        for name, one in (("host", trunk.host), *(("sources", source) for source in trunk.sources or ())):
            if one and (trouble := source_trouble(one)):
                self._reader.error(where, f"{name}: {one[:60]!r} is not valid: {trouble}")

    def _target(self, where: str, given: object, model: type[GroupTarget] | type[NumberTarget]) -> _Target:
        """The kind of a target, and which of them it is."""
        target = table(self._reader, where, given, model) if given is not None else None
        if target is None:
            return _NOWHERE
        named = [(kind, to) for kind, to in vars(target).items() if to is not None]
        if len(named) != 1 and not target.is_wrong(*model.model_fields):
            keys = ", ".join(model.model_fields)
            self._reader.error(where, f"leads nowhere or to two places; give one of {keys}")
        if len(named) != 1:
            return _NOWHERE
        [(kind, to)] = named
        return (kind, self._e164(where, "number", to) if kind == TargetKind.NUMBER else to)

    def _add(self, where: str, noun: Noun, columns: Mapping[str, Any]) -> None:
        """Puts a row down, its values taken by the names of the noun's columns."""
        row = noun.row(columns)
        key = noun.key_of(row)
        if key in self._rows[noun]:
            self._reader.error(where, twice(noun, key))
            return
        self._rows[noun][key] = row

    def _check_terms(self, where: str, entry: Table) -> None:
        """Whether the terms of this policy go together; those of which one is wrong are not looked at."""
        if entry.is_wrong(*TERM_NAMES):
            return
        if trouble := trouble_together(terms_from({name: getattr(entry, name) for name in TERM_NAMES})):
            self._reader.error(where, trouble)

    def _e164(self, where: str, field: str, text: str | None) -> str | None:
        """The number as E.164; None for other text, and while the country is not known by which to read it."""
        if not self._country:
            return None
        if text is None:
            self._reader.error(where, f"{field} is missing; write it with + and the country code")
            return None
        reading = read(text, self._country)
        if reading.trouble:
            said = f"{field}: {text[:60]!r} is {trouble_said(reading.trouble, self._country)}"
            self._reader.error(where, Coded(str(reading.trouble), said, value=text[:60]))
        return reading.number
