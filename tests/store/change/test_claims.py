"""What a company may call its own, by every way to change it: nobody takes another's number, or an extension that reads
as one.
"""

import copy
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest

from fsplug.errors import FsplugError, Invalid, Refused
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope
from fsplug.policy.ranges import NumberRange
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import policies, ranges, users
from fsplug.store.db.database import Store
from tests.store.cast import ACME, BETA, CAST

SUB_ADMIN = Actor("sub", AdminScope.SUB_ADMIN, company=ACME, departments=frozenset({"Sales"}))
COMPANY_ADMIN = Actor("chief", AdminScope.COMPANY_ADMIN, company=ACME)
OPERATOR = "operator"
ACTORS: list[Actor | str] = [SUB_ADMIN, COMPANY_ADMIN, OPERATOR]
BETAS, NOBODYS, OWN_FREE, SALES = "+4681001001", "+4522334499", "+4570101999", "+4570102001"
Table = dict[str, Any]


@pytest.fixture
def given(store: Store) -> Store:
    """Beta has a number of its own."""
    _range(store, BETA, BETAS)
    return store


def _range(store: Store, domain: str, first: str, last: str | None = None, by: Actor | str = OPERATOR) -> None:
    edit(store, domain, by, lambda draft: draft.put("range", {"first": first, "last": last or first}))


def _user(username: str, **given: object) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        entry = {"username": username, "extension": "1077", "department": "Sales"}
        entry = draft.entry("user", username) if draft.has("user", username) else entry
        draft.put("user", {**entry, **given}, username if draft.has("user", username) else None)

    return change


def _refusal(store: Store, change: Callable[[Draft], None], by: Actor | str) -> str:
    with pytest.raises((Invalid, Refused)) as refused:
        edit(store, ACME, by, change)
    return refused.value.text


@pytest.mark.parametrize("by", ACTORS)
@pytest.mark.parametrize("extension", ["22334499", "112", "0112", "911", "4570109999"])
def test_an_extension_that_reads_as_a_number_outside_is_refused_to_everybody(
    given: Store, by: Actor | str, extension: str
) -> None:
    assert f"{extension} looks like" in _refusal(given, _user("1001", extension=extension), by)
    assert f"{extension} looks like" in _refusal(given, _user("new", extension=extension), by)
    if by is not SUB_ADMIN:
        for kind, more in (("group", {}), ("ivr", {"default": {"group": "2001"}, "choices": {}})):
            table = {"number": extension, **more}
            said = _refusal(given, lambda draft, kind=kind, table=table: draft.put(kind, table), by)
            assert f"{kind} {extension}: {extension} looks like" in said
    document = copy.deepcopy(CAST)
    document["company"][0]["user"][0]["extension"] = extension
    with pytest.raises(Invalid, match=f"user 1001: extension: {extension} looks like"):
        planning.plan(given, document)


@pytest.mark.parametrize("by", ACTORS)
def test_a_number_outside_the_companys_ranges_is_refused_in_the_same_words_whoever_has_it(
    given: Store, by: Actor | str
) -> None:
    said = [_refusal(given, _user("1001", fixed_number=number), by) for number in (BETAS, NOBODYS)]
    assert said[0].replace(BETAS, NOBODYS) == said[1]
    assert BETA not in said[0] and f"fsplug number range add --company {ACME} {BETAS}" in said[0]
    if by is not SUB_ADMIN:
        routes = [{"number": number, "group": "2001"} for number in (BETAS, NOBODYS)]
        said = [_refusal(given, lambda draft, one=one: draft.put("number", one), by) for one in routes]
        assert said[0].replace(BETAS, NOBODYS) == said[1] and BETA not in said[0]


