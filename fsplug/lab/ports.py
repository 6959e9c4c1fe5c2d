"""The port numbers in fixtures/freeswitch/ports.xml: reads them, finds free ones, writes them for another switch."""

import random
import re
import socket
import weakref
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid, Unavailable
from fsplug.lab.free_ports import ports_to_keep, taken_ports

_SETTING = re.compile(r'cmd="set" data="(\w+)=([^"]*)"')
_TEXTS = ("event_socket_password", "fsplug_xml_password", "log_level")
# Below Linux's ephemeral ports (32768 and up), so that no outgoing connection takes one first.
_RTP_BLOCKS = range(20000, 32000, 500)
# What holds the blocks that this process has chosen and no switch of its own has reserved yet.
_held: dict[int, socket.socket] = {}


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Ports:
    """The ports of one switch, and the few other settings in which copies of the fixture differ."""

    internal_port: int
    external_port: int
    trunk_port: int
    rtp_start: int
    rtp_end: int
    event_socket_port: int
    event_socket_password: str
    fsplug_port: int
    ring_seconds: int
    log_level: str
    fsplug_xml_port: int
    fsplug_xml_password: str


def read_ports(path: Path) -> Ports:
    """The settings of a ports.xml. Raises Invalid if one is missing or unknown."""
    try:
        found = dict(_SETTING.findall(path.read_text()))
        settings: dict[str, Any] = {name: found[name] if name in _TEXTS else int(found[name]) for name in found}
        return Ports(**settings)
    except (OSError, KeyError, TypeError, ValueError) as error:
        text = f"{path}: {error}; start from fixtures/freeswitch/ports.xml"
        raise Invalid("bad-ports", text, path=str(path)) from error


def write_ports(ports: Ports, path: Path) -> None:
    """Write a ports.xml with exactly these settings."""
    lines = (f'  <X-PRE-PROCESS cmd="set" data="{name}={value}"/>\n' for name, value in asdict(ports).items())
    path.write_text(f"<include>\n{''.join(lines)}</include>\n")


def free_ports(ring_seconds: int = 4, log_level: str = "warning") -> Ports:
    """Settings for another switch: ports that are free now, and a short ring time.

    Its audio ports are held for it until it reserves them, or until these settings are forgotten.
    """
    internal, external, trunk, event_socket, fsplug, fsplug_xml = ports_to_keep(6)
    rtp = _held_block()
    found = Ports(
        internal_port=internal,
        external_port=external,
        trunk_port=trunk,
        rtp_start=rtp,
        rtp_end=rtp + _RTP_BLOCKS.step - 2,
        event_socket_port=event_socket,
        event_socket_password=f"test-{random.getrandbits(64):016x}",
        fsplug_port=fsplug,
        ring_seconds=ring_seconds,
        log_level=log_level,
        fsplug_xml_port=fsplug_xml,
        fsplug_xml_password=f"test-{random.getrandbits(64):016x}",
    )
    weakref.finalize(found, _let_go, rtp, _held[rtp])
    return found


def _held_block() -> int:
    """The first of the ports for audio that no switch uses or has reserved, and that this process holds now."""
    taken = taken_ports()
    free = [one for one in _RTP_BLOCKS if taken.isdisjoint(range(one, one + _RTP_BLOCKS.step))]
    for block in random.sample(free, len(free)):
        # Another process may have been quicker.
        with suppress(OSError):
            _held[block] = _guard(block + _RTP_BLOCKS.step - 1)
            return block
    text = f"no {_RTP_BLOCKS.step} free ports from {_RTP_BLOCKS.start} to {_RTP_BLOCKS.stop}; end some switches"
    raise Unavailable("no-free-ports", text)


def _let_go(block: int, guard: socket.socket) -> None:
    if _held.get(block) is guard:
        del _held[block]
        guard.close()


def _guard(port: int) -> socket.socket:
    guard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        guard.bind(("127.0.0.1", port))
    except OSError:
        guard.close()
        raise
    return guard


def reserve(ports: Ports) -> socket.socket:
    """Reserve the audio ports for one switch until the returned socket is closed: an idle switch holds none of them.

    Unavailable if another process has reserved them.
    """
    held = _held.pop(ports.rtp_start, None)
    if held is not None:
        return held
    try:
        return _guard(ports.rtp_end + 1)
    except OSError as error:
        text = f"another switch has the audio ports {ports.rtp_start} to {ports.rtp_end}; end it, or choose others"
        raise Unavailable("ports-taken", text, rtp_start=ports.rtp_start, rtp_end=ports.rtp_end) from error
