"""What the operator's document may hold."""

import re
from collections.abc import Mapping
from enum import StrEnum

import phonenumbers

from fsplug.policy.entities import AdminScope, DeviceKind, GroupMode, Licence, Right, Role
from fsplug.policy.terms import TERMS, Line, OneOf, Seconds, Term
from fsplug.store.change.document.reader import Field

# Usernames, extensions and trunks become part of channel variables and of comma-separated lists on the switch.
_USERNAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EXTENSION = re.compile(r"[0-9]{1,15}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_EMAIL = re.compile(r"|[^@\s]+@[^@\s]+\.[^@\s]+")
_NOT_EMPTY = re.compile(r".*\S.*")
_HOST = re.compile(r"|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_PREFIX = re.compile(r"\+[0-9]{0,15}")
# What SIP's digest and an XML attribute both carry without a second thought.
_PASSWORD = re.compile(r"[\x21-\x7e]{8,128}")
_A1_HASH = re.compile(r"[0-9a-f]{32}")
# A name in the prompts' own folder, nothing else on the switch's disk.
PROMPT_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\.[A-Za-z0-9_-]+)*\.wav")
DIGIT = re.compile(r"[0-9*#]")


class Strategy(StrEnum):
    """How a ring group rings its members."""

    SIMULTANEOUS = "simultaneous"
    SEQUENTIAL = "sequential"
    RANDOM = "random"


def _one_of(choices: type[StrEnum], default: StrEnum) -> Field:
    return Field(default=str(default), choices=tuple(choices))


def _some_of(choices: type[StrEnum]) -> Field:
    return Field(list, default=[], choices=tuple(choices))


def _tables(**fields: Field) -> Field:
    return Field(list, default=[], table=fields)


def _target(*kinds: str, **options: object) -> Field:
    says = f'write it like {{ {kinds[0]} = "..." }}'
    return Field(dict, table={kind: Field(default=None) for kind in kinds}, **{"says": says, **options})  # type: ignore[arg-type]


def _term(term: Term) -> Field:
    match term.values:
        case OneOf(choices):
            return _one_of(choices, term.default)
        case Line(_, example):
            return Field(default=term.default, shape=_NOT_EMPTY, says=f"name the {term.key}, such as {example}")
        case Seconds(most):
            return Field(int, default=term.default, most=most)


_TERMS = {term.name: _term(term) for term in TERMS}
_NUMBER = Field()
_SIP_NAME = "use up to 64 of A-Z a-z 0-9 - _"
PASSWORD = Field(default=None, shape=_PASSWORD, says="use 8 to 128 of ASCII's printable characters", secret=True)
_PASSWORDS = {"password": PASSWORD, "password_file": Field(default=None)}

DEVICE: Mapping[str, Field] = {
    "name": Field(default=None, shape=_USERNAME, says=_SIP_NAME),
    "kind": Field(choices=tuple(DeviceKind)),
    "number": Field(default=None),
    "sip_username": Field(default=None, shape=_USERNAME, says=_SIP_NAME),
    **_PASSWORDS,
    "a1_hash": Field(
        default=None, shape=_A1_HASH, says="it is the MD5 of username:domain:password in 32 hex digits", secret=True
    ),
}
PROFILE: Mapping[str, Field] = {
    "name": Field(shape=_NOT_EMPTY, says="name the profile, such as available"),
    "allow_listen": Field(bool, default=False),
    "active": Field(bool, default=False),
}
CHOICE = _target("group", "user", "number")

COMPANY: Mapping[str, Field] = {
    "domain": Field(shape=_DOMAIN, says="write it in lower case, such as acme.example"),
    "name": Field(shape=_NOT_EMPTY, says="name the company"),
    "country": Field(
        choices=tuple(sorted(phonenumbers.SUPPORTED_REGIONS)), says="use a two-letter ISO code such as DK"
    ),
    "language": Field(default=None, shape=_LANGUAGE, says="use a code such as da or en-GB"),
    "languages": Field(list, default=None, shape=_LANGUAGE, says="use a code such as da or en-GB"),
    "timezone": Field(default="UTC", says="use a name such as Europe/Copenhagen"),
    "listen_from_app": Field(bool, default=False),
    "listen_consent": Field(bool, default=False),
    "superuser_totp": Field(bool, default=False),
    "playback_reason": Field(bool, default=False),
    "department": _tables(name=Field(shape=_NOT_EMPTY, says="name the department")),
    "user": _tables(
        username=Field(shape=_USERNAME, says=_SIP_NAME),
        extension=Field(shape=_EXTENSION, says="use digits only"),
        name=Field(default=""),
        email=Field(default="", shape=_EMAIL, says="write it like anna@acme.example"),
        department=Field(default=None),
        record=Field(bool, default=False),
        role=_one_of(Role, Role.NONE),
        admin=_one_of(AdminScope, AdminScope.NONE),
        admin_departments=Field(list, default=[]),
        licences=_some_of(Licence),
        rights=_some_of(Right),
        fixed_number=Field(default=None),
        mobile_numbers=Field(list, default=[]),
        device=Field(list, default=[], table=DEVICE),
        profile=Field(list, default=[], table=PROFILE),
    ),
    "group": _tables(
        number=Field(shape=_EXTENSION, says="use digits only"),
        name=Field(default=""),
        strategy=_one_of(Strategy, Strategy.SIMULTANEOUS),
        members=Field(list, default=[]),
        ring_seconds=Field(int, default=20),
        overflow=_target("group", "user", "number", default=None),
        mode=_one_of(GroupMode, GroupMode.DEPARTMENT),
        **_TERMS,
    ),
    "ivr": _tables(
        number=Field(shape=_EXTENSION, says="use digits only"),
        name=Field(default=""),
        timeout_seconds=Field(int, default=5, most=60),
        tries=Field(int, default=2, most=10),
        default=_target("group", "user", "number"),
        choices=Field(dict, says='write it like { 1 = { group = "2001" } }'),
        prompts=Field(dict, default={}, says='write it like { da = "welcome.wav" }'),
    ),
    "policy": _tables(
        department=Field(shape=_NOT_EMPTY, says="name a department, or * for every other one"),
        outgoing=Field(bool, default=False),
        internal=Field(bool, default=False),
        incoming=Field(bool, default=False),
        **_TERMS,
    ),
    "excluded": _tables(number=_NUMBER, note=Field(default="")),
    "number": _tables(
        number=_NUMBER,
        user=Field(default=None),
        group=Field(default=None),
        ivr=Field(default=None),
        hours=Field(list, default=[]),
        closed=_target("group", "user", "ivr", "number", default=None),
    ),
    "trunk": _tables(
        name=Field(shape=_USERNAME, says=_SIP_NAME),
        gateway=Field(default=None, shape=_USERNAME, says=_SIP_NAME),
        host=Field(default="", shape=_HOST, says="write a host name or an address, without a port"),
        port=Field(int, default=5060, most=65_535),
        register=Field(bool, default=False),
        username=Field(default=""),
        **_PASSWORDS,
        prefixes=Field(list, default=["+"], shape=_PREFIX, says="write + and the first digits, such as +45"),
        caller_id_trusted=Field(bool, default=False),
    ),
}
DOCUMENT: Mapping[str, Field] = {"company": Field(list, table=COMPANY, says="begin with [[company]]")}
