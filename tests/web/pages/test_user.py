"""One user in the console: added, changed with profiles and phones, and removed, by whoever may."""

import re
from typing import Any

from fsplug.store.audit import trail
from fsplug.store.change import waiting_rows
from fsplug.store.change.draft import Draft
from fsplug.store.config import policies, user_list
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import URL, Browser

CLARA = "1003"


def send(browser: Browser, path: str, **form: Any) -> Any:
    """The form of the page at the path, with these fields in place of its own."""
    page = browser.get(path.removesuffix("/remove")).text
    kept = dict(re.findall(r'<input[^>]* name="(looked_at|extension|name)"[^>]* value="([^"]*)"', page))
    kept |= dict(re.findall(r'<input type="hidden" name="(looked_at|reached)" value="([^"]*)"', page))
    data = {**kept, "devices": "yes", **form}
    return browser.client.post(path, data=data, headers={"Sec-Fetch-Site": "same-origin"}, base_url=URL)


def entry(console: Console, username: str) -> dict[str, Any]:
    """The user as the document writes them."""
    return Draft(console.store, ACME).entry("user", username)


def test_a_user_is_added_with_a_profile_and_a_phone_whose_password_is_shown_once(
    admin: Browser, console: Console
) -> None:
    form = {"username": "1070", "extension": "1070", "name": "Ida Bech", "department": "in Sales", "fixed_number": ""}
    form |= {"profile_name": "Available", "profile_active": "0", "device_kind": "desk"}
    answer = send(admin, "/people/new", **form)
    assert answer.status_code == 200, answer.text
    [password] = re.findall(r"<code>([\w-]{24})</code>", answer.text)
    assert answer.text.count('class="said"') == 1, "that the user is saved is said once"
    made = entry(console, "1070")
    assert (made["name"], made["department"], made["profile"][0]["name"]) == ("Ida Bech", "Sales", "Available")
    assert [one["kind"] for one in made["device"]] == ["desk"]
    assert password not in admin.get("/people/user/1070").text
    assert any(one.actor == f"1001@{ACME}" for one in trail.listed(console.store, ACME, 5))


def test_profiles_and_phones_are_added_changed_and_removed(admin: Browser, console: Console) -> None:
    path = f"/people/user/{CLARA}"
    form = {"profile_name": ["Available", "Meeting", ""], "profile_allow": "0", "profile_active": "1"}
    # Whoever may be listened to was not asked: it is the administrator's to allow.
    assert send(admin, path, **form, device_kind="app", device_name="tablet").status_code == 200
    found = entry(console, CLARA)
    allowed = [(one["name"], one["allow_listen"], one["active"]) for one in found["profile"]]
    assert allowed == [("Available", True, False), ("Meeting", False, True)]
    assert "tablet" in [one["name"] for one in found["device"]]
    renewed = send(admin, path, device_renew="tablet")
    assert len(re.findall(r"<code>[\w-]{24}</code>", renewed.text)) == 1
    assert send(admin, path, device_remove="tablet", profile_name="Available").status_code == 303
    found = entry(console, CLARA)
    assert "tablet" not in [one["name"] for one in found.get("device", ())]
    assert [one["name"] for one in found["profile"]] == ["Available"]


def test_what_is_wrong_is_said_in_the_viewer_s_language_and_nothing_is_lost(admin: Browser, console: Console) -> None:
    admin.post("/language", language="da", back="/")
    before = policies.current_version(console.store, ACME)
    answer = send(admin, f"/people/user/{CLARA}", extension="1001", name="Clara Friis")
    assert answer.status_code == 422 and "har allerede lokalnummer 1001" in answer.text
    assert 'value="1001"' in answer.text and 'value="Clara Friis"' in answer.text
    assert "kan ikke være et lokalnummer" in send(admin, "/people/new", username="1071", extension="x").text
    assert "Der er allerede en bruger" in send(admin, "/people/new", username=CLARA, extension="1072").text
    assert policies.current_version(console.store, ACME) == before


