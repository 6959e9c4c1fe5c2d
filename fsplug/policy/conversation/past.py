"""Which calls of the past are one conversation, as far as their talks tell it: a talk names the legs it was between."""

from dataclasses import dataclass

# Nobody is on one leg for longer.
LONGEST_SECONDS = 12 * 3_600.0
_TAKEN_BETWEEN_CLEARINGS = 1_000


@dataclass(frozen=True, slots=True)
class PastTalk:
    """A decided talk of a call: its two legs, or a leg and a conference (`is_conference`), and the users in it.

    `caller` is the caller's username, None for somebody outside.
    """

    at: float
    call: str
    legs: tuple[str, str]
    caller: str | None
    users: frozenset[str]
    is_conference: bool = False


class PastTalks:
    """Takes in a company's talks, the oldest first.

    A leg that is in talks of two calls joins them if it placed one of the two: it was transferred, or bridged with
    another. If it placed neither, it was connected (attended transfer), or it is that of a queue's agent who serves one
    customer after the other. It was connected if whoever called it had talked in the other call before.
    """

    def __init__(self) -> None:
        self._latest: dict[str, PastTalk] = {}
        self._users: dict[str, tuple[float, frozenset[str]]] = {}
        self._taken = 0

    def take(self, talk: PastTalk) -> frozenset[str]:
        """The earlier calls that are of one conversation with this talk's."""
        self._clear(talk.at)
        before = [(leg, self._latest[leg]) for leg in talk.legs if leg in self._latest]
        joined = {one.call for leg, one in before if one.call != talk.call and self._joins(leg, one, talk)}
        self._latest.update(dict.fromkeys(talk.legs, talk))
        _, users = self._users.get(talk.call, (0.0, frozenset[str]()))
        self._users[talk.call] = talk.at, users | talk.users
        return frozenset(joined)

    def _joins(self, leg: str, before: PastTalk, talk: PastTalk) -> bool:
        if leg in (before.call, talk.call) or (before.is_conference and talk.is_conference):
            return True
        _, users = self._users.get(talk.call, (0.0, frozenset[str]()))
        return before.caller in users

    def _clear(self, now: float) -> None:
        """Forget what is too long ago, from time to time."""
        self._taken += 1
        if self._taken % _TAKEN_BETWEEN_CLEARINGS == 0:
            oldest = now - LONGEST_SECONDS
            self._latest = {leg: one for leg, one in self._latest.items() if one.at >= oldest}
            self._users = {call: one for call, one in self._users.items() if one[0] >= oldest}
