"""What the values of settings may be: each function reads one, and raises ValueError with what to give instead."""

import re
from pathlib import Path

from fsplug.errors import Invalid
from fsplug.policy.proxies import networks
from fsplug.policy.recording import phone_keys
from fsplug.store.audit import signing

SMTP_SECURITY = ("starttls", "tls", "none")
_DIGITS = re.compile(r"[0-9]{1,20}")


def text(value: object) -> str:
    """One line of text."""
    if not isinstance(value, str) or not value or "\n" in value:
        raise ValueError("give one line of text")
    return value


def path(value: object) -> Path:
    """An absolute path; `~` is the home of the user."""
    given = value if isinstance(value, Path) else Path(text(value))
    return given.expanduser().absolute()


def url(value: object) -> str:
    """The address of a site, without a path."""
    given = text(value)
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+/?", given):
        raise ValueError("give an address such as https://console.example")
    return given


def proxies(value: object) -> str:
    """Addresses and networks, separated by spaces."""
    given = text(value)
    networks(given)
    return given


def audit_keys(value: object) -> str:
    """Keys that sign the audit trail; the text of one that is malformed is not repeated."""
    given = text(value)
    try:
        signing.checked(given.split())
    except Invalid as error:
        raise ValueError(error.text) from None
    return given


def keys(value: object) -> str:
    """What is pressed on a phone in its call, as `phone_keys` reads it."""
    given = text(value)
    try:
        phone_keys.set_keys(given)
    except Invalid as error:
        raise ValueError(error.text) from None
    return given


def security(value: object) -> str:
    """How mail is sent: one of `SMTP_SECURITY`."""
    if value not in SMTP_SECURITY:
        raise ValueError(f"give {', '.join(SMTP_SECURITY)}")
    return str(value)


def port(value: object) -> int:
    """A TCP port."""
    return _between(value, 0, 65_535, "a TCP port")


def limit(value: object) -> int:
    """A number of calls."""
    return _between(value, 1, 100_000, "a number of calls")


def recordings(value: object) -> int:
    """A number of recordings."""
    return _between(value, 1, 100_000, "a number of recordings")


def number_of_bytes(value: object) -> int:
    """A number of bytes."""
    return _between(value, 0, 1 << 50, "a number of bytes")


def timeout(value: object) -> int:
    """Seconds, up to an hour."""
    return _between(value, 0, 3_600, "a number of seconds")


def long_timeout(value: object) -> int:
    """Seconds, up to a year."""
    return _between(value, 0, 31_536_000, "a number of seconds")


def yes_or_no(value: object) -> bool:
    """True or false."""
    said = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(said, bool):
        raise ValueError("give true or false")
    return said


def _between(value: object, least: int, most: int, what: str) -> int:
    is_whole = _DIGITS.fullmatch(value) if isinstance(value, str) else type(value) is int
    if not is_whole:
        raise ValueError(f"give {what}, a whole number")
    number: int = int(value)  # type: ignore[call-overload]  # it is text of digits, or an int
    if not least <= number <= most:
        raise ValueError(f"give {what} from {least} to {most}")
    return number
