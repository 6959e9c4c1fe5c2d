"""The adapter of the switch: which commands it gives, and how it reads what the switch answers."""

import inspect
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.esl.commands.recordings import record_at_once
from fsplug.esl.switch import LinkedSwitch, Switch
from fsplug.policy.access.sign_in_failures import SignIn
from fsplug.policy.terms import Terms
from tests.esl.commandedswitch import CommandedSwitch

LEG, OTHER = "0f0e0d0c-1111", "0f0e0d0c-2222"


class ScriptedLink:
    """Answers each API command as it is told, and keeps all of them in their order."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = answers
        self.given: list[str] = []

    def api(self, command: str, deadline_seconds: float) -> str:
        self.given.append(command)
        return self._answers.get(command, "-ERR No such channel!\n")

    def apis(self, commands: Sequence[str], deadline_seconds: float) -> list[str]:
        return [self.api(command, deadline_seconds) for command in commands]

    def bgapi(self, command: str, deadline_seconds: float) -> str:
        return self.api(command, deadline_seconds)

    def execute(self, uuid: str, app: str, arg: str, deadline_seconds: float) -> None:
        self.given.append(f"{uuid} {app} {arg}")


def linked(answers: dict[str, str]) -> tuple[LinkedSwitch, ScriptedLink]:
    link: Any = ScriptedLink(answers)
    return LinkedSwitch(link), link


@pytest.mark.parametrize("answer", ["", "-ERR no database", "[]", "null", "<html>"])
@pytest.mark.parametrize("ask", [LinkedSwitch.legs, LinkedSwitch.bridges, lambda switch: switch.ringing(LEG)])
def test_a_list_that_is_none_is_an_unclear_answer_whatever_it_was_asked_for(
    ask: Callable[[LinkedSwitch], object], answer: str
) -> None:
    switch, _ = linked({"show channels as json": answer, "show calls as json": answer})
    with pytest.raises(Unavailable) as refusal:
        ask(switch)
    assert refusal.value.code == "switch-unclear"


def test_how_long_it_has_been_up_is_told_in_milliseconds() -> None:
    switch, _ = linked({"uptime ms": "3597\n"})
    assert switch.up_seconds() == 3.597


@pytest.mark.parametrize("answer", ["", "-ERR no reply", "-1", "1.5"])
def test_an_answer_that_is_no_time_is_unclear(answer: str) -> None:
    switch, _ = linked({"uptime ms": answer})
    with pytest.raises(Unavailable) as refusal:
        switch.up_seconds()
    assert refusal.value.code == "switch-unclear"


def test_a_phone_that_is_signed_in_is_one_that_proved_its_password_there() -> None:
    row = {"reg_user": "1004", "realm": "acme.example", "url": "sofia/internal/sip:x@192.0.2.7:48774"}
    row |= {"network_ip": "192.0.2.7", "network_port": "48774", "token": "its Call-ID"}
    switch, _ = linked({"show registrations as json": json.dumps({"row_count": 1, "rows": [row]})})
    assert switch.signed_in() == [SignIn("internal", "192.0.2.7", "48774", "1004@acme.example", "its Call-ID")]


def test_a_switch_without_calls_lists_none() -> None:
    """FreeSWITCH leaves the rows away then (1.11.1)."""
    switch, _ = linked({"show channels as json": '{"row_count":0}\n', "show calls as json": '{"row_count":0}\n'})
    assert (switch.legs(), switch.bridges(), switch.ringing(LEG)) == (frozenset(), [], [])


def test_conferences_are_listed_with_their_legs_the_first_comer_first() -> None:
    """FreeSWITCH lists the latest comer first, and what records a conference without a leg (1.11.1)."""
    members = [{"type": "caller", "uuid": OTHER}, {"type": "caller", "uuid": LEG}, {"type": "recording_node"}]
    answer = json.dumps([{"conference_name": "room", "conference_uuid": "meeting", "members": members}])
    switch, _ = linked({"conference json_list": answer})
    assert switch.conferences() == {"meeting": (LEG, OTHER)}


@pytest.mark.parametrize("answer", ["[]", "-ERR conference Command not found!\n"])
def test_a_switch_without_conferences_or_without_their_module_lists_none(answer: str) -> None:
    switch, _ = linked({"conference json_list": answer})
    assert switch.conferences() == {}


@pytest.mark.parametrize("answer", ["", "null", "<html>", '[{"members": []}]'])
def test_a_list_of_conferences_that_is_none_is_an_unclear_answer(answer: str) -> None:
    switch, _ = linked({"conference json_list": answer})
    with pytest.raises(Unavailable) as refusal:
        switch.conferences()
    assert refusal.value.code == "switch-unclear"


def test_a_leg_alone_is_no_bridge() -> None:
    rows = f'{{"row_count":2,"rows":[{{"uuid":"{LEG}","b_uuid":"{OTHER}"}},{{"uuid":"alone","b_uuid":""}}]}}'
    switch, _ = linked({"show calls as json": rows})
    assert switch.bridges() == [(LEG, OTHER)]


def test_who_rings_is_asked_of_the_legs_of_this_call_alone() -> None:
    rows = ",".join(
        f'{{"uuid":"{uuid}","direction":"{direction}","callstate":"{state}"}}'
        for uuid, direction, state in [
            ("caller", "inbound", "RINGING"),
            ("rings", "outbound", "RINGING"),
            ("elsewhere", "outbound", "EARLY"),
            ("talks", "outbound", "ACTIVE"),
        ]
    )
    switch, link = linked(
        {
            "show channels as json": f'{{"row_count":4,"rows":[{rows}]}}',
            "uuid_getvar rings fsplug_call": "caller\n",
            "uuid_getvar rings fsplug_user": "1001\n",
            "uuid_getvar elsewhere fsplug_call": "another",
        }
    )
    assert switch.ringing("caller") == ["1001"]
    assert not [command for command in link.given if "talks" in command]


def test_a_leg_that_is_gone_is_no_error() -> None:
    switch, link = linked({})
    assert switch.channel(LEG) is None
    assert not switch.mark(LEG, {"eavesdrop_group": ""})
    assert not switch.show(LEG, "Anna", "1001")
    assert not switch.sound(LEG, 1)
    assert not switch.talk_goes_on(LEG, OTHER)
    switch.hang_up(LEG, "NORMAL_CLEARING")
    assert link.given[-1] == f"uuid_kill {LEG} NORMAL_CLEARING"


def test_the_dumps_of_many_legs_come_in_order_without_those_that_are_gone() -> None:
    legs = [f"0f0e0d0c-{number:04}" for number in range(60)]
    gone = set(legs[10:30:5])
    switch, link = linked({f"uuid_dump {leg}": f"Unique-ID: {leg}\n\n" for leg in legs if leg not in gone})
    assert [event.uuid for event in switch.channels(legs)] == [leg for leg in legs if leg not in gone]
    assert link.given == [f"uuid_dump {leg}" for leg in legs]


def test_two_legs_talk_as_long_as_one_is_in_the_others_bridge() -> None:
    in_bridge = {f"uuid_exists {OTHER}": "true", f"uuid_getvar {LEG} bridge_uuid": f"{OTHER}\n"}
    assert linked(in_bridge)[0].talk_goes_on(LEG, OTHER)
    assert not linked({**in_bridge, f"uuid_exists {OTHER}": "false"})[0].talk_goes_on(LEG, OTHER)
    assert not linked({**in_bridge, f"uuid_getvar {LEG} bridge_uuid": "third"})[0].talk_goes_on(LEG, OTHER)


def test_a_recording_is_started_in_the_leg_s_own_thread() -> None:
    switch, link = linked({})
    switch.start_recording(LEG, "/spool/r.wav", "r", Terms(), of_partner=False)
    [given] = link.given
    assert given.startswith(f"{LEG} record_session /spool/r.wav {{fsplug_recording")


def test_on_a_leg_in_a_new_bridge_the_switch_starts_a_recording_by_itself_without_a_thread() -> None:
    told = record_at_once(LEG, "/spool/r.wav", "r", Terms(max_seconds=60), of_partner=False)
    assert told.startswith(
        f"uuid_record {LEG} start /spool/r.wav 61 {{fsplug_recording%3Dr%2CRECORD_USE_THREAD%3Dfalse"
    )
    # The second leg has no media yet: it begins by itself.
    for answer, more in (("+OK Success\n", []), ("-ERR Cannot record session!\n", [f"{LEG} record_session"])):
        switch, link = linked({told: answer})
        switch.record_at_once(LEG, "/spool/r.wav", "r", Terms(max_seconds=60), of_partner=False)
        assert (link.given[0], [" ".join(one.split()[:2]) for one in link.given[1:]]) == (told, more)


@pytest.mark.parametrize(("terms", "limit"), [(Terms(), 0), (Terms(max_seconds=30), 31)])
def test_a_recording_that_begins_in_a_pause_is_silenced_by_the_application_that_begins_it(terms, limit) -> None:
    switch, link = linked({})
    switch.record_silently(LEG, "/spool/r.wav", "r", terms, of_partner=True)
    [given] = link.given
    assert given.startswith(f"{LEG} eval ${{uuid_record({LEG} start /spool/r.wav {limit} %7Bfsplug_recording%3Dr%2C")
    assert given.endswith(f"%7D)}}${{uuid_record({LEG} mask /spool/r.wav)}}")


def test_the_guard_is_set_before_the_turn_before_is_called_off() -> None:
    set_anew = "sched_api +4 fsplug-owner-7 hupall NORMAL_TEMPORARY_FAILURE fsplug_listener owner"
    switch, link = linked({set_anew: "+OK Added: 1\n"})
    switch.guard("owner", 7, 4)
    assert link.given == [set_anew, "sched_del fsplug-owner-6"]


def test_a_switch_that_takes_no_guard_lets_nobody_listen() -> None:
    switch, link = linked({})
    with pytest.raises(Unavailable, match="sched_api"):
        switch.guard("owner", 7, 4)
    assert len(link.given) == 1


@pytest.mark.parametrize(
    ("gateways", "lists", "first", "more"),
    [
        ([], False, "reloadxml", []),
        ([], True, "reloadacl", []),
        (["acme", "beta"], False, "reloadxml", ["killgw acme", "killgw beta", "rescan"]),
    ],
)
def test_gateways_are_taken_away_before_they_are_read_anew_and_lists_only_when_they_changed(
    gateways: list[str], lists: bool, first: str, more: list[str]
) -> None:
    switch, link = linked({})
    switch.read_files("external", gateways, lists)
    assert link.given == [first, *(f"sofia profile external {one}" for one in more)]


def test_the_tests_switch_has_every_command_of_the_port_and_of_the_adapter() -> None:
    commands = {name: one for name, one in vars(Switch).items() if inspect.isfunction(one) and name[0] != "_"}
    for name, one in commands.items():
        for switch in (LinkedSwitch, CommandedSwitch):
            assert inspect.signature(getattr(switch, name)) == inspect.signature(one), (switch, name)
