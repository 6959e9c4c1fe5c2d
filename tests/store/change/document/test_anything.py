"""Whatever stands in a document, it is read or it is refused with the place and the remedy of every error."""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsplug.errors import Invalid
from fsplug.policy.terms import DEFAULT_TERMS, Terms, terms_facts
from fsplug.store.change.document.models import TABLES, Company, Device, Document, Profile
from fsplug.store.change.document.read import read
from tests.store.whole import whole

Node = dict[str, Any] | list[Any]

KEYS = sorted({key for model in (Document, Company, Device, Profile, *TABLES.values()) for key in model.model_fields})
# TOML writes everything but half a surrogate pair.
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
LEAVES = st.one_of(
    TEXTS,
    st.sampled_from(
        ["", " ", "\x00", "\n", "da", "1001", "x" * 501, "+4570101001", "mon-fri 08:00-16:00", "../x", "/"]
    ),
    st.booleans(),
    st.integers(-10, 10_000),
    st.sampled_from([2**63, -(2**3_000)]),
    st.floats(),
    st.sampled_from([date(2026, 1, 2), datetime(2026, 1, 2, 3, 4), time(5, 6)]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.one_of(st.sampled_from(KEYS), TEXTS), inner, max_size=4)
    ),
    max_leaves=10,
)
PLACE = re.compile(r"(the document|company [^\n]{1,150})(, [a-z]+ [^\n]{1,150})*")


def _nodes(node: object) -> Iterator[tuple[Node, str | int]]:
    """Every place in a document: what holds it, and under which key or number."""
    if not isinstance(node, dict | list):
        return
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        yield node, key
        yield from _nodes(node[key])


