"""Takes up the calls of an earlier process, and keeps the switch's events in order meanwhile."""

from collections.abc import Callable

from fsplug.errors import Unavailable
from fsplug.esl.protocol.event import Event
from fsplug.esl.switch import Switch

_OTHER_LEGS = ("Other-Leg-Unique-ID", "Bridge-A-Unique-ID", "Bridge-B-Unique-ID", "variable_fsplug_call")


def once_written(is_written: Callable[[], bool], restore: Callable[[], None]) -> Callable[[], None]:
    """`restore`, done once what this process has noted is in the store, such as since when fsplug was away.

    Unavailable("store-behind") until then.
    """

    def restored() -> None:
        if not is_written():
            raise Unavailable("store-behind", "what was noted before is not yet in the store")
        restore()

    return restored


class TakeUp:
    """Passes events to `see`; `restore` takes up the calls of an earlier process.

    Until the calls of an earlier process are taken up, their events cannot be understood, and wait. They are in the
    store: while that is away, the events of calls that began since are passed on, and the earlier calls' go on waiting.
    """

    def __init__(self, restore: Callable[[], None], switch: Switch, see: Callable[[Event], None]) -> None:
        self._restore = restore
        self._switch = switch
        self._see = see
        self._waiting: list[Event] = []
        self._earlier: frozenset[str] | None = None
        self.is_done = False

    def event(self, event: Event) -> None:
        """Pass the event on, now or later."""
        if self.is_done or self._is_new(event):
            self._see(event)
        else:
            self._waiting.append(event)

    def run(self) -> None:
        """Take the calls up. Unavailable if the switch or the store does not answer; then call it again."""
        try:
            self._restore()
        except Unavailable:
            if self._earlier is None:
                self._earlier = self._switch.legs()
                self._pass_on()
            raise
        self.is_done = True
        self._pass_on()

    def _pass_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self.event(event)

    def _is_new(self, event: Event) -> bool:
        """Whether it is known that the event concerns no call of an earlier process."""
        if self._earlier is None:
            return False
        legs = {event.uuid, *(event.get(name) or "" for name in _OTHER_LEGS)}
        return self._earlier.isdisjoint(legs)
