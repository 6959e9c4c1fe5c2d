"""The commands of the event socket, in the order in which mod_event_socket.c 1.11.1 looks for them."""

from collections.abc import Callable
from uuid import uuid4

from fsplug.fakeswitch.channel import Channel
from fsplug.fakeswitch.connection import Command
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.events import lines
from fsplug.fakeswitch.headers import profile_block
from fsplug.fakeswitch.lifecycle import execute, hang_up
from fsplug.fakeswitch.listener import LINGER_FOR_EVER, Listener

# A bridged leg checks its messages every ten frames of 20 ms; the average wait is half of that.
_MESSAGE_SECONDS = 0.1
# A leg in a conference looks at every frame.
_CONFERENCE_SECONDS = 0.02

Verb = Callable[[Listener, str, Command], None]


def _exit(listener: Listener, argument: str, command: Command) -> None:
    listener.running = False
    listener.reply("+OK bye")


def _auth(listener: Listener, argument: str, command: Command) -> None:
    listener.authorised = argument == listener.password
    listener.running = listener.authorised
    listener.reply("+OK accepted" if listener.authorised else "-ERR invalid")


def _filter(listener: Listener, argument: str, command: Command) -> None:
    name, _, value = argument.partition(" ")
    if name.lower() == "delete" and value:
        name, _, value = value.partition(" ")
        listener.subscription.unfilter(name, value)
        listener.reply(f"+OK filter deleted. [{name}][{value}]")
    elif value:
        if name.lower() == "add":
            name, _, value = value.partition(" ")
        listener.subscription.filter(name, value)
        listener.reply(f"+OK filter added. [{name}]=[{value}]")
    else:
        listener.reply("-ERR invalid syntax")


def _connect(listener: Listener, argument: str, command: Command) -> None:
    channel = listener.channel
    assert channel
    listener.connected = True
    fault = listener.core.misbehaviour.outbound_fault
    if fault:
        listener.connection.inject(fault)
        return
    bus = listener.core.bus
    head, _, rest = bus.data(channel).partition("Channel-State: ")
    ending = [
        ("Content-Type", "command/reply"),
        ("Reply-Text", "+OK\n"),
        ("Socket-Mode", "async" if listener.asynchronous else "static"),
        ("Control", "full" if listener.full else "single-channel"),
    ]
    text = f"{head}{profile_block('Channel', channel)}Channel-State: {rest}{lines(ending)}\n"
    listener.connection.send(text.encode("utf-8", "surrogateescape"))


def _getvar(listener: Listener, argument: str, command: Command) -> None:
    assert listener.channel
    listener.reply(listener.channel.get(argument) or "")


def _myevents(listener: Listener, argument: str, command: Command) -> None:
    uuid = listener.channel.uuid if listener.channel else argument.split(" ")[0]
    listener.subscription.mine(uuid)
    listener.core.bus.subscribe(listener)
    listener.reply("+OK Events Enabled")


def _resume(listener: Listener, argument: str, command: Command) -> None:
    assert listener.channel
    listener.channel.set("socket_resume", "true")
    listener.reply("+OK")


def _divert_events(listener: Listener, argument: str, command: Command) -> None:
    listener.reply("+OK events diverted" if argument.lower() == "on" else "+OK events not diverted")


def _sendmsg(listener: Listener, argument: str, command: Command) -> None:
    uuid = argument or command.headers.get("session-id", "")
    channel = listener.core.channels.get(uuid) if uuid else listener.channel
    if channel is None:
        listener.reply(f"-ERR invalid session id [{uuid}]")
    elif channel is listener.channel and not listener.asynchronous:
        carry_out(listener.core, channel, command)
        listener.reply("+OK")
    else:
        listener.reply("+OK")
        _queue(listener.core, channel, command)


def _queue(core: Core, channel: Channel, command: Command) -> None:
    if channel.serving:
        channel.messages.append(command)
        channel.wake()
    else:
        core.spawn(_carry_out_later, core, channel, command)


def _carry_out_later(core: Core, channel: Channel, command: Command) -> None:
    core.clock.sleep(_CONFERENCE_SECONDS if channel.company else _MESSAGE_SECONDS)
    carry_out(core, channel, command)


def carry_out(core: Core, channel: Channel, command: Command) -> None:
    """Carry out a sendmsg on a channel (switch_ivr_parse_event)."""
    headers = command.headers
    asked = headers.get("call-command", "")
    if asked == "execute":
        argument = headers.get("execute-app-arg") or command.body
        for _ in range(max(1, int(headers.get("loops", "1")))):
            if channel.up:
                execute(core, channel, headers.get("execute-app-name", ""), argument, headers.get("event-uuid"))
    elif asked == "hangup":
        hang_up(core, channel, headers.get("hangup-cause", "NORMAL_CLEARING"))


def _sendevent(listener: Listener, argument: str, command: Command) -> None:
    uuid = str(uuid4())
    name = argument.split(" ")[0].upper() or "CUSTOM"
    given = [(name.title(), value) for name, value in command.headers.items() if name != "content-length"]
    listener.core.bus.emit(name, None, [*given, ("Event-UUID", uuid)], command.body)
    listener.reply(f"+OK {uuid}")


