"""Call flows as tables: what happens to whom, in the order FreeSWITCH 1.11.1 tells it (captured)."""

import pytest

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.fakeswitch.orders import Step
from tests.fakeswitch.client import Client
from tests.fakeswitch.flows import placed, reported, table, until_gone

TELLING = """
<context name="public">
  <extension name="told">
    <condition field="destination_number" expression="^told$">
      <action application="set" data="heard=yes"/>
      <action application="event" data="variable_heard=${heard}"/>
    </condition>
  </extension>
  <extension name="long">
    <condition field="destination_number" expression="^long$">
      <action application="playback" data="silence_stream://600000"/>
    </condition>
  </extension>
  <extension name="anybody">
    <condition field="destination_number" expression="^(.+)$">
      <action application="bridge" data="[TOLD]user/$1@acme.example"/>
    </condition>
  </extension>
</context>
"""


def test_the_caller_hangs_up(start, connect, tmp_path):
    switch = start()
    client = connect(switch)
    call, callee = placed(switch, variables={"arm": f"record_session {tmp_path}/B.wav"})
    call.hang_up()
    until_gone(client, call.uuid, callee.uuid)
    assert reported(client, call.uuid, callee.uuid) == table(
        """
        A CREATE
        B CREATE
        B PROGRESS
        A PROGRESS
        B ANSWER
        B RECORD_START
        A ANSWER
        A BRIDGE
        A HANGUP
        B HANGUP
        A UNBRIDGE
        B RECORD_STOP
        B HANGUP_COMPLETE
        A HANGUP_COMPLETE
        """
    )


def test_the_callee_hangs_up(start, connect, tmp_path):
    switch = start()
    client = connect(switch)
    call, callee = placed(switch, variables={"arm": f"record_session {tmp_path}/B.wav"})
    client.catch_up()
    client.events.clear()
    call.hang_up(by="callee")
    until_gone(client, call.uuid, callee.uuid)
    assert reported(client, call.uuid, callee.uuid) == table(
        """
        B HANGUP
        B RECORD_STOP
        B HANGUP_COMPLETE
        A UNBRIDGE
        A HANGUP
        A HANGUP_COMPLETE
        """
    )


def test_an_armed_caller_is_recorded_between_answer_and_bridge(start, connect, tmp_path):
    switch = start()
    client = connect(switch)
    call, callee = placed(switch, variables={"execute_on_answer": f"record_session {tmp_path}/A.wav"})
    assert reported(client, call.uuid, callee.uuid)[-3:] == ["A ANSWER", "A RECORD_START", "A BRIDGE"]


def test_a_bridge_names_both_legs(start, connect):
    switch = start()
    client = connect(switch)
    call, callee = placed(switch)
    bridge = client.event("CHANNEL_BRIDGE")
    assert (bridge.uuid, bridge.get("Bridge-A-Unique-ID"), bridge.get("Bridge-B-Unique-ID")) == (
        call.uuid,
        call.uuid,
        callee.uuid,
    )
    assert bridge.get("Other-Leg-Unique-ID") == callee.uuid


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("busy", "USER_BUSY"),
        ("reject:1", "CALL_REJECTED"),
        ("unregistered", "USER_NOT_REGISTERED"),
        ("unreachable", "NORMAL_TEMPORARY_FAILURE"),
    ],
)
def test_a_phone_that_refuses_ends_the_call_with_its_cause(start, answer, cause):
    switch = start(answers={"1001": answer})
    call = switch.place("+4522334455", "1001")
    assert (call.wait(), call.bridges, call.leg.get("originate_disposition")) == (cause, [], cause)


def test_nobody_answers(start):
    call = start().place("+4522334455", "1002", variables={"call_timeout": "3"})
    assert (call.wait(), call.leg.get("DIALSTATUS")) == ("NO_ANSWER", "NOANSWER")


