"""Rendered files on a real FreeSWITCH: what people dial, what they are called, and when."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from fsplug.esl import commands
from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import find_freeswitch, wait_for
from fsplug.lab.scenario import ScenarioRole, read_scenario
from fsplug.lab.sipp import play
from fsplug.lab.softphone import Softphone
from fsplug.policy.consent import Result, played
from fsplug.xml.text import name
from fsplug.xml.ways import Ways
from tests.switches.barephone import BarePhone
from tests.switches.standin import StandIn
from tests.switches.test_fixture_dialplan import live_legs, variables
from tests.xml.installed import stored, switch_on_files
from tests.xml.office import ACME, BETA, CLOSED, OPEN, UNKNOWN_ZONE, Document, Office, furnished, short_prompt
from tests.xml.officephones import BROUGHT, audio_port, legs_up, passed_on, ringing_order, rings_while_pressing
from tests.xml.test_text import HOSTILE


@pytest.fixture(scope="module")
def furnished_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    if find_freeswitch() is None or shutil.which("sipp") is None:
        pytest.skip("skipped: no FreeSWITCH or no SIPp")
    folder = tmp_path_factory.mktemp("office")
    for language in ("da", "en"):
        short_prompt(folder / "prompts" / ACME / language / "consent.wav")
    with ExitStack() as stack:
        store = stack.enter_context(stored(folder / "fsplug.db", furnished()))
        switch = stack.enter_context(switch_on_files(store, folder, prompts=folder / "prompts"))
        ways = Ways(listen_port=switch.ports.fsplug_port, ring_seconds=3, prompts=folder / "prompts")
        yield Office(store, switch, ways)


@pytest.fixture
def office(furnished_office: Office) -> Iterator[Office]:
    """The office, without a call before and after."""
    furnished_office.switch.wait_until_idle()
    yield furnished_office
    furnished_office.switch.api("hupall")
    furnished_office.switch.wait_until_idle()


@pytest.mark.parametrize(
    "scenario", ["incoming-user", "outgoing", "internal", "group-first-answer-wins", "attended-transfer", "fail-closed"]
)
def test_calls_go_as_on_the_fixture(scenario: str, office: Office) -> None:
    assert [one for one in play(read_scenario(scenario), office.exchange) if not one.is_well] == []


@pytest.mark.parametrize(("key", "group"), [("1", "2001"), ("2", "2002"), ("", "2002"), ("7", "2002")])
def test_the_caller_s_key_leads_to_the_group_and_silence_to_the_other(key: str, group: str, office: Office) -> None:
    with office.fsplug() as fsplug, office.phone("1001") as anna, BarePhone() as caller:
        caller.call(office.switch.ports.external_port, "+4570103001")
        answered = caller.hear("SIP/2.0 200")
        rings_while_pressing(anna, audio_port(answered), key)
    asked = fsplug.asked[-1]
    assert (asked["fsplug_group"], asked["fsplug_direction"]) == (group, "incoming")
    assert asked.get("fsplug_consent", "") == (key if key in "12" else "")
    assert (asked["fsplug_consent_ivr"], asked["fsplug_consent_language"]) == ("3001", "da")
    [told] = played(asked["fsplug_consents"])
    assert (told.result, told.ivr) == ({"1": Result.YES, "2": Result.NO}.get(key, Result.SILENCE), "3001")
    # Both languages have the same short prompt here.
    assert (told.languages, len(told.hashes), len(set(told.hashes))) == (("da", "en"), 2, 1)


@pytest.mark.parametrize(("number", "group"), [(OPEN, "2001"), (CLOSED, "2002"), (UNKNOWN_ZONE, "2001")])
def test_opening_hours_hold_in_the_company_s_zone(number: str, group: str, office: Office) -> None:
    with office.fsplug() as fsplug, BarePhone() as caller:
        caller.call(office.switch.ports.external_port, number)
        wait_for(lambda: bool(fsplug.asked), "the call to ask")
    assert [one["fsplug_group"] for one in fsplug.asked] == [group]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_arrives_as_a_name_and_does_nothing(text: str, office: Office) -> None:
    # The store refuses control characters and surrogates; what it would take is tried here.
    wanted = "".join(char for char in text if char.isprintable()).strip() or "nothing"

    def rename(document: Document) -> None:
        document["company"][0]["user"][0]["name"] = wanted
        document["company"][0]["department"][0]["name"] = wanted
        for user in document["company"][0]["user"][:2]:
            user["department"] = wanted
        document["company"][0]["group"][0]["name"] = wanted
        del document["company"][0]["policy"]

    office.change(rename)
    with office.phone("1003") as clara, ThreadPoolExecutor(1) as elsewhere:
        calling = elsewhere.submit(office.play, ScenarioRole("user-calls", ACME, user="1001", calls="1003"))
        invite = clara.hear("INVITE")
        clara.answer(invite, "486 Busy Here")
        calling.result()
    assert invite.header("From").startswith(f'"{name(wanted)}" <sip:1001@')
    assert invite.header("X-Evil") == ""
    assert list(Path("/tmp").glob("fsplug-hostile*")) == []
    assert office.switch.api(f"user_data 1001@{ACME} var fsplug_user") == "1001"


def test_a_phone_that_is_not_there_fails_at_once(office: Office) -> None:
    with office.fsplug(), BarePhone() as caller:
        begun = caller.call(office.switch.ports.external_port, "+4570101002")
        assert caller.hear("SIP/2.0 480").at - begun < office.switch.ports.ring_seconds / 2


def test_a_random_group_rings_everybody_and_not_always_the_same_first(office: Office) -> None:
    office.change(lambda document: None)
    with office.fsplug(), ExitStack() as stack, BarePhone() as caller:
        phones = {user: stack.enter_context(office.phone(user)) for user in ("1001", "1002", "1003")}
        orders: list[tuple[str, ...]] = []
        # One of three is never first in so many by chance less than once in a thousand million.
        while len({order[0] for order in orders}) < len(phones) and len(orders) < 60:
            orders.append(tuple(ringing_order(office, phones, caller)))
    assert {tuple(sorted(order)) for order in orders} == {("1001", "1002", "1003")}
    assert len({order[0] for order in orders}) == 3


def test_a_group_that_nobody_answers_asks_anew_for_its_overflow(office: Office) -> None:
    office.change(lambda document: None)
    with office.fsplug() as fsplug, office.phone("1001") as anna, office.phone("1003") as clara, BarePhone() as caller:
        caller.call(office.switch.ports.external_port, "+4570104005")
        anna.hear("INVITE")
        clara.answer(clara.hear("INVITE"), "486 Busy Here")
        caller.hear("SIP/2.0 4")
    assert [one["fsplug_group"] for one in fsplug.asked] == ["2005", "2003"]


def test_whose_phone_plays_sound_and_never_answers_is_not_called_for_ever(office: Office) -> None:
    office.change(lambda document: None)
    with office.fsplug(), office.phone("1003") as clara, BarePhone() as caller:
        caller.call(office.switch.ports.external_port, "+4570101003")
        clara.never_answer()
        caller.hear("SIP/2.0 183")
        caller.hear("SIP/2.0 480")


def test_a_call_goes_on_to_the_overflow_though_a_phone_plays_sound_and_never_answers(office: Office) -> None:
    overflowing = {"number": "2005", "members": ["1003"], "ring_seconds": 1, "overflow": {"user": "1004"}}
    office.change(lambda document: document["company"][0]["group"].__setitem__(-1, overflowing))
    with office.fsplug() as fsplug, office.phone("1003") as clara, office.phone("1004") as david, BarePhone() as caller:
        caller.call(office.switch.ports.external_port, "+4570104005")
        clara.never_answer()
        david.answer(david.hear("INVITE"), "486 Busy Here")
        caller.hear("SIP/2.0 486")
    assert [one["fsplug_legs"] for one in fsplug.asked] == ["1003.desk", "1004.desk"]


def test_a_call_that_a_phone_sends_elsewhere_goes_where_fsplug_says(office: Office) -> None:
    office.change(lambda document: None)
    follow = StandIn(office.switch.ports.fsplug_port, {"fsplug_redirect": "1003"})
    with follow as fsplug, office.phone("1001") as anna, office.phone("1003") as clara, BarePhone() as caller:
        caller.call(office.switch.ports.external_port, "+4570101001", headers="Diversion: <sip:22334499@c.example>\r\n")
        anna.answer(anna.hear("INVITE"), "302 Moved Temporarily", "Contact: <sip:99@elsewhere.example>")
        invite = clara.hear("INVITE")
        named = {leg["variables"].get("sip_h_Diversion") for leg in live_legs(office.switch)}
        clara.answer(invite, "486 Busy Here")
        caller.hear("SIP/2.0 486")
    # The switch knows who forwarded the call, and tells no phone.
    assert (invite.header("Diversion"), named) == ("", {"<sip:22334499@c.example>", None})
    assert [(one["fsplug_legs"], one.get("fsplug_feature", "")) for one in fsplug.asked] == [
        ("1001.app,1001.desk", ""),
        ("1001.app,1001.desk", "redirect"),
        ("1003.desk", ""),
    ]


@pytest.mark.parametrize(
    ("phones", "status"), [(1, "300 Multiple Choices"), (1, "380 Alternative Service"), (2, "302 Moved Temporarily")]
)
def test_a_caller_is_never_told_to_call_elsewhere(phones: int, status: str, office: Office) -> None:
    def give_phones(document: Document) -> None:
        [anna] = [user for user in document["company"][0]["user"] if user["username"] == "1001"]
        anna["device"] = [*anna["device"], {"kind": "app", "sip_username": "anna-app"}][:phones]

    office.change(give_phones)
    with office.fsplug() as fsplug, office.phone("1001") as anna, BarePhone() as caller:
        caller.call(office.switch.ports.external_port, "+4570101001")
        anna.answer(anna.hear("INVITE"), status, "Contact: <sip:1003@acme.example>")
        caller.hear("SIP/2.0 480")
    assert [one.get("fsplug_feature", "") for one in fsplug.asked] == ["", "redirect"]


def test_a_listener_s_phone_does_not_lead_what_is_heard_elsewhere(office: Office) -> None:
    rings = commands.ring_and_dial("internal", "1003", ACME, {}, "*28*1001")
    with office.phone("1003") as clara, BarePhone() as elsewhere, ThreadPoolExecutor(1) as switch:
        ringing = switch.submit(office.switch.api, rings, 30)
        invite = clara.hear("INVITE")
        clara.answer(invite, "302 Moved Temporarily", f"Contact: <sip:1@127.0.0.1:{elsewhere.port}>")
        assert ringing.result() == "-ERR REQUESTED_CHAN_UNAVAIL\n"


def test_no_header_of_a_trunk_s_reaches_a_phone_and_none_of_the_phone_s_the_trunk(office: Office) -> None:
    office.change(lambda document: None)
    with office.phone("1001") as anna, BarePhone() as caller:
        caller.call(office.switch.ports.external_port, "+4570101001", headers=BROUGHT)
        invite = anna.hear("INVITE")
        anna.answer(invite, "486 Busy Here", "X-Node: desk", "P-Charge-Info: <sip:1001@acme.example>")
        heard = caller.hear("SIP/2.0 486")
    assert passed_on(invite) == {}
    assert (heard.header("X-Node"), heard.header("P-Charge-Info")) == ("", "")


@pytest.mark.parametrize("dialled", ["22334466", "1001"])
def test_no_header_of_a_phone_s_reaches_a_trunk_or_a_colleague(dialled: str, office: Office) -> None:
    office.change(lambda document: None)
    ports = office.switch.ports
    clara = Softphone(ports.internal_port, ACME, "1003", password(ACME, "1003"))
    with BarePhone(ports.trunk_port) as trunk, office.phone("1001") as anna, clara:
        clara.call(dialled, BROUGHT)
        called = anna if dialled == "1001" else trunk
        invite = called.hear("INVITE")
        called.answer(invite, "486 Busy Here")
        wait_for(lambda: clara.dialog.state == "ended", "the call to end")
    assert passed_on(invite) == {}


@pytest.mark.parametrize(
    ("prefix", "sender", "privacy"), [("%2331%23", "anonymous@anonymous.invalid", "id"), ("*31%23", "+4570101001@", "")]
)
def test_a_prefix_withholds_the_caller_s_number_from_all_but_the_trunk(
    prefix: str, sender: str, privacy: str, office: Office
) -> None:
    office.change(lambda document: None)
    calls = ScenarioRole("user-calls", ACME, user="1001", calls=f"{prefix}22334455")
    with BarePhone(office.switch.ports.trunk_port) as trunk, ThreadPoolExecutor(1) as elsewhere:
        calling = elsewhere.submit(office.play, calls)
        invite = trunk.hear("INVITE")
        trunk.answer(invite, "486 Busy Here")
        calling.result()
    assert invite.start.startswith("INVITE sip:+4522334455@")
    assert f"<sip:{sender}" in invite.header("From")
    assert ("4570101001" in invite.header("From")) == (not privacy)
    assert invite.header("Privacy") == privacy
    assert ("<sip:+4570101001@" in invite.header("P-Asserted-Identity")) == bool(privacy)


def test_a_trunk_that_fails_is_followed_by_the_next(office: Office) -> None:
    def two_trunks(document: Document) -> None:
        document["company"][0]["trunk"].append(
            {"name": "gone", "gateway": "gone", "sources": ["192.0.2.9"], "prefixes": ["+45", "+46"]}
        )

    office.change(two_trunks)
    assert [one for one in play(read_scenario("outgoing"), office.exchange) if not one.is_well] == []


def test_an_emergency_call_goes_out_though_all_others_are_refused(office: Office) -> None:
    office.change(lambda document: None)
    answers, calls = (
        ScenarioRole("answers", BETA),
        ScenarioRole("user-calls", BETA, user="1001", calls="112", talk_seconds=0.3),
    )
    assert office.play(answers, calls) == []
    refused = ScenarioRole("user-is-refused", BETA, user="1001", calls="0701740605")
    assert office.play(refused) == []


@pytest.mark.parametrize("dialled", [f"user/1003@{ACME}", f"${{group_call(Support@{ACME})}}"])
def test_a_dialplan_of_one_s_own_rings_a_person_by_name_and_a_department(dialled: str, office: Office) -> None:
    office.change(lambda document: None)
    with office.phone("1003") as clara, ThreadPoolExecutor(1) as elsewhere:
        calling = elsewhere.submit(office.switch.api, f"expand originate {dialled} &park", 10)
        invite = clara.hear("INVITE")
        leg = variables(office.switch, next(iter(legs_up(office.switch))))
        clara.answer(invite, "486 Busy Here")
        assert calling.result().startswith("-ERR")
    assert (leg["fsplug_company"], leg["fsplug_user"], leg["fsplug_leg"]) == (ACME, "1003", "1003.desk")


def test_a_mobile_is_called_by_its_trunk(office: Office) -> None:
    def give_mobile(document: Document) -> None:
        [bo] = [user for user in document["company"][0]["user"] if user["username"] == "1002"]
        bo["mobile_numbers"] = bo["verified_numbers"] = ["20101002"]
        bo["device"].append({"kind": "mobile", "number": "20101002"})

    office.change(give_mobile)
    answers = ScenarioRole("answers", ACME)
    calls = ScenarioRole("outside-calls", ACME, number="+4522334455", calls="+4570101002", talk_seconds=0.3)
    with office.fsplug() as fsplug:
        assert office.play(answers, calls) == []
    assert [one["fsplug_legs"] for one in fsplug.asked] == ["1002.desk,1002.mobile"]
