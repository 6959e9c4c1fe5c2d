"""The dead man's switch of listen-in: FreeSWITCH hangs up all listeners unless fsplug keeps calling that off."""

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
        """Set a new guard, then call off the earlier one; if nobody listens, only call it off."""
        if needed:
            self._turn += 1
            self._switch.guard(self.owner, self._turn, GUARD_SECONDS)
            self._set = True
        elif self._set:
            self._switch.call_off_guard(self.owner, self._turn)
            self._set = False
