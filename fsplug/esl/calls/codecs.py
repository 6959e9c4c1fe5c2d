"""A phone that changes its codec during a recorded talk (re-INVITE).

FreeSWITCH 1.11.1 opens a file with the sample rate of its leg's speech, and goes on writing to it at any other rate:
after PCMA, G.722 is written at half its speed. So what follows the change is another file of the same talk.
"""

from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.live_recording import Stage
from fsplug.esl.calls.recorder import RATE, Recorder
from fsplug.esl.protocol.event import Event


class Codecs:
    """Keeps recordings at the rate of what is said."""

    def __init__(self, book: CallBook, recorder: Recorder) -> None:
        self._book = book
        self._recorder = recorder

    def changed(self, event: Event) -> None:
        """CODEC: this leg's codec was set, to the same one or another."""
        channel = self._book.channels.get(event.uuid)
        rate = event.get(RATE)
        for recording in self._book.recordings_on(channel) if channel is not None and rate else ():
            is_another = recording.rate not in ("", rate)
            if is_another and recording.stage is Stage.RUNNING and recording.decision and not recording.is_renewed:
                self._recorder.renew(recording)
