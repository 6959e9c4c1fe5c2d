"""Faults on demand, as a switch, a network or a disk would have them."""

from dataclasses import dataclass, field, fields

from fsplug.errors import Invalid

ALWAYS = -1

_EVENT = b"Content-Type: text/event-plain\nContent-Length: "
_HALF_EVENT = b"Event-Name: CHANNEL_ANSWER\nUnique-ID: 0000"
_HOSTILE_EVENT = b"Event-Name: CUSTOM\nEvent-Subclass: hostile\nHostile: \xff\xfe\xc3(\xa0\xa1\n\n"

# Bytes that break the framing, and the end of the connection after them.
FAULTS: dict[str, tuple[bytes, str]] = {
    "negative-length": (_EVENT + b"-1\n\n" + _HALF_EVENT, "stay"),
    "word-length": (_EVENT + b"many\n\n" + _HALF_EVENT, "stay"),
    "huge-length": (_EVENT + b"10000000000\n\n" + _HALF_EVENT, "stay"),
    "truncated-frame": (_EVENT + b"6000\n\n" + _HALF_EVENT, "close"),
    "half-close": (_EVENT + b"6000\n\n" + _HALF_EVENT, "half-close"),
    "no-header": (b"+OK nothing is known of this line\n\n", "stay"),
    "not-utf8": (_EVENT + b"%d\n\n%b" % (len(_HOSTILE_EVENT), _HOSTILE_EVENT), "stay"),
    "huge-header": (b"Content-Type: text/event-plain\nHostile: " + b"x" * (10 << 20) + b"\n\n", "stay"),
    "notice-and-eof": (
        b"Content-Type: text/disconnect-notice\nContent-Length: 67\n\n"
        b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n",
        "close",
    ),
    "eof": (b"", "close"),
    "reset": (b"", "reset"),
}


@dataclass(slots=True)
class Misbehaviour:
    """The faults that are on.

    `drop`, `double` and `delay` map an event's name to how many more times the fault strikes (ALWAYS: forever). A
    delayed event comes after the next one. `one_byte_writes` sends every byte in a segment of its own; `stalled`
    connections send nothing until the fault is off. `outbound_fault` is a name of FAULTS and answers `connect`.
    `disk_full_after_bytes` applies to each recording. `api_delay_seconds` are in the switch's time, and so are
    `calls_behind_seconds`, by which `show calls` is behind the bridges. With `no_display`, phones refuse texts to show.
    """

    drop: dict[str, int] = field(default_factory=dict)
    double: dict[str, int] = field(default_factory=dict)
    delay: dict[str, int] = field(default_factory=dict)
    one_byte_writes: bool = False
    stalled: bool = False
    outbound_fault: str | None = None
    calls_behind_seconds: float = 0.0
    api_delay_seconds: float = 0.0
    api_silent: bool = False
    bypass_media: bool = False
    no_display: bool = False
    unwritable: bool = False
    disk_full_after_bytes: int | None = None

    def change(self, **faults: object) -> None:
        """Switch faults on or off; other faults stay as they are."""
        known = {each.name for each in fields(self)}
        if unknown := sorted(set(faults) - known):
            raise Invalid("unknown-fault", f"{', '.join(unknown)} is not one of {', '.join(sorted(known))}")
        for name, value in faults.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """Switch all faults off."""
        fresh = Misbehaviour()
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def strikes(self, fault: dict[str, int], event: str) -> bool:
        """Whether this fault strikes this event; each strike is counted."""
        times = fault.get(event, 0)
        if times > 0:
            fault[event] = times - 1
        return times != 0


def fault(name: str) -> tuple[bytes, str]:
    """The bytes of a framing fault, and the end of the connection after them."""
    if name not in FAULTS:
        raise Invalid("unknown-fault", f"{name} is not one of {', '.join(sorted(FAULTS))}")
    return FAULTS[name]
