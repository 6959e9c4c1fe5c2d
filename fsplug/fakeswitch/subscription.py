"""Which events a client of the event socket asked for."""

import re
from urllib.parse import unquote

# The events that `myevents` includes in mod_event_socket.c: no RECORD_*, MEDIA_BUG_*, CALL_UPDATE or CHANNEL_HOLD.
MY_EVENTS = frozenset(
    """
    CHANNEL_ANSWER CHANNEL_APPLICATION CHANNEL_BRIDGE CHANNEL_CREATE CHANNEL_DATA CHANNEL_DESTROY CHANNEL_EXECUTE
    CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_ORIGINATE CHANNEL_UUID
    CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_STATE CHANNEL_UNBRIDGE
    CHANNEL_UNPARK DETECTED_SPEECH DTMF NOTALK TALK
    """.split()  # noqa: SIM905
)
KNOWN_EVENTS = MY_EVENTS | frozenset(
    """
    CUSTOM CHANNEL_CALLSTATE CHANNEL_HOLD CHANNEL_UNHOLD CALL_UPDATE RECORD_START RECORD_STOP MEDIA_BUG_START
    MEDIA_BUG_STOP PLAYBACK_START PLAYBACK_STOP BACKGROUND_JOB HEARTBEAT RELOADXML SHUTDOWN STARTUP API COMMAND
    MODULE_LOAD MODULE_UNLOAD RE_SCHEDULE CODEC LOG MESSAGE PRESENCE_IN PRESENCE_OUT SESSION_HEARTBEAT
    GENERAL NOTIFY TRAP CALL_DETAIL CONFERENCE_DATA
    """.split()  # noqa: SIM905
)


class Subscription:
    """The subscribed events by name, CUSTOM events by subclass, and the filters.

    With filters, an event must pass one that is not negative, and no negative one (`-VALUE`). `/EXPRESSION/` is looked
    for in a value.
    """

    def __init__(self) -> None:
        self.on = False
        self._everything = False
        self._names: set[str] = set()
        self._subclasses: set[str] = set()
        self._filters: list[tuple[str, str]] = []
        self._only_uuid = ""

    def add(self, words: list[str]) -> bool:
        """`event plain NAMES...`: every word after CUSTOM is a subclass. False when no event is named."""
        known = 0
        custom = False
        for word in words:
            name = word.upper()
            if custom:
                self._subclasses.add(word)
            elif name == "ALL":
                self._everything = True
                known += 1
            elif name in KNOWN_EVENTS:
                self._names.add(name)
                known += 1
                custom = name == "CUSTOM"
        self.on |= bool(known)
        return bool(known)

    def remove(self, words: list[str]) -> bool:
        """`nixevent NAMES...`."""
        names = {word.upper() for word in words}
        if "ALL" in names:
            self._names.clear()
        elif self._everything:
            self._names = set(KNOWN_EVENTS)
        self._everything = False
        self._names -= names
        self._subclasses -= set(words)
        return bool(names)

    def clear(self) -> None:
        """`noevents`."""
        self.on = self._everything = False
        self._names.clear()
        self._subclasses.clear()

    def mine(self, uuid: str) -> None:
        """`myevents`: the events of one channel."""
        self.on = True
        self._names |= MY_EVENTS
        self._only_uuid = uuid

    def filter(self, name: str, value: str) -> None:
        self._filters.append((name, value))

    def unfilter(self, name: str, value: str) -> None:
        """Drop the filters of this header (and value, where one is given); `all` drops every one."""
        self._filters = [
            each
            for each in self._filters
            if name.lower() != "all" and (each[0] != name or (value and each[1] != value))
        ]

    def wants(self, name: str, subclass: str) -> bool:
        if not self.on:
            return False
        if self._everything:
            return True
        return name in self._names and (name != "CUSTOM" or not subclass or subclass in self._subclasses)

    def passes(self, event: str) -> bool:
        """Whether an event, as written, passes the filters."""
        if self._only_uuid and f"\nUnique-ID: {self._only_uuid}\n" not in event:
            return False
        is_passed = not self._filters
        for name, value in self._filters:
            is_wanted = not value.lstrip(" +").startswith("-")
            if (is_passed and is_wanted) or not _has(event, name, value):
                continue
            if not is_wanted:
                return False
            is_passed = True
        return is_passed


def _has(event: str, name: str, value: str) -> bool:
    _, is_there, rest = f"\n{event}".partition(f"\n{name}: ")
    found, wanted = unquote(rest.partition("\n")[0]), value.lstrip(" +-")
    if not is_there:
        return False
    if value.startswith("/"):
        return re.search(wanted.strip("/"), found) is not None
    return found.casefold() == wanted.casefold()
