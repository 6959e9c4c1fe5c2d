"""The operator's document: one model for each of its tables.

A table inside another is read when its turn comes, by its own model (`TABLES`, `Device`, `Profile` and the targets): so
one that is wrong hides nothing that is wrong in the others, and every error is said at once.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from fsplug.policy import terms
from fsplug.policy.entities import (
    AdminScope,
    DeviceKind,
    GroupMode,
    Licence,
    Right,
    Role,
    Strategy,
    Transport,
    WhenAway,
)
from fsplug.store.change.document.limits import (
    A1Hash,
    Country,
    Digit,
    Domain,
    Email,
    Extension,
    Host,
    Language,
    Line,
    Password,
    Prefix,
    PromptFile,
    Says,
    SipName,
    WholeNumber,
    Zone,
    inline,
    named,
    one_of,
    some_of,
)

Tables = list[Any]
Model = TypeVar("Model", bound="Table")


class Table(BaseModel):
    """Nothing is brought to another type, and a key that is not known is an error. `called_by` names an entry.

    What was wrong stands as None, whatever its type says: then the document is refused, once the rest of it is read.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)
    called_by: ClassVar[str]

    def is_wrong(self, *names: str) -> bool:
        """Whether something was given under one of these names, and was wrong."""
        return any(name in self.model_fields_set and getattr(self, name) is None for name in names)


def _term(term: terms.Term) -> tuple[Any, Any]:
    """A term's type and default."""
    match term.values:
        case terms.OneOf(choices):
            return Annotated[str, one_of(choices)], str(term.default)
        case terms.SomeOf():
            return Annotated[str, some_of(term.values)], term.values.NOTHING
        case terms.Line(longest, example):
            return Annotated[str, named(f"name the {term.key}, such as {example}", longest)], term.default
        case terms.Seconds(most):
            return Annotated[int, WholeNumber(most=most)] | None, term.default


def _with_terms(model: type[Model]) -> type[Model]:
    """The model of a policy: its own keys, then how a recording is made once policy has said yes."""
    keys: dict[str, Any] = {term.name: _term(term) for term in terms.TERMS}
    return create_model(model.__name__, __base__=model, **keys)


class GroupTarget(Table):
    """Where a ring group or an IVR leads: one of these."""

    group: Line | None = None
    user: Line | None = None
    number: Line | None = None


class NumberTarget(Table):
    """Where a number leads outside its hours: one of these."""

    group: Line | None = None
    user: Line | None = None
    ivr: Line | None = None
    number: Line | None = None


class Department(Table):
    """A [[company.department]]."""

    called_by = "name"

    name: Annotated[str, named("name the department")]


class Device(Table):
    """A [[company.user.device]]."""

    called_by = "name"

    name: SipName | None = None
    kind: Annotated[str, one_of(DeviceKind)]
    number: Line | None = None
    sip_username: SipName | None = None
    password: Password | None = None
    password_file: Line | None = None
    a1_hash: A1Hash | None = None


class Profile(Table):
    """A [[company.user.profile]]."""

    called_by = "name"

    name: Annotated[str, named("name the profile, such as available")]
    allow_listen: bool = False
    active: bool = False


class User(Table):
    """A [[company.user]]."""

    called_by = "username"

    username: SipName
    extension: Extension
    name: Line = ""
    email: Email = ""
    department: Line | None = None
    record: bool = False
    role: Annotated[str, one_of(Role)] = str(Role.NONE)
    admin: Annotated[str, one_of(AdminScope)] = str(AdminScope.NONE)
    admin_departments: list[Line] = Field(default_factory=list)
    licences: list[Annotated[str, one_of(Licence)]] = Field(default_factory=list)
    rights: list[Annotated[str, one_of(Right)]] = Field(default_factory=list)
    fixed_number: Line | None = None
    mobile_numbers: list[Line] = Field(default_factory=list)
    verified_numbers: list[Line] | None = None
    device: Tables = Field(default_factory=list)
    profile: Tables = Field(default_factory=list)