def test_what_somebody_changed_meanwhile_is_not_written_over(admin: Browser, console: Console) -> None:
    page = admin.get(f"/people/user/{CLARA}").text
    [looked_at, *_] = re.findall(r'name="looked_at" value="(\w+)"', page)
    console.give(CLARA, name="Clara Holm")
    answer = admin.post(f"/people/user/{CLARA}", looked_at=looked_at, name="Clara Friis", extension=CLARA)
    assert answer.status_code == 403 and entry(console, CLARA)["name"] == "Clara Holm"


def test_a_grant_shows_what_it_reaches_first_and_may_wait(admin: Browser, console: Console) -> None:
    console.give(CLARA, email="clara@acme.example")
    answer = send(admin, f"/people/user/{CLARA}", role="superuser")
    assert answer.status_code == 409 and 'id="reached"' in answer.text
    [reached] = re.findall(r'name="reached" value="(\w+)"', answer.text)
    assert send(admin, f"/people/user/{CLARA}", role="superuser", reached=reached).status_code == 303
    assert len(waiting_rows.of_users(console.store, ACME, [CLARA])) == 1


def test_an_admin_scope_is_given_with_its_departments_widened_by_two_and_taken_away(
    admin: Browser, console: Console
) -> None:
    path = f"/people/user/{CLARA}"

    def given(**form: Any) -> Any:
        first = send(admin, path, **form)
        reached = re.findall(r'name="reached" value="(\w+)"', first.text)
        return send(admin, path, **form, reached=reached) if first.status_code == 409 else first

    page = admin.get(path).text
    assert 'value="none" selected' in page.split('name="admin"')[1][:200]
    refused = given(admin="sub-admin")
    assert refused.status_code == 422 and "Select at least one department" in refused.text
    assert given(admin="sub-admin", admin_department="Sales").status_code == 303
    assert 'value="Sales" checked' in admin.get(path).text
    assert given(admin="company-admin", admin_department="Sales").status_code == 303
    assert len(waiting_rows.of_users(console.store, ACME, [CLARA])) == 1
    found = entry(console, CLARA)
    assert (found["admin"], found["admin_departments"]) == ("sub-admin", ["Sales"]), "until a second person confirms it"
    assert given(admin="none", admin_department="Sales").status_code == 303
    assert "admin" not in entry(console, CLARA) and "admin_departments" not in entry(console, CLARA)


def test_a_user_is_removed(admin: Browser, console: Console) -> None:
    assert send(admin, f"/people/user/{CLARA}/remove").status_code == 403, "who is recorded is recording policy"
    console.give(CLARA, record=False)
    assert send(admin, f"/people/user/{CLARA}/remove").headers["Location"] == "/people"
    assert user_list.of(console.store, ACME, [CLARA]) == []
    assert admin.get(f"/people/user/{CLARA}").status_code == 404


def test_a_sub_admin_changes_users_of_their_departments_alone_and_grants_nothing(
    sub_admin: Browser, console: Console
) -> None:
    console.give(CLARA, department="Support")
    assert sub_admin.get(f"/people/user/{CLARA}").status_code == 404
    assert sub_admin.post(f"/people/user/{CLARA}", name="x").status_code == 404
    page = sub_admin.get("/people/user/1002").text
    assert not re.findall('name="(?:role|admin|admin_department|licence|right|profile_allow)"', page)
    wider: list[dict[str, Any]] = [
        {"admin": "company-admin"},
        {"admin": "sub-admin", "admin_department": ["Sales", "Support"]},
    ]
    for form in wider:
        for path, named in (("/people/user/1002", {}), ("/people/new", {"username": "1075", "extension": "1075"})):
            assert send(sub_admin, path, department="in Sales", **named, **form).status_code == 403
    assert send(sub_admin, "/people/new", username="1073", extension="1073", department="in Sales").status_code == 303
    refused = send(sub_admin, "/people/new", username="1074", extension="1074", department="in Sales", right="yes")
    assert refused.status_code == 403
    assert user_list.names(console.store, ACME, ["1073", "1074"]).keys() == {"1073"}
