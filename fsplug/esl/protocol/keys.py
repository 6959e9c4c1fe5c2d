"""How the switch listens for the keys of a phone, and what it says of them (mod_dptools, FreeSWITCH 1.11.1)."""

from fsplug.errors import Invalid

# The class of the events, and the header that has the key.
KEY_EVENTS, KEY = "fsplug::key", "Fsplug-Key"
LISTEN = "bind_digit_action"


def binding(key: str) -> str:
    """For the application `LISTEN`: tell fsplug by an event whenever a star and this key are pressed on the leg."""
    if key not in frozenset("0123456789"):
        raise Invalid("bad-key", f"{key!r} is not a key from 0 to 9")
    return f"fsplug,*{key},exec[i]:event,^^;Event-Name=CUSTOM;Event-Subclass={KEY_EVENTS};{KEY}={key}"
