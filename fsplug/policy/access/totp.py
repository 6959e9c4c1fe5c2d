"""One-time codes of an authenticator app: RFC 6238 with SHA-1, six digits and steps of 30 s, which every app knows."""

import base64
import hashlib
import hmac
import secrets
import struct
from collections.abc import Collection
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
# The code of the step before or after is accepted too: clocks differ, and people type slowly.
DRIFT_STEPS = 1
_SECRET_BYTES = 20


def new_secret() -> str:
    """A random secret, in base32."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def code(secret: str, step: int) -> str:
    """The code of one step (RFC 4226, 5.3)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[offset : offset + 4])
    return f"{(number & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, typed: str, now: float, used: Collection[int]) -> int | None:
    """The step whose code this is, or None.

    The code of a `used` step is never accepted again, whatever the clock says, nor one from before a used step. Used
    steps that lie in the future tell of a clock that was ahead: only their own codes are refused for them.
    """
    typed = "".join(typed.split())
    here = int(now) // STEP_SECONDS
    last = max((step for step in used if step <= here + DRIFT_STEPS), default=-1)
    steps = range(max(here - DRIFT_STEPS, last + 1, 0), here + DRIFT_STEPS + 1)
    fitting = [step for step in steps if hmac.compare_digest(code(secret, step).encode(), typed.encode())]
    return fitting[0] if fitting else None


def uri(secret: str, company: str, email: str) -> str:
    """The otpauth URI that sets up an app, as a link or a QR code."""
    label = quote(f"fsplug {company}:{email}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': f'fsplug {company}'})}"
