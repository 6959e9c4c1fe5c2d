"""Who talks to whom after a transfer, and which events report it."""

from tests.fakeswitch.flows import placed, reported, table, until_gone


def test_a_blind_transfer_sends_the_other_party_on(start, connect):
    switch = start(answers={"1001": 0.1, "1002": 0.1})
    client = connect(switch)
    call, first = placed(switch)
    client.catch_up()
    client.events.clear()
    call.blind_transfer("1002")
    client.event("CHANNEL_BRIDGE")
    second = call.callee
    assert reported(client, call.uuid, first.uuid, second.uuid) == table(
        """
        B HANGUP
        B HANGUP_COMPLETE
        A UNBRIDGE
        C CREATE
        C PROGRESS
        C ANSWER
        A BRIDGE
        """
    )
    assert first.cause == "BLIND_TRANSFER"
    assert call.leg.get("sip_h_Referred-By") == "<sip:1001@127.0.0.1>"


def test_a_caller_transfers_the_callee(start, connect):
    switch = start(answers={"1001": 0.1, "1002": 0.1})
    client = connect(switch)
    call, callee = placed(switch)
    call.blind_transfer("1002", by="caller")
    assert call.wait() == "BLIND_TRANSFER"
    client.wait(lambda: client.named("CHANNEL_BRIDGE", callee.uuid), "second conversation")
    assert callee.partner.profile.destination == "1002"


def test_an_attended_transfer_joins_the_two_others(start, connect):
    switch = start(answers={"1001": 0.1, "1002": 0.1})
    client = connect(switch)
    call, agent = placed(switch)
    consultation = switch.place("1001", "1002", talk=None)
    colleague = consultation.wait_bridged()
    call.attended_transfer(consultation)
    client.wait(lambda: len(client.named("CHANNEL_BRIDGE")) == 3, "third conversation")
    assert (call.callee, agent.cause, consultation.wait()) == (colleague, "ATTENDED_TRANSFER", "ATTENDED_TRANSFER")
    call.hang_up()
    until_gone(client, call.uuid, colleague.uuid)
    assert switch.core.channels == {}


def test_a_leg_is_transferred_by_an_api_command(start, connect):
    switch = start(answers={"1001": 0.1, "1002": 0.1})
    client = connect(switch)
    call, callee = placed(switch)
    assert client.api(f"uuid_transfer {call.uuid} 1002 XML public") == "+OK\n"
    client.wait(lambda: len(client.named("CHANNEL_BRIDGE")) == 2, "second conversation")
    assert (callee.cause, call.callee.profile.destination) == ("NORMAL_CLEARING", "1002")


def test_a_recording_does_not_stop_where_its_leg_is_transferred(start, connect, tmp_path):
    switch = start(answers={"1001": 0.1, "1002": 0.1})
    client = connect(switch)
    call, callee = placed(switch, variables={"arm": f"record_session {tmp_path}/B.wav"})
    client.api(f"uuid_transfer {call.uuid} -bleg 1002 XML public")
    client.wait(lambda: client.named("CHANNEL_BRIDGE", callee.uuid), "second conversation")
    assert not client.named("RECORD_STOP")
    assert list(callee.recordings) == [f"{tmp_path}/B.wav"]
