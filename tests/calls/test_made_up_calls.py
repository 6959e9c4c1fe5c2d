"""A local process plays the switch at the outbound socket: it is told nothing, and leaves no row."""

import socket

from fsplug.esl.calls.confirmation import MARK, mark
from fsplug.esl.protocol.wire import plain_event
from fsplug.wiring import call_secret
from tests.calls.listeners import ANNA, Listens, Party
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant
from tests.tables import table

MADE_UP = "0c1a5c2e-0000-4000-8000-000000000001"
CHANNEL = {
    "Event-Name": "CHANNEL_DATA",
    "Content-Type": "command/reply",
    "Reply-Text": "+OK",
    "Control": "full",
    "Unique-ID": MADE_UP,
    "Call-Direction": "inbound",
    "Answer-State": "answered",
    "Caller-Caller-ID-Number": CUSTOMER,
    "Caller-Destination-Number": "+4570101001",
    "variable_fsplug_company": ACME,
    "variable_fsplug_legs": ANNA,
    "variable_sip_to_tag": "forged",
}
STAR = {
    "Caller-Destination-Number": "*28*1001",
    "variable_fsplug_feature": "listen",
    "variable_fsplug_user": "1002",
    "variable_sip_auth_username": "1002",
    "variable_sip_auth_realm": ACME,
}


def asked(port: int, channel: dict[str, str]) -> list[str]:
    """What fsplug asks of a switch that reports this channel, until it lets go."""
    commands: list[str] = []
    with socket.create_connection(("127.0.0.1", port), 10) as line, line.makefile("rwb") as stream:
        while command := _next(stream):
            commands.append(command)
            is_first = command == "connect"
            stream.write(
                plain_event(channel) + b"\n" if is_first else b"Content-Type: command/reply\nReply-Text: +OK\n\n"
            )
            stream.flush()
    return commands


def _next(stream: object) -> str:
    line = stream.readline().decode().strip()
    while stream.readline().strip():
        pass
    return line


def test_a_made_up_call_is_told_nothing_and_leaves_no_row(plant: Plant, people: Party, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    calls, rows = len(plant.calls()), len(listens.rows())
    [live] = [call.id for call in plant.calls() if not call.ended_at]
    secret, port = call_secret.read(plant.data / "call-secret"), int(plant.line.settings["listen_port"])
    known = plant.line.api(f"uuid_getvar {live} {MARK}").strip()
    assert known == mark(live, secret)
    tried = {
        "without a mark": CHANNEL,
        "with a guessed mark": {**CHANNEL, f"variable_{MARK}": "0" * 32},
        "with the true secret": {**CHANNEL, f"variable_{MARK}": mark(MADE_UP, secret)},
        "as a live call, without its mark": {**CHANNEL, "Unique-ID": live},
        "as a live call, with its mark": {**CHANNEL, "Unique-ID": live, f"variable_{MARK}": known},
    }
    kinds = {"calls": {}, "listens": STAR, "redirects": {"variable_fsplug_feature": "redirect"}}
    with table() as attempts:
        for name, channel in tried.items():
            for what, more in kinds.items():
                with attempts.row(f"{name}, {what}"):
                    assert asked(port, {**channel, **more}) == ["connect", "exit"]
    assert (len(plant.calls()), len(listens.rows())) == (calls, rows)
