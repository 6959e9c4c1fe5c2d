"""Keys pressed on a telephone, as RTP carries them (RFC 4733)."""

import random
import socket
import struct

EVENTS = "0123456789*#"
PAYLOAD_TYPE = 101
_STEP = 160


def press(host: str, port: int, key: str) -> None:
    """Send one key to where the switch listens for a call's audio."""
    stamp, sequence, source = (random.getrandbits(bits) for bits in (31, 15, 31))
    steps = [(length, False) for length in range(1, 6)] + [(6, True)] * 3
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        for number, (length, ends) in enumerate(steps):
            marker = 0x80 if number == 0 else 0
            head = struct.pack("!BBHII", 0x80, marker | PAYLOAD_TYPE, sequence + number, stamp, source)
            event = struct.pack("!BBH", EVENTS.index(key), 0x8A if ends else 0x0A, length * _STEP)
            line.sendto(head + event, (host, port))
