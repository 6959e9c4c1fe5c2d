"""What is dialled and who asks, and what the switch is answered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from fsplug.store.change import planning
from fsplug.store.db.database import Store
from fsplug.xml.answers import FIELDS, NOT_FOUND, Answers
from fsplug.xml.dialplan.prompts import hash_of
from fsplug.xml.templates import Templates
from fsplug.xml.ways import OWN_PROMPTS, Ways
from tests.xml import documents
from tests.xml.dialled import ACME, ANNA, BETA, BO, CY, run
from tests.xml.elaborate import DOMAIN as WIDE
from tests.xml.installed import demo, stored


@pytest.mark.parametrize(
    ("dialled", "group", "steps"),
    [
        ("101", "", [ANNA]),
        ("70501001", "", [ANNA]),
        ("+4520501001", "", [ANNA]),
        ("004520501001", "", [ANNA]),
        ("102", "", [[BO]]),
        ("70501002", "", [[BO]]),
        ("0046701234567", "", [[CY]]),
        ("201", "201", [[*ANNA, BO]]),
        ("70502001", "201", [[*ANNA, BO]]),
        ("202", "202", [[BO], [CY]]),
    ],
)
def test_a_number_rings_people(dialled: str, group: str, steps: list[list[str]], answers: Answers) -> None:
    found = run(answers, dialled)
    assert documents.legs(found) == steps
    marks = documents.marks(found)
    assert (marks["fsplug_company"], marks["fsplug_group"]) == (WIDE, group)
    assert len(marks["fsplug_legs"].split(",")) == sum(map(len, steps))
    assert all(marks[f"fsplug_arm_{leg}"] == "" for leg in marks["fsplug_legs"].split(","))


def test_a_person_s_own_number_needs_no_extension_of_its_own(answers: Answers) -> None:
    assert run(answers, "70501001").get("name") == "user anna"
    assert run(answers, "70501002").get("name") == "number +4570501002"


def test_no_more_is_rung_than_freeswitch_can_ring(answers: Answers) -> None:
    assert [len(step) for step in documents.legs(run(answers, "801", "many.example"))] == [128]
    assert [len(step) for step in documents.legs(run(answers, "802", "many.example"))] == [1] * 128


@pytest.mark.parametrize(
    ("group", "destination"),
    [("201", ["202 XML wide.example"]), ("202", ["103 XML wide.example"]), ("204", ["+4522334455 XML wide.example"])],
)
def test_who_waited_in_vain_goes_on_to_the_overflow(group: str, destination: list[str], answers: Answers) -> None:
    assert documents.actions(run(answers, group), "transfer") == destination


def test_a_caller_who_can_t_be_connected_hears_so(answers: Answers) -> None:
    for dialled in ("104", "205"):
        assert documents.actions(run(answers, dialled), "hangup") == ["USER_NOT_REGISTERED"]


def test_a_random_group_begins_where_the_switch_draws(answers: Answers) -> None:
    found = run(answers, "203")
    [bridge] = documents.actions(found, "bridge")
    assert bridge.endswith("|".join(f"${{fsplug_turn_${{fsplug_at_{turn}}}}}" for turn in range(3)))
    assert "random(0,3,&seed)" in documents.actions(found, "set")[0]


def test_an_ivr_asks_in_every_language_of_the_company(answers: Answers) -> None:
    found = run(answers, "301")
    prompts = "!".join(str(OWN_PROMPTS / language / "consent.wav") for language in ("da", "sv", "en"))
    [asked] = documents.actions(found, "play_and_get_digits")
    assert asked == f"1 1 2 5000 none file_string://{prompts} silence_stream://250 fsplug_consent ^[*1]$"
    marks = documents.marks(found)
    assert (marks["fsplug_to_1"], marks["fsplug_to_*"], marks["fsplug_to_"]) == ("201", "102", "202")
    assert (marks["fsplug_consent"], marks["fsplug_consent_ivr"], marks["fsplug_consent_language"]) == ("", "301", "da")


def test_an_ivr_notes_its_question_before_it_is_played_and_the_answer_after_it(answers: Answers) -> None:
    found = run(answers, "301")
    hashes = "+".join(hash_of(OWN_PROMPTS / language / "consent.wav") for language in ("da", "sv", "en"))
    noted = documents.marks(found)["fsplug_consents"]
    assert noted == f"${{fsplug_consents}}/${{strepoch()}}:{WIDE}:ivr.301:da+sv+en:{hashes}:1"
    assert documents.actions(found, "set") == ["fsplug_consents=${fsplug_consents}:${fsplug_consent}:${strepoch()}"]


def test_opening_hours_are_those_of_the_company_s_zone(answers: Answers) -> None:
    closed, person = documents.extensions_run(documents.answer(answers.dialplan(WIDE, "70501002")), "70501002")[1:]
    assert closed.get("continue") == "true"
    conditions = list(closed.iter("condition"))
    times = [one for one in conditions if one.get("wday")]
    assert [(one.get("wday"), one.get("time-of-day"), one.get("break")) for one in times] == [
        ("2,3,4,5,6", "08:00:00-15:59:59", "on-true"),
        ("7", "10:00:00-23:59:59", "on-true"),
    ]
    assert documents.actions(closed, "set") == ["timezone=Europe/Copenhagen"]
    assert documents.actions(closed, "transfer") == ["+4522334455 XML wide.example"]
    assert documents.legs(person) == [[BO]]


@pytest.mark.parametrize(
    ("domain", "dialled", "checked", "on_failure"),
    [
        (ACME, "1001", False, "open"),
        (ACME, "22334455", False, "open"),
        (BETA, "1001", True, "closed"),
        (BETA, "2001", True, "closed"),
        (BETA, "0701740605", True, "${fsplug_closed}"),
    ],
)
def test_calls_are_checked_only_where_a_policy_is_fail_closed(
    domain: str, dialled: str, checked: bool, on_failure: str, answers: Answers
) -> None:
    found = run(answers, dialled, domain)
    assert ("check XML fsplug" in documents.actions(found, "execute_extension")) == checked
    assert documents.marks(found)["fsplug_on_failure"] == on_failure


@pytest.mark.parametrize(
    ("dialled", "asks_again", "goes_on_after", "not_after"),
    [
        # Bo has one phone, Anna has four.
        ("102", True, "REQUESTED_CHAN_UNAVAIL,NORMAL_UNSPECIFIED", ""),
        ("101", True, "", "PICKED_OFF,ORIGINATOR_CANCEL"),
        ("203", False, "", "PICKED_OFF,ORIGINATOR_CANCEL"),
        ("201", False, "true", ""),
        ("+46812345678", False, "REQUESTED_CHAN_UNAVAIL,NORMAL_UNSPECIFIED", ""),
    ],
)
def test_only_a_person_s_own_phones_may_send_a_call_elsewhere(
    dialled: str, asks_again: bool, goes_on_after: str, not_after: str, answers: Answers
) -> None:
    found = run(answers, dialled)
    marks = documents.marks(found)
    assert (marks["continue_on_fail"], marks["failure_causes"]) == (goes_on_after, not_after)
    assert (marks["fsplug_feature"], marks["fsplug_redirect"]) == ("", "")
    assert ("redirect XML fsplug" in documents.actions(found, "execute_extension")) == asks_again
    assert len(documents.actions(found, "socket")) == 1 + asks_again
    assert all("outbound_redirect_fatal=true" in bridge for bridge in documents.actions(found, "bridge"))


def test_another_company_s_people_and_numbers_are_not_found(answers: Answers) -> None:
    assert "1001-app" not in answers.directory(BETA, "1001-app")
    assert documents.variables(documents.answer(answers.directory(BETA, "1001")))["fsplug_company"] == BETA
    # Another company's number is a number of the world.
    assert "sofia/gateway/" in str(documents.actions(run(answers, "+4570101001", BETA), "bridge"))


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"section": "configuration", "key_value": "sofia.conf"},
        {"section": "languages"},
        {"section": "directory"},
        {"section": "directory", "purpose": "gateways", "profile": "external"},
        {"section": "directory", "purpose": "network-list", "domain": ACME},
        {"section": "directory", "domain": "127.0.0.1", "user": "1001", "action": "sip_auth"},
        {"section": "directory", "domain": "ACME.EXAMPLE", "user": "1001"},
        {"section": "directory", "domain": "acme.example\0", "user": "1001"},
        {"section": "directory", "domain": "a" * 10_000, "user": "1001"},
        {"section": "directory", "domain": ACME, "user": "a" * 10_000},
        {"section": "directory", "domain": ACME, "user": "1001\0"},
        {"section": "directory", "domain": ACME, "user": "\ud800"},
        {"section": "directory", "domain": ACME, "group_name": "\0", "action": "group_call"},
        {"section": "dialplan", "Caller-Context": "\ud800", "Caller-Destination-Number": "1001"},
        {"section": "dialplan", "Caller-Context": "nobody", "Caller-Destination-Number": "1001"},
        {"section": "dialplan", "Caller-Context": "public", "Caller-Destination-Number": "+4570109999"},
        {"section": "dialplan", "Caller-Context": "public", "Caller-Destination-Number": "1001"},
    ],
)
def test_what_is_not_ours_is_not_found(request_: dict[str, str], answers: Answers) -> None:
    assert answers.answer(request_) == NOT_FOUND


def test_the_switch_is_asked_to_send_every_field_that_is_read(answers: Answers) -> None:
    read = set()

    class Question(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:
            read.add(name)
            return super().get(name, default)

        def __contains__(self, name: object) -> bool:
            read.add(str(name))
            return super().__contains__(name)

    sign_in = {"section": "directory", "action": "sip_auth", "ip": "192.0.2.9", "sip_auth_method": "REGISTER"}
    department = {"section": "directory", "action": "group_call"}
    transfer = {"section": "channels", "purpose": "nightmare_xfer"}
    for one in (sign_in, department, {"section": "dialplan"}, transfer):
        answers.answer(Question(one))
    assert read - {"section", "tag_name", "key_value"} == set(FIELDS)


def test_a_transfer_is_looked_for_where_it_goes_not_where_the_call_came_in(answers: Answers) -> None:
    came_in = {"Caller-Context": "public", "Caller-Destination-Number": "+4570101001"}
    goes = {"Hunt-Context": ACME, "Hunt-Destination-Number": "2001"}
    assert answers.answer({"section": "dialplan", **came_in, **goes}) == answers.dialplan(ACME, "2001")


FIELD = some.sampled_from(
    [
        *("section", "domain", "user", "action", "tag_name", "key_value", "group_name", "purpose"),
        *("Caller-Context", "Hunt-Context", "Caller-Destination-Number", "Hunt-Destination-Number"),
    ]
)
VALUE = some.one_of(
    some.text(some.characters()), some.sampled_from(("directory", "dialplan", ACME, WIDE, "public", "1001", "domain"))
)


@given(some.dictionaries(FIELD, VALUE))
@hypothesis_settings(max_examples=300)
def test_no_request_raises_or_breaks_a_document(answers: Answers, request_: dict[str, str]) -> None:
    documents.answer(answers.answer(request_))


def test_a_change_is_answered_at_once(tmp_path: Any) -> None:
    with stored(tmp_path / "fsplug.db", demo()) as store:
        answers = Answers(store, Templates(), Ways())
        before = answers.dialplan(ACME, "2001")
        change(store)
        assert documents.legs(run(answers, "2001", ACME)) == [["sofia/internal/1003%acme.example"]]
        assert answers.dialplan(ACME, "2001") != before


def change(store: Store) -> None:
    document = demo()
    document["company"][0]["group"][0]["members"] = ["1003"]
    planning.apply_plan(store, planning.plan(store, document), "test")


def test_a_transfer_to_a_call_that_is_nowhere_ends_the_leg_that_sent_it(store):
    ended = []
    answers = Answers(store, Templates(), Ways(), hangs_up=ended.append)
    asked = {"section": "channels", "purpose": "nightmare_xfer", "refer-from-channel-id": "B", "refer-to-user": "x"}
    assert answers.answer(asked) == NOT_FOUND
    assert answers.answer({**asked, "purpose": "other"}) == NOT_FOUND
    assert ended == ["B"]