def test_the_caller_gives_up(start, connect):
    switch = start()
    client = connect(switch)
    call = switch.place("+4522334455", "1002", cancel=1.0)
    assert call.wait() == "ORIGINATOR_CANCEL"
    assert reported(client, call.uuid)[-4:] == ["A HANGUP", "? HANGUP", "? HANGUP_COMPLETE", "A HANGUP_COMPLETE"]


def test_a_caller_who_gives_up_ringing_waits_for_the_first_ring_however_late_it_comes(start, connect):
    dialplan = """<context name="public"><extension><condition>
        <action application="sleep" data="2000"/>
        <action application="bridge" data="user/1@a"/></condition></extension></context>"""
    switch = start(dialplan, answers={"1": 0.5})
    client = connect(switch)
    call = switch.place("+4522334455", "1", cancel_ringing=0.1)
    assert (call.wait(), call.bridges) == ("ORIGINATOR_CANCEL", [])
    client.catch_up()
    assert client.named("CHANNEL_PROGRESS") != []


def test_the_fastest_phone_gets_the_call_and_the_others_lose_the_race(start, connect):
    dialplan = """<context name="public"><extension><condition>
        <action application="bridge" data="user/1@a,user/2@a,user/3@a"/></condition></extension></context>"""
    switch = start(dialplan, answers={"1": 0.5, "2": 0.2, "3": "no-answer"})
    client = connect(switch)
    call, callee = placed(switch)
    client.catch_up()
    hangups = client.named("CHANNEL_HANGUP")
    lost = {event.get("Caller-Destination-Number"): event.get("Hangup-Cause") for event in hangups}
    assert (callee.profile.destination, lost) == ("2", {"1": "LOSE_RACE", "3": "LOSE_RACE"})
    assert client.event("CHANNEL_HANGUP").sequence < client.event("CHANNEL_ANSWER", call.uuid).sequence


def test_a_bar_rings_the_next_phone_when_the_first_does_not_answer(start):
    dialplan = """<context name="public"><extension><condition>
        <action application="bridge" data="[leg_timeout=2]user/1@a|user/2@a"/></condition></extension></context>"""
    _, callee = placed(start(dialplan, answers={"2": 0.2}))
    assert callee.profile.destination == "2"


def test_a_phone_holds_and_takes_back(start, connect):
    switch = start()
    client = connect(switch)
    call, callee = placed(switch)
    call.hold()
    call.hold(held=False)
    assert client.event("CHANNEL_HOLD", callee.uuid).sequence < client.event("CHANNEL_UNHOLD", callee.uuid).sequence


def test_a_script_runs_by_itself(start):
    switch = start(answers={"1001": 0.1, "1002": 0.1})
    call = switch.place("+4522334455", "1001", talk=3.0, steps=[Step(1.0, "transfer", to="1002")])
    call.wait()
    assert len(call.bridges) == 2


def test_a_user_is_known_by_the_password_it_proved(start):
    call = start().place("1002", "1001", context="public", user="1002", domain="acme.example", talk=None)
    call.wait_bridged()
    assert (call.leg.get("sip_auth_username"), call.leg.get("sip_auth_realm")) == ("1002", "acme.example")
    assert call.leg.name == "sofia/internal/1002@acme.example"


def test_a_call_to_nowhere_has_no_route(start):
    assert start("").place("+4522334455", "1001").wait() == "NO_ROUTE_DESTINATION"


def test_an_unknown_application_ends_the_call(start):
    dialplan = """<context name="public"><extension><condition>
        <action application="nonsense"/></condition></extension></context>"""
    assert start(dialplan).place("+4522334455", "1001").wait() == "DESTINATION_OUT_OF_ORDER"


def test_a_prompt_lasts_as_long_as_it_says(start, connect):
    dialplan = """<context name="public"><extension><condition><action application="answer"/>
        <action application="playback" data="tone_stream://%(1000,1000,440);loops=2"/></condition></extension></context>"""
    switch = start(dialplan)
    client = connect(switch)
    switch.place("+4522334455", "1001").wait()
    seconds = client.event("PLAYBACK_STOP").timestamp - client.event("PLAYBACK_START").timestamp
    assert seconds > 3.9, "and longer only where the machine is slow"