class Group(Table):
    """A [[company.group]]."""

    called_by = "number"

    number: Extension
    name: Line = ""
    strategy: Annotated[str, one_of(Strategy)] = str(Strategy.SIMULTANEOUS)
    members: list[Line] = Field(default_factory=list)
    ring_seconds: Annotated[int, WholeNumber()] = 20
    overflow: Annotated[dict[str, Any], inline("group")] | None = None
    mode: Annotated[str, one_of(GroupMode)] = str(GroupMode.DEPARTMENT)


class Ivr(Table):
    """A [[company.ivr]]."""

    called_by = "number"

    number: Extension
    name: Line = ""
    timeout_seconds: Annotated[int, WholeNumber(most=60)] = 5
    tries: Annotated[int, WholeNumber(most=10)] = 2
    default: Annotated[dict[str, Any], inline("group")]
    choices: Annotated[
        dict[Digit, Annotated[dict[str, Any], inline("group")]], Says('write it like { 1 = { group = "2001" } }')
    ]
    prompts: dict[Language, PromptFile] = {}


class Policy(Table):
    """A [[company.policy]]: the boxes of a department."""

    called_by = "department"

    department: Annotated[str, named("name a department, or * for every other one")]
    outgoing: bool = False
    internal: bool = False
    incoming: bool = False


class Excluded(Table):
    """A [[company.excluded]]."""

    called_by = "number"

    number: Line
    note: Line = ""


class Range(Table):
    """A [[company.range]]: numbers that the operator gives the company."""

    called_by = "first"

    first: Line
    last: Line | None = None


class Number(Table):
    """A [[company.number]]."""

    called_by = "number"

    number: Line
    user: Line | None = None
    group: Line | None = None
    ivr: Line | None = None
    hours: list[Line] = Field(default_factory=list)
    closed: Annotated[dict[str, Any], inline("group")] | None = None


class Trunk(Table):
    """A [[company.trunk]]."""

    called_by = "name"

    name: SipName
    gateway: SipName | None = None
    host: Host = ""
    port: Annotated[int, WholeNumber(most=65_535)] = 5060
    # Every class has a `register` already (abc.ABCMeta).
    registers: bool = Field(default=False, alias="register")
    username: Line = ""
    password: Password | None = None
    password_file: Line | None = None
    prefixes: list[Prefix] = ["+"]
    caller_id_trusted: bool = False
    sources: list[Line] = Field(default_factory=list)
    transport: Annotated[str, one_of(Transport)] = str(Transport.UDP)
    srtp: bool = False
    inbound_digest: bool = False
    inbound_password: Password | None = None


class Company(Table):
    """A [[company]]: its own keys, and the tables in it."""

    called_by = "domain"

    domain: Domain
    name: Annotated[str, named("name the company")]
    country: Country
    language: Language | None = None
    languages: list[Language] | None = None
    timezone: Zone = "UTC"
    listen_from_app: bool = False
    listen_consent: bool = False
    superuser_totp: bool = False
    playback_reason: bool = False
    when_away: Annotated[str, one_of(WhenAway)] = str(WhenAway.UNRECORDED)
    admins_set_record: bool = False
    department: Tables = Field(default_factory=list)
    user: Tables = Field(default_factory=list)
    group: Tables = Field(default_factory=list)
    ivr: Tables = Field(default_factory=list)
    policy: Tables = Field(default_factory=list)
    excluded: Tables = Field(default_factory=list)
    # Without it the company keeps its ranges: a document may be written by somebody who can't give any.
    range: Tables | None = None
    number: Tables = Field(default_factory=list)
    trunk: Tables = Field(default_factory=list)


class Document(Table):
    """The whole file."""

    company: Annotated[Tables, Says("begin with [[company]]")]


# The tables in a [[company]].
TABLES: Mapping[str, type[Table]] = {
    "department": Department,
    "user": User,
    "group": _with_terms(Group),
    "ivr": Ivr,
    "policy": _with_terms(Policy),
    "excluded": Excluded,
    "range": Range,
    "number": Number,
    "trunk": Trunk,
}
