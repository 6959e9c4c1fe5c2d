"""Conferences, queues and parks, with the events of FreeSWITCH 1.11.1 as they were captured."""

import json

import pytest

DIALPLAN = """
<context name="public">
  <extension name="conference">
    <condition field="destination_number" expression="^(4...)$">
      <action application="conference" data="$1@default"/>
    </condition>
  </extension>
  <extension name="fifo">
    <condition field="destination_number" expression="^fifo$">
      <action application="fifo" data="support in"/>
    </condition>
  </extension>
  <extension name="callcenter">
    <condition field="destination_number" expression="^callcenter$">
      <action application="callcenter" data="support"/>
    </condition>
  </extension>
  <extension name="agent">
    <condition field="destination_number" expression="^serve$">
      <action application="fifo" data="support out nowait"/>
    </condition>
  </extension>
  <extension name="park">
    <condition field="destination_number" expression="^(6...)$">
      <action application="valet_park" data="lot $1"/>
    </condition>
  </extension>
</context>
"""
MAINTENANCE = "conference::maintenance"


@pytest.fixture
def switch(start):
    return start(DIALPLAN)


def test_who_comes_into_a_conference_and_goes_is_reported_without_variables(switch, connect):
    client = connect(switch, events=f"CHANNEL_BRIDGE CUSTOM {MAINTENANCE}")
    first, second = switch.place("1", "4001", talk=None), switch.place("2", "4001", talk=None)
    client.wait(lambda: len(client.named("CUSTOM")) == 2, "two to come")
    listed = json.loads(switch.api("conference json_list"))
    assert [[one["uuid"] for one in meeting["members"]] for meeting in listed] == [[second.uuid, first.uuid]]
    first.hang_up()
    client.wait(lambda: len(client.named("CUSTOM")) == 3, "one to go")
    events = client.named("CUSTOM")
    assert [(one.uuid, one.get("Action")) for one in events] == [
        (first.uuid, "add-member"),
        (second.uuid, "add-member"),
        (first.uuid, "del-member"),
    ]
    assert {one.get("Conference-Unique-ID") for one in events} == {listed[0]["conference_uuid"]}
    assert not any(one.mentions(b"variable_") for one in events)
    assert client.named("CHANNEL_BRIDGE") == []
    second.hang_up()
    second.wait()
    assert json.loads(switch.api("conference json_list")) == []


def bridges(client):
    return [(one.get("Bridge-A-Unique-ID"), one.get("Bridge-B-Unique-ID")) for one in client.named("CHANNEL_BRIDGE")]


def test_an_agent_who_dials_into_a_queue_comes_first_in_the_bridge(switch, connect):
    client = connect(switch)
    waits = switch.place("1", "fifo", talk=None)
    client.event("CHANNEL_ANSWER", waits.uuid)
    serves = switch.place("2", "serve", talk=None)
    client.event("CHANNEL_BRIDGE")
    assert bridges(client) == [(serves.uuid, waits.uuid)]
    assert [one.leg.get("fifo_role") for one in (waits, serves)] == ["caller", "consumer"]
    waits.hang_up()
    assert (waits.wait(), serves.wait()) == ("NORMAL_CLEARING", "NORMAL_CLEARING")


@pytest.mark.parametrize(("queue", "leads"), [("fifo", "agent"), ("callcenter", "caller")])
def test_a_queue_rings_its_agent_by_a_leg_that_belongs_to_no_call(queue, leads, switch, connect):
    switch.core.agents = {"support": ["user/1001@acme.example"]}
    switch.core.answers = {"1001": 0.2}
    client = connect(switch)
    waits = switch.place("1", queue, talk=None)
    agent = client.event("CHANNEL_ORIGINATE").uuid
    client.event("CHANNEL_BRIDGE")
    assert bridges(client) == [(agent, waits.uuid) if leads == "agent" else (waits.uuid, agent)]
    [rung] = client.named("CHANNEL_ORIGINATE")
    assert (rung.variable("dialed_user"), rung.variable("originator")) == ("1001", None)
    waits.hang_up()
    client.wait(lambda: switch.core.channels == {}, "both legs to end")


def test_who_fetches_a_parked_leg_comes_second_in_the_bridge(switch, connect):
    client = connect(switch)
    parked = switch.place("1", "6001", talk=None)
    client.event("CHANNEL_ANSWER", parked.uuid)
    client.wait(lambda: switch.core.parked, "the leg to be parked")
    fetches = switch.place("2", "6001", talk=None)
    client.event("CHANNEL_BRIDGE")
    assert bridges(client) == [(parked.uuid, fetches.uuid)]
    assert [bool(one.leg.get("valet_lot_extension")) for one in (parked, fetches)] == [True, False]
    fetches.hang_up()
    client.wait(lambda: switch.core.channels == {}, "both legs to end")
