"""The page of recording policies: a draft in the form, a look at what it changes, and one button that saves."""

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
from tests.store.cast import ACME
from tests.store.story import decided, seen
from tests.web.conftest import Browser
from tests.web.pages.policies.policyform import CHOSEN, add, filled, review, save


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
    assert CHOSEN.search(anna.get("/policies").text[anna.get("/policies").text.index('name="when_away"') :])[1] == (
        "unrecorded"
    )
    assert anna.post("/policies/when-away", when_away="record-then-judge").status_code == 303
    assert companies.get(console.store, ACME).when_away == "record-then-judge"
    assert anna.post("/policies/when-away", when_away="sometimes").status_code == 422
    assert anna.post("/policies/admins-set-record", admins_set_record="yes").status_code == 303
    assert companies.get(console.store, ACME).admins_set_record
    assert anna.post("/policies/admins-set-record", admins_set_record="perhaps").status_code == 422
    assert companies.get(console.store, ACME).when_away == "record-then-judge"
