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


def test_a_phone_hangs_up_after_its_own_talk_whoever_talked_before(start, connect):
    switch = start(answers={"1001": 0.1, "1002": "0.1:0.4"})
    client = connect(switch)
    call, _ = placed(switch)
    call.blind_transfer("1002")
    client.wait(lambda: len(client.named("CHANNEL_BRIDGE")) == 2, "second conversation")
    second = call.callee
    assert (call.wait(), second.cause) == ("NORMAL_CLEARING", "NORMAL_CLEARING")
    assert second.times.hungup - second.times.answered >= 400_000


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


def test_a_caller_connected_with_a_ringing_consultation_gets_the_leg_that_answers_it(start, connect):
    switch = start(answers={"1001": 0.1, "1002": "no-answer"})
    client = connect(switch)
    call, agent = placed(switch)
    consultation = switch.place("1001", "1002", talk=None)
    client.wait(lambda: len(client.named("CHANNEL_ORIGINATE")) == 2, "the colleague's phone to ring")
    call.attended_transfer(consultation)
    client.wait(lambda: client.named("CHANNEL_PARK", call.uuid), "the caller to wait")
    assert client.named("CHANNEL_HANGUP", consultation.uuid)
    assert not client.named("CHANNEL_HANGUP_COMPLETE", consultation.uuid)
    consultation.answer()
    client.wait(lambda: len(client.named("CHANNEL_BRIDGE", call.uuid)) == 2, "the caller to talk to the colleague")
    assert (agent.cause, consultation.wait(), call.callee.profile.destination) == (*["NORMAL_CLEARING"] * 2, "1002")
    call.hang_up()
    client.wait(lambda: switch.core.channels == {}, "every leg to be gone")


def test_a_caller_connected_with_a_consultation_that_nobody_answers_is_hung_up(start, connect):
    switch = start(answers={"1001": 0.1, "1002": "no-answer"})
    client = connect(switch)
    call, _ = placed(switch)
    consultation = switch.place("1001", "1002", talk=None)
    client.wait(lambda: len(client.named("CHANNEL_ORIGINATE")) == 2, "the colleague's phone to ring")
    call.attended_transfer(consultation)
    client.wait(lambda: client.named("CHANNEL_PARK", call.uuid), "the caller to wait")
    ringing = next(leg for leg in switch.core.channels.values() if leg.driver is consultation.leg)
    client.api(f"uuid_kill {ringing.uuid} USER_BUSY")
    assert call.wait() == "USER_BUSY"
    client.wait(lambda: switch.core.channels == {}, "every leg to be gone")


def test_the_list_of_calls_may_be_behind_the_bridges(start, connect):
    switch = start(answers={"1001": 0.1, "1002": 0.1})
    connect(switch)
    call, agent = placed(switch)
    switch.misbehaviour.change(calls_behind_seconds=3_600)
    consultation = switch.place("1001", "1002", talk=None)
    colleague = consultation.wait_bridged()
    assert f'"b_uuid":"{colleague.uuid}"' not in switch.api("show calls as json")
    assert f'"b_uuid":"{agent.uuid}"' in switch.api("show calls as json")
    switch.misbehaviour.reset()
    assert f'"b_uuid":"{colleague.uuid}"' in switch.api("show calls as json")
    call.hang_up()
