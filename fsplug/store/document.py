"""The operator's document (TOML, parsed) brought to rows: checked as a whole, every error said at once."""

from collections.abc import Mapping
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.entities import EVERY_DEPARTMENT
from fsplug.policy.numbers import normalise
from fsplug.store import companies, groups, numbers, people, policies
from fsplug.store.database import Row
from fsplug.store.schema import COMPANY, DOCUMENT, Reader
from fsplug.store.versioned import Noun

Rows = dict[Noun, dict[Row, Row]]

NOUNS = (
    companies.DETAIL,
    people.DEPARTMENT,
    people.USER,
    people.USER_NUMBER,
    groups.RING_GROUP,
    groups.MEMBER,
    numbers.NUMBER,
    policies.DEPARTMENT_POLICY,
    policies.GROUP_POLICY,
    policies.EXCLUDED,
)


def read(document: Mapping[str, Any]) -> dict[str, Rows]:
    """The rows of each company by domain; Invalid("invalid-document") lists every error, with its place and remedy."""
    reader = Reader()
    found: dict[str, Rows] = {}
    for given in reader.table("the document", document, DOCUMENT).get("company") or []:
        company = _Company(reader, given)
        if company.domain and company.domain in found:
            reader.error(company.where, "the domain occurs twice; put all of the company in one [[company]]")
        found[company.domain] = company.rows()
    _check_shared_numbers(reader, found)
    if reader.errors:
        raise invalid(reader.errors)
    return found


def invalid(errors: list[str]) -> Invalid:
    """One error that says them all."""
    count = f"{len(errors)} error{'s' if len(errors) > 1 else ''} in the document"
    return Invalid("invalid-document", "\n  ".join((f"{count}, nothing was changed:", *errors)), errors=errors)


class _Company:
    """One [[company]] on its way to rows."""

    def __init__(self, reader: Reader, given: object) -> None:
        self._reader = reader
        self._values = reader.table("company", given, COMPANY)
        self.domain: str = self._values.get("domain") or ""
        self.where = f"company {self.domain or '?'}"
        self._country: str | None = self._values.get("country")
        self._rows: Rows = {noun: {} for noun in NOUNS}

    def rows(self) -> Rows:
        """Every row of the company, with the errors found on the way told to the reader."""
        values = self._values
        detail = tuple(values.get(column) for column in companies.DETAIL.values)
        self._rows[companies.DETAIL][()] = detail
        self._read("department", self._department)
        self._read("user", self._user)
        self._read("group", self._group)
        self._read("policy", self._policy)
        self._read("excluded", self._excluded)
        self._read("number", self._number)
        self._check_extensions()
        return self._rows

    def _read(self, name: str, take: Any) -> None:
        fields = COMPANY[name].table
        for given in self._values.get(name) or []:
            key = next(iter(fields))
            label = given.get(key) if isinstance(given, dict) else None
            where = f"{self.where}, {name} {label if isinstance(label, str) else '?'}"
            values = self._reader.table(where, given, fields)
            if values.get(key) is not None:
                take(where, values)

    def _department(self, where: str, values: dict[str, Any]) -> None:
        self._add(where, people.DEPARTMENT, (values["name"],), ())

    def _user(self, where: str, values: dict[str, Any]) -> None:
        username = values["username"]
        row = tuple(values.get(column) for column in people.USER.values)
        self._add(where, people.USER, (username,), row)
        if values.get("department") is not None:
            self._known(where, "department", people.DEPARTMENT, values["department"])
        fixed = [values["fixed_number"]] if values.get("fixed_number") else []
        kinds = [("fixed", number) for number in fixed]
        kinds += [("mobile", number) for number in values.get("mobile_numbers") or []]
        for position, (kind, text) in enumerate(kinds):
            number = self._e164(where, f"{kind} number", text)
            if number:
                self._add(where, people.USER_NUMBER, (number,), (username, kind, position))

    def _group(self, where: str, values: dict[str, Any]) -> None:
        number = values["number"]
        self._add(where, groups.RING_GROUP, (number,), tuple(values.get(c) for c in groups.RING_GROUP.values))
        row = tuple(values.get(column) for column in policies.GROUP_POLICY.values)
        self._rows[policies.GROUP_POLICY][(number,)] = row
        for position, username in enumerate(values.get("members") or []):
            self._known(where, "member", people.USER, username)
            self._add(where, groups.MEMBER, (number, username), (position,))

    def _policy(self, where: str, values: dict[str, Any]) -> None:
        department = values["department"]
        if department != EVERY_DEPARTMENT:
            self._known(where, "department", people.DEPARTMENT, department)
        row = tuple(values.get(column) for column in policies.DEPARTMENT_POLICY.values)
        self._add(where, policies.DEPARTMENT_POLICY, (department,), row)

    def _excluded(self, where: str, values: dict[str, Any]) -> None:
        number = self._e164(where, "number", values["number"])
        if number:
            self._add(where, policies.EXCLUDED, (number,), (values.get("note"),))

    def _number(self, where: str, values: dict[str, Any]) -> None:
        number, user, group = (values.get(name) for name in ("number", "user", "group"))
        if (user is None) == (group is None):
            self._reader.error(where, 'leads nowhere or to two places; give either user = "..." or group = "..."')
        elif user is not None:
            self._known(where, "user", people.USER, user)
        else:
            self._known(where, "group", groups.RING_GROUP, group)
        e164 = self._e164(where, "number", number)
        if e164:
            self._add(where, numbers.NUMBER, (e164,), (user, group))

    def _add(self, where: str, noun: Noun, key: Row, values: Row) -> None:
        if key in self._rows[noun]:
            self._reader.error(where, f"the {noun.name} {key[-1]} occurs twice; remove one of them")
        self._rows[noun][key] = values

    def _known(self, where: str, field: str, noun: Noun, name: object) -> None:
        if (name,) not in self._rows[noun]:
            self._reader.error(where, f"{field}: there is no {noun.name} {name}; add it, or take it out here")

    def _e164(self, where: str, field: str, text: object) -> str | None:
        number = normalise(text, self._country) if isinstance(text, str) and self._country else None
        if number is None and self._country:
            remedy = "write it with + and the country's code"
            self._reader.error(where, f"{field}: {text!r} is not a telephone number in {self._country}; {remedy}")
        return number

    def _check_extensions(self) -> None:
        taken: dict[str, str] = {}
        for (username,), (extension, *_) in self._rows[people.USER].items():
            self._take(taken, extension, f"user {username}")
        for (number,) in self._rows[groups.RING_GROUP]:
            self._take(taken, number, f"group {number}")

    def _take(self, taken: dict[str, str], extension: str | None, who: str) -> None:
        if extension is not None and extension in taken:
            self._reader.error(f"{self.where}, {who}", f"{taken[extension]} has {extension} already; give it another")
        elif extension is not None:
            taken[extension] = who


