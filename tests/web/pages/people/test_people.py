"""Users: the list, the settings of those marked, and what nobody gets past."""

import re

import pytest

from fsplug.policy.entities import Licence, Right
from fsplug.store.accounts import accounts
from fsplug.store.audit import trail
from fsplug.store.change import edit_policy
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import actors, users
from fsplug.store.outbox import mails
from tests.store.accountcast import ANNA, BO, Console
from tests.store.cast import ACME
from tests.web.conftest import Browser
from tests.web.pages.people.peopleforms import CLARA, confirmed, held, saved, send, version


def test_the_list_has_boxes_names_and_groups_of_everybody(admin: Browser) -> None:
    page = admin.get("/people").text
    assert re.findall(r'name="marked" value="(\w+)"', page) == ["1001", "1002", "1003"]
    assert "Sales" in page and "Birgitta" not in page and "3 users" in page


def test_settings_stand_beside_it_for_those_marked(admin: Browser, console: Console) -> None:
    console.give(CLARA, licences=["contact-pro"])
    one = admin.get(f"/people?marked={CLARA}").text
    assert 'value="yes" selected' in one.split('name="licence"')[1][:200]
    assert 'name="email"' in one
    both = admin.get(f"/people?marked={CLARA}&marked=1002").text
    assert 'value="" selected' in both.split('name="licence"')[1][:200], "they differ"
    assert 'name="email"' not in both, "an address is one person's"


@pytest.mark.usefixtures("delegated")
def test_a_change_of_many_is_one_version_and_says_before_what_it_does(admin: Browser, console: Console) -> None:
    before = int(version(console))
    console.give(CLARA, profile=[{"name": "available", "active": True}])
    wish = {"licence": "yes", "right": "yes", "records": "yes", "allow.available": "yes"}
    summary = send(admin, "/people/summary", "1002", CLARA, version=version(console), **wish)
    assert summary.status_code == 200
    assert "2 users: Bo, Clara" in summary.text and "1 user: Bo" in summary.text and "1 user: Clara" in summary.text
    assert int(version(console)) == before + 1, "nothing is saved yet"
    assert saved(admin, console, "1002", CLARA, **wish).status_code == 303
    assert int(version(console)) == before + 2
    assert "A change waits for 2 of them" in admin.get("/people").text
    one, both, other = (admin.get(f"/people?marked={who}").text for who in (CLARA, f"{CLARA}&marked=1002", "1001"))
    assert "a change to Clara" in one and "a change to Bo, Clara" in both and "a change to" not in other
    assert [held(console, username).rights for username in ("1002", CLARA)] == [set(), set()]
    [entry] = [one for one in trail.listed(console.store, ACME, 4) if one.act == "rights"]
    assert entry.actor == f"1001@{ACME}" and len(entry.facts["granted"]) == 2
    confirmed(console)
    for username in ("1002", CLARA):
        found = held(console, username)
        assert (found.licences, found.rights, found.records) == ({Licence.CONTACT_PRO}, {Right.LISTEN_IN}, True)
    assert held(console, CLARA).profiles == {"available": True}


def test_what_is_left_as_it_is_stays(admin: Browser, console: Console) -> None:
    console.give(CLARA, licences=["contact-pro"], email="clara@acme.example", department="Support")
    before = version(console)
    assert saved(admin, console, CLARA, "1002", licence="", role="", department="").status_code == 303
    assert version(console) == before


def test_an_address_that_was_missing_and_is_left_empty_is_no_change(admin: Browser, console: Console) -> None:
    before = version(console)
    form = {"records": "no", "email": "", "department": "in Sales"}
    assert "No changes" in send(admin, "/people/summary", "1002", version=before, **form).text
    assert saved(admin, console, "1002", **form).status_code == 303
    assert "Users changed: 0" in admin.get("/people").text
    assert version(console) == before


