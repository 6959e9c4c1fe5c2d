"""Whom a party names in mid-call (SIP UPDATE): a number that is never recorded counts from then on, and for this talk.

FreeSWITCH 1.11.1 reports an UPDATE within 20 ms, as CALL_UPDATE with the direction RECV of its leg;
with the direction SEND, what it has told the other leg. Whom a re-INVITE names, it does not report. Whom a user's
phone names does not count: its user is who proved its password (`leg_of`).
"""

from fsplug.errors import FsplugError
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.conferences import Conferences
from fsplug.esl.calls.disarming import Disarmer
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.protocol.event import Event
from fsplug.outage_log import outage_log
from fsplug.policy.recording.verdict import excluded_number


class Renaming:
    """Takes back what is armed or recorded for somebody who turns out to be another."""

    def __init__(
        self, book: CallBook, policy: PolicySource, recorder: Recorder, disarmer: Disarmer, conferences: Conferences
    ) -> None:
        self._book = book
        self._policy = policy
        self._recorder = recorder
        self._disarmer = disarmer
        self._conferences = conferences
        self._trouble = outage_log("no-verdict-on-a-new-name")

    def heard(self, event: Event) -> None:
        """CALL_UPDATE."""
        if event.get("Direction") == "RECV" and event.uuid in self._book.channels:
            self.judge(self._book.see(leg_of(event)))

    def judge(self, channel: Channel) -> None:
        """Whatever this leg is armed or recorded for must not be, if it names a number that is never recorded."""
        try:
            self._disarmer.caller_named(channel.leg)
            self._judge_talk(channel)
            self._conferences.named(channel)
        except FsplugError as error:
            self._trouble.failed(error.code, "error", leg=channel.leg.uuid, error=error.text)
            return
        self._trouble.worked()

    def _judge_talk(self, channel: Channel) -> None:
        partner, recording = self._book.partner_of(channel), self._book.recording_of(channel)
        if partner is None or recording is None:
            return
        call = self._book.calls.get(recording.call)
        version = call.version if call else self._policy.version(recording.company)
        snapshot = self._policy.snapshot(recording.company, version)
        if not snapshot.excluded:
            return
        talk = self._policy.talk(channel.leg, partner.leg, recording.company, version)
        if excluded_number(talk, snapshot):
            self._recorder.forbid(recording)
