"""What an inbound link reports, in order, and how quickly it gives up and dials again here."""

from fsplug.esl.protocol.link import Pace
from fsplug.esl.protocol.wire import Event
from tests.esl.peers import Switch

QUICK = Pace(answer=0.5, first_retry=0.01, last_retry=0.04, refused_retry=0.2, idle=5.0, probe=0.1)
DOUBTFUL = Pace(answer=0.5, first_retry=0.01, last_retry=0.04, refused_retry=0.2, idle=0.05, probe=0.1)


class Diary:
    """What a link told, in order."""

    def __init__(self) -> None:
        self.reported: list[str] = []

    def event(self, event: Event) -> None:
        self.reported.append(event.get("N") or event.name)

    def up(self) -> None:
        self.reported.append("up")

    def down(self, reason: str) -> None:
        self.reported.append(f"down {reason}")


def emit(switch: Switch, *numbers: object) -> None:
    for number in numbers:
        switch.emit({"Event-Name": "CHANNEL_ANSWER", "N": str(number)})
