"""An excluded number in any header of an INVITE, as the switch hands the headers over."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from fsplug.esl.calls.legs import leg_of
from fsplug.esl.protocol.event import Event, plain_event
from fsplug.fakeswitch.sip_headers import read_headers
from fsplug.policy.digit_runs import named_in
from fsplug.policy.entities import TRUNK_REALM
from fsplug.policy.numbers import normalise_all
from fsplug.policy.recording.legs import Leg
from tests.esl.story import Story, bridge, started, talk_ends
from tests.headersets import EXCLUDED, HARMLESS, KNOWN, header_sets


def leg(headers: list[str], *, parse_all: bool = True, **others: str) -> Leg:
    """The leg of a call from the trunk with these headers."""
    read = read_headers(headers, parse_all)
    fields = {
        "Unique-ID": "A",
        "Call-Direction": "inbound",
        "Caller-Caller-ID-Number": read.caller or "+4522334455",
        "Caller-Destination-Number": "+4570101001",
        **{f"variable_{name}": value for name, value in read.variables.items()},
        **others,
    }
    return leg_of(Event(plain_event(fields)))


def numbers(one: Leg) -> tuple[str, ...]:
    """Every number that the leg is decided by, and the excluded one if the leg names it."""
    texts = one.numbers + one.dialled + one.forwarders
    excluded = named_in(texts, frozenset({EXCLUDED}), "DK")
    return tuple(dict.fromkeys((*normalise_all(texts, "DK"), *([excluded] if excluded else []))))


@pytest.mark.parametrize("headers", KNOWN, ids=lambda one: one[-1][:60])
def test_an_excluded_number_is_found_in_any_header(headers):
    assert EXCLUDED in numbers(leg(headers))


@pytest.mark.parametrize("headers", HARMLESS, ids=lambda one: one[-1][:60] if one else "none")
@pytest.mark.parametrize("parse_all", [True, False])
def test_nobody_is_taken_for_the_excluded_number(headers, parse_all):
    assert EXCLUDED not in numbers(leg(headers, parse_all=parse_all))


@settings(max_examples=300)
@given(header_sets())
def test_an_excluded_number_is_found_anywhere_among_others(headers):
    assert EXCLUDED in numbers(leg(headers))


@pytest.mark.parametrize(
    "headers",
    [
        ["P-Asserted-Identity: <tel:+4522334499>, <sip:+4531112233@c>"],
        ["diversion: <sip:+4522334499@c>"],
        ["Diversion: <sip:+4531112233@c>, <sip:+4522334499@c>"],
        ["P-Served-User: <sip:+4531112233@c>", "P-Served-User: <sip:+4522334499@c>"],
        ["History-Info: <sip:+4531112233@c>", "History-Info: <sip:+4522334499@c>"],
        ["b: <tel:+4522334499>"],
    ],
    ids=lambda one: one[-1],
)
def test_what_the_switch_hands_over_is_read_where_the_profile_lacks_the_parameter(headers):
    assert EXCLUDED in numbers(leg(headers, parse_all=False))


@pytest.mark.parametrize(
    "spelling",
    ["tel:22334499;phone-context=+45", "<sip:%2B4522334499@c>", "*31#22334499", "+4522334499*1", "022334499#2"],
)
@pytest.mark.parametrize(
    "field", ["Caller-Callee-ID-Number", "variable_sip_to_user", "variable_sip_rh_P-Called-Party-ID"]
)
def test_the_leg_that_was_called_is_read_too(field, spelling):
    called = {"Unique-ID": "B", "Call-Direction": "outbound", "Caller-Destination-Number": "1001", field: spelling}
    assert numbers(leg_of(Event(plain_event(called)))) == (EXCLUDED,)


PROVED = {"variable_sip_auth_username": "1003", "variable_sip_auth_realm": "acme.example"}
MARKED = {"variable_fsplug_user": "1003", "variable_fsplug_company": "acme.example"}
FORGED = {
    "Caller-Caller-ID-Number": EXCLUDED,
    "Caller-ANI": EXCLUDED,
    "variable_sip_from_user": EXCLUDED,
    "variable_sip_full_from": f'"{EXCLUDED}" <sip:{EXCLUDED}@acme.example>;tag=1',
    "variable_sip_full_to": f"<sip:{EXCLUDED}@acme.example>",
    "variable_sip_req_params": f"tel={EXCLUDED}",
    "variable_sip_contact_user": EXCLUDED,
    "variable_sip_h_Referred-By": f"<sip:{EXCLUDED}@acme.example>",
    "variable_sip_rh_P-Asserted-Identity": f"<sip:{EXCLUDED}@acme.example>",
}


@pytest.mark.parametrize("phone", [PROVED, MARKED, PROVED | MARKED], ids=["proved", "marked", "both"])
@pytest.mark.parametrize("headers", KNOWN, ids=lambda one: one[-1][:60])
def test_a_phone_is_who_proved_its_password_whatever_its_headers_say(headers, phone):
    one = leg(headers, **FORGED, **phone)
    assert (one.numbers, EXCLUDED in numbers(one)) == (("1003",), False)


def test_a_phone_that_dials_an_excluded_number_names_it():
    assert EXCLUDED in numbers(leg([], **PROVED, variable_sip_req_user="22334499"))


@pytest.mark.parametrize("company", ["", "acme.example"])
def test_a_trunk_that_proves_a_password_is_no_phone(company):
    trunk = {"variable_sip_auth_username": "trunk.acme.example", "variable_sip_auth_realm": TRUNK_REALM}
    one = leg(KNOWN[0], **trunk, variable_fsplug_company=company)
    assert EXCLUDED in numbers(one) and one.numbers[0] == "+4531112233"


def test_the_number_that_the_switch_shows_is_the_first():
    one = leg(["P-Asserted-Identity: <sip:+4531112233@c>, <tel:+4531112234>"], variable_sip_from_user="+4522334455")
    assert one.numbers == ("+4531112233", "+4522334455", "+4531112234")


REGISTERED = {"variable_sip_local_url": "1001@acme.example"}
ANSWERED = {
    "Call-Direction": "outbound",
    "Caller-Destination-Number": "1001%acme.example",
    "Caller-Caller-ID-Number": "+4531112233",
    "Caller-Callee-ID-Number": EXCLUDED,
    "variable_sip_req_user": EXCLUDED,
    "variable_sip_to_user": EXCLUDED,
    "variable_sip_full_to": f"<sip:{EXCLUDED}@acme.example>;tag=1",
    "variable_sip_contact_user": EXCLUDED,
    "variable_sip_rh_P-Asserted-Identity": f"<sip:{EXCLUDED}@acme.example>",
    "variable_sip_ph_Remote-Party-ID": f"<sip:{EXCLUDED}@acme.example>",
    "variable_sip_h_Diversion": f"<sip:{EXCLUDED}@acme.example>",
}
SENT_ON = {
    "variable_fsplug_legs": "1003",
    "Caller-Transfer-Source": "1",
    "Caller-Destination-Number": "1003",
    "Caller-Caller-ID-Number": EXCLUDED,
}


@pytest.mark.parametrize("since", [{}, SENT_ON], ids=["talks", "calls somebody itself"])
def test_a_phone_that_is_called_is_who_registered_whatever_its_answer_says(since: dict[str, str]) -> None:
    one = leg([], **{**ANSWERED, **REGISTERED, **since})
    assert (one.numbers, EXCLUDED in numbers(one)) == (("1001",), False)


@pytest.mark.parametrize("since", [{}, SENT_ON], ids=["talks", "calls somebody itself"])
@pytest.mark.parametrize("said", ["Caller-Callee-ID-Number", "variable_sip_full_to", "variable_sip_h_Diversion"])
def test_what_the_answer_of_somebody_outside_says_is_read(said: str, since: dict[str, str]) -> None:
    # A transfer makes the callee ID of the leg its caller ID.
    says = {"Caller-Caller-ID-Number" if since and "Callee" in said else said: ANSWERED[said]}
    called = {"Call-Direction": "outbound", "Caller-Destination-Number": "+4531112233"}
    assert EXCLUDED in numbers(leg([], **{**called, **since, "Caller-Caller-ID-Number": "1001", **says}))


@pytest.mark.parametrize(
    "caller", [{}, PROVED, {"Call-Direction": "outbound", **SENT_ON}], ids=["trunk", "phone", "was called"]
)
def test_what_an_answer_says_is_not_read_on_the_leg_that_it_is_handed_on_to(caller: dict[str, str]) -> None:
    says = {"Caller-Caller-ID-Number": "+4531112233", "Caller-Callee-ID-Number": EXCLUDED}
    assert EXCLUDED not in numbers(leg([], **{**caller, **says}))


@pytest.mark.parametrize(
    "marks",
    [{"variable_fsplug_user": "1003", "variable_fsplug_device": "desk"}, {}],
    ids=["as its directory marks it", "as an incoming call"],
)
def test_a_phone_led_into_another_company_s_context_is_neither_its_user_nor_a_trunk(marks: dict[str, str]) -> None:
    proved = {**PROVED, "variable_sip_auth_realm": "beta.example", "variable_user_context": "beta.example"}
    led = leg([], **{**FORGED, **proved, **marks, "variable_fsplug_company": "acme.example"})
    assert EXCLUDED not in numbers(led)
    assert (led.username, led.numbers, led.signed_in) == ("", ("1003@beta.example",), "1003@beta.example")


def test_a_dialplan_of_one_s_own_says_which_user_a_phone_of_another_domain_is() -> None:
    proved = {**PROVED, "variable_sip_auth_realm": "pbx.example", "variable_user_context": "pbx.example"}
    assert leg([], **proved, **MARKED).username == "1003"


def test_who_proves_a_password_of_the_operator_s_own_directory_is_somebody_outside() -> None:
    proved = {**PROVED, "variable_sip_auth_realm": "pbx.example", "variable_user_context": "default"}
    assert leg([], **proved, variable_fsplug_company="acme.example").numbers == ("+4522334455",)


def test_who_was_called_in_by_a_bridge_keeps_their_own_number_and_not_that_which_an_answer_says() -> None:
    swapped = {
        "Caller-Caller-ID-Number": EXCLUDED,
        "Caller-ANI": "+4531112233",
        "Caller-Callee-ID-Number": "+4531112233",
    }
    assert leg([], **swapped).numbers == ("+4531112233",)


def test_a_leg_that_was_called_as_a_user_is_that_user_s_whomever_it_has_rung_since() -> None:
    rung = {"variable_dialed_user": "1003", "variable_dialed_domain": "acme.example"}
    called = {"Call-Direction": "outbound", "variable_presence_id": "1001@acme.example", "variable_fsplug_company": ""}
    assert leg([], **called, **rung).signed_in == "1001@acme.example"
    assert leg([], **{**called, **rung, "variable_presence_id": ""}).signed_in == "1003@acme.example"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A switch and fsplug, with the demo's companies."""
    return Story(tmp_path)


