"""The page of recording policies: a draft in the form, a look at what it changes, and one button that saves."""

import html
import re
from typing import Any

import pytest

from fsplug.policy.entities import DepartmentPolicy, GroupMode
from fsplug.policy.recording.verdict import verdict
from fsplug.policy.terms import AgentMay, OnFailure, Start, Terms
from fsplug.store.accounts import step_up
from fsplug.store.audit import trail
from fsplug.store.calls import decisions, ledger
from fsplug.store.calls.replay import talk_of
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import companies, policies
from fsplug.words.catalogue import LANGUAGES
from tests.store.accountcast import PASSWORD, Console
from tests.store.cast import ACME, BETA
from tests.store.story import decided, seen
from tests.web.conftest import Browser

_FIELD = re.compile(r"<input[^>]*>|<select.*?</select>", re.DOTALL)
_NAME, _VALUE = re.compile(r'name="([^"]*)"'), re.compile(r'value="([^"]*)"')
_CHOSEN = re.compile(r'<option value="([^"]*)" selected')


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna's browser; she is a superuser."""
    console.made()
    browser.sign_in()
    browser.post("/language", language="en", back="/")
    return browser


def _attribute(pattern: re.Pattern[str], element: str) -> str:
    found = pattern.search(element)
    return html.unescape(found.group(1)) if found else ""


def filled(page: str) -> dict[str, list[str]]:
    """The fields of the page's form as a browser would send them."""
    body = page[page.index("<main") :]
    found: dict[str, list[str]] = {}
    for element in _FIELD.findall(body):
        name = _attribute(_NAME, element)
        is_box = 'type="checkbox"' in element
        if not name or (is_box and " checked" not in element):
            continue
        value = _attribute(_CHOSEN if element.startswith("<select") else _VALUE, element)
        found.setdefault(name, []).append(value)
    return found


def changed(page: Any, **fields: list[str]) -> dict[str, list[str]]:
    """The fields of a page with these in place of its own."""
    return {**filled(page.text), **fields}


def review(browser: Browser, page: Any, **fields: list[str]) -> Any:
    """Press Apply."""
    return browser.post("/policies", **{**changed(page, **fields), "act": "review"})


def save(browser: Browser, reviewed: Any) -> Any:
    """Press Save on the page that says what will change."""
    return browser.post("/policies/save", **filled(reviewed.text))


def add(browser: Browser, page: Any, number: str, note: str = "") -> Any:
    """Type a number and press Add."""
    return browser.post("/policies", **{**changed(page), "number": number, "note": note, "act": "add"})


def talked(console: Console, call: str, seconds_ago: float = 3_600.0, **others: Any) -> None:
    """An incoming talk with Bo of Sales, who carries the flag; what was kept of it is whole."""
    at = console.clock.now - seconds_ago
    user = {
        "username": "1002",
        "extension": "1002",
        "name": "Bo",
        "department": "Sales",
        "records": True,
        "numbers": [],
    }
    inputs = {
        "company": ACME,
        "caller": {"user": None, "numbers": ["+4522334455"]},
        "answerer": {"user": user, "numbers": ["1002"]},
        "direction": "incoming",
        "groups": [],
        "forwarders": [],
        **others,
    }
    kept = {"user": "1002", "group": None, "record": True, "recording": None, "inputs": inputs, "answerer": "1002"}
    ledger.apply(console.store, [seen(call, at=at), decided(call, at=at, **kept)])


def test_the_boxes_are_named_for_what_they_do(anna: Browser) -> None:
    said = {
        "da": ("Udgående opkald", "Interne opkald", "Indgående opkald", "Gennemse og anvend"),
        "sv": ("Utgående samtal", "Interna samtal", "Inkommande samtal", "Granska och tillämpa"),
        "en": ("Outgoing calls", "Internal calls", "Incoming calls", "Review and apply"),
    }
    for language, (*boxes, apply) in said.items():
        anna.post("/language", language=language, back="/")
        page = anna.get("/policies").text
        for name, words in zip(("outgoing", "internal", "incoming"), boxes, strict=True):
            assert re.search(rf'name="{name}" value="Sales"[^>]*aria-label="Sales: {words}"', page), (language, name)
        assert apply in page


