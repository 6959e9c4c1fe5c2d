"""The entries of one company's document brought to rows: each checked by itself, its errors told to the reader."""

from collections.abc import Callable
from typing import Any

from fsplug.policy.entities import AdminScope, DeviceKind
from fsplug.policy.hours import opening
from fsplug.policy.numbers import normalise
from fsplug.store.change.document.fields import CHOICE, COMPANY, DEVICE, DIGIT, PASSWORD, PROFILE, PROMPT_FILE
from fsplug.store.change.document.reader import Reader
from fsplug.store.change.entry_rows import AnyNoun, Rows
from fsplug.store.config import devices, grants, groups, ivrs, numbers, policies, profiles, trunks, users
from fsplug.store.config.destinations import TargetKind
from fsplug.store.db.database import Row

Values = dict[str, Any]
_NOWHERE: Row = (None, None)


class Intake:
    """Takes entries of the company `domain`, in `country`, into `rows`, as the named tuples of their nouns."""

    def __init__(self, reader: Reader, domain: str, country: str | None, rows: Rows) -> None:
        self._reader = reader
        self._country = country
        self._rows = rows
        self.where = f"company {domain or '?'}"
        self._takers: dict[str, Callable[[str, Values], None]] = {
            "department": self._department,
            "user": self._user,
            "group": self._group,
            "ivr": self._ivr,
            "policy": self._policy,
            "excluded": self._excluded,
            "number": self._number,
            "trunk": self._trunk,
        }

    def take(self, kind: str, given: object) -> None:
        """One entry of the table `kind`."""
        fields = COMPANY[kind].table
        key = next(iter(fields))
        label = given.get(key) if isinstance(given, dict) else None
        where = f"{self.where}, {kind} {label if isinstance(label, str) else '?'}"
        values = self._reader.table(where, given, fields)
        if values.get(key) is not None:
            self._takers[kind](where, values)

    def _department(self, where: str, values: Values) -> None:
        self._add(where, users.DEPARTMENT, (values["name"],), ())

    def _user(self, where: str, values: Values) -> None:
        username = values["username"]
        self._add(where, users.USER, (username,), _columns(users.USER, values))
        mobiles = self._user_numbers(where, values)
        for noun, name in (
            (grants.ADMIN_DEPARTMENT, "admin_departments"),
            (grants.LICENCE, "licences"),
            (grants.RIGHT, "rights"),
        ):
            for held in values[name] or []:
                self._add(where, noun, (username, held), ())
        for given in values["device"] or []:
            self._device(where, username, given, mobiles)
        for given in values["profile"] or []:
            self._profile(where, username, given)
        self._check_user(where, values)

    def _user_numbers(self, where: str, values: Values) -> set[str]:
        """Takes the user's numbers; the mobile ones in E.164."""
        fixed = [values["fixed_number"]] if values["fixed_number"] else []
        kinds = [("fixed", number) for number in fixed]
        kinds += [("mobile", number) for number in values["mobile_numbers"] or []]
        found = [(kind, self._e164(where, f"{kind} number", text)) for kind, text in kinds]
        for position, (kind, number) in enumerate(found):
            if number:
                self._add(where, users.USER_NUMBER, (number,), (values["username"], kind, position))
        return {number for kind, number in found if number and kind == "mobile"}

    def _device(self, where: str, username: str, given: object, mobiles: set[str]) -> None:
        values = self._reader.table(f"{where}, device", given, DEVICE)
        kind = values.get("kind")
        if kind is None:
            return
        name = values["name"] or kind
        where = f"{where}, device {name}"
        is_mobile = kind == DeviceKind.MOBILE
        row = self._mobile(where, values, mobiles) if is_mobile else self._phone(where, username, values)
        self._add(where, devices.DEVICE, (username, name), (kind, *row))

    def _mobile(self, where: str, values: Values, mobiles: set[str]) -> Row:
        number = self._e164(where, "number", values["number"])
        if number and number not in mobiles:
            self._reader.error(where, f"number: {number} is none of the user's; add it to mobile_numbers")
        if any(values[name] for name in ("sip_username", "password", "password_file", "a1_hash")):
            self._reader.error(where, "a mobile does not sign in; take out its sip_username and password")
        return (number, None, None, None)

    def _phone(self, where: str, username: str, values: Values) -> Row:
        if values["number"] is not None:
            self._reader.error(where, "number: only a mobile has one; give users theirs as fixed_number")
        password = self._reader.secret(where, "password", values, PASSWORD)
        if password is not None and values["a1_hash"] is not None:
            self._reader.error(where, "password and a1_hash are both there; keep one of them")
        name = values["name"] or values["kind"]
        sip_username = values["sip_username"] or (username if name == DeviceKind.DESK else f"{username}-{name}")
        return (None, sip_username, password, values["a1_hash"])

    def _profile(self, where: str, username: str, given: object) -> None:
        values = self._reader.table(f"{where}, profile", given, PROFILE)
        if values.get("name") is not None:
            row = _columns(profiles.PROFILE, values)
            self._add(where, profiles.PROFILE, (username, values["name"]), row)

    def _check_user(self, where: str, values: Values) -> None:
        actives = [isinstance(given, dict) and given.get("active") is True for given in values["profile"] or []]
        if actives and sum(actives) != 1:
            self._reader.error(where, f"{sum(actives)} profiles are active; set active = true in one of them")
        if (values["admin"] == AdminScope.SUB_ADMIN) != bool(values["admin_departments"]):
            remedy = 'write both admin = "sub-admin" and its admin_departments, or neither'
            self._reader.error(where, f"admin_departments: a sub-admin has some, nobody else does; {remedy}")

    def _group(self, where: str, values: Values) -> None:
        number = values["number"]
        values["overflow_kind"], values["overflow_to"] = self._target(where, "overflow", values, "group")
        self._add(where, groups.RING_GROUP, (number,), _columns(groups.RING_GROUP, values))
        policy = policies.GroupPolicyKey(number)
        self._rows[policies.GROUP_POLICY][policy] = policies.GroupPolicyRow(*_columns(policies.GROUP_POLICY, values))
        for position, username in enumerate(values["members"] or []):
            self._add(where, groups.MEMBER, (number, username), (position,))

    def _ivr(self, where: str, values: Values) -> None:
        number = values["number"]
        values["default_kind"], values["default_to"] = self._target(where, "default", values, "ivr")
        self._add(where, ivrs.IVR, (number,), _columns(ivrs.IVR, values))
        for digit, given in (values["choices"] or {}).items():
            if not DIGIT.fullmatch(digit):
                self._reader.error(where, f"choices: {digit!r} is no key of a telephone; use one of 0-9 * #")
            elif not isinstance(given, dict):
                self._reader.error(where, f"choices: {given!r} must be a table; {CHOICE.says}")
            else:
                target = self._aimed(f"{where}, choice {digit}", given, CHOICE.table)
                self._add(where, ivrs.CHOICE, (number, digit), target)
        for language, file in (values["prompts"] or {}).items():
            if not (isinstance(file, str) and PROMPT_FILE.fullmatch(file)):
                remedy = "name a file of the prompts' folder, such as welcome.wav"
                self._reader.error(where, f"prompts: {file!r} won't do; {remedy}")
            else:
                self._add(where, ivrs.PROMPT, (number, language), (file,))

    def _policy(self, where: str, values: Values) -> None:
        row = _columns(policies.DEPARTMENT_POLICY, values)
        self._add(where, policies.DEPARTMENT_POLICY, (values["department"],), row)

    def _excluded(self, where: str, values: Values) -> None:
        number = self._e164(where, "number", values["number"])
        if number:
            self._add(where, policies.EXCLUDED, (number,), (values["note"],))

    def _number(self, where: str, values: Values) -> None:
        user, group, ivr = (values[name] for name in ("user", "group", "ivr"))
        if [user, group, ivr].count(None) != 2:
            remedy = 'give one of user = "...", group = "..." or ivr = "..."'
            self._reader.error(where, f"leads nowhere or to two places; {remedy}")
        closed = self._target(where, "closed", values, "number")
        if bool(values["hours"]) != (closed[0] is not None):
            remedy = 'write both, such as hours = ["mon-fri 08:00-16:00"] and closed = { group = "2002" }'
            self._reader.error(where, f"hours and closed go together; {remedy}")
        e164 = self._e164(where, "number", values["number"])
        if e164:
            self._add(where, numbers.NUMBER, (e164,), (user, group, ivr, *closed))
            for text in values["hours"] or []:
                self._hours(where, e164, text)

    def _hours(self, where: str, e164: str, text: str) -> None:
        if opening(text) is None:
            self._reader.error(where, f"hours: {text!r} won't do; write them like mon-fri 08:00-16:00")
            return
        days, _, times = text.partition(" ")
        opens, _, closes = times.partition("-")
        self._add(where, numbers.HOURS, (e164, days, opens), (closes,))

    def _trunk(self, where: str, values: Values) -> None:
        values["gateway"] = values["gateway"] or values["name"]
        values["password"] = self._reader.secret(where, "password", values, PASSWORD)
        values["prefixes"] = " ".join(values["prefixes"] or [])
        if values["register"] and not (values["host"] and values["username"]):
            self._reader.error(where, "register: to sign in it needs a host and a username; add them")
        if values["password"] is not None and not values["username"]:
            self._reader.error(where, "password: there is nobody to sign in as; add a username")
        self._add(where, trunks.TRUNK, (values["name"],), _columns(trunks.TRUNK, values))

    def _target(self, where: str, name: str, values: Values, kind: str) -> Row:
        if values[name] is None:
            return _NOWHERE
        return self._aimed(f"{where}, {name}", values[name], COMPANY[kind].table[name].table)

    def _aimed(self, where: str, given: dict[str, Any], fields: Any) -> Row:
        named = [(kind, to) for kind, to in self._reader.table(where, given, fields).items() if to is not None]
        if len(named) != 1:
            self._reader.error(where, f"leads nowhere or to two places; give one of {', '.join(fields)}")
            return _NOWHERE
        kind, to = named[0]
        return (kind, self._e164(where, "number", to) if kind == TargetKind.NUMBER else to)

    def _add(self, where: str, noun: AnyNoun, key: Row, values: Row) -> None:
        if key in self._rows[noun]:
            self._reader.error(where, f"the {noun.name} {key[-1]} occurs twice; remove one of them")
            return
        self._rows[noun][noun.key_type(*key)] = noun.row_type(*values)

    def _e164(self, where: str, field: str, text: object) -> str | None:
        number = normalise(text, self._country) if isinstance(text, str) and self._country else None
        if number is None and self._country:
            remedy = "write it with + and the country's code"
            self._reader.error(where, f"{field}: {text!r} is not a telephone number in {self._country}; {remedy}")
        return number


def _columns(noun: AnyNoun, values: Values) -> Row:
    return tuple(values[column] for column in noun.values)
