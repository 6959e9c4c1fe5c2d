"""IVRs: a number that plays a prompt and sends the caller on by the digit pressed, or by none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fsplug.store.config.destinations import Target, TargetKind
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Row, Store


class IvrKey(NamedTuple):
    """An IVR by its number."""

    number: str


class IvrRow(NamedTuple):
    """See `Ivr`; the two columns of `default` are a target."""

    name: str
    timeout_seconds: int
    tries: int
    default_kind: str
    default_to: str


class PromptKey(NamedTuple):
    """What an IVR plays in which language."""

    ivr: str
    language: str


class PromptRow(NamedTuple):
    """The name of the file."""

    file: str


class ChoiceKey(NamedTuple):
    """A key of the telephone in an IVR."""

    ivr: str
    digit: str


class ChoiceRow(NamedTuple):
    """Where it leads."""

    kind: str
    target: str


IVR = Noun("IVR", "ivr", IvrKey, IvrRow)
PROMPT = Noun("prompt", "ivr_prompt", PromptKey, PromptRow)
CHOICE = Noun("choice", "ivr_choice", ChoiceKey, ChoiceRow)

_IVRS = f"""SELECT i.number, i.name, i.timeout_seconds, i.tries, i.default_kind, i.default_to FROM ivr i
    WHERE i.company = ? AND {HOLDS.format("i")}"""


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


def ivr_at(store: Store, domain: str, number: str, version: int) -> Ivr | None:
    """The IVR with this number as of a policy version, or None."""
    found = store.row(f"{_IVRS} AND i.number = ?", company_id(store, domain), version, version, number)
    return _ivr(store, domain, found, version) if found else None


def ivrs(store: Store, domain: str, version: int) -> list[Ivr]:
    """Every IVR of a policy version, by number."""
    found = store.rows(f"{_IVRS} ORDER BY i.number", company_id(store, domain), version, version)
    return [_ivr(store, domain, row, version) for row in found]


def _ivr(store: Store, domain: str, row: Row, version: int) -> Ivr:
    number, name, timeout_seconds, tries, kind, to = row
    choices = _parts(store, domain, CHOICE, number, version)
    prompts = _parts(store, domain, PROMPT, number, version)
    return Ivr(
        number,
        name,
        timeout_seconds,
        tries,
        Target(TargetKind(kind), to),
        {digit: Target(TargetKind(kind), name) for digit, kind, name in choices},
        dict(prompts),
    )


def _parts(store: Store, domain: str, noun: Noun[Any, Any], ivr: str, version: int) -> list[Row]:
    columns = ", ".join(f"p.{column}" for column in (noun.key[1], *noun.values))
    sql = f"SELECT {columns} FROM {noun.table} p WHERE p.company = ? AND p.ivr = ? AND {HOLDS.format('p')} ORDER BY 1"
    return store.rows(sql, company_id(store, domain), ivr, version, version)
