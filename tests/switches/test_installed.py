"""An empty folder, `fsplug switch install`, FreeSWITCH: calls go and are recorded, with fsplug and without."""

import pytest

from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.scenario import read_scenario
from fsplug.lab.softphone import Softphone
from tests.cli.conftest import ACME
from tests.switches.installation import CONSENT, CUSTOMER, Installed


def test_the_doctor_finds_nothing_wrong(installed: Installed) -> None:
    assert "wrong " not in installed.healthy()


@pytest.mark.parametrize("name", ["incoming-user", "internal", "outgoing", "two-groups-same-members"])
def test_calls_go_and_are_recorded_as_policy_says(installed: Installed, name: str) -> None:
    witness = installed.witness
    before = witness.account()
    assert installed.play(name) == []
    assert witness.complaints(read_scenario(name), before) == []


@pytest.mark.parametrize(
    ("key", "rule", "recordings"), [("1", "group-always", 1), ("2", "group-never", 0), ("", "group-never", 0)]
)
def test_a_caller_s_key_decides_whether_the_call_is_recorded(
    installed: Installed, key: str, rule: str, recordings: int
) -> None:
    before, known = installed.account(), consents(installed)
    with installed.desk("1001") as anna, installed.customer() as customer:
        asking = customer.until_up(customer.call(CONSENT))
        if key:
            customer.press(key, asking)
        wait_for(lambda: bool(anna.dialogs), "the phone to ring")
        anna.until_up()
        wait_for(lambda: installed.decided_since(before) != [], "the decision")
    assert [one["rule"] for one in installed.decided_since(before)] == [rule]
    wait_for(lambda: len(installed.account().recordings) == len(before.recordings) + recordings, "the recording")
    wait_for(lambda: consents(installed) != known, "the answer to be written down")
    result = {"1": "yes", "2": "no", "": "silence"}[key]
    assert consents(installed)[: -len(known) or None] == [("ivr", CUSTOMER, key, result)]


def consents(installed: Installed) -> list[tuple[str, str, str, str]]:
    """Who was told or asked about being recorded, newest first: form, number, key and result."""
    found = installed.cli.json("consent", "list")
    return [(one["form"], one["number"], one["pressed"], one["result"]) for one in found]


def announces(installed: Installed, announce: str) -> None:
    """From now on Anna's department announces its recordings so, or asks."""
    installed.cli.ok("policy", "set", "--company", ACME, "--department", "Sales", "--announce", announce)
    if not installed.is_asked:
        asked = f"xml_locate dialplan context name {ACME}"
        wait_for(lambda: ("fsplug_tell" in installed.switch.api(asked)) is (announce != "nobody"), "the switch to know")


# Nothing of the prompts is recorded, nor of a talk that nobody has agreed to.
@pytest.mark.parametrize(
    ("announce", "calls_in", "key", "told", "reason"),
    [
        ("ask", True, "1", [("question", CUSTOMER, "1", "yes")], "box-ticked"),
        ("ask", True, "2", [("question", CUSTOMER, "2", "no")], "consent-refused"),
        ("ask", False, "1", [("question", CUSTOMER, "1", "yes")], "box-ticked"),
        ("ask", False, "2", [("question", CUSTOMER, "2", "no")], "consent-refused"),
        ("caller", False, "", [("announcement", "1001", "", "announced")], "box-ticked"),
        ("both", True, "", [("announcement", who, "", "announced") for who in ("1001", CUSTOMER)], "box-ticked"),
    ],
)
def test_a_recording_is_announced_or_agreed_to_before_it_begins(
    installed: Installed, announce: str, calls_in: bool, key: str, told: list[tuple[str, ...]], reason: str
) -> None:
    announces(installed, announce)
    before, known = installed.account(), consents(installed)
    with installed.desk("1001") as anna, installed.customer() as customer:
        caller, called = (customer, anna) if calls_in else (anna, customer)
        dialog = caller.call("+4570101001" if calls_in else "22334455")
        if key:
            asked = customer.until_up(dialog) if calls_in else customer.until_up()
            wait_for(lambda: asked.voice.heard().size > 0, "the question")
            customer.press(key, asked)
        called.until_up()
        wait_for(lambda: installed.decided_since(before) != [], "the decision")
        [decided] = installed.decided_since(before)
        if decided["record"]:
            wait_for(lambda: len(started(installed)) > len(before.recordings), "the recording to begin")
        caller.hang_up(dialog)
        wait_for(lambda: installed.switch.legs() == 0, "the call to end")
    assert (decided["reason"], decided["user"]) == (reason, "1001")
    wait_for(lambda: len(consents(installed)) == len(known) + len(told), "the rows")
    # The switch notes whole seconds: two rows of one call may be of the same.
    assert sorted(consents(installed)[: len(told)]) == sorted(told)
    assert len(installed.account().recordings) == len(before.recordings) + decided["record"]
    announces(installed, "nobody")


