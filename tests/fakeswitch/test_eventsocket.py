"""The event socket's protocol, answer by answer as FreeSWITCH 1.11.1 gives it (captured)."""

import json

import pytest
from gevent import socket

from fsplug.errors import Unavailable
from fsplug.esl.protocol.wire import plain_event
from fsplug.fakeswitch.switch import FakeSwitch
from tests.fakeswitch.client import Client


def test_a_client_is_asked_for_the_password(start):
    client = Client(socket.create_connection(("127.0.0.1", start().port)))
    client.wait(lambda: client.replies)
    assert client.replies[0].content_type == "auth/request"


def test_a_wrong_password_is_refused_and_the_connection_ends(start):
    client = Client(socket.create_connection(("127.0.0.1", start(password="secret").port)))
    client.wait(lambda: client.replies)
    assert client.command("auth wrong") == "-ERR invalid"
    client.wait_closed()


def test_a_command_before_the_password_is_not_found(start):
    client = Client(socket.create_connection(("127.0.0.1", start().port)))
    client.wait(lambda: client.replies)
    assert client.command("api status") == "-ERR command not found"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("foo bar", "-ERR foo Command not found!\n"),
        ("show channels as json", '{"row_count": 0}\n'),
        ("uuid_exists x", "false"),
        ("uuid_kill x", "-ERR No such channel!\n"),
        ("uuid_getvar x y", "-ERR No such channel!\n"),
        ("uuid_setvar x y z", "-ERR No such channel!\n"),
        ("uuid_setvar_multi x y=z", "-ERR No such channel!\n-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"),
        ("uuid_dump x", "-ERR No such channel!\n"),
        ("uuid_buglist x", "-ERR no reply\n"),
        ("uuid_transfer x 1", "-ERR No such channel!\n"),
        ("uuid_bridge x y", "-ERR Invalid uuid\n"),
        ("uuid_record x start /tmp/x.wav", "-ERR Cannot locate session!\n"),
        ("hash insert/fsplug/alive/1", "+OK\n"),
        ("hash select/fsplug/dead", "-ERR no reply\n"),
        ("hash insert/a", "-ERR Usage: hash insert|insert_ifempty|select|delete|delete_ifmatch/realm/key[/value]\n"),
        ("reloadxml", "+OK [Success]\n"),
        ("fsctl sync_clock", "+OK clock synchronized\n"),
    ],
)
def test_an_api_command_answers_to_the_byte(start, connect, line, answer):
    message = connect(start()).ask(f"api {line}")
    assert (message.content_type, message.text) == ("api/response", answer)


def test_what_was_put_into_a_hash_comes_out(start, connect):
    client = connect(start())
    client.api("hash insert/fsplug/alive/1795368685")
    assert client.api("hash select/fsplug/alive") == "1795368685"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("event plain ALL", "+OK event listener enabled plain"),
        ("event plain", "-ERR no keywords supplied"),
        ("nixevent HEARTBEAT", "+OK events nixed"),
        ("filter Unique-ID abc", "+OK filter added. [Unique-ID]=[abc]"),
        ("filter delete all", "+OK filter deleted. [all][]"),
        ("filter Unique-ID", "-ERR invalid syntax"),
        ("linger", "-ERR not controlling a session"),
        ("sendmsg x\ncall-command: execute", "-ERR invalid session id [x]"),
        ("noevents", "-ERR not listening for events"),
        ("nonsense", "-ERR command not found"),
        ("exit", "+OK bye"),
    ],
)
def test_a_command_answers_as_the_real_one(start, connect, line, answer):
    assert connect(start(), events="").command(line) == answer


def test_exit_is_followed_by_the_notice_and_the_end(start, connect):
    client = connect(start())
    client.command("exit")
    client.wait_closed()
    assert client.replies[-1].content_type == "text/disconnect-notice"
    assert client.replies[-1].text == "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


def test_a_background_job_answers_in_an_event(start, connect):
    client = connect(start(), events="BACKGROUND_JOB")
    reply = client.ask("bgapi echo hello")
    job = client.event("BACKGROUND_JOB")
    assert reply.headers.get("Job-UUID") == job.get("Job-UUID")
    assert job.body == b"hello"


def test_a_background_job_keeps_the_name_it_is_given(start, connect):
    client = connect(start(), events="BACKGROUND_JOB")
    client.ask("bgapi echo hello\njob-uuid: mine")
    assert client.event("BACKGROUND_JOB").get("Job-UUID") == "mine"


def test_only_the_events_asked_for_come(start, connect):
    switch = start()
    client = connect(switch, events="CHANNEL_CREATE CHANNEL_HANGUP_COMPLETE")
    switch.place("+4522334455", "1001").wait()
    client.wait(lambda: len(client.events) == 4)
    assert {event.name for event in client.events} == {"CHANNEL_CREATE", "CHANNEL_HANGUP_COMPLETE"}


