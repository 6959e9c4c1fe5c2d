"""IVRs: a number that plays a prompt and sends the caller on by the digit pressed, or by none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.store.config.destinations import Target, TargetKind
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.history import holds
from fsplug.store.schema.routes import IvrChoices, IvrPrompts, Ivrs

# The two columns of `default` are a target.
IVR = Noun("IVR", Ivrs)
PROMPT = Noun("prompt", IvrPrompts)
CHOICE = Noun("choice", IvrChoices)


@dataclass(frozen=True, slots=True)
class Ivr:
    """`choices` by digit, `prompts` (file names) by language; silence after `tries` leads to `default`."""

    number: str
    name: str
    timeout_seconds: int
    tries: int
    default: Target
    choices: Mapping[str, Target]
    prompts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Ivr:
    number: str
    name: str
    timeout_seconds: int
    tries: int
    default_kind: TargetKind
    default_to: str


@dataclass(frozen=True, slots=True)
class _Choice:
    digit: str
    kind: TargetKind
    target: str


@dataclass(frozen=True, slots=True)
class _Prompt:
    language: str
    file: str


def _ivrs_at() -> Any:
    which = (Ivrs.company == given.company) & holds(Ivrs, given.version)
    return Ivrs.select(*columns(_Ivr, Ivrs)).where(which).order_by(Ivrs.number)


def _parts(table: Any, shape: Any) -> Any:
    which = (table.company == given.company) & (table.ivr == given.ivr)
    return table.select(*columns(shape, table)).where(which & holds(table, given.version))


_IVRS = Select(_Ivr, _ivrs_at)
_IVR = Select(_Ivr, lambda: _ivrs_at().where(Ivrs.number == given.number))
_CHOICES = Select(_Choice, lambda: _parts(IvrChoices, _Choice).order_by(IvrChoices.digit))
_PROMPTS = Select(_Prompt, lambda: _parts(IvrPrompts, _Prompt).order_by(IvrPrompts.language))


def ivr_at(store: Store, domain: str, number: str, version: int) -> Ivr | None:
    """The IVR with this number as of a policy version, or None."""
    company = company_id(store, domain)
    found = _IVR.row(store, company=company, version=version, number=number)
    return None if found is None else _ivr(store, company, found, version)


def ivrs(store: Store, domain: str, version: int) -> list[Ivr]:
    """Every IVR of a policy version, by number."""
    company = company_id(store, domain)
    return [_ivr(store, company, one, version) for one in _IVRS.rows(store, company=company, version=version)]


def _ivr(store: Store, company: str, found: _Ivr, version: int) -> Ivr:
    choices = _CHOICES.rows(store, company=company, version=version, ivr=found.number)
    prompts = _PROMPTS.rows(store, company=company, version=version, ivr=found.number)
    return Ivr(
        found.number,
        found.name,
        found.timeout_seconds,
        found.tries,
        Target(found.default_kind, found.default_to),
        {one.digit: Target(one.kind, one.target) for one in choices},
        {one.language: one.file for one in prompts},
    )