ASSERTED = {"Caller-Callee-ID-Number": EXCLUDED}


@pytest.mark.parametrize("when", ["in time", "late"])
def test_an_answer_from_outside_that_names_an_excluded_number_leaves_no_recording(story: Story, when: str) -> None:
    story.asks("1001")
    recording = story.recording_of("1001")
    story.spool.files.add(recording)
    story.receives(*_answers(recording, ASSERTED if when == "in time" else {}, ASSERTED))
    assert recording not in story.spool.files
    story.until(9.5)
    story.receives(*talk_ends(recording))
    assert story.verdicts() == [(False, "excluded-number", "1001")]
    assert story.gaps() == ["not-ordered"]


@pytest.mark.parametrize("when", ["in time", "late"])
def test_a_phone_whose_answer_names_an_excluded_number_is_recorded(story: Story, when: str) -> None:
    story.asks("1001")
    recording = story.recording_of("1001")
    story.spool.files.add(recording)
    says = REGISTERED | ASSERTED
    story.receives(*_answers(recording, says if when == "in time" else REGISTERED, says))
    assert recording in story.spool.files
    story.until(9.5)
    story.receives(*talk_ends(recording))
    assert story.verdicts() == [(True, "department-policy", "1001")]
    assert story.gaps() == []


def _answers(recording: str, first: dict[str, str], then: dict[str, str]) -> list[tuple[Any, ...]]:
    return [
        (9.0, "B1001", "CHANNEL_ANSWER", first),
        (9.0, "B1001", "RECORD_START", {**started(recording), **first}),
        (9.0, "A", "CHANNEL_ANSWER"),
        (9.01, "B1001", "CHANNEL_ANSWER", then),
        (9.02, "A", "CHANNEL_BRIDGE", {**bridge(), **ASSERTED}),
    ]