def _check_shared_numbers(reader: Reader, found: Mapping[str, Rows]) -> None:
    owners: dict[Row, str] = {}
    for domain, rows in found.items():
        for key in rows[numbers.NUMBER]:
            if key in owners:
                text = f"{owners[key]} has it too; a number leads to one company"
                reader.error(f"company {domain}, number {key[0]}", text)
            owners[key] = domain


def write(domain: str, rows: Rows) -> dict[str, Any]:
    """The [[company]] that reads as these rows."""
    detail = companies.DETAIL.named(rows[companies.DETAIL][()])
    return {
        "domain": domain,
        **detail,
        "department": [{"name": name} for (name,) in sorted(rows[people.DEPARTMENT])],
        "user": _users(rows),
        "group": _groups(rows),
        "policy": _each("department", rows, policies.DEPARTMENT_POLICY),
        "excluded": _each("number", rows, policies.EXCLUDED),
        "number": [
            {"number": number, **({"user": user} if user is not None else {"group": group})}
            for (number,), (user, group) in sorted(rows[numbers.NUMBER].items())
        ],
    }


def _users(rows: Rows) -> list[dict[str, Any]]:
    known: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for (number,), (username, kind, position) in rows[people.USER_NUMBER].items():
        known.setdefault((username, kind), []).append((position, number))
    written = []
    for user in _each("username", rows, people.USER):
        fixed = sorted(known.get((user["username"], "fixed"), []))
        mobiles = [number for _, number in sorted(known.get((user["username"], "mobile"), []))]
        numbered = {**user, "fixed_number": fixed[0][1] if fixed else None, "mobile_numbers": mobiles}
        written.append({name: value for name, value in numbered.items() if value not in (None, [])})
    return written


def _groups(rows: Rows) -> list[dict[str, Any]]:
    members: dict[str, list[tuple[int, str]]] = {}
    for (group, username), (position,) in rows[groups.MEMBER].items():
        members.setdefault(group, []).append((position, username))
    policy = {group["grp"]: group for group in _each("grp", rows, policies.GROUP_POLICY)}
    written = []
    for group in _each("number", rows, groups.RING_GROUP):
        terms = {name: value for name, value in policy.get(group["number"], {}).items() if name != "grp"}
        its_members = [username for _, username in sorted(members.get(group["number"], []))]
        written.append({**group, "members": its_members, **terms})
    return written


def _each(key: str, rows: Rows, noun: Noun) -> list[dict[str, Any]]:
    return [{key: natural[0], **noun.named(values)} for natural, values in sorted(rows[noun].items())]