def _api(listener: Listener, argument: str, command: Command) -> None:
    faults = listener.core.misbehaviour
    if faults.api_delay_seconds:
        listener.core.clock.sleep(faults.api_delay_seconds)
    answer = answer_of(listener.core, argument).encode("utf-8", "surrogateescape") or b"-ERR no reply\n"
    if not faults.api_silent:
        listener.connection.send(b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(answer), answer))


def _bgapi(listener: Listener, argument: str, command: Command) -> None:
    job = command.headers.get("job-uuid") or str(uuid4())
    listener.reply(f"+OK Job-UUID: {job}", f"Job-UUID: {job}\n")
    listener.core.spawn(_run_job, listener.core, job, argument)


def _run_job(core: Core, job: str, line: str) -> None:
    if core.misbehaviour.api_delay_seconds:
        core.clock.sleep(core.misbehaviour.api_delay_seconds)
    answer = answer_of(core, line)
    if core.misbehaviour.api_silent:
        return
    name, _, argument = line.partition(" ")
    extra = [("Job-UUID", job), ("Job-Command", name)]
    core.bus.emit("BACKGROUND_JOB", None, [*extra, ("Job-Command-Arg", argument)] if argument else extra, answer)


def answer_of(core: Core, line: str) -> str:
    """The answer of an API command, including its line end."""
    name, _, argument = line.partition(" ")
    api = core.apis.get(name)
    return api(core, argument) if api else f"-ERR {name} Command not found!\n"


def _log(listener: Listener, argument: str, command: Command) -> None:
    listener.reply(f"+OK log level {argument} [7]")


def _nolog(listener: Listener, argument: str, command: Command) -> None:
    listener.reply("+OK no longer logging")


def _linger(listener: Listener, argument: str, command: Command) -> None:
    if listener.channel is None:
        listener.reply("-ERR not controlling a session")
        return
    listener.linger_seconds = int(argument) if argument.isdigit() else LINGER_FOR_EVER
    listener.reply(f"+OK will linger {argument} seconds" if argument.isdigit() else "+OK will linger")


def _nolinger(listener: Listener, argument: str, command: Command) -> None:
    listener.linger_seconds = None
    listener.reply("+OK will not linger" if listener.channel else "-ERR not controlling a session")


def _event(listener: Listener, argument: str, command: Command) -> None:
    form, *words = argument.split(" ")
    if form.lower() in ("xml", "json"):
        listener.reply("-ERR this switch writes plain events only")
        return
    named = listener.subscription.add(words if form.lower() == "plain" else [form, *words])
    listener.core.bus.subscribe(listener)
    listener.reply("+OK event listener enabled plain" if named else "-ERR no keywords supplied")


def _nixevent(listener: Listener, argument: str, command: Command) -> None:
    named = listener.subscription.remove(argument.split(" ")) if argument else False
    listener.core.bus.subscribe(listener)
    listener.reply("+OK events nixed" if named else "-ERR no keywords supplied")


def _noevents(listener: Listener, argument: str, command: Command) -> None:
    was_on = listener.subscription.on
    listener.subscription.clear()
    listener.core.bus.subscribe(listener)
    listener.reply("+OK no longer listening for events" if was_on else "-ERR not listening for events")


_BEFORE_AUTH: dict[str, Verb] = {"exit": _exit, "...": _exit, "auth ": _auth}
_ALWAYS: dict[str, Verb] = {"exit": _exit, "...": _exit, "filter ": _filter}
_OF_A_CALL: dict[str, Verb] = {"resume": _resume, "connect": _connect, "getvar": _getvar}
_OF_ALL: dict[str, Verb] = {"myevents": _myevents, "divert_events": _divert_events, "sendmsg": _sendmsg}
_OF_FULL: dict[str, Verb] = {
    "sendevent": _sendevent,
    "api ": _api,
    "bgapi ": _bgapi,
    "log": _log,
    "linger": _linger,
    "nolinger": _nolinger,
    "nolog": _nolog,
    "event": _event,
    "nixevent": _nixevent,
    "noevents": _noevents,
}
_INBOUND = {**_ALWAYS, **_OF_ALL, **_OF_FULL}
_SINGLE_CHANNEL = {**_ALWAYS, **_OF_A_CALL, **_OF_ALL}
_FULL = {**_SINGLE_CHANNEL, **_OF_FULL}


def obey(listener: Listener, command: Command) -> None:
    """Carry out a command and answer it."""
    line = command.line.rstrip("\r\n")
    lower = line.lower()
    for prefix, verb in _verbs(listener).items():
        if lower.startswith(prefix):
            verb(listener, line[len(prefix) :].strip(" "), command)
            return
    listener.reply("-ERR command not found")


def _verbs(listener: Listener) -> dict[str, Verb]:
    if not listener.authorised:
        return _BEFORE_AUTH
    if listener.channel is None:
        return _INBOUND
    return _FULL if listener.full else _SINGLE_CHANNEL