@pytest.mark.parametrize("by", ACTORS)
@pytest.mark.parametrize("number", [BETAS, NOBODYS])
def test_a_mobile_outside_the_companys_ranges_counts_for_nothing(given: Store, by: Actor | str, number: str) -> None:
    version = edit(given, ACME, by, _user("1002", mobile_numbers=[number])).version
    assert users.by_number(given, ACME, number, version) is None
    found = users.user_at(given, ACME, "1002", version)
    assert found is not None and found.numbers == ()
    assert "verified_numbers" not in Draft(given, ACME).entry("user", "1002")


@pytest.mark.parametrize("by", [SUB_ADMIN, COMPANY_ADMIN])
def test_only_the_operator_says_that_a_mobile_is_somebodys(given: Store, by: Actor) -> None:
    change = _user("1002", mobile_numbers=[NOBODYS], verified_numbers=[NOBODYS])
    assert "ask the operator of this fsplug" in _refusal(given, change, by)
    version = edit(given, ACME, OPERATOR, change).version
    found = users.by_number(given, ACME, NOBODYS, version)
    assert found is not None and found.username == "1002"


def test_a_verified_mobile_stays_so_until_it_is_another_users(given: Store) -> None:
    edit(given, ACME, SUB_ADMIN, _user("1001", name="Anna Holm"))
    document = copy.deepcopy(CAST)
    [anna, bo, *_] = document["company"][0]["user"]
    # A document that does not say, keeps it.
    del anna["verified_numbers"]
    anna["name"] = "Anna Holm"
    assert not planning.plan(given, {"company": [document["company"][0]]})
    bo["mobile_numbers"] = anna.pop("mobile_numbers")
    plan = planning.plan(given, {"company": [document["company"][0]]})
    version = planning.apply_plan(given, plan, OPERATOR)[ACME]
    assert users.by_number(given, ACME, "+4520101001", version) is None


def test_a_mobile_in_the_companys_ranges_counts_at_once(given: Store) -> None:
    version = edit(given, ACME, SUB_ADMIN, _user("1002", mobile_numbers=[OWN_FREE])).version
    found = users.by_number(given, ACME, OWN_FREE, version)
    assert found is not None and found.username == "1002"


@pytest.mark.parametrize("given_as", [{"fixed_number": SALES}, {"mobile_numbers": [SALES]}])
def test_a_sub_admin_takes_no_number_whose_calls_others_answer(given: Store, given_as: Table) -> None:
    assert "whose calls others answer" in _refusal(given, _user("1002", **given_as), SUB_ADMIN)
    assert edit(given, ACME, COMPANY_ADMIN, _user("1002", **given_as)).changed


@pytest.mark.parametrize("by", [SUB_ADMIN, COMPANY_ADMIN])
def test_only_the_operator_gives_and_takes_ranges(given: Store, by: Actor) -> None:
    asks = "ask the operator of this fsplug"
    # Nor is anybody told whose the numbers are.
    said = [_refusal(given, lambda draft, n=n: draft.put("range", {"first": n}), by) for n in (BETAS, NOBODYS)]
    assert asks in said[0] and said[0] == said[1]
    for wanted in ({"first": "+4570103000"}, {"first": BETAS}):
        document = copy.deepcopy(CAST)["company"][0]
        document["range"].append(wanted)
        plan = planning.plan(given, {"company": [document]})
        for act in (planning.check, planning.apply_plan):
            with pytest.raises(Refused, match=asks):
                act(given, plan, by)


def test_a_document_that_says_nothing_of_ranges_keeps_them(given: Store) -> None:
    document = copy.deepcopy(CAST)
    del document["company"][0]["range"]
    assert not planning.plan(given, {"company": [document["company"][0]]})
    document["company"][0]["range"] = []
    with pytest.raises(Invalid, match=r"\+4570101001 is in use: user 1001 has it; take it out there first"):
        planning.plan(given, {"company": [document["company"][0]]})


def test_a_range_in_use_is_not_taken_away(given: Store) -> None:
    said = _refusal(given, lambda draft: draft.remove("range", "+4570101000"), OPERATOR)
    assert "+4570101001 is in use: user 1001 has it" in said
    assert "+4570102001 is in use: calls to it are led on" in said


