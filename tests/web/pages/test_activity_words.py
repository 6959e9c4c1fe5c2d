"""The audit trail's words: every act, column and way that is written has its own in every language."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import fsplug
from fsplug.policy.conversation.events import ACTS
from fsplug.policy.listening.gate import Door
from fsplug.store.audit import wording
from fsplug.store.change.entry_rows import NOUNS
from fsplug.store.config.nouns import Noun
from fsplug.store.recordings.shares import CodeBy
from fsplug.web.kernel import page, texts
from fsplug.words.catalogue import LANGUAGES

_ROOT = Path(fsplug.__file__).parent
# Where an act stands in a call that writes the trail: the function's name, and which argument.
_WRITERS = {
    ("failures", "add"): 2,
    ("trail", "add"): 3,
    ("chain", "append"): 3,
    ("shares", "audit"): 3,
    ("", "audit"): 3,
    ("", "_audit"): 3,
    ("self", "_refuse"): 0,
}


def _written() -> Iterator[tuple[str, ast.expr]]:
    for path in _ROOT.rglob("*.py"):
        parsed = ast.parse(path.read_text(encoding="utf-8"))
        constants = {one.targets[0].id: one.value for one in parsed.body if _is_constant(one)}
        for node in ast.walk(parsed):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            module = called.value.id if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) else ""
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            place = _WRITERS.get((module, name))
            if place is not None and len(node.args) > place:
                written = node.args[place]
                yield path.name, constants.get(written.id, written) if isinstance(written, ast.Name) else written


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)


TEXTS = texts.of(page.found())


def _texts_in(expression: ast.expr) -> set[str]:
    return {one.value for one in ast.walk(expression) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


@cache
def _acts() -> set[str]:
    found = {wording.RIGHTS, wording.POLICY, wording.CONFIGURATION, *map(str, ACTS)}
    for _, expression in _written():
        found |= (
            _texts_in(expression.body) | _texts_in(expression.orelse)
            if isinstance(expression, ast.IfExp)
            else _texts_in(expression)
        )
    return found


def test_the_acts_are_found_where_they_are_written() -> None:
    assert {"play", "share", "share-code-refused", "listen", "delete", "undelete", "sign-in"} <= _acts()


@pytest.mark.parametrize("act", sorted(_acts()))
def test_an_act_has_its_words_in_every_language(act: str) -> None:
    assert set(TEXTS[f"act-{act}"]) == set(LANGUAGES)


def test_no_words_are_there_for_acts_that_nobody_writes() -> None:
    assert {name.removeprefix("act-") for name in TEXTS if name.startswith("act-")} == _acts()


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun.values], ids=lambda noun: noun.table)
def test_a_column_has_its_words_in_every_language(noun: Noun) -> None:
    for name in (one for one in noun.values if one not in noun.secrets):
        assert set(TEXTS[f"value-{name}"]) == set(LANGUAGES)
    called = noun.name.lower().replace(" ", "-").replace("'", "")
    assert set(TEXTS[f"noun-{called}"]) == set(LANGUAGES)


def test_no_words_are_there_for_columns_that_no_noun_has() -> None:
    shown = {name for noun in NOUNS for name in noun.values if name not in noun.secrets}
    assert {name.removeprefix("value-") for name in TEXTS if name.startswith("value-")} == shown


@pytest.mark.parametrize("value", [*Door, *CodeBy])
def test_every_way_has_words(value: str) -> None:
    assert {f"fact-door-{value}", f"fact-code_by-{value}"} & TEXTS.keys()


@pytest.mark.parametrize(
    "grant",
    [
        wording.Grant("1002", "right", None, "listen-in"),
        wording.Grant("a: role x -> y", "role", "none", "superuser"),
        wording.Grant("1", "admin scope", "Sales -> Support", None),
    ],
)
def test_a_grant_is_read_back_from_its_text(grant: wording.Grant) -> None:
    assert str(wording.Grant.parsed(str(grant))) == str(grant)
