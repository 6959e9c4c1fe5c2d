"""What people were told or asked about being recorded becomes rows of the ledger, whoever tells of it: the leg when
it asks for somebody, is bridged or ends, or the switch's own record of it.
"""

from collections.abc import Iterable

from fsplug.esl.calls.ports import Ports
from fsplug.policy.consent import Played, played
from fsplug.policy.recording.legs import Leg, identified
from fsplug.store.calls.conversation_entries import ConsentTaken


class Consents:
    """Writes each prompt that a leg heard. A row has the same id and the same values however often it is written."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        # How many prompts are written of each leg that lives.
        self._written: dict[str, int] = {}

    def heard(self, leg: Leg) -> None:
        """This leg is in no prompt now: write what it has heard, and what came of it."""
        if not leg.consents:
            return
        known = self._written.get(leg.uuid, 0)
        found = played(leg.consents)
        self._written[leg.uuid] = len(found)
        for number, one in enumerate(found[known:], known):
            self._ports.write(self._row(leg, number, one))

    def ended(self, leg: Leg) -> None:
        """This leg is over."""
        self.heard(leg)
        self._written.pop(leg.uuid, None)

    def _row(self, leg: Leg, number: int, one: Played) -> ConsentTaken:
        who = identified(leg, one.company)
        is_ours = who.company in ("", one.company)
        return ConsentTaken(
            id=f"{leg.uuid}-consent-{number}",
            company=one.company,
            call=leg.call or leg.uuid,
            leg=leg.uuid,
            number=next(iter(who.numbers), ""),
            user=(who.username or None) if is_ours else None,
            form=one.form,
            result=one.result,
            at=one.at,
            until=one.until,
            ivr=one.ivr,
            languages=one.languages,
            hashes=one.hashes,
            prompt=self._text(one.hashes),
            pressed=one.key,
        )

    def _text(self, hashes: Iterable[str]) -> str:
        return "\n".join(text for text in map(self._ports.said, hashes) if text)
