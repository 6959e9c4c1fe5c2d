"""One entry changed at a time, checked as the whole document would be."""

from collections.abc import Callable
from threading import Thread

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import devices, policies
from fsplug.store.db.database import Store
from tests.store.cast import ACME
from tests.store.whole import DOMAIN, whole


@pytest.fixture
def furnished(store: Store) -> Store:
    """A store with the whole company at version 1."""
    planning.apply_plan(store, planning.plan(store, {"company": [whole()]}), "operator")
    return store


@pytest.mark.parametrize(
    "kind", ["department", "user", "group", "ivr", "range", "number", "trunk", "excluded", "policy"]
)
def test_an_entry_put_back_as_it_is_changes_nothing(furnished: Store, kind: str) -> None:
    def change(draft: Draft) -> None:
        for name in draft.names(kind):
            draft.put(kind, draft.entry(kind, name), name)
        assert not draft.plan()

    edit(furnished, DOMAIN, "anna", change)
    assert policies.current_version(furnished, DOMAIN) == 1


def test_several_changes_make_one_version(furnished: Store) -> None:
    def change(draft: Draft) -> None:
        draft.put("department", {"name": "Legal"})
        draft.put("user", {**draft.entry("user", "bo"), "department": "Legal"}, "bo")

    edit(furnished, DOMAIN, "anna", change)
    [change, *_] = policies.history(furnished, DOMAIN)
    assert (change.version, change.by) == (2, "anna")
    assert change.what["changes"] == [["add", "department", "Legal"], ["change", "user", "bo"]]


def test_a_draft_ends_as_the_document_that_says_the_same(furnished: Store) -> None:
    company = whole()
    company["user"][1]["name"] = "Bo Lund"
    company["group"][0]["members"] = ["bo"]
    company["ivr"][0]["choices"].pop("*")

    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "bo"), "name": "Bo Lund"}, "bo")
        draft.put("group", {**draft.entry("group", "2001"), "members": ["bo"]}, "2001")
        choices = {"1": {"group": "2001"}, "2": {"group": "2002"}}
        draft.put("ivr", {**draft.entry("ivr", "3001"), "choices": choices}, "3001")

    edit(furnished, DOMAIN, "anna", change)
    assert not planning.plan(furnished, {"company": [company]})


def test_what_something_leads_to_cant_be_removed(furnished: Store) -> None:
    def change(draft: Draft) -> None:
        draft.remove("group", "2002")

    with pytest.raises(Invalid) as refused:
        edit(furnished, DOMAIN, "anna", change)
    assert refused.value.code == "invalid-entry"
    assert "ivr 3001: default: there is no group 2002" in refused.value.text
    assert "group 2001: overflow: there is no group 2002" in refused.value.text
    assert policies.current_version(furnished, DOMAIN) == 1


def test_nothing_of_a_wrong_draft_is_kept(furnished: Store) -> None:
    def change(draft: Draft) -> None:
        draft.put("department", {"name": "Legal"})
        draft.put("user", {"username": "eva", "extension": "x"})

    with pytest.raises(Invalid, match="extension: 'x' is not valid"):
        edit(furnished, DOMAIN, "anna", change)
    assert not Draft(furnished, DOMAIN).has("department", "Legal")


def test_an_error_names_ten_and_holds_all(furnished: Store) -> None:
    def change(draft: Draft) -> None:
        for number in range(12):
            draft.put("user", {"username": f"u{number}", "extension": "x"})

    with pytest.raises(Invalid) as refused:
        edit(furnished, DOMAIN, "anna", change)
    assert "and 2 more" in refused.value.text
    assert len(refused.value.facts["errors"]) == 12


def test_a_device_keeps_its_password_while_its_user_is_changed(furnished: Store) -> None:
    before = devices.devices(furnished, DOMAIN, "anna", 1)

    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "anna"), "name": "Anna Holm"}, "anna")

    edit(furnished, DOMAIN, "anna", change)
    assert devices.devices(furnished, DOMAIN, "anna", 2) == before


def test_the_companys_own_columns_can_be_changed(furnished: Store) -> None:
    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "name": "Whole A/S"})

    edit(furnished, DOMAIN, "anna", change)
    assert Draft(furnished, DOMAIN).detail()["name"] == "Whole A/S"

    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "language": "en", "languages": ["en"]})

    with pytest.raises(Invalid, match="the company does not speak da"):
        edit(furnished, DOMAIN, "anna", change)


def test_a_number_of_another_company_is_not_taken(furnished: Store) -> None:
    def change(draft: Draft) -> None:
        draft.put("number", {"number": "70101001", "user": "bo"})

    with pytest.raises(Invalid, match="is not one of the company's numbers; the operator of this fsplug") as refused:
        edit(furnished, DOMAIN, "a", change)
    assert ACME not in refused.value.text


def test_a_draft_grants_only_what_its_author_may_grant(furnished: Store) -> None:
    sub_admin = Actor("sub", AdminScope.SUB_ADMIN, company=DOMAIN, departments=frozenset({"Sales"}))

    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "bo"), "rights": ["listen-in"]}, "bo")

    with pytest.raises(Refused, match="sub is not allowed to change right"):
        edit(furnished, DOMAIN, sub_admin, change)


def test_what_is_not_there_is_named_with_where_to_look(store: Store) -> None:
    with pytest.raises(Invalid, match=r"has no user nobody; see: fsplug user list --company acme\.example"):
        Draft(store, ACME).entry("user", "nobody")
    with pytest.raises(Invalid, match=r"there is no company nowhere\.example"):
        Draft(store, "nowhere.example")


def test_two_admins_who_change_one_user_at_once_both_get_their_change(
    furnished: Store, open_store: Callable[..., Store]
) -> None:
    def change(name: str, value: object) -> None:
        store = open_store()
        for _ in range(5):

            def change(draft: Draft) -> None:
                entry = draft.entry("user", "bo")
                draft.put(
                    "user",
                    {**entry, name: value, "mobile_numbers": [*entry.get("mobile_numbers", []), _number()]},
                    "bo",
                )

            edit(store, DOMAIN, name, change)

    given = iter(range(100))

    def _number() -> str:
        return f"+45201020{next(given):02d}"

    threads = [Thread(target=change, args=one) for one in (("name", "Bo Holm"), ("email", "bo@whole.example"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    found = Draft(furnished, DOMAIN).entry("user", "bo")
    assert (found["name"], found["email"], len(found["mobile_numbers"])) == ("Bo Holm", "bo@whole.example", 10)


def test_a_plan_that_another_has_overtaken_changes_nothing(furnished: Store) -> None:
    draft = Draft(furnished, DOMAIN)
    draft.put("user", {**draft.entry("user", "bo"), "name": "Late"}, "bo")
    plan = draft.plan()

    def change(other: Draft) -> None:
        other.put("user", {**other.entry("user", "bo"), "name": "First"}, "bo")

    edit(furnished, DOMAIN, "anna", change)
    with pytest.raises(Refused, match="has changed since the plan was made"):
        planning.apply_plan(furnished, plan, "anna")
    assert Draft(furnished, DOMAIN).entry("user", "bo")["name"] == "First"