def started(installed: Installed) -> list[str]:
    """The recordings that have begun."""
    return [one["id"] for one in installed.account().recordings if one["started_at"]]


def test_who_hangs_up_in_the_middle_of_the_question_is_in_the_ledger_and_rings_nobody(installed: Installed) -> None:
    known = consents(installed)
    with installed.customer() as customer:
        dialog = customer.until_up(customer.call(CONSENT))
        wait_for(lambda: dialog.voice.heard().size > 0, "the question")
        customer.hang_up(dialog)
    wait_for(lambda: len(consents(installed)) > len(known), "the row")
    assert consents(installed)[0] == ("ivr", CUSTOMER, "", "broken-off")


def test_what_a_phone_s_answer_asserts_leaves_its_call_recorded_and_what_a_trunk_s_asserts_does_not(
    installed: Installed,
) -> None:
    excluded = "<sip:+4522334499@carrier.example>"

    def decided(caller: Softphone, answerer: Softphone, number: str) -> list[tuple[str, bool]]:
        before = installed.account()
        talking = caller.until_up(caller.call(number))
        wait_for(lambda: installed.decided_since(before) != [], "the decision")
        caller.hang_up(talking)
        found = [(one["rule"], one["record"]) for one in installed.decided_since(before)]
        kept = len(before.recordings) + sum(record for _, record in found)
        wait_for(lambda: len(installed.account().recordings) == kept, "what is kept of it")
        return found

    with installed.desk("1001", excluded) as anna, installed.customer() as customer:
        assert decided(customer, anna, "+4570101001") == [("department-policy", True)]
    with installed.desk("1001") as anna, installed.customer(excluded) as customer:
        assert decided(anna, customer, "22334455") == [("excluded-number", False)]


def test_a_change_works_on_the_next_call(installed: Installed) -> None:
    found = ("find_user_xml", "id", "2222", ACME)
    user = ("--company", ACME, "2222")
    installed.cli.ok("user", "add", *user, "--extension", "2222")
    installed.cli.ok("device", "add", "--company", ACME, "--user", "2222", "desk", "--kind", "desk")
    wait_for(lambda: 'id="2222"' in installed.switch.api(" ".join(found)), "the switch to know them")
    installed.cli.ok("user", "remove", *user, "--yes")
    wait_for(lambda: "-ERR" in installed.switch.api(" ".join(found)), "the switch to forget them")


def test_a_trunk_of_tomorrow_gets_its_gateway(installed: Installed) -> None:
    port = str(some_ports(1)[0])
    installed.cli.ok("trunk", "add", "--company", ACME, "second", "--host", "127.0.0.1", "--port", port)
    wait_for(lambda: f"127.0.0.1:{port}" in installed.gateway("second"), "the gateway to be there")
    installed.cli.ok("trunk", "set", "--company", ACME, "second", "--host", "127.0.0.2")
    wait_for(lambda: f"127.0.0.2:{port}" in installed.gateway("second"), "the gateway to be another")
    installed.cli.ok("trunk", "remove", "--company", ACME, "second", "--yes")
    wait_for(lambda: "Invalid" in installed.gateway("second"), "the gateway to be gone")


def test_with_fsplug_away_phones_sign_in_and_call(installed: Installed) -> None:
    installed.serving.stop()
    try:
        assert installed.play("internal") == []
    finally:
        installed.serving.start()
