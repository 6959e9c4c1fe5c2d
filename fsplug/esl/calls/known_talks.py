"""Talks in the switch's records that have their decision."""

from collections.abc import Sequence

from fsplug.esl.calls.seen_talks import SeenTalk
from fsplug.store.calls.witnessed import DecidedTalk


class KnownTalks:
    """The talks that have their decision, by their two legs in either order, and the parts in conferences."""

    def __init__(self, decisions: Sequence[DecidedTalk]) -> None:
        self.ids = {one.id for one in decisions}
        self._by_legs = {_legs(one.talk): one for one in decisions}
        self._decisions = decisions

    def of(self, talk: SeenTalk) -> list[DecidedTalk]:
        """The decision of this talk, if it has one; or all of this part's, which is decided whenever somebody comes.

        A decision that was made without events names the answerer's leg, not its uuid.
        """
        if talk.is_part:
            its = talk.name.removesuffix(f"{talk.ordinal}")
            return [one for one in self._decisions if one.talk.startswith(its)]
        by_name = f"{talk.caller.uuid}:{talk.answerer.name}:{talk.ordinal}"
        found = self._by_legs.get(_legs(talk.name)) or self._by_legs.get(_legs(by_name))
        return [found] if found else []


def _legs(talk: str) -> tuple[frozenset[str], str]:
    *legs, ordinal = talk.split(":")
    return frozenset(legs), ordinal