@st.composite
def changed(draw: st.DrawFn, document: dict[str, Any], new: Callable[[Any], st.SearchStrategy[Any]]) -> dict[str, Any]:
    """The document with something else in up to three of its places."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_nodes(document))
        if not places:
            break
        node, key = draw(st.sampled_from(places))
        if isinstance(node, dict) and draw(st.booleans()):
            key = draw(st.one_of(st.sampled_from(KEYS), TEXTS))
        node[key] = draw(new(node[key] if isinstance(node, list) or key in node else None))
    return document


def _refusals(document: object) -> list[str]:
    """The errors of the document; each is one line that says where and what to do."""
    try:
        read(document)
    except Invalid as refused:
        assert refused.code == "invalid-document"
        errors = refused.facts["errors"]
        assert isinstance(errors, list) and errors
    else:
        return []
    for error in errors:
        assert PLACE.match(error) and ": " in error, error
        assert "; " in error or "must be" in error or "must lie" in error, error
        assert "\n" not in error and len(error) < 2_000, error
    return errors


@settings(max_examples=150)
@given(document=changed({"company": [whole(), {**whole(), "domain": "other.example"}]}, lambda _: VALUES))
def test_a_document_with_anything_anywhere_is_read_or_refused(document: dict[str, Any]) -> None:
    _refusals(document)


@settings(max_examples=100)
@given(document=st.one_of(VALUES, st.dictionaries(st.just("company"), st.lists(VALUES, max_size=3))))
def test_anything_at_all_is_read_or_refused(document: object) -> None:
    _refusals(document)


def _deep(depth: int, wrap: Callable[[Any], Any]) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = wrap(found)
    return found


@pytest.mark.parametrize("place", ["name", "user", "bogus"])
@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: {"a": one}])
def test_what_stands_deep_in_itself_is_refused(place: str, wrap: Callable[[Any], Any]) -> None:
    assert _refusals({"company": [{**whole(), place: _deep(5_000, wrap)}]})


@pytest.mark.parametrize("file", ["", ".", "nowhere", "a\0b"])
def test_a_secret_s_file_that_cannot_be_read_is_refused(file: str) -> None:
    company = whole()
    del company["user"][1]["device"][0]["a1_hash"]
    company["user"][1]["device"][0]["password_file"] = file
    assert len(_refusals({"company": [company]})) == 1


SECRET = "hush-hush-hush"


def _with_secrets() -> dict[str, Any]:
    company = whole()
    del company["user"][1]["device"][0]["a1_hash"]
    for user in company["user"]:
        user["device"][0]["password"] = SECRET
    for trunk in company["trunk"]:
        trunk |= {"username": "me", "password": SECRET}
    return {"company": [company]}


@settings(max_examples=150)
@given(
    document=changed(
        _with_secrets(),
        lambda old: st.one_of(
            VALUES,
            st.sampled_from(
                [[old], [[old]], {"password": SECRET}, {"a": old}, {"a1_hash": [SECRET]}]
                if old != SECRET
                else [f"{SECRET} ", [SECRET], [[SECRET]], {"password": SECRET}, f"{SECRET}\n", SECRET * 20]
            ),
        ),
    )
)
def test_no_error_repeats_a_password_wherever_it_has_slipped(document: dict[str, Any]) -> None:
    assert not [error for error in _refusals(document) if SECRET in error]


def test_no_error_repeats_a_password_under_a_key_that_is_wrong() -> None:
    document = _with_secrets()
    document["company"][0]["ivr"][0]["prompts"] = {"password": SECRET}
    document["company"][0]["user"][0] |= {"passwort": SECRET}
    errors = _refusals(document)
    assert len(errors) == 2 and not [error for error in errors if SECRET in error]


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("username", {"password": SECRET}, "username: a table must be text in quotes"),
        ("record", 1, "record: 1 must be true or false"),
        ("record", "true", "record: 'true' must be true or false"),
        ("extension", 1001, "extension: 1001 must be text in quotes"),
        pytest.param("extension", 1 << 20_000, "extension: a whole number of 20001 bits must be text", id="huge"),
        ("extension", date(2026, 1, 2), "extension: 2026-01-02 must be text in quotes"),
        ("extension", float("nan"), "extension: nan must be text in quotes"),
        ("name", "a" * 501, f"name: '{'a' * 60}...' holds a control character or is over 500 characters"),
        ("licences", ["contact-pro", "gold", True], "licences: 'gold' is not known; use contact-pro"),
        ("licences", ["contact-pro", "gold", True], "licences: true must be text in quotes"),
        ("a" * 100, 1, f"'{'a' * 60}...' is not known; the keys here are username"),
        ("a\nb", 1, "'a\\nb' is not known; the keys here are username"),
    ],
)
def test_a_value_is_shown_as_toml_writes_it_and_short(key: str, value: object, error: str) -> None:
    company = whole()
    company["user"][0][key] = value
    assert any(error in one for one in _refusals({"company": [company]}))


@pytest.mark.parametrize(("key", "value"), [("ring_seconds", "20"), ("ring_seconds", 20.0), ("ring_seconds", True)])
def test_nothing_is_brought_to_a_whole_number(key: str, value: object) -> None:
    company = whole()
    company["group"][0][key] = value
    [error] = _refusals({"company": [company]})
    assert error.endswith("must be a whole number")


def test_a_mistake_brings_no_other_error_with_it() -> None:
    company = whole()
    company["user"][0]["admin"] = "subadmin"
    company["number"][1]["user"] = 1001
    company["trunk"][0]["host"] = ["a"]
    company["ivr"][0]["choices"]["1"] = "2001"
    assert len(_refusals({"company": [company]})) == 4


@pytest.mark.parametrize("name", ["a\nb", "a" * 61, "", 7])
def test_an_entry_without_a_usable_name_has_a_place_of_one_line(name: object) -> None:
    company = whole()
    company["user"][0] |= {"username": name, "extension": "x"}
    errors = _refusals({"company": [company]})
    assert any("extension: 'x' is not valid" in error for error in errors)


def test_a_company_without_a_domain_is_counted() -> None:
    nameless = whole()
    del nameless["domain"]
    errors = _refusals({"company": [whole(), nameless]})
    assert errors[0].startswith("company no. 2: domain is missing; write it in lower case")


def test_every_policy_has_every_term_with_its_default() -> None:
    for model in (TABLES["policy"], TABLES["group"]):
        found = {one.name: model.model_fields[one.name].default for one in fields(Terms)}
        assert found == terms_facts(DEFAULT_TERMS)
