"""Faults on demand: each is what a client would meet, and ends when it is switched off."""

import pytest
from gevent import socket

from fsplug.errors import Invalid
from fsplug.fakeswitch.misbehaviour import ALWAYS, FAULTS
from tests.fakeswitch.client import Client, outbound_server
from tests.fakeswitch.test_outbound import dialplan


def finished(switch, client):
    """A call from its beginning to its end, all of it told."""
    call = switch.place("+4522334455", "1001", talk=0.5)
    call.wait()
    client.catch_up()
    return call


def test_an_event_is_dropped_once(start, connect):
    switch = start()
    client = connect(switch)
    switch.misbehaviour.change(drop={"CHANNEL_BRIDGE": 1})
    finished(switch, client)
    assert len(client.named("CHANNEL_BRIDGE")) == 0
    finished(switch, client)
    assert len(client.named("CHANNEL_BRIDGE")) == 1


def test_an_event_is_dropped_until_the_fault_is_off(start, connect):
    switch = start()
    client = connect(switch)
    switch.misbehaviour.change(drop={"CHANNEL_HANGUP_COMPLETE": ALWAYS})
    finished(switch, client)
    assert not client.named("CHANNEL_HANGUP_COMPLETE")
    switch.misbehaviour.reset()
    finished(switch, client)
    assert len(client.named("CHANNEL_HANGUP_COMPLETE")) == 2


def test_an_event_comes_twice(start, connect):
    switch = start()
    client = connect(switch)
    switch.misbehaviour.change(double={"CHANNEL_BRIDGE": 1})
    finished(switch, client)
    first, second = client.named("CHANNEL_BRIDGE")
    assert first.raw == second.raw


def test_an_event_comes_after_the_one_that_follows_it(start, connect):
    switch = start()
    client = connect(switch, events="CHANNEL_ANSWER CHANNEL_BRIDGE")
    switch.misbehaviour.change(delay={"CHANNEL_ANSWER": ALWAYS})
    finished(switch, client)
    assert [event.name for event in client.events] == ["CHANNEL_BRIDGE", "CHANNEL_ANSWER", "CHANNEL_ANSWER"]
    assert client.events[0].sequence > client.events[1].sequence


def test_bytes_come_one_by_one(start, connect):
    switch = start()
    client = connect(switch, events="CHANNEL_BRIDGE")
    switch.misbehaviour.change(one_byte_writes=True)
    finished(switch, client)
    assert len(client.named("CHANNEL_BRIDGE")) == 1


def test_a_stalled_switch_says_nothing_until_it_goes_on(start, connect):
    switch = start()
    client = connect(switch)
    switch.misbehaviour.change(stalled=True)
    switch.place("+4522334455", "1001", talk=0.5).wait()
    assert client.events == []
    switch.misbehaviour.change(stalled=False)
    client.event("CHANNEL_HANGUP_COMPLETE")


@pytest.mark.parametrize("fault", ["negative-length", "word-length", "huge-length", "huge-header"])
def test_broken_framing_is_a_fault_to_the_client(start, connect, fault):
    switch = start()
    client = connect(switch)
    switch.inject(fault)
    client.wait_closed()
    assert client.fault is not None


@pytest.mark.parametrize("fault", ["truncated-frame", "eof", "reset", "notice-and-eof"])
def test_the_link_ends(start, connect, fault):
    switch = start()
    client = connect(switch)
    switch.inject(fault)
    client.wait_closed()
    Client.connect(switch.port).close()


def test_a_half_closed_link_still_listens(start, connect):
    switch = start()
    client = connect(switch)
    switch.inject("half-close")
    client.wait_closed()
    assert switch.clients == 1


def test_bytes_that_are_no_utf8_stay_in_their_header(start, connect):
    switch = start()
    client = connect(switch)
    switch.inject("not-utf8")
    assert client.event("CUSTOM").get("Hostile") == b"\xff\xfe\xc3(\xa0\xa1".decode("utf-8", "replace")


def test_api_answers_are_late_or_never(start, connect):
    switch = start()
    client = connect(switch)
    before = switch.core.clock.now()
    switch.misbehaviour.change(api_delay_seconds=2.0)
    client.api("echo x")
    assert switch.core.clock.now() - before >= 2.0
    switch.misbehaviour.change(api_delay_seconds=0.0, api_silent=True)
    client.send("api echo x\n\nnoevents\n\n")
    client.wait(lambda: client.replies[-1].reply == "+OK no longer listening for events")
    assert client.replies[-2].text == "x"


def test_a_restarted_switch_has_lost_its_calls_and_has_another_name(start, connect):
    switch = start()
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=None)
    call.wait_bridged()
    before = client.event("CHANNEL_BRIDGE").get("Core-UUID")
    port = switch.port
    switch.restart()
    client.wait_closed()
    assert not client.named("CHANNEL_HANGUP")
    again = Client.connect(port)
    assert again.api("show channels as json") == '{"row_count": 0}\n'
    switch.place("+4522334455", "1001", talk=0.5)
    assert again.event("CHANNEL_CREATE").get("Core-UUID") != before
    assert (switch.port, call.ended) == (port, True)
    again.close()


def test_a_dead_switch_refuses(start):
    switch = start()
    port = switch.port
    switch.abandon()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


@pytest.mark.parametrize("fault", ["eof", "truncated-frame", "negative-length", "not-utf8"])
def test_an_outbound_connect_can_be_answered_with_a_fault(start, fault):
    ended = []

    def handle(client: Client) -> None:
        client.send("connect\n\n")
        client.wait(lambda: client.closed or client.events)
        ended.append(fault)

    with outbound_server(handle) as port:
        switch = start(dialplan(port))
        switch.misbehaviour.change(outbound_fault=fault)
        assert switch.place("+4522334455", "1001").wait() == "NORMAL_CLEARING"
    assert ended == [fault]


def test_an_unknown_fault_is_named_with_the_known_ones(start):
    switch = start()
    with pytest.raises(Invalid, match="api_silent"):
        switch.misbehaviour.change(sulks=True)
    with pytest.raises(Invalid, match="half-close"):
        switch.inject("sulks")


def test_every_fault_can_be_had(start, connect):
    switch = start()
    for name in FAULTS:
        client = connect(switch)
        switch.inject(name)
        client.close()
    assert Client.connect(switch.port).api("echo alive") == "alive"
