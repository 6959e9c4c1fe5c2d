"""Who has stopped their recording in a conversation: no later part of theirs in it is recorded.

The switch keeps it in one channel variable (`STOPPED`) of each leg of the conversation, as `USER@COMPANY` with `:`
between. So it goes where the legs go, whichever process of fsplug decides what follows.
"""

STOPPED = "fsplug_stopped"
_PARTED = ":"


def stopped_also(stopped: str, username: str, company: str) -> str:
    """The text of `STOPPED` once this user has stopped, too."""
    return _PARTED.join(dict.fromkeys(filter(None, (*stopped.split(_PARTED), f"{username}@{company}"))))


def stopped_in(stopped: str, company: str) -> tuple[str, ...]:
    """The users of this company that the text of `STOPPED` names."""
    named = (one.rpartition("@") for one in stopped.split(_PARTED))
    return tuple(username for username, _, domain in named if username and domain == company)
