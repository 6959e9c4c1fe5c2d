"""A channel's life: created, ringing, answered, hung up, gone; each step with the events that FreeSWITCH sends."""

from uuid import uuid4

from fsplug.fakeswitch.causes import Q850, known
from fsplug.fakeswitch.channel import Channel, Rebridge, Transfer
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.realistic import closing_lines, describe_answer

# switch_types.h, switch_channel_callstate_t
CALL_STATES = ("DOWN", "DIALING", "RINGING", "EARLY", "ACTIVE", "HELD", "RING_WAIT", "HANGUP", "UNHELD")


def enter(core: Core, channel: Channel) -> None:
    """Add a new channel to the switch, without an event yet."""
    now = core.clock.micros()
    channel.times.created = channel.times.profile = now
    core.sessions += 1
    core.channels[channel.uuid] = channel
    channel.tone_hz = channel.tone_hz or _tone(channel, core.sessions)
    channel.set("direction", channel.direction)
    channel.set("uuid", channel.uuid)
    channel.set("session_id", str(core.sessions))
    channel.set("channel_name", channel.name)
    channel.set("call_uuid", channel.call_uuid or channel.uuid)
    channel.set("fakeswitch_tone_hz", str(channel.tone_hz))


def state(core: Core, channel: Channel, name: str) -> None:
    channel.state = name
    core.bus.emit("CHANNEL_STATE", channel)


def call_state(core: Core, channel: Channel, name: str) -> None:
    original, channel.call_state = channel.call_state, name
    extra = [("Original-Channel-Call-State", original), ("Channel-Call-State-Number", str(CALL_STATES.index(name)))]
    core.bus.emit("CHANNEL_CALLSTATE", channel, extra)


def progress(core: Core, channel: Channel) -> None:
    """180 Ringing, once."""
    if not channel.times.progress and not channel.answered and channel.up:
        channel.times.progress = core.clock.micros()
        core.bus.emit("CHANNEL_PROGRESS", channel)
        execute_on(core, channel, "execute_on_ring")


def early_media(core: Core, channel: Channel) -> None:
    """183 with sound, once."""
    if not channel.times.media and not channel.answered and channel.up:
        channel.times.media = core.clock.micros()
        core.bus.emit("CHANNEL_PROGRESS_MEDIA", channel)


def answer(core: Core, channel: Channel) -> None:
    """200 OK, once; then run what the channel was armed to do."""
    if channel.answered or not channel.up:
        return
    channel.times.answered = core.clock.micros()
    # Read when the media begin (switch_core_media.c): set later, it counts from the next offer on.
    channel.media_timeout = int(channel.get("media_timeout") or 0)
    describe_answer(channel, core.realistic)
    if channel.direction == "outbound":
        asserted = core.asserted.get(channel.profile.destination)
        channel.profile.callee_number = asserted or channel.profile.callee_number
    elif channel.call is None or channel.call.acknowledges:
        # The ACK brings it (sofia.c 1.11.1).
        channel.set("sip_to_tag", "fakeswitch")
    channel.set("endpoint_disposition", "ANSWER")
    core.bus.emit("CHANNEL_ANSWER", channel)
    execute_on(core, channel, "execute_on_answer")
    call_state(core, channel, "ACTIVE")


def hang_up(core: Core, channel: Channel, cause: str) -> None:
    """End a channel from anywhere; the greenlet that runs it cleans up."""
    if not channel.up:
        return
    core.recorder.catch_up(channel, channel.partner)
    if channel.held:
        # 1.11.1 ends the hold first: UNHOLD still says "answered".
        _end_hold(core, channel)
    channel.cause = known(cause)
    channel.times.hungup = core.clock.micros()
    core.bus.emit("CHANNEL_HANGUP", channel)
    channel.wake()


def retire(core: Core, channel: Channel) -> None:
    """Finish a hung-up channel: close its recordings, send its report and remove it."""
    if channel.destroyed:
        return
    channel.destroyed = True
    state(core, channel, "CS_HANGUP")
    core.recorder.stop_all(channel)
    call_state(core, channel, "HANGUP")
    state(core, channel, "CS_REPORTING")
    core.records.write(channel)
    channel.variables.end(closing_lines(channel, Q850[channel.cause or "NONE"], core.realistic))
    core.bus.emit("CHANNEL_HANGUP_COMPLETE", channel)
    core.bus.emit("CHANNEL_DESTROY", channel)
    core.channels.pop(channel.uuid, None)
    state(core, channel, "CS_DESTROY")
    if channel.call:
        channel.call.gone(channel)
    channel.let_go()


