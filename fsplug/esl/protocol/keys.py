"""How the switch listens for the keys of a phone, and what it says of them (mod_dptools, FreeSWITCH 1.11.1)."""

# The class of the events, and the header that says which key it was, as `policy.recording.phone_keys` names them.
KEY_EVENTS, KEY = "fsplug::key", "Fsplug-Key"
LISTEN = "bind_digit_action"


def binding(key: str, presses: str) -> str:
    """For the application `LISTEN`: tell fsplug of this key by an event whenever this is pressed on the leg."""
    return f"fsplug,{presses},exec[i]:event,^^;Event-Name=CUSTOM;Event-Subclass={KEY_EVENTS};{KEY}={key}"