def test_the_page_shows_what_holds_since_when_and_by_whom(anna: Browser, console: Console) -> None:
    page = anna.get("/policies")
    fields = filled(page.text)
    assert fields["outgoing"] == ["Sales"] and fields["incoming"] == ["Sales"] and "internal" not in fields
    assert fields["mode.2001"] == ["always"]
    assert "+4570101155" in page.text and "the doctor" in page.text
    assert "changed by the cast" in page.text


def test_only_superusers_see_it(anna: Browser, console: Console, new_browser: Any) -> None:
    assert 'href="/policies"' in anna.get("/account").text
    console.made("1002", "bo@acme.example", "my-console")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    assert 'href="/policies"' not in bo.get("/account").text
    assert bo.get("/policies").status_code == 403
    assert bo.post("/policies/save", version="1").status_code == 403


@pytest.mark.parametrize(
    "spelled", ["70101166", "70 10 11 66", "+45 70101166", "0045 70 10 11 66", "+45 (0)70-10-11-66"]
)
def test_a_number_in_any_spelling_comes_to_the_list_and_is_saved_by_apply_only(
    anna: Browser, console: Console, spelled: str
) -> None:
    page = add(anna, anna.get("/policies"), spelled, "a patient")
    assert filled(page.text)["exclude"] == ["+4570101166"] and "not saved yet" in page.text
    assert "+4570101166" not in policies.snapshot(console.store, ACME).excluded
    reviewed = review(anna, page)
    assert "+4570101166</strong> is excluded and never recorded" in reviewed.text
    assert "+4570101166" not in policies.snapshot(console.store, ACME).excluded
    answer = save(anna, reviewed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/policies")
    assert ". The policy applies from the next call" in anna.get("/policies").text
    found = {one.number: one for one in policies.excluded(console.store, ACME)}
    assert found["+4570101166"].note == "a patient" and found["+4570101166"].by == f"1001@{ACME}"


def test_what_is_not_saved_survives_adding_dropping_and_errors(anna: Browser, console: Console) -> None:
    version = policies.current_version(console.store, ACME)
    page = anna.get("/policies")
    page = anna.post("/policies", **{**changed(page, internal=["Sales", "*"]), "number": "", "act": "add"})
    page = add(anna, page, "70101166")
    page = add(anna, page, "70101177")
    wrong = add(anna, page, "not a number")
    assert wrong.status_code == 422 and 'value="not a number"' in wrong.text
    fields = filled(wrong.text)
    assert fields["internal"] == ["Sales", "*"] and fields["exclude"] == ["+4570101166", "+4570101177"]
    dropped = anna.post("/policies", **{**fields, "drop": "+4570101166"})
    assert filled(dropped.text)["exclude"] == ["+4570101177"]
    bad = review(anna, dropped, **{"purpose.department.Sales": [""]})
    assert bad.status_code == 422 and filled(bad.text)["exclude"] == ["+4570101177"]
    back = anna.post("/policies", **{**filled(review(anna, dropped).text), "act": "edit"})
    assert filled(back.text)["internal"] == ["Sales", "*"] and filled(back.text)["exclude"] == ["+4570101177"]
    assert policies.current_version(console.store, ACME) == version


def test_a_number_on_the_list_is_not_added_twice(anna: Browser) -> None:
    answer = add(anna, anna.get("/policies"), "+45 70 10 11 55")
    assert answer.status_code == 422 and "already on the list" in answer.text


def test_a_number_that_was_typed_and_not_added_is_looked_at_and_saved_all_the_same(
    anna: Browser, console: Console
) -> None:
    reviewed = review(anna, anna.get("/policies"), number=["45 70 10 11 77"], note=["the doctor"])
    assert reviewed.status_code == 200 and "+4570101177" in reviewed.text
    assert save(anna, reviewed).status_code == 303
    assert "+4570101177" in policies.snapshot(console.store, ACME).excluded


@pytest.mark.parametrize(("typed", "said"), [("7010", "not a phone number"), ("70101155", "already on the list")])
def test_what_can_not_be_added_is_said_by_apply_too_and_the_rest_stays(anna: Browser, typed: str, said: str) -> None:
    answer = review(anna, anna.get("/policies"), number=[typed], note=["the doctor"], internal=["Sales"])
    assert answer.status_code == 422 and said in answer.text
    fields = filled(answer.text)
    assert (fields["number"], fields["note"], fields["internal"]) == ([typed], ["the doctor"], ["Sales"])


def test_of_a_long_list_every_number_can_be_found_and_taken_off(
    anna: Browser, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fsplug.web.pages.policies.views.SHOWN_NUMBERS", 3)

    def change(draft: Draft) -> None:
        for number in range(6):
            draft.put("excluded", {"number": f"7010119{number}"})

    edit(console.store, ACME, "operator", change)
    page = anna.get("/policies")
    assert "These are the first 3 of 7" in page.text and "+4570101195" not in page.text
    found = add(anna, page, "70 10 11 95")
    assert found.status_code == 422 and 'name="allow" value="+4570101195"' in found.text
    page = anna.post("/policies", **changed(found, number=[""], allow=["+4570101195"], act=["add"]))
    assert filled(page.text)["allow"] == ["+4570101195"]
    save(anna, review(anna, page))
    assert "+4570101195" not in policies.snapshot(console.store, ACME).excluded


def test_a_number_taken_off_is_decided_by_policy_again(anna: Browser, console: Console) -> None:
    reviewed = review(anna, anna.get("/policies"), allow=["+4570101155"])
    assert "is no longer excluded" in reviewed.text
    save(anna, reviewed)
    assert policies.snapshot(console.store, ACME).excluded == frozenset()


def test_boxes_modes_and_terms_are_saved_as_one_version_with_its_author(anna: Browser, console: Console) -> None:
    before = policies.current_version(console.store, ACME)
    reviewed = review(
        anna,
        anna.get("/policies"),
        outgoing=["Support"],
        internal=["Sales", "Support"],
        incoming=["Sales", "Support"],
        **{
            "mode.2001": ["never"],
            "on_failure.department.Support": ["closed"],
            "purpose.department.Support": ["disputes"],
        },
    )
    assert "<strong>Sales</strong>, outgoing calls: recorded → <strong>not recorded</strong>" in reviewed.text
    assert save(anna, reviewed).status_code == 303
    found = policies.snapshot(console.store, ACME)
    assert found.version == before + 1
    assert found.departments["Sales"] == DepartmentPolicy("Sales", False, True, True)
    terms = Terms(OnFailure.CLOSED, purpose="disputes")
    assert found.departments["Support"] == DepartmentPolicy("Support", True, True, True, terms)
    assert found.groups["2001"].mode is GroupMode.NEVER
    newest = trail.listed(console.store, ACME, 1)[0]
    assert (newest.act, newest.actor) == ("policy", f"1001@{ACME}")


_SAID = {
    "en": ("how much is recorded: the whole call → <strong>only the first 30 seconds</strong>", "the whole call"),
    "da": ("hvor meget der optages: hele samtalen → <strong>kun de første 30 sekunder</strong>", "hele samtalen"),
    "sv": ("hur mycket som spelas in: hela samtalet → <strong>bara de första 30 sekunderna</strong>", "hela samtalet"),
}


@pytest.mark.parametrize("language", _SAID)
def test_a_limit_is_reviewed_in_words_saved_and_taken_back_by_a_blank_field(
    anna: Browser, console: Console, language: str
) -> None:
    anna.post("/language", language=language, back="/")
    said, whole = _SAID[language]
    reviewed = review(anna, anna.get("/policies"), **{"max_seconds.department.Sales": ["30"]})
    assert said in reviewed.text
    assert save(anna, reviewed).status_code == 303
    assert policies.snapshot(console.store, ACME).departments["Sales"].terms.max_seconds == 30
    page = anna.get("/policies")
    assert 'name="max_seconds.department.Sales" type="number" min="1" max="86400" value="30"' in page.text
    back = review(anna, page, **{"max_seconds.department.Sales": [""]})
    assert f"<strong>{whole}</strong>" in back.text
    save(anna, back)
    assert policies.snapshot(console.store, ACME).departments["Sales"].terms == Terms()


def test_what_the_person_recorded_may_do_is_ticked_and_a_recording_waits_for_what_they_may(
    anna: Browser, console: Console
) -> None:
    def terms() -> Terms:
        return policies.snapshot(console.store, ACME).departments["Sales"].terms

    name, waits = "agent_may.department.Sales", {"start.department.Sales": ["on-demand"]}
    reviewed = review(anna, anna.get("/policies"), **{name: ["", "pause", "stop"]})
    assert "do nothing → <strong>pause, stop the recording</strong>" in reviewed.text
    save(anna, reviewed)
    assert terms() == Terms(agent_may=frozenset({AgentMay.PAUSE, AgentMay.STOP}))
    refused = review(anna, anna.get("/policies"), **waits)
    assert "may neither start nor keep" in refused.text
    save(anna, review(anna, refused, **{name: ["", "start"]}))
    assert terms() == Terms(agent_may=frozenset({AgentMay.START}), start=Start.ON_DEMAND)
    save(anna, review(anna, anna.get("/policies"), **{name: [""], "start.department.Sales": ["automatic"]}))
    assert terms() == Terms()


def test_terms_that_the_page_does_not_show_stay(anna: Browser, console: Console) -> None:
    def change(draft: Draft) -> None:
        draft.put("policy", {**draft.entry("policy", "Sales"), "channels": "mono", "purpose": "safety"}, "Sales")

    edit(console.store, ACME, "operator", change)
    save(anna, review(anna, anna.get("/policies"), internal=["Sales"]))
    found = policies.snapshot(console.store, ACME).departments["Sales"]
    assert (str(found.terms.channels), found.terms.purpose, found.internal) == ("mono", "safety", True)


def test_everyone_else_can_be_ticked_and_departments_keep_what_the_page_showed(anna: Browser, console: Console) -> None:
    save(anna, review(anna, anna.get("/policies"), incoming=["Sales", "*"]))
    found = policies.snapshot(console.store, ACME)
    assert found.departments["*"].incoming
    assert not found.departments["Support"].incoming, "its box was not ticked on the page"


def test_departments_without_boxes_of_their_own_go_on_so_while_they_are_ticked_alike(
    anna: Browser, console: Console
) -> None:
    save(anna, review(anna, anna.get("/policies"), incoming=["Sales", "Support", "*"]))
    assert sorted(policies.snapshot(console.store, ACME).departments) == ["*", "Sales"]


def test_a_company_of_many_departments_has_a_policy_too(anna: Browser, console: Console) -> None:
    def change(draft: Draft) -> None:
        for number in range(400):
            draft.put("department", {"name": f"Afdelingen for nord og syd nr. {number}"})

    edit(console.store, ACME, "operator", change)
    reviewed = review(anna, anna.get("/policies"), internal=["Afdelingen for nord og syd nr. 399"])
    assert reviewed.status_code == 200
    assert save(anna, reviewed).status_code == 303
    assert policies.snapshot(console.store, ACME).departments["Afdelingen for nord og syd nr. 399"].internal


def test_nothing_to_change_is_said_and_makes_no_version(anna: Browser, console: Console) -> None:
    version = policies.current_version(console.store, ACME)
    answer = review(anna, anna.get("/policies"))
    assert "There is nothing to change" in answer.text
    assert anna.post("/policies/save", **filled(answer.text)).status_code == 303
    assert policies.current_version(console.store, ACME) == version


def test_of_two_admins_the_slower_is_warned_and_loses_nothing(
    anna: Browser, console: Console, new_browser: Any
) -> None:
    console.made("1002", "bo@acme.example", "superuser")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    bo.post("/language", language="en", back="/")
    hers = review(anna, add(anna, anna.get("/policies"), "70101166"), internal=["Sales"])
    save(bo, review(bo, bo.get("/policies"), outgoing=[], incoming=["Sales"]))
    refused = save(anna, hers)
    assert refused.status_code == 422
    assert "Somebody else has changed the policy" in refused.text
    assert "<strong>Sales</strong>, outgoing calls: recorded → <strong>not recorded</strong>" in refused.text
    fields = filled(refused.text)
    assert fields["internal"] == ["Sales"] and fields["exclude"] == ["+4570101166"]
    assert "outgoing" not in fields, "what she had not touched is as he made it"
    assert save(anna, review(anna, refused)).status_code == 303
    found = policies.snapshot(console.store, ACME)
    assert found.departments["Sales"] == DepartmentPolicy("Sales", False, True, True)
    assert "+4570101166" in found.excluded


def test_saved_twice_it_is_saved_once_and_nobody_else_is_blamed(anna: Browser, console: Console) -> None:
    hers = review(anna, add(anna, anna.get("/policies"), "70101166"), internal=["Sales"])
    save(anna, hers)
    said = re.search(r"Saved at [0-9:]+", anna.get("/policies").text)
    version = policies.current_version(console.store, ACME)
    console.clock.turn(90.0)
    again = save(anna, hers)
    assert (again.status_code, again.headers["Location"]) == (303, "/policies")
    assert said is not None and said[0] in anna.get("/policies").text
    assert policies.current_version(console.store, ACME) == version


def test_a_change_that_somebody_else_made_first_names_that_person(
    anna: Browser, console: Console, new_browser: Any
) -> None:
    console.made("1002", "bo@acme.example", "superuser")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    hers = review(anna, anna.get("/policies"), internal=["Sales"])
    save(bo, review(bo, bo.get("/policies"), internal=["Sales"]))
    answer = save(anna, hers)
    assert answer.status_code == 422 and "Somebody else has changed the policy" in answer.text


def test_a_change_of_something_else_meanwhile_is_in_nobody_s_way(anna: Browser, console: Console) -> None:
    hers = review(anna, anna.get("/policies"), internal=["Sales"])
    console.give("1003", name="Clara B.")
    assert save(anna, hers).status_code == 303


def test_a_department_that_is_gone_meanwhile_is_said_and_the_rest_stays(anna: Browser, console: Console) -> None:
    page = add(anna, anna.get("/policies"), "70101166")
    console.give("1003", department="Sales")

    def change(draft: Draft) -> None:
        draft.remove("department", "Support")

    edit(console.store, ACME, "operator", change)
    answer = review(anna, page)
    assert answer.status_code == 422 and "no longer exists" in answer.text
    assert filled(answer.text)["exclude"] == ["+4570101166"] and "Support" not in filled(answer.text)["department"]


_FORGED: list[dict[str, list[str]]] = [
    {"department": ["Nowhere"], "incoming": ["Nowhere"]},
    {"group": ["9999"], "mode.9999": ["always"]},
    {"mode.2001": ["sometimes"]},
    {"on_failure.department.Sales": ["explode"]},
    {"version": ["-1"]},
    {"version": ["999999"]},
    {"version": ["x"]},
    {"version": ["9" * 400]},
    {"exclude": ["+4570101166\nEvil: 1"]},
    {"exclude": ["'; DROP TABLE company; --"]},
    {"purpose.department.Sales": ["x\r\ny"]},
    {"purpose.department.Sales": ["x" * 300]},
    {"max_seconds.department.Sales": ["0"]},
    {"max_seconds.department.Sales": ["-5"]},
    {"max_seconds.department.Sales": ["86401"]},
    {"max_seconds.department.Sales": ["1.5"]},
    {"max_seconds.department.Sales": ["a while"]},
    {"max_seconds.department.Sales": ["9" * 5000]},
]


@pytest.mark.parametrize("forged", _FORGED, ids=range(len(_FORGED)))
@pytest.mark.parametrize("path", ["/policies", "/policies/save"])
def test_forged_fields_change_nothing(anna: Browser, console: Console, forged: dict[str, list[str]], path: str) -> None:
    version = policies.current_version(console.store, ACME)
    fields = {**changed(anna.get("/policies"), internal=["Sales"]), **forged, "act": ["review"]}
    assert anna.post(path, **fields).status_code == 422
    assert policies.current_version(console.store, ACME) == version


@pytest.mark.parametrize("typed", ["+4570101166\nx", '"><script>', "1" * 300, "' OR 1=1", "\0", "112", "++++"])
def test_what_is_no_number_is_refused_and_shown_again_as_text(anna: Browser, typed: str) -> None:
    answer = add(anna, anna.get("/policies"), typed)
    assert answer.status_code == 422
    assert "<script>" not in answer.text[answer.text.index("<main") :]


def test_another_company_s_policy_is_not_touched(anna: Browser, console: Console) -> None:
    before = policies.current_version(console.store, BETA)
    save(anna, review(anna, anna.get("/policies"), internal=["Sales"]))
    assert policies.current_version(console.store, BETA) == before


def test_names_are_shown_as_text(anna: Browser, console: Console) -> None:
    name = "<img src=x onerror=evil()>\"'"

    def change(draft: Draft) -> None:
        draft.put("department", {"name": name})
        draft.put("group", {**draft.entry("group", "2001"), "name": name}, "2001")

    edit(console.store, ACME, "operator", change)
    page = anna.get("/policies")
    reviewed = review(anna, page, incoming=["Sales", name], **{"mode.2001": ["never"]})
    for answer in (page, reviewed):
        assert "<img" not in answer.text
    assert save(anna, reviewed).status_code == 303
    assert policies.snapshot(console.store, ACME).departments[name].incoming


def test_the_preview_of_last_week_is_what_then_happens(anna: Browser, console: Console) -> None:
    for number in range(6):
        talked(console, f"talk-{number}", 3_600.0 * (number + 1))
    talked(console, "spared", caller={"user": None, "numbers": ["22 33 44 66"]})
    talked(console, "of-last-month", 30 * 86_400.0)
    page = add(anna, anna.get("/policies"), "+4522334455")
    reviewed = review(anna, page)
    row = re.search(r"Incoming calls</span>.*?</th>(.*?)</tr>", reviewed.text, re.DOTALL)
    assert row is not None
    assert re.findall(r"\d+", re.sub(r"<[^>]*>", "", row.group(1))) == ["7", "7", "1", "6"]
    assert "the number is excluded" in reviewed.text
    # Beside the numbers, bars of all calls, of those recorded before, and of those after.
    [bars] = [row for row in re.findall(r'<th scope="row">.*?</th>', reviewed.text, re.DOTALL) if "Incoming" in row]
    assert re.findall(r'class="(\w+)"[^>]* width="([\d.]+)%"', bars) == [
        ("talks", "100.0"), ("before", "100.0"), ("after", "14.29"),
    ]  # fmt: skip
    assert 'aria-hidden="true"' in bars and "style=" not in bars
    save(anna, reviewed)
    snapshot = policies.snapshot(console.store, ACME)
    since = console.clock.now - 7 * 86_400.0
    lately = [one for one in decisions.listed(console.store, ACME) if one.at >= since]
    assert sum(verdict(talk_of(one), snapshot).record for one in lately) == 1


def test_a_form_of_another_site_s_is_not_taken(anna: Browser, console: Console) -> None:
    assert anna.post("/policies/save", site="cross-site", version="1").status_code == 403


def test_the_law_is_said_and_linked(anna: Browser) -> None:
    for language in LANGUAGES:
        anna.post("/language", language=language, back="/")
        assert re.search(r'<a href="https://www\.(datatilsynet\.dk|imy\.se)/', anna.get("/policies").text)


def test_every_save_asks_once_more_who_it_is_and_keeps_what_was_typed(anna: Browser, console: Console) -> None:
    reviewed = review(anna, add(anna, anna.get("/policies"), "70101166", "a patient"))
    draft = filled(reviewed.text)
    forms: dict[str, dict[str, Any]] = {
        "/policies/save": draft,
        "/policies/when-away": {"when_away": ["refused"]},
        "/policies/admins-set-record": {"admins_set_record": ["yes"]},
    }
    console.clock.turn(step_up.FRESH_SECONDS)
    version = policies.current_version(console.store, ACME)
    for path, form in forms.items():
        asked = anna.post(path, **form)
        kept = filled(asked.text)
        assert asked.status_code == 403 and f'action="{path}"' in asked.text
        assert {name: kept[name] for name in form} == form
        assert policies.current_version(console.store, ACME) == version, path
    asked = anna.post("/policies/save", **draft)
    done = anna.post("/policies/save", **{**filled(asked.text), "step-up-password": [PASSWORD]})
    assert (done.status_code, done.headers["Location"]) == (303, "/policies")
    assert "+4570101166" in policies.snapshot(console.store, ACME).excluded


def test_what_happens_while_fsplug_is_away_is_saved_by_itself(anna: Browser, console: Console) -> None:
    assert _CHOSEN.search(anna.get("/policies").text[anna.get("/policies").text.index('name="when_away"') :])[1] == (
        "unrecorded"
    )
    assert anna.post("/policies/when-away", when_away="record-then-judge").status_code == 303
    assert companies.get(console.store, ACME).when_away == "record-then-judge"
    assert anna.post("/policies/when-away", when_away="sometimes").status_code == 422
    assert anna.post("/policies/admins-set-record", admins_set_record="yes").status_code == 303
    assert companies.get(console.store, ACME).admins_set_record
    assert anna.post("/policies/admins-set-record", admins_set_record="perhaps").status_code == 422
    assert companies.get(console.store, ACME).when_away == "record-then-judge"
