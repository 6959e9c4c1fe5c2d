"""The keys on the phone: whoever is recorded starts, keeps, pauses and stops their recording.

The switch listens for them on the user's own leg alone, tells fsplug of each, and hands none of them on: nobody hears
them (mod_dptools, bind_digit_action, FreeSWITCH 1.11.1). Keys that belong to no binding go to the other side as before.
A phone must send them as RFC 4733 events or SIP INFO, and not in its sound.
"""

from collections.abc import Mapping

import structlog

from fsplug.errors import FsplugError, Unavailable
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.control import Control
from fsplug.esl.calls.live_recording import Recording
from fsplug.esl.calls.ports import Ports
from fsplug.esl.protocol.event import Event
from fsplug.esl.protocol.keys import KEY, KEY_EVENTS
from fsplug.policy.recording.control import ControlTerms, keys_of
from fsplug.policy.recording.legs import is_users
from fsplug.policy.recording.phone_keys import Key

log = structlog.get_logger()


class Keys:
    """Has the switch listen for keys where the terms let them do something, and does what is pressed.

    `presses` has what is pressed for each key; there is no other.
    """

    def __init__(self, book: CallBook, control: Control, ports: Ports, presses: Mapping[Key, str]) -> None:
        self._book = book
        self._control = control
        self._ports = ports
        self._presses = presses

    def listen(self, recording: Recording) -> None:
        """The talk of this recording has begun. Its legs are known in a moment."""
        if self._useful(recording):
            self._ports.later(0, self._listen, recording)

    def see(self, event: Event) -> None:
        """An event of the switch, which may be that of a key. What is pressed on a leg that is not recorded does
        nothing.
        """
        if event.name != "CUSTOM" or event.subclass != KEY_EVENTS:
            return
        key = event.get(KEY)
        channel = self._book.channels.get(event.uuid) if key in set(Key) else None
        recording = self._book.recording_of(channel) if channel is not None else None
        if channel is not None and recording is not None and _is_own(channel, recording):
            self._ports.later(0, self._pressed, recording, Key(key or ""))

    def _listen(self, recording: Recording) -> None:
        own = self._own(recording)
        if own is None:
            return
        # What an earlier talk of the leg has bound stays bound.
        for key in self._useful(recording):
            if key not in own.keys:
                own.keys.add(key)
                try:
                    self._ports.switch.listen_for(own.leg.uuid, key, self._presses[key])
                except Unavailable as error:
                    own.keys.discard(key)
                    log.error("key-not-bound", leg=own.leg.uuid, key=key, error=error.text)

    def _useful(self, recording: Recording) -> list[Key]:
        return [key for key in keys_of(ControlTerms.of(recording.terms)) if key in self._presses]

    def _own(self, recording: Recording) -> Channel | None:
        its = (one for one in self._book.channels.values() if one.recording == recording.id)
        return next((one for one in its if _is_own(one, recording)), None)

    def _pressed(self, recording: Recording, key: Key) -> None:
        try:
            self._control.press(key, recording.company, recording.call, recording.user or "")
        except FsplugError as refusal:
            log.info("key-refused", call=recording.call, user=recording.user, key=key, reason=refusal.code)


def _is_own(channel: Channel, recording: Recording) -> bool:
    """Whether the recorded user is on this leg."""
    return recording.user is not None and is_users(channel.leg, recording.company, recording.user)
