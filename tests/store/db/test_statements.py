"""Statements from the models, compiled once, and rows as objects; on both databases."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from peewee import fn

from fsplug.store.config.versioned import company_id
from fsplug.store.db import statements
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Filtered, Select, Write, constant, fill, given, given_each, insert, put
from fsplug.store.schema.calls import Calls, Decisions
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.history import holds, is_current
from fsplug.store.schema.recordings import Recordings, Waveforms
from fsplug.store.schema.users import Users


class Side(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


@dataclass(frozen=True, slots=True)
class Terms:
    channels: str
    purpose: str | None


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    company: str
    direction: Side | None
    group: str | None
    facts: Mapping[str, Any] | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    id: str
    terms: Terms | None
    repaired: bool | None
    lost_detail: tuple[str, ...] | None


_CALLS = Calls.select(*columns(Call, Calls, company=Companies.domain)).join(
    Companies, on=(Companies.id == Calls.company)
)
_CALL = Select(Call, lambda: _CALLS.where(Calls.id == given.id))
_SEEN = Write(lambda: fill(Calls, "id company direction group started_at", newest="facts facts_at", by="facts_at"))


@pytest.fixture
def acme(store: Store) -> Iterator[str]:
    """The id of a company, in a transaction."""
    with store.atomic():
        yield company_id(store, "acme.example")


def _seen(store: Store, company: str, call: str = "c1", **values: object) -> None:
    row = dict.fromkeys(("direction", "group", "started_at", "facts", "facts_at"))
    _SEEN.run(store, **{**row, "id": call, "company": company, **values})


def test_a_row_becomes_an_object_with_the_types_its_fields_have(store: Store, acme: str) -> None:
    _seen(store, acme, direction=Side.OUTGOING, group="200", facts=json.dumps({"a": [1]}), facts_at=1.0)
    found = _CALL.row(store, id="c1")
    assert found == Call("c1", "acme.example", Side.OUTGOING, "200", {"a": [1]})
    assert type(found.direction) is Side


def test_null_stays_none_whatever_the_type(store: Store, acme: str) -> None:
    _seen(store, acme)
    assert _CALL.row(store, id="c1") == Call("c1", "acme.example", None, None, None)


def test_a_field_that_is_a_dataclass_takes_its_own_columns(store: Store, acme: str) -> None:
    add = Write(lambda: insert(Recordings, "id company channels purpose repaired lost_detail"))
    whole = {"channels": "both", "purpose": None, "repaired": True, "lost_detail": '["a", "b"]'}
    nothing: dict[str, object] = dict.fromkeys(whole)
    add.run_many(store, [{"id": "r1", "company": acme, **whole}, {"id": "r2", "company": acme, **nothing}])
    query = Recordings.select(*columns(Recorded, Recordings)).order_by(Recordings.id)
    found = statements.rows(store, Recorded, query)
    assert found == [Recorded("r1", Terms("both", None), True, ("a", "b")), Recorded("r2", None, None, None)]
    assert found[0].repaired is True


def test_no_row_is_none_and_no_rows_are_an_empty_list(store: Store) -> None:
    assert _CALL.row(store, id="nobody's") is None
    assert _CALL.rows(store, id="nobody's") == []


def test_one_column_is_read_as_its_value(store: Store, acme: str) -> None:
    _seen(store, acme)
    _seen(store, acme, "c2")
    ids = Select(str, lambda: Calls.select(Calls.id).order_by(Calls.id))
    assert ids.rows(store) == ["c1", "c2"]


@pytest.mark.parametrize("some", [["c1"], ["c1", "c3"], ["c1", "c2", "c3", "nobody's"]])
def test_a_list_may_be_of_any_length(store: Store, acme: str, some: list[str]) -> None:
    for call in ("c1", "c2", "c3"):
        _seen(store, acme, call)
    conditions = (Calls.company == given.company) & Calls.id.in_(given_each.ids) & (Calls.id != "c2")
    ids = Select(str, lambda: Calls.select(Calls.id).where(conditions).order_by(Calls.id))
    assert ids.rows(store, ids=some, company=acme) == [one for one in some if one in ("c1", "c3")]
    with pytest.raises(TypeError, match="ids is empty"):
        ids.rows(store, ids=[], company=acme)


@pytest.mark.parametrize("values", [{}, {"call": "c1"}, {"id": "c1", "call": "c1"}])
def test_a_statement_takes_exactly_what_it_has_given_for(store: Store, values: dict[str, str]) -> None:
    with pytest.raises(TypeError, match=r"takes .'id'."):
        _CALL.rows(store, **values)


def _other_order() -> Any:
    return Calls.select(Calls.id, Calls.direction, Companies.domain.alias("company"), Calls.group, Calls.facts)


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (_other_order, "selected are id, direction"),
        (lambda: Calls.select(Calls.id), "selected are id"),
        (lambda: Calls.select(*columns(Call, Calls), Calls.at), "selected are .*, at"),
        (lambda: Calls.select(Calls.id + "x"), "no name"),
    ],
)
def test_columns_that_are_not_the_fields_are_refused(store: Store, build: Callable[[], Any], complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        Select(Call, lambda: build().join(Companies, on=(Companies.id == Calls.company))).rows(store)


def test_a_field_without_a_column_must_be_said_or_have_a_default() -> None:
    @dataclass(frozen=True, slots=True)
    class Told:
        id: str
        elsewhere: str

    with pytest.raises(TypeError, match=r"Told\.elsewhere is not a column"):
        columns(Told, Calls)


def test_a_statement_is_built_once(store: Store) -> None:
    built = []

    def build() -> Any:
        built.append(True)
        return Calls.select(Calls.id)

    statement = Select(str, build)
    assert not built
    statement.rows(store)
    statement.rows(store)
    assert len(built) == 1


def test_insert_once_keeps_the_first_row(store: Store, acme: str) -> None:
    add = Write(lambda: insert(Waveforms, "recording peaks", once_by="recording"))
    assert add.run(store, recording="r1", peaks="1") == 1
    assert add.run(store, recording="r1", peaks="2") == 0
    assert Select(str, lambda: Waveforms.select(Waveforms.peaks)).rows(store) == ["1"]


def test_insert_once_still_refuses_a_row_that_lacks_something(store: Store) -> None:
    from fsplug.errors import Invalid

    add = Write(lambda: insert(Waveforms, "recording peaks", once_by="recording"))
    with pytest.raises(Invalid), store.atomic():
        add.run(store, recording="r1", peaks=None)


def test_put_writes_over_the_row_with_the_same_key(store: Store, acme: str) -> None:
    keep = Write(lambda: put(Waveforms, "recording peaks"))
    for peaks in ("1", "2"):
        keep.run(store, recording="r1", peaks=peaks)
    keep.run(store, recording="r2", peaks="3")
    found = Select(str, lambda: Waveforms.select(Waveforms.peaks).order_by(Waveforms.recording)).rows(store)
    assert found == ["2", "3"]


def test_a_condition_holds_only_when_its_value_is_there(store: Store, acme: str) -> None:
    for call, direction in (("c1", "incoming"), ("c2", "outgoing"), ("c3", "outgoing")):
        _seen(store, acme, call, direction=direction)
    found = Filtered(
        str,
        lambda: Calls.select(Calls.id).where(Calls.company == given.company).order_by(Calls.id),
        direction=Calls.direction == given.direction,
        ids=Calls.id.in_(given_each.ids),
    )
    every = ({"direction": one, "ids": ids} for one in (None, "outgoing") for ids in (None, ["c1", "c2"]))
    assert [found.rows(store, asked, company=acme) for asked in every] == [
        ["c1", "c2", "c3"],
        ["c1", "c2"],
        ["c2", "c3"],
        ["c2"],
    ]
    with pytest.raises(KeyError, match="switch"):
        found.rows(store, {"switch": "fs1"}, company=acme)


def test_fill_writes_what_is_unknown_and_leaves_what_is_known(store: Store, acme: str) -> None:
    _seen(store, acme, direction="incoming")
    _seen(store, acme, direction="outgoing", group="200")
    assert _CALL.row(store, id="c1") == Call("c1", "acme.example", Side.INCOMING, "200", None)


def test_fill_keeps_the_newest_in_any_order(store: Store, acme: str) -> None:
    for facts, at in (("[1]", 1.0), ("[3]", 3.0), ("[2]", 2.0)):
        _seen(store, acme, facts=facts, facts_at=at)
    facts = Select(str, lambda: Calls.select(Calls.facts.concat("@").concat(Calls.facts_at.cast("text")).alias("all")))
    assert [one.removesuffix(".0") for one in facts.rows(store)] == ["[3]@3"]


def test_fill_never_touches_another_companys_row(store: Store, acme: str) -> None:
    beta = company_id(store, "beta.example")
    begun = Write(lambda: fill(Recordings, "id company leg path"))
    begun.run(store, id="r1", company=acme, leg="b", path=None)
    begun.run(store, id="r1", company=beta, leg="x", path="/x.wav")
    legs = Select(str, lambda: Recordings.select(Recordings.leg.concat(fn.COALESCE(Recordings.path, "")).alias("all")))
    assert legs.rows(store) == ["b"]


def test_an_update_returns_how_many_rows_it_touched(store: Store, acme: str) -> None:
    for call in ("c1", "c2"):
        _seen(store, acme, call)
    end = Write(lambda: Calls.update({Calls.cause: given.cause}).where(Calls.id.in_(given_each.ids)))
    assert end.run(store, cause="NORMAL", ids=["c1", "c2", "c3"]) == 2


def test_rows_hold_at_a_version_from_since_until_just_before_until(store: Store, acme: str) -> None:
    row = {"company": acme, "extension": "900", "name": "Nora", "email": "", "record": False}
    add = Write(lambda: insert(Users, "company username extension name email record since until"))
    add.run_many(
        store,
        [
            {**row, "username": "n2", "since": 2, "until": 4},
            {**row, "username": "n4", "since": 4, "until": None},
        ],
    )
    who = Users.alias()
    ours = (who.company == given.company) & (who.extension == "900")
    at = Select(str, lambda: who.select(who.username).where(ours & holds(who, given.version)))
    assert [at.rows(store, company=acme, version=version) for version in (1, 2, 3, 4, 9)] == [
        [],
        ["n2"],
        ["n2"],
        ["n4"],
        ["n4"],
    ]
    now = Select(str, lambda: Users.select(Users.username).where((Users.extension == "900") & is_current(Users)))
    assert now.rows(store) == ["n4"]


def test_a_constant_stands_in_the_sql(store: Store) -> None:
    sql, params = store.compiled(Decisions.select(constant("it's")))
    assert "'it''s'" in sql
    assert params == []
    assert store.fetch(sql, params) == []
