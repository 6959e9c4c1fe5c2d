"""Users for who does not administer the whole company: sub-admins, superusers, and everybody else."""

import re

import pytest

from fsplug.store.change import edit_policy
from fsplug.store.config import grants
from tests.store.accountcast import ANNA, Console
from tests.store.cast import ACME
from tests.web.conftest import Browser
from tests.web.pages.people.peopleforms import CLARA, held, saved, send, version


@pytest.mark.usefixtures("delegated")
def test_a_sub_admin_sees_and_changes_their_departments_only(sub_admin: Browser, console: Console) -> None:
    page = sub_admin.get("/people").text
    assert re.findall(r'name="marked" value="(\w+)"', page) == ["1001", "1002"]
    assert "Support" not in page
    assert "Clara" not in sub_admin.get(f"/people?marked={CLARA}").text
    assert saved(sub_admin, console, CLARA, records="no").status_code == 422
    assert saved(sub_admin, console, "1001", records="no").status_code == 303
    assert not held(console, "1001").records and held(console, CLARA).records


def test_a_sub_admin_moves_nobody_to_where_they_don_t_reach(sub_admin: Browser, console: Console) -> None:
    for department in ("in Support", "in "):
        assert saved(sub_admin, console, "1001", department=department).status_code == 403
    assert held(console, "1001").department == "Sales"


def test_rights_licences_and_roles_are_not_on_a_sub_admin_s_page(sub_admin: Browser) -> None:
    page = sub_admin.get("/people?marked=1001").text
    assert not re.findall(r'name="(licence|right|role)"', page)


def test_who_is_recorded_is_policy_unless_the_company_says_otherwise(
    sub_admin: Browser, admin: Browser, console: Console
) -> None:
    for browser, whose in ((sub_admin, "1002"), (admin, CLARA)):
        before = held(console, whose).records
        other = "no" if before else "yes"
        assert 'name="records"' not in browser.get(f"/people?marked={whose}").text
        for path in ("/people/summary", "/people/save"):
            assert send(browser, path, whose, version=version(console), records=other).status_code == 403
        assert held(console, whose).records is before
        assert saved(browser, console, whose, records="yes" if before else "no").status_code == 303, "nothing changes"
    edit_policy.set_admins_set_record(console.store, ACME, True, "operator")
    for browser, whose in ((sub_admin, "1002"), (admin, CLARA)):
        other = "no" if held(console, whose).records else "yes"
        assert 'name="records"' in browser.get(f"/people?marked={whose}").text
        assert saved(browser, console, whose, records=other).status_code == 303
        assert held(console, whose).records is (other == "yes")


@pytest.mark.parametrize(
    "forged",
    [{"right": "yes"}, {"licence": "yes"}, {"role": "superuser", "email": "x@acme.example"}, {"role": "superuser"}],
)
@pytest.mark.parametrize("whose", ["1001", "1002"])
def test_a_sub_admin_who_forges_the_form_is_refused_by_the_gate(
    sub_admin: Browser, console: Console, forged: dict[str, str], whose: str
) -> None:
    if whose == "1001":
        console.give(whose, email=f"{whose}@acme.example")
    before = held(console, whose)
    for path in ("/people/summary", "/people/save"):
        assert send(sub_admin, path, whose, version=version(console), **forged).status_code == 403
    assert held(console, whose) == before


def test_a_sub_admin_can_t_take_over_the_mail_of_one_who_holds_a_role(sub_admin: Browser, console: Console) -> None:
    console.give("1001", email="anna@acme.example", role="superuser")
    assert saved(sub_admin, console, "1001", email="mine@evil.example").status_code == 403
    assert sub_admin.post("/people/invite", username="1001").status_code == 403


def test_a_superuser_chooses_who_is_recorded_and_nothing_else(browser: Browser, console: Console) -> None:
    console.made()
    browser.sign_in()
    assert 'href="/people"' in browser.get("/recordings").text
    shown = browser.get(f"/people?marked={CLARA}").text
    assert set(re.findall(r'<select id="set-(\w+)"', shown)) == {"records"}
    assert "set-email" not in shown and "/people/new" not in shown and f"/people/user/{CLARA}" not in shown
    wanted = "no" if held(console, CLARA).records else "yes"
    assert saved(browser, console, CLARA, records=wanted).status_code == 303
    assert held(console, CLARA).records is (wanted == "yes")
    before = held(console, CLARA)
    for forged in ({"right": "yes"}, {"email": "mine@evil.example"}, {"department": "in "}, {"role": "superuser"}):
        for path in ("/people/summary", "/people/save"):
            assert send(browser, path, CLARA, version=version(console), **forged).status_code == 403
    assert held(console, CLARA) == before
    assert send(browser, "/people/invite", CLARA).status_code == 403


def test_nobody_else_gets_there(browser: Browser, console: Console) -> None:
    console.made("1001", ANNA, "my-console")
    browser.sign_in()
    assert browser.get("/people").status_code == 403
    for path in ("/people/summary", "/people/save", "/people/invite"):
        assert send(browser, path, "1001", version=version(console), right="yes").status_code == 403
    assert grants.rights(console.store, ACME, "1001", int(version(console))) == frozenset()
    assert 'href="/people"' not in browser.get("/recordings").text