def test_a_filter_lets_one_leg_pass(start, connect):
    switch = start()
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=None)
    client.command(f"filter Unique-ID {call.uuid}")
    client.events.clear()
    call.wait_bridged()
    call.hang_up()
    client.event("CHANNEL_HANGUP_COMPLETE")
    assert {event.uuid for event in client.events} == {call.uuid}


def test_a_negative_filter_keeps_back_what_another_lets_pass(start, connect):
    switch = start()
    client = connect(switch, events="CHANNEL_HANGUP_COMPLETE CALL_UPDATE")
    client.command("filter Event-Name /./")
    client.command("filter Direction -SEND")
    call = switch.place("+4522334455", "1001", talk=0.1)
    call.wait()
    client.wait(lambda: len(client.events) == 2)
    assert {event.name for event in client.events} == {"CHANNEL_HANGUP_COMPLETE"}


def test_custom_events_come_by_subclass(start, connect):
    client = connect(start(), events="CUSTOM fsplug::told")
    client.ask("sendevent CUSTOM\nEvent-Subclass: fsplug::other")
    client.ask("sendevent CUSTOM\nEvent-Subclass: fsplug::told")
    assert client.event("CUSTOM").subclass == "fsplug::told"


def test_events_are_numbered_without_gaps(start, connect):
    switch = start()
    client = connect(switch)
    switch.place("+4522334455", "1001").wait()
    client.wait(lambda: len(client.named("CHANNEL_DESTROY")) == 2)
    numbers = [event.sequence for event in client.events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_an_event_is_written_as_the_project_writes_one(start, connect):
    switch = start()
    client = connect(switch, events="CHANNEL_CREATE")
    switch.place("+4522334455", "1001", caller_name='Ann "A" Æble %0A \u2028 ${x}')
    event = client.event("CHANNEL_CREATE")
    assert sorted(plain_event(event.headers()).split(b"\n")) == sorted(event.raw.split(b"\n"))


@pytest.mark.parametrize("name", ["a\nEvent-Name: FORGED", "\u2028\u0085\x0b\x0c", "%0AEvent-Name: FORGED", "x" * 4000])
def test_a_hostile_name_stays_in_its_value(start, connect, name):
    switch = start()
    client = connect(switch, events="CHANNEL_CREATE")
    switch.place("+4522334455", "1001", caller_name=name)
    event = client.event("CHANNEL_CREATE")
    assert event.name == "CHANNEL_CREATE"
    assert event.get("Caller-Caller-ID-Name") == name.replace("%0A", "\n")


def test_events_are_as_large_as_real_ones(start, connect):
    switch = start()
    client = connect(switch, events="CHANNEL_ANSWER")
    switch.place("+4522334455", "1001").wait()
    assert all(4_500 < len(event.raw) < 9_000 for event in client.named("CHANNEL_ANSWER"))


def test_channels_are_listed_as_json(start, connect):
    switch = start()
    client = connect(switch)
    call = switch.place("+4522334455", "1001", talk=None)
    callee = call.wait_bridged()
    channels = json.loads(client.api("show channels as json"))
    calls = json.loads(client.api("show calls as json"))
    assert {row["uuid"] for row in channels["rows"]} == {call.uuid, callee.uuid}
    assert [(row["uuid"], row["b_uuid"]) for row in calls["rows"]] == [(call.uuid, callee.uuid)]
    assert client.api("show channels count") == "\n2 total.\n"


def test_a_dump_holds_what_an_event_holds(start, connect):
    switch = start()
    call = switch.place("+4522334455", "1001", talk=None, variables={"colour": "deep blue"})
    client = connect(switch)
    assert "variable_colour: deep%20blue\n" in client.api(f"uuid_dump {call.uuid}")
    assert "variable_colour: [deep blue]\n" in client.api(f"uuid_dump {call.uuid} plain")
    assert json.loads(client.api(f"uuid_dump {call.uuid} json"))["variable_colour"] == "deep blue"


def test_setting_many_variables_drops_those_that_would_be_expanded(start, connect):
    switch = start()
    call = switch.place("+4522334455", "1001", talk=None)
    client = connect(switch)
    assert client.api(f"uuid_setvar_multi {call.uuid} a=1;b=${{x}};c=3 4") == "+OK\n"
    assert [client.api(f"uuid_getvar {call.uuid} {name}") for name in "abc"] == ["1", "_undef_", "3 4"]


def test_a_taken_port_is_named_with_the_remedy(start):
    port = start().port
    with pytest.raises(Unavailable, match=f"port {port} .*--port"):
        FakeSwitch("", port=port).start()