def test_an_originated_leg_runs_an_application(start, connect):
    switch = start()
    client = connect(switch)
    answer = client.api("originate {colour=blue}user/1001@acme.example &park()")
    uuid = answer.removeprefix("+OK ").strip()
    client.event("CHANNEL_PARK", uuid)
    assert client.api(f"uuid_getvar {uuid} colour") == "blue"
    assert client.api(f"uuid_kill {uuid} USER_BUSY") == "+OK\n"
    assert client.event("CHANNEL_HANGUP_COMPLETE", uuid).get("Hangup-Cause") == "USER_BUSY"


def test_everything_ends_with_the_switch(start):
    switch = start()
    call, _ = placed(switch)
    switch.stop()
    assert (call.ended, switch.core.channels) == (True, {})


def test_what_can_not_be_done_is_refused_by_name(start):
    switch = start()
    call = switch.place("+4522334455", "1002")
    with pytest.raises(Refused, match="no callee"):
        call.hang_up(by="callee")
    with pytest.raises(Invalid, match="neither"):
        call.hang_up(by="somebody")
    with pytest.raises(Refused, match="no call nobody"):
        switch.call("nobody")
    with pytest.raises(Unavailable, match="not bridged"):
        call.wait_bridged(0.01)
    with pytest.raises(Invalid, match="busy"):
        start(answers={"1001": "sulks"}).api("originate user/1001@a &park()")


def test_the_switch_is_clean_after_many_calls(start):
    switch = start(answers={"*": 0.1})
    calls = [switch.place("+4522334455", "1001", talk=0.5) for _ in range(200)]
    assert {call.wait() for call in calls} == {"NORMAL_CLEARING"}
    assert (switch.core.channels, switch.core.recorder.running, switch.counters.ended) == ({}, {}, 200)


def test_a_client_sees_legs_whatever_joins_later(start, connect):
    switch = start()
    call, _ = placed(switch)
    late: Client = connect(switch)
    call.hang_up()
    assert late.event("CHANNEL_HANGUP_COMPLETE", call.uuid).get("variable_hangup_cause") == "NORMAL_CLEARING"


def test_a_leg_hears_something_before_it_is_connected_if_it_is_to_confirm(start, connect):
    told = "group_confirm_key=exec,group_confirm_file='execute_extension told XML public'"
    switch = start(TELLING.replace("TOLD", told))
    client = connect(switch)
    call, callee = placed(switch)
    assert reported(client, call.uuid, callee.uuid)[-4:] == ["B ANSWER", "B APPLICATION", "A ANSWER", "A BRIDGE"]
    event = client.event("CHANNEL_APPLICATION")
    assert (event.uuid, event.get("variable_heard")) == (callee.uuid, "yes")


def test_a_leg_that_is_not_to_confirm_is_connected_at_once(start, connect):
    switch = start(TELLING.replace("TOLD", "group_confirm_key=,group_confirm_file='execute_extension told XML public'"))
    client = connect(switch)
    call, callee = placed(switch)
    assert reported(client, call.uuid, callee.uuid)[-3:] == ["B ANSWER", "A ANSWER", "A BRIDGE"]


def test_a_caller_who_hangs_up_while_the_other_hears_something_is_connected_with_nobody(start, connect):
    told = "group_confirm_key=exec,group_confirm_file='execute_extension long XML public'"
    switch = start(TELLING.replace("TOLD", told))
    client = connect(switch)
    call = switch.place(caller="+4522334455", destination="1001")
    client.event("CHANNEL_ANSWER")
    call.hang_up()
    until_gone(client, call.uuid)
    assert [one for one in client.events if one.name == "CHANNEL_BRIDGE"] == []
