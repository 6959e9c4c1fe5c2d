"""The dead man's handle of listen-in: the switch hangs up all listeners, unless fsplug calls it off again and again."""

from fsplug.esl.switch import Switch

# The switch counts whole seconds: it hangs up this long after the last turn, or up to a second sooner.
GUARD_SECONDS = 4


class ListenGuard:
    """One guard for all listeners of this process; `owner` marks their legs. Call `keep` every second."""

    def __init__(self, switch: Switch, owner: str) -> None:
        self._switch = switch
        self._turn = 0
        self._set = False
        self.owner = owner

    def keep(self, needed: bool) -> None:
        """Set the guard anew, before the one before is called off; or call it off when nobody listens."""
        if needed:
            self._turn += 1
            self._switch.guard(self.owner, self._turn, GUARD_SECONDS)
            self._set = True
        elif self._set:
            self._switch.call_off_guard(self.owner, self._turn)
            self._set = False