def test_a_role_makes_an_account_and_mails_and_says_so(admin: Browser, console: Console) -> None:
    wish = {"role": "superuser", "email": "clara@acme.example"}
    summary = send(admin, "/people/summary", CLARA, version=version(console), **wish)
    assert "Each of these gets two e-mails: Clara" in summary.text
    assert "a superuser or the operator confirms it, and e-mails are sent only then: Clara" in summary.text
    assert saved(admin, console, CLARA, **wish).status_code == 303
    assert held(console, CLARA).role == "none" and "e-mail not sent" not in admin.get("/people").text
    confirmed(console)
    assert accounts.get(console.store, ACME, CLARA).email == "clara@acme.example"
    assert len(mails.about(console.store, ACME, [CLARA])[CLARA]) == 2
    assert "on its way" in admin.get(f"/people?marked={CLARA}").text
    assert "Lose their access" in send(admin, "/people/summary", CLARA, version=version(console), role="none").text


@pytest.mark.parametrize(
    ("email", "message"), [("", "is missing"), ("clara@", "is not valid"), (ANNA.upper(), "already")]
)
def test_what_an_account_lacks_is_said_for_each(admin: Browser, console: Console, email: str, message: str) -> None:
    wish = {"role": "superuser", "email": email}
    summary = send(admin, "/people/summary", CLARA, version=version(console), **wish)
    assert message in summary.text and "Clara" in summary.text and 'action="/people/save"' in summary.text
    assert saved(admin, console, CLARA, **wish).status_code == 422
    assert held(console, CLARA).role == "none"


def test_for_many_each_who_lacks_an_address_is_named(admin: Browser, console: Console) -> None:
    summary = send(admin, "/people/summary", CLARA, "1002", version=version(console), role="my-console").text
    assert summary.count("The e-mail address is missing") == 2 and "gets two e-mails" not in summary


def test_mail_that_failed_says_why_and_is_sent_again(admin: Browser, console: Console) -> None:
    saved(admin, console, CLARA, role="my-console", email="clara@acme.example")
    confirmed(console)
    for mail in mails.about(console.store, ACME, [CLARA])[CLARA]:
        mails.failed(console.store, mail.id, "mail-refused", "550 no such <user>")
    assert "e-mail not sent" in admin.get("/people").text
    assert "The mail server rejected the e-mail." in admin.get(f"/people?marked={CLARA}").text
    console.clock.turn(60)
    assert admin.post("/people/invite", username=CLARA).status_code == 303
    assert len(mails.about(console.store, ACME, [CLARA])[CLARA]) == 4
    assert "e-mail not sent" not in admin.get("/people").text


@pytest.mark.usefixtures("delegated")
def test_of_two_who_change_the_same_person_the_second_is_warned(admin: Browser, console: Console) -> None:
    seen = version(console)
    console.give(CLARA, licences=["contact-pro"])
    answer = send(admin, "/people/save", CLARA, "1002", version=seen, records="no")
    assert answer.status_code == 403 and "Clara" in answer.text.split('role="alert"')[2]
    assert held(console, CLARA).records
    assert send(admin, "/people/save", "1002", version=seen, records="yes").status_code == 303, "others are not in it"


def test_a_state_somebody_chose_meanwhile_is_no_change(admin: Browser, console: Console) -> None:
    states = [{"name": "available", "active": True}, {"name": "meeting"}]
    console.give(CLARA, profile=states)
    seen = version(console)
    console.give(CLARA, profile=[{"name": "available"}, {"name": "meeting", "active": True}])
    assert send(admin, "/people/save", CLARA, version=seen, licence="yes").status_code == 303
    assert held(console, CLARA).active == "meeting"


@pytest.mark.parametrize("seen", ["", "0", "-1", "x", "999999"])
def test_a_version_that_nobody_can_have_seen_saves_nothing(admin: Browser, console: Console, seen: str) -> None:
    assert send(admin, "/people/save", CLARA, version=seen, licence="yes").status_code == 403
    assert not held(console, CLARA).licences


def test_a_grant_shows_what_it_reaches_and_marks_what_an_admin_of_less_power_planted(
    admin: Browser, console: Console
) -> None:
    console.made("1002", BO, "my-console")
    console.give("1002", admin="sub-admin", admin_departments=["Support"])
    sub = actors.actor(console.store, ACME, "1002")
    edit(console.store, ACME, sub, _planted)
    summary = send(admin, "/people/summary", CLARA, version=version(console), right="yes").text
    assert "This gives access through" in summary and "Grant and save" in summary
    [email, number] = [row for row in re.findall(r"<tr>.*?</tr>", summary, re.DOTALL) if f"1002@{ACME}" in row]
    assert "E-mail mine@evil.example" in email and "may not grant" in email and ">Bo<" in email
    assert "Number +4522334499" in number and "may not grant" in number and "not verified" in number
    assert "This gives access through" not in send(admin, "/people/summary", CLARA, version=version(console)).text


