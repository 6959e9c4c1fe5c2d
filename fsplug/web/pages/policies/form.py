"""The recording policies as a form: unsaved changes exist only in its fields."""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from fsplug.errors import Invalid
from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot
from fsplug.policy.numbers import required
from fsplug.policy.one_line import text_trouble
from fsplug.policy.recording.edit import PolicyEdit, of_department, of_group
from fsplug.policy.terms import TERMS, OneOf, Plain, SomeOf, Term, Terms, terms_facts, trouble_together
from fsplug.web.kernel import forms

LONGEST_TERM, LONGEST_NOTE = 100, 200
# Only the operator sets channels, which decide how much disk space a recording takes.
TERMS_OFFERED = tuple(term for term in TERMS if term.name != "channels")
TERM_KINDS = {term.key: term.values.kind for term in TERMS}
BOXES = ("outgoing", "internal", "incoming")
Choice = TypeVar("Choice", bound=StrEnum)
# The posted form: werkzeug's MultiDict.
Posted = Any


def version_of(posted: Posted) -> int:
    """The policy version that the page shows; Invalid("unknown-version") if the text is not a version."""
    text = posted.get("version", "")
    version = forms.number(text)
    if version is None:
        raise Invalid("unknown-version", f"{text[:40]!r} is not a policy version")
    return version


def read(posted: Posted, seen: PolicySnapshot) -> PolicyEdit:
    """The edit of the policy `seen` that was posted; Invalid for values that the form does not offer."""
    never = {required(text, seen.country): posted.get(f"note.{text}", "").strip() for text in posted.getlist("exclude")}
    again = frozenset(text for text in posted.getlist("allow") if text in seen.excluded)
    return PolicyEdit(seen.version, dict(_departments(posted, seen)), dict(_groups(posted, seen)), never, again)


def fields(policy_edit: PolicyEdit) -> Iterator[tuple[str, str]]:
    """The edit as names and values of hidden fields."""
    yield "version", str(policy_edit.version)
    for name, policy in policy_edit.departments.items():
        yield "department", name
        yield from ((box, name) for box in BOXES if getattr(policy, box))
        yield from _term_fields("department", name, policy.terms)
    for number, mode in policy_edit.groups.items():
        yield "group", number
        yield f"mode.{number}", str(mode.mode)
        yield from _term_fields("group", number, mode.terms)
    for number, note in policy_edit.never.items():
        yield "exclude", number
        yield f"note.{number}", note
    for number in sorted(policy_edit.again):
        yield "allow", number


def with_number(policy_edit: PolicyEdit, text: str, note: str, seen: PolicySnapshot) -> PolicyEdit:
    """The edit with one more number to exclude, in any spelling; Invalid says why it can't be excluded."""
    number = required(text, seen.country)
    if number in policy_edit.never or (number in seen.excluded and number not in policy_edit.again):
        raise Invalid("number-there", f"{number} is already excluded", number=number)
    if number in policy_edit.again:
        return replace(policy_edit, again=policy_edit.again - {number})
    return replace(policy_edit, never={**policy_edit.never, number: note.strip()})


def without_number(policy_edit: PolicyEdit, number: str) -> PolicyEdit:
    """The edit without a number that it would have excluded."""
    return replace(policy_edit, never={one: note for one, note in policy_edit.never.items() if one != number})


def with_all(policy_edit: PolicyEdit, box: str) -> PolicyEdit:
    """The edit with this box of `BOXES` ticked for every department."""
    return replace(
        policy_edit, departments={name: _ticked(policy, box) for name, policy in policy_edit.departments.items()}
    )


def _ticked(policy: DepartmentPolicy, box: str) -> DepartmentPolicy:
    return replace(
        policy,
        outgoing=policy.outgoing or box == "outgoing",
        internal=policy.internal or box == "internal",
        incoming=policy.incoming or box == "incoming",
    )


def check(policy_edit: PolicyEdit) -> None:
    """Invalid("bad-purpose", "bad-note" and the like) for values that can't be stored."""
    terms = [one.terms for one in policy_edit.departments.values()] + [one.terms for one in policy_edit.groups.values()]
    for one in terms:
        for term in TERMS_OFFERED:
            _check_term(term, terms_facts(one)[term.name])
        if trouble := trouble_together(one):
            raise Invalid("bad-start", trouble)
    for note in policy_edit.never.values():
        if len(note) > LONGEST_NOTE or text_trouble(note):
            raise Invalid("bad-note", f"{note[:40]!r} is not a note; write one line")


def _departments(posted: Posted, seen: PolicySnapshot) -> Iterator[tuple[str, DepartmentPolicy]]:
    ticked = {box: frozenset(posted.getlist(box)) for box in BOXES}
    for name in posted.getlist("department"):
        before = of_department(name, seen)
        outgoing, internal, incoming = (name in ticked[box] for box in BOXES)
        terms = _terms(posted, f"department.{name}", before.terms)
        yield name, DepartmentPolicy(name, outgoing, internal, incoming, terms)


def _groups(posted: Posted, seen: PolicySnapshot) -> Iterator[tuple[str, GroupPolicy]]:
    for number in posted.getlist("group"):
        before = of_group(number, seen)
        mode = _choice(GroupMode, posted.get(f"mode.{number}"), before.mode)
        yield number, replace(before, mode=mode, terms=_terms(posted, f"group.{number}", before.terms))


def _terms(posted: Posted, whose: str, before: Terms) -> Terms:
    texts = {term: _posted_text(posted, term, f"{term.name}.{whose}") for term in TERMS_OFFERED}
    changed: dict[str, Any] = {term.name: _term(term, text) for term, text in texts.items() if text is not None}
    return replace(before, **changed)


def _posted_text(posted: Posted, term: Term, name: str) -> str | None:
    """The text of a term as posted; of several words, one comes from each box that is ticked, beside an empty one."""
    return ",".join(posted.getlist(name)) if isinstance(term.values, SomeOf) and name in posted else posted.get(name)


def _term(term: Term, text: str) -> object:
    """The posted value of a term. Only choices are checked here; `check` does the rest."""
    try:
        plain = term.values.typed(text)
        return term.values.read(plain) if isinstance(term.values, OneOf | SomeOf) else plain
    except ValueError as error:
        code = "bad-choice" if isinstance(term.values, OneOf | SomeOf) else f"bad-{term.key}"
        raise Invalid(code, f"{text[:40]!r} is not valid for {term.key}") from error


def _check_term(term: Term, plain: Plain) -> None:
    trouble = term.values.trouble(plain)
    if trouble is None and isinstance(plain, str):
        trouble = f"write up to {LONGEST_TERM} characters" if len(plain) > LONGEST_TERM else text_trouble(plain)
    if trouble:
        raise Invalid(f"bad-{term.key}", f"{str(plain)[:40]!r} is not valid for {term.key}; {trouble}")


def _term_fields(kind: str, name: str, terms: Terms) -> Iterator[tuple[str, str]]:
    for term in TERMS_OFFERED:
        value = terms_facts(terms)[term.name]
        yield f"{term.name}.{kind}.{name}", "" if value is None else str(value)


def _choice(choices: type[Choice], text: str | None, before: Choice) -> Choice:
    try:
        return before if text is None else choices(text)
    except ValueError as error:
        raise Invalid("bad-choice", f"{text!r} is not one of the choices") from error
