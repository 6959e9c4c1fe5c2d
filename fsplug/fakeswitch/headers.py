"""A channel as lines of an event: names, order and spelling as FreeSWITCH 1.11.1 sends them (captured)."""

from fsplug.fakeswitch.channel import STATE_NUMBERS, Channel, Profile
from fsplug.fakeswitch.variables import encoded

_NARROW_RATE = 8_000


def channel_block(channel: Channel) -> str:
    """All headers of a channel, as switch_channel_event_set_data writes them."""
    return basic_block(channel) + channel.variables.block()


def basic_block(channel: Channel) -> str:
    """A channel without its variables, as in CHANNEL_STATE and CHANNEL_CALLSTATE."""
    other = channel.other
    return (
        f"{_state(channel)}{_codecs(channel)}{profile_block('Caller', channel)}"
        f"{_other(channel, other) if other else ''}"
    )


def profile_block(prefix: str, channel: Channel) -> str:
    """Who calls whom and when, each line under `prefix`."""
    return _caller(prefix, channel, channel.profile) + _times(prefix, channel)


def _state(channel: Channel) -> str:
    cause = f"Hangup-Cause: {channel.cause}\n" if channel.cause else ""
    return (
        f"Channel-State: {channel.state}\n"
        f"Channel-Call-State: {channel.call_state}\n"
        f"Channel-State-Number: {STATE_NUMBERS[channel.state]}\n"
        f"Channel-Name: {encoded(channel.name)}\n"
        f"Unique-ID: {channel.uuid}\n"
        f"Call-Direction: {channel.direction}\n"
        f"Presence-Call-Direction: {channel.direction}\n"
        f"Channel-HIT-Dialplan: {'true' if channel.hit_dialplan else 'false'}\n"
        f"Channel-Call-UUID: {channel.call_uuid or channel.uuid}\n"
        f"Answer-State: {channel.answer_state}\n"
        f"{cause}"
    )


def _codecs(channel: Channel) -> str:
    if channel.direction == "outbound" and not channel.answered:
        return ""
    return (
        f"Channel-Read-Codec-Name: {'PCMA' if channel.rate == _NARROW_RATE else 'G722'}\n"
        f"Channel-Read-Codec-Rate: {channel.rate}\n"
        "Channel-Read-Codec-Bit-Rate: 64000\n"
        "Channel-Write-Codec-Name: PCMA\n"
        "Channel-Write-Codec-Rate: 8000\n"
        "Channel-Write-Codec-Bit-Rate: 64000\n"
    )


def _caller(prefix: str, channel: Channel, profile: Profile) -> str:
    name, number = encoded(profile.caller_name), encoded(profile.caller_number)
    return (
        f"{prefix}-Direction: {channel.direction}\n"
        f"{prefix}-Logical-Direction: {channel.direction}\n"
        f"{_line(prefix, 'Username', profile.username)}"
        f"{prefix}-Dialplan: XML\n"
        f"{prefix}-Caller-ID-Name: {name}\n"
        f"{prefix}-Caller-ID-Number: {number}\n"
        f"{prefix}-Orig-Caller-ID-Name: {name}\n"
        f"{prefix}-Orig-Caller-ID-Number: {number}\n"
        f"{_line(prefix, 'Callee-ID-Name', profile.callee_name)}"
        f"{_line(prefix, 'Callee-ID-Number', profile.callee_number)}"
        f"{prefix}-Network-Addr: {profile.network_addr}\n"
        f"{prefix}-ANI: {encoded(profile.ani) or number}\n"
        f"{prefix}-Destination-Number: {encoded(profile.destination)}\n"
        f"{prefix}-Unique-ID: {channel.uuid}\n"
        f"{prefix}-Source: mod_sofia\n"
        f"{_line(prefix, 'Transfer-Source', profile.transfer_source)}"
        f"{prefix}-Context: {encoded(profile.context)}\n"
        f"{_line(prefix, 'RDNIS', profile.rdnis)}"
        f"{prefix}-Channel-Name: {encoded(channel.name)}\n"
    )


def _times(prefix: str, channel: Channel) -> str:
    times = channel.times
    # 1.11.1 leaves this line out for the other leg.
    index = "" if prefix == "Other-Leg" else f"{prefix}-Profile-Index: {channel.profile.index}\n"
    return (
        f"{index}"
        f"{prefix}-Profile-Created-Time: {times.profile}\n"
        f"{prefix}-Channel-Created-Time: {times.created}\n"
        f"{prefix}-Channel-Answered-Time: {times.answered}\n"
        f"{prefix}-Channel-Progress-Time: {times.progress}\n"
        f"{prefix}-Channel-Progress-Media-Time: {times.media}\n"
        f"{prefix}-Channel-Hangup-Time: {times.hungup}\n"
        f"{prefix}-Channel-Transfer-Time: 0\n"
        f"{prefix}-Channel-Resurrect-Time: 0\n"
        f"{prefix}-Channel-Bridged-Time: {times.bridged}\n"
        f"{prefix}-Channel-Last-Hold: {times.last_hold}\n"
        f"{prefix}-Channel-Hold-Accum: {times.hold_accum}\n"
        f"{prefix}-Screen-Bit: true\n"
        f"{prefix}-Privacy-Hide-Name: false\n"
        f"{prefix}-Privacy-Hide-Number: false\n"
    )


def _other(channel: Channel, other: Channel) -> str:
    return f"Other-Type: {channel.other_type}\n{profile_block('Other-Leg', other)}"


def _line(prefix: str, name: str, value: str) -> str:
    return f"{prefix}-{name}: {encoded(value)}\n" if value else ""