def test_nothing_is_granted_that_was_not_looked_at(admin: Browser, console: Console) -> None:
    console.give(CLARA, email="clara@acme.example")
    form = {"right": "yes", "version": version(console)}
    summary = send(admin, "/people/summary", CLARA, **form).text
    [reached] = re.findall(r'name="reached" value="(\w+)"', summary)
    for unseen in ("", "x", reached[:-1]):
        answer = send(admin, "/people/save", CLARA, reached=unseen, **form)
        assert answer.status_code == 409 and "Review the addresses" in answer.text
    # Something is planted between the look and the press.
    edit(console.store, ACME, "operator", _planted)
    answer = send(admin, "/people/save", CLARA, reached=reached, **{**form, "version": version(console)})
    assert answer.status_code == 409 and "mine@evil.example" in answer.text
    assert not held(console, CLARA).rights
    [reached] = re.findall(r'name="reached" value="(\w+)"', answer.text)
    assert send(admin, "/people/save", CLARA, reached=reached, right="yes", version=version(console)).status_code == 303
    confirmed(console)
    assert held(console, CLARA).rights


def _planted(draft: Draft) -> None:
    mine = {"email": "mine@evil.example", "mobile_numbers": ["+4522334499"]}
    draft.put("user", {**draft.entry("user", CLARA), **mine}, CLARA)


@pytest.mark.parametrize("username", ["9999", "birgitta", "", "'; DROP", "1" * 3000])
def test_names_from_elsewhere_are_nobody(admin: Browser, console: Console, username: str) -> None:
    for path in ("/people/summary", "/people/save"):
        assert send(admin, path, username, version=version(console), records="yes").status_code == 422
    assert admin.post("/people/invite", username=username).status_code == 422
    assert (
        admin.client.get("/people", query_string={"marked": username}, base_url="https://console.example").status_code
        == 200
    )


@pytest.mark.parametrize(
    "query", ["with_role=nonsense", "after=x", "after=%09", "in_group=%00", "q=%25", "with_licence=x"]
)
def test_a_query_that_makes_no_sense_is_no_trouble(admin: Browser, query: str) -> None:
    assert admin.get(f"/people?{query}").status_code == 200


def test_filters_find_by_department_group_and_role(admin: Browser) -> None:
    def found(query: str) -> list[str]:
        return re.findall(r'name="marked" value="(\w+)"', admin.get(f"/people?{query}").text)

    assert found("in_department=Support") == ["1003"]
    assert found("in_group=2001") == ["1001", "1002"]
    assert found("with_role=my-console") == ["1001"]
    assert found("with_role=superuser") == []
    assert found("q=b&in_department=Sales") == ["1002"]


def test_one_s_own_rights_can_be_an_administrator_s_to_give_and_that_is_written_down(
    admin: Browser, console: Console
) -> None:
    assert saved(admin, console, "1001", right="yes").status_code == 303
    [entry] = [one for one in trail.listed(console.store, ACME, 3) if one.act == "change-waits"]
    assert (entry.actor, entry.people) == (f"1001@{ACME}", ("1001",))


def test_who_may_not_say_who_is_recorded_is_told_why_a_department_won_t_do(admin: Browser, console: Console) -> None:
    admin.post("/language", language="en", back="/")
    refused = send(admin, "/people/summary", "1001", version=version(console), department="in Support")
    assert refused.status_code == 403 and "which only a superuser may do" in refused.text
    assert saved(admin, console, "1002", department="in Support").status_code == 303, "who is not recorded is moved"


def test_departments_are_the_directory_s(admin: Browser, console: Console) -> None:
    assert users.departments(console.store, ACME) == ["Sales", "Support"]
    edit_policy.set_admins_set_record(console.store, ACME, True, "operator")
    saved(admin, console, "1001", CLARA, department="in ")
    assert {held(console, name).department for name in ("1001", CLARA)} == {None}
    assert saved(admin, console, "1001", department="in Nowhere").status_code == 422
