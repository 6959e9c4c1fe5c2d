"""A sine tone as G.711 A-law, so that a recording shows who spoke on which channel."""

import math
from functools import cache

SAMPLE_RATE = 8000
_LOUDNESS = 8000


@cache
def alaw_tone(hertz: int) -> bytes:
    """One second of this tone; whole hertz, so that it repeats without a click."""
    angle = 2 * math.pi * hertz / SAMPLE_RATE
    return bytes(_alaw(round(_LOUDNESS * math.sin(angle * sample))) for sample in range(SAMPLE_RATE))


def _alaw(sample: int) -> int:
    """One 16 bit sample by ITU-T G.711, table 1a: sign, exponent, mantissa, with the even bits inverted."""
    sign = 0x80 if sample >= 0 else 0
    level = (sample if sample >= 0 else ~sample) >> 4
    exponent = max(level.bit_length() - 4, 0)
    mantissa = (level >> max(exponent - 1, 0)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
