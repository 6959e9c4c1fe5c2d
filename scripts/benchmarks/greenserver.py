"""`python -m benchmarks.greenserver PORT FOLDER`: records every call with greenswitch, as its README shows."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from typing import Any  # noqa: E402

from greenswitch import OutboundESLServer  # noqa: E402
from greenswitch.esl import OutboundSessionHasGoneAway  # noqa: E402

DIALS = "user/1001@acme.example"
MOST_CALLS = 2_000


class Recorder:
    """One call: it is bridged, and recorded once it is answered."""

    folder = ""

    def __init__(self, session: Any) -> None:
        self.session = session

    def run(self) -> None:
        try:
            self.handle_call()
        except OutboundSessionHasGoneAway:
            pass
        finally:
            self.session.stop()

    def handle_call(self) -> None:
        self.session.connect()
        self.session.myevents()
        self.session.register_handle("CHANNEL_ANSWER", self.record)
        self.session.call_command("bridge", DIALS, block=True)

    def record(self, event: Any) -> None:
        self.session.call_command("record_session", f"{self.folder}/{event.headers['Unique-ID']}.wav")


def main() -> None:
    port, Recorder.folder = sys.argv[1:]
    OutboundESLServer("127.0.0.1", int(port), application=Recorder, max_connections=MOST_CALLS).listen()


if __name__ == "__main__":
    main()