def test_a_trunk_whose_answer_names_an_excluded_number_leaves_none_on_the_callers_leg(story: Story) -> None:
    story.asks("trunk", fsplug_user="1001")
    recording = story.recording_of("A")
    story.spool.files.add(recording)
    caller = {"fsplug_user": "1001", "fsplug_legs": "trunk"}
    story.receives(
        (9.0, "Btrunk", "CHANNEL_ANSWER", ASSERTED),
        (9.0, "A", "CHANNEL_ANSWER", caller),
        (9.0, "A", "RECORD_START", {**started(recording), **caller}),
        (9.02, "A", "CHANNEL_BRIDGE", {**bridge(answerer="Btrunk"), **caller}),
    )
    assert recording not in story.spool.files
    assert story.verdicts() == [(False, "excluded-number", "1001")]


def test_an_answer_that_names_somebody_else_is_recorded(story: Story) -> None:
    story.asks("1001")
    recording = story.recording_of("1001")
    story.spool.files.add(recording)
    story.receives(
        (9.0, "B1001", "CHANNEL_ANSWER", {"Caller-Callee-ID-Number": "+4531112233"}),
        (9.0, "B1001", "RECORD_START", started(recording)),
        (9.0, "A", "CHANNEL_ANSWER"),
        (9.02, "A", "CHANNEL_BRIDGE", bridge()),
    )
    assert recording in story.spool.files
    assert [record for record, _, _ in story.verdicts()] == [True]
