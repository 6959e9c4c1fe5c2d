"""A phone's audio: it sends a tone as RTP every 20 ms, and keeps everything it receives, with the time of arrival."""

import random
import socket
import struct
import threading
import time
from contextlib import suppress

import numpy as np

from fsplug.lab.tone import SAMPLE_RATE, alaw_tone

HOST = "127.0.0.1"
_FRAME = 160
_FRAME_SECONDS = _FRAME / SAMPLE_RATE
# How many frames a key is sent for: five while it is pressed, and its end twice.
_KEY_STEPS = 7
_ALAW, _EVENTS = 8, 101
_SILENCE = b"\xd5" * _FRAME
_KEYS = "0123456789*#"


def _alaw_table() -> np.ndarray:
    codes = np.arange(256) ^ 0x55
    mantissa, exponent = codes & 0x0F, (codes >> 4) & 0x07
    level = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(codes & 0x80, level, -level).astype(np.int16)


_TABLE = _alaw_table()


class Voice:
    """One RTP port. `towards` is the address it sends to; with `silent` it sends silence."""

    def __init__(self, hertz: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self.towards: tuple[str, int] | None = None
        self.silent = False
        # When its tone was sent last, in epoch seconds.
        self.spoke_at = 0.0
        self._tone = alaw_tone(hertz) if hertz else b""
        self._heard: list[tuple[float, bytes]] = []
        self.events: list[tuple[float, int]] = []
        # Packets that never came, counted by the sequence numbers of the others.
        self.missing = 0
        self._latest: int | None = None
        self._stopped = False
        self._closed = False
        self._keys: list[str] = []
        # The keys it has sent, each with the time of its first packet, on the monotonic clock.
        self.pressed: list[tuple[float, str]] = []
        self._sender: threading.Thread | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self) -> None:
        """Begin to send."""
        if self._sender is None:
            self._sender = threading.Thread(target=self._speak, daemon=True)
            self._sender.start()

    def stop(self) -> None:
        """Stop sending; the port still receives."""
        self._stopped = True

    def close(self) -> None:
        """Stop sending and receiving."""
        self._stopped = self._closed = True
        self._socket.close()

    def press(self, key: str) -> None:
        """Send a key after the keys before it."""
        self._keys.append(key)

    def heard(self, since: float = 0.0, until: float = float("inf")) -> np.ndarray:
        """The samples that came in this span of the monotonic clock."""
        frames = [payload for at, payload in list(self._heard) if since <= at < until]
        return _TABLE[np.frombuffer(b"".join(frames), np.uint8)] if frames else np.zeros(0, np.int16)

    def level(self, hertz: int, since: float = 0.0, until: float = float("inf")) -> float:
        """The level of this tone in that span: dB below a full-scale sine; -120 if there is none."""
        return level(self.heard(since, until), hertz)

    def loudness(self) -> list[tuple[float, int]]:
        """The largest sample of every frame, with the time of arrival."""
        return [(at, int(np.abs(_TABLE[np.frombuffer(payload, np.uint8)]).max())) for at, payload in list(self._heard)]

    def packets(self, since: float) -> int:
        """The number of frames that came since then."""
        return sum(1 for at, _ in list(self._heard) if at >= since)

    @property
    def last_heard_at(self) -> float:
        """The time of the latest frame; 0 if none has come."""
        return self._heard[-1][0] if self._heard else 0.0

    def _listen(self) -> None:
        while not self._closed:
            try:
                packet = self._socket.recv(2048)
            except TimeoutError:
                continue
            except OSError:
                return
            kind = packet[1] & 0x7F
            if kind == _ALAW:
                self._count(int.from_bytes(packet[2:4], "big"), begins=bool(packet[1] & 0x80))
                self._heard.append((time.monotonic(), packet[12:]))
            elif kind == _EVENTS:
                self.events.append((time.monotonic(), packet[12]))

    def _count(self, number: int, begins: bool) -> None:
        if self._latest is not None and not begins:
            self.missing += max(0, (number - self._latest) % 65_536 - 1)
        self._latest = number

    def _speak(self) -> None:
        source, number, stamp = random.getrandbits(32), random.getrandbits(15), random.getrandbits(31)
        due, offset = time.monotonic(), 0
        while not self._stopped:
            if self._keys:
                number = self._send_key(self._keys.pop(0), source, number, stamp)
                # The key took its time, in which nothing is said.
                stamp, due = stamp + _KEY_STEPS * _FRAME, due + _KEY_STEPS * _FRAME_SECONDS
            speaks = bool(self._tone) and not self.silent
            self._send(_ALAW, self._tone[offset : offset + _FRAME] if speaks else _SILENCE, source, number, stamp)
            self.spoke_at = time.time() if speaks else self.spoke_at
            number, stamp, offset = number + 1, stamp + _FRAME, (offset + _FRAME) % SAMPLE_RATE
            due += _FRAME_SECONDS
            time.sleep(max(0.0, due - time.monotonic()))

    def _send_key(self, key: str, source: int, number: int, stamp: int) -> int:
        self.pressed.append((time.monotonic(), key))
        for step in range(1, _KEY_STEPS + 1):
            end = 0x80 if step > 5 else 0
            payload = struct.pack("!BBH", _KEYS.index(key), 10 | end, step * _FRAME)
            self._send(_EVENTS, payload, source, number, stamp)
            number += 1
            time.sleep(_FRAME_SECONDS)
        return number

    def _send(self, kind: int, payload: bytes, source: int, number: int, stamp: int) -> None:
        if self.towards is not None:
            head = struct.pack("!BBHII", 0x80, kind, number & 0xFFFF, stamp & 0xFFFFFFFF, source)
            with suppress(OSError):
                self._socket.sendto(head + payload, self.towards)


def level(samples: np.ndarray, hertz: int) -> float:
    """The level of a tone in these samples: dB below a full-scale sine; -120 if there is none."""
    if len(samples) < _FRAME:
        return -120.0
    window = np.kaiser(len(samples), 12)
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / SAMPLE_RATE)
    amplitude = 2 * abs(np.sum(samples * window * turns)) / np.sum(window)
    return float(max(-120.0, 20 * np.log10(max(amplitude, 1e-9) / 32_768)))
