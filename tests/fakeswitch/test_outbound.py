"""The socket application: how long a call is held, and what it does meanwhile."""

import gevent
from gevent.server import StreamServer

from fsplug.lab.free_ports import some_ports
from tests.fakeswitch.client import Client, outbound_server

# mod_event_socket's, for a server that says nothing.
SOCKET_SECONDS = 25.0


def dialplan(port, flags="full"):
    return f"""<context name="public"><extension><condition>
        <action application="set" data="hangup_after_bridge=true"/>
        <action application="socket" data="127.0.0.1:{port} {flags}"/>
        <action application="bridge" data="[execute_on_answer='${{arm}}']user/1001@acme.example"/>
        </condition></extension></context>"""


def test_the_server_gets_the_call_and_lets_it_go(start):
    seen = []

    def handle(client: Client) -> None:
        channel = client.ask("connect").headers
        seen.append(channel)
        assert client.api(f"uuid_setvar_multi {channel.get('Unique-ID')} mark=set") == "+OK\n"
        assert client.command("exit") == "+OK bye"
        client.wait_closed()
        seen.append(client.replies[-1].content_type)

    with outbound_server(handle) as port:
        call = start(dialplan(port)).place("+4522334455", "1001", caller_name="Ann Æble")
        call.wait()
    channel, notice = seen
    assert (channel.uuid, channel.get("Socket-Mode"), channel.get("Control")) == (call.uuid, "static", "full")
    assert (channel.get("Reply-Text"), channel.get("Caller-Caller-ID-Name")) == ("+OK\n", "Ann Æble")
    assert notice == "text/disconnect-notice"
    assert (call.leg.get("mark"), len(call.bridges)) == ("set", 1)


def test_a_refused_connection_lets_the_call_go_on_at_once(start):
    switch = start(dialplan(some_ports(1)[0]))
    assert switch.place("+4522334455", "1001").wait() == "NORMAL_CLEARING"
    assert switch.counters.refused_sockets == 1
    assert switch.counters.held_seconds[0] < SOCKET_SECONDS / 10


def test_a_closed_connection_lets_the_call_go_on_at_once(start):
    with outbound_server(lambda client: None) as port:
        switch = start(dialplan(port))
        call = switch.place("+4522334455", "1001")
        call.wait()
    assert len(call.bridges) == 1
    assert switch.counters.held_seconds[0] < SOCKET_SECONDS / 10


def test_a_silent_server_holds_the_call_for_25_seconds(start):
    with outbound_server(lambda client: client.wait_closed()) as port:
        switch = start(dialplan(port), speed=20.0)
        call = switch.place("+4522334455", "1001")
        call.wait()
    assert len(call.bridges) == 1
    assert switch.counters.held_seconds[0] > SOCKET_SECONDS / 20 - 0.1, "and longer only where the machine is slow"


def test_after_the_first_command_the_call_waits_for_ever(start):
    def handle(client: Client) -> None:
        client.ask("connect")
        client.wait_closed()

    with outbound_server(handle) as port:
        switch = start(dialplan(port), speed=200.0)
        call = switch.place("+4522334455", "1001", cancel=60.0)
        assert (call.wait(), call.bridges) == ("ORIGINATOR_CANCEL", [])


def test_the_next_host_is_asked_when_one_refuses(start):
    with outbound_server(lambda client: client.ask("exit") and None) as port:
        both = dialplan(port).replace("127.0.0.1:", f"127.0.0.1:{some_ports(1)[0]}|127.0.0.1:")
        switch = start(both)
        switch.place("+4522334455", "1001").wait()
    assert switch.counters.refused_sockets == 0


def test_without_full_there_is_no_api(start):
    answers = []

    def handle(client: Client) -> None:
        client.ask("connect")
        answers.extend([client.command("api status"), client.command("linger 5"), client.command("getvar uuid")])

    with outbound_server(handle) as port:
        call = start(dialplan(port, flags="")).place("+4522334455", "1001")
        call.wait()
    assert answers == ["-ERR command not found", "-ERR command not found", call.uuid]


def test_an_execute_is_done_before_it_is_answered(start):
    done = []

    def handle(client: Client) -> None:
        client.ask("connect")
        client.ask("myevents")
        reply = client.command(
            "sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=b\nEvent-UUID: mine"
        )
        complete = client.event("CHANNEL_EXECUTE_COMPLETE")
        done.extend([reply, client.command("getvar a"), complete.get("Application"), complete.get("Application-UUID")])

    with outbound_server(handle) as port:
        start(dialplan(port)).place("+4522334455", "1001").wait()
    assert done == ["+OK", "b", "set", "mine"]


def test_with_async_the_call_is_parked_and_obeys(start):
    bridged = []

    def handle(client: Client) -> None:
        client.send("connect\n\nmyevents\n\n")
        client.event("CHANNEL_PARK")
        client.ask("sendmsg\ncall-command: execute\nexecute-app-name: bridge\nexecute-app-arg: user/1001@a")
        bridged.append(client.event("CHANNEL_BRIDGE").uuid)
        client.wait_closed()

    with outbound_server(handle) as port:
        call = start(dialplan(port, "async full")).place("+4522334455", "1001", talk=1.0)
        assert call.wait() == "NORMAL_CLEARING"
    assert bridged == [call.uuid]


def test_lingering_brings_the_last_events(start):
    last = []

    def handle(client: Client) -> None:
        client.ask("connect")
        client.ask("linger 5")
        client.ask("myevents")
        client.event("CHANNEL_HANGUP")
        client.wait(lambda: client.replies[-1].headers.get("Content-Disposition") == "linger")
        last.append(client.replies[-1].headers.get("Linger-Time"))

    with outbound_server(handle) as port:
        start(dialplan(port)).place("+4522334455", "1001", cancel=1.0).wait()
    assert last == ["5"]


def test_a_thousand_waiting_calls_cost_no_time(start):
    accepted = []
    server = StreamServer(("127.0.0.1", 0), lambda sock, address: accepted.append(sock), backlog=1024)
    server.start()
    switch = start(dialplan(server.server_port), speed=20.0)
    calls = [switch.place("+4522334455", "1001") for _ in range(300)]
    with gevent.Timeout(10):
        while len(accepted) < len(calls):
            gevent.sleep(0.01)
    for sock in accepted:
        sock.close()
    assert {call.wait() for call in calls} == {"NORMAL_CLEARING"}
    server.stop()