def hold(core: Core, channel: Channel, held: bool) -> None:
    """The leg's phone holds the call or resumes it; a recording on a leg that holds stands still."""
    if channel.held == held or not channel.up:
        return
    core.recorder.catch_up(channel, channel.partner)
    if held:
        channel.held, channel.times.last_hold = True, core.clock.micros()
        call_state(core, channel, "HELD")
        core.bus.emit("CHANNEL_HOLD", channel)
    else:
        _end_hold(core, channel)
        call_state(core, channel, "ACTIVE")
        core.recorder.end_overdue(channel)


def _end_hold(core: Core, channel: Channel) -> None:
    channel.held = False
    channel.times.hold_accum += core.clock.micros() - channel.times.last_hold
    call_state(core, channel, "UNHELD")
    core.bus.emit("CHANNEL_UNHOLD", channel)


def transfer(core: Core, channel: Channel, order: Transfer) -> None:
    """Send a channel to another extension; the channel leaves its call."""
    source = f"{int(core.clock.now())}:{uuid4()}:bl_xfer:{order.destination}/{order.context}/XML"
    channel.set("transfer_source", source)
    channel.set("transfer_history", source)
    channel.order = order
    channel.wake()


def rebridge(core: Core, first: Channel, second: Channel, cause: str = "NORMAL_CLEARING") -> None:
    """Take two channels out of their calls and connect them to each other (uuid_bridge)."""
    for channel, partner in ((first, second), (second, None)):
        channel.next_part(core.clock.micros())
        channel.set("transfer_source", f"{int(core.clock.now())}:{uuid4()}:uuid_br:{(partner or first).uuid}")
        # Whoever leaves a bridge for another partner says so from now on (captured).
        channel.set("signal_bond", (partner or first).uuid)
        channel.order = Rebridge(partner, cause)
        channel.wake()


def pause(core: Core, channel: Channel, seconds: float | None = None) -> None:
    """Let a leg's greenlet wait this long (None: forever), or until the leg is hung up or gets an order."""
    until = None if seconds is None else core.clock.now() + seconds
    while channel.free:
        remaining = None if until is None else until - core.clock.now()
        if remaining is not None and remaining <= 0:
            return
        channel.signal.wait(None if remaining is None else core.clock.real(remaining))
        channel.signal.clear()


def execute(core: Core, channel: Channel, name: str, data: str, event_uuid: str | None = None) -> None:
    """Run a dialplan application on a channel, in its own greenlet."""
    data = core.expand(channel, data)
    application = core.applications.get(name)
    if application is None:
        hang_up(core, channel, "DESTINATION_OUT_OF_ORDER")
        return
    channel.application, channel.application_data = name, data
    channel.set("current_application", name)
    channel.set("current_application_data", data)
    extra = [("Application", name)]
    if data:
        extra.append(("Application-Data", data))
    extra.append(("Application-UUID", event_uuid or str(uuid4())))
    core.bus.emit("CHANNEL_EXECUTE", channel, extra)
    application(core, channel, data)
    extra.insert(len(extra) - 1, ("Application-Response", "_none_"))
    core.bus.emit("CHANNEL_EXECUTE_COMPLETE", channel, extra)


def execute_on(core: Core, channel: Channel, prefix: str) -> None:
    """Run the application in each variable of this prefix: `app argument` or `app::argument`; skips empty ones."""
    for _, value in channel.variables.beginning_with(prefix):
        text = core.expand(channel, value).strip()
        application, argument = text.split("::", 1) if "::" in text.split(" ")[0] else _words(text)
        if application:
            execute(core, channel, application, argument)


def _words(text: str) -> tuple[str, str]:
    application, _, argument = text.partition(" ")
    return application, argument


def _tone(channel: Channel, number: int) -> int:
    # Callers' tones are below 1 kHz and callees' above, so that no call has the same tone twice.
    return (400 if channel.direction == "inbound" else 1_000) + 20 * (number % 25)