@pytest.mark.parametrize(
    ("first", "last"),
    [(BETAS, BETAS), ("+4681000000", "+4681009999"), ("+468100100", "+468100100"), ("+46810010011", "+46810010012")],
)
def test_no_two_companies_have_the_same_number(given: Store, first: str, last: str) -> None:
    with pytest.raises(Invalid, match=rf"overlaps \{BETAS}, which beta\.example has; take it from beta\.example first"):
        _range(given, ACME, first, last)
    with pytest.raises(Invalid, match="overlaps"):
        edit(given, ACME, OPERATOR, lambda draft: draft.put("range", {"first": first, "last": last}), dry_run=True)
    document = copy.deepcopy(CAST)
    document["company"][0]["range"].append({"first": first, "last": last})
    plan = planning.plan(given, {"company": [document["company"][0]]})
    with pytest.raises(Invalid, match="overlaps"):
        planning.apply_plan(given, plan, OPERATOR)
    assert policies.current_version(given, ACME) == 1


def test_two_companies_in_one_document_have_different_numbers(given: Store) -> None:
    document = copy.deepcopy(CAST)
    for company in document["company"]:
        company["range"] = [*company.get("range", []), {"first": "+4533333300", "last": "+4533333399"}]
    document["company"][1]["range"].append({"first": BETAS})
    plan = planning.plan(given, document)
    with pytest.raises(Invalid, match="overlaps"):
        planning.apply_plan(given, plan, OPERATOR)
    assert (policies.current_version(given, ACME), policies.current_version(given, BETA)) == (1, 2)


def test_a_companys_own_ranges_do_not_overlap(given: Store) -> None:
    said = _refusal(given, lambda draft: draft.put("range", {"first": "+4570102500", "last": "+4570104000"}), OPERATOR)
    assert "overlaps +4570101000 to +4570102999; give one range that holds both" in said


def test_a_removed_companys_numbers_are_free(given: Store) -> None:
    planning.apply_plan(given, planning.removal(given, BETA), OPERATOR)
    _range(given, ACME, BETAS)
    assert NumberRange(BETAS, BETAS) in ranges.of_company(given, ACME)


def test_of_two_who_give_the_same_numbers_at_once_one_is_refused(
    given: Store, open_store: Callable[..., Store]
) -> None:
    together = Barrier(2)
    errors: list[FsplugError] = []

    def give(domain: str) -> None:
        store = open_store()
        draft = Draft(store, domain)
        draft.put("range", {"first": "+4533333300", "last": "+4533333399"})
        plan = draft.plan()
        together.wait(PATIENCE_SECONDS)
        try:
            planning.apply_plan(store, plan, OPERATOR)
        except FsplugError as error:
            errors.append(error)

    threads = [Thread(target=give, args=(domain,)) for domain in (ACME, BETA)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert [error.code for error in errors] == ["range-taken"]
    assert [one.first for one in ranges.every(given)].count("+4533333300") == 1


def test_a_country_in_which_an_extension_reads_as_a_number_is_refused(given: Store) -> None:
    edit(given, ACME, SUB_ADMIN, _user("1001", extension="1177"))
    with pytest.raises(Invalid, match="user 1001: extension: 1177 looks like an emergency or service number in SE"):
        edit(given, ACME, OPERATOR, lambda draft: draft.put_detail({**draft.detail(), "country": "SE"}))


def test_what_was_there_before_does_not_stand_in_the_way(given: Store) -> None:
    given.run("""UPDATE "user" SET extension = '22334499' WHERE username = '1002'""")
    given.run("UPDATE number_range SET last = '+4570101000' WHERE first = '+4570101000'")
    assert edit(given, ACME, OPERATOR, _user("1002", name="Bo Lund")).changed
    [acme] = planning.export(given, ACME)["company"]
    acme["user"][0]["name"] = "Anna Holm"
    plan = planning.plan(given, {"company": [acme]})
    assert planning.apply_plan(given, plan, OPERATOR) == {ACME: 3}
