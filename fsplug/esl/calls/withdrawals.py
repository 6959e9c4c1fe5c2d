"""Consents that are withdrawn in the call: its recordings are stopped and destroyed, and there are no more of it.

The legs of whoever withdraws are marked on the switch: no later talk of theirs in this company is recorded,
whichever process of fsplug decides it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.disarming import Disarmer
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.live_recording import Stage
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.policy.consent import WITHDRAWN_IN, Consent, Form, Result, withdrawn_also
from fsplug.policy.recording.legs import identified
from fsplug.store.calls import consents
from fsplug.store.calls.conversation_entries import ConsentTaken
from fsplug.store.db.database import Store

log = structlog.get_logger()

CAUSE = "consent-withdrawn"
_DETAIL = "the consent to the recording was withdrawn; what had been recorded of the call was destroyed"


class Withdrawals:
    """Carries withdrawals out on the switch. What is in the store goes with their rows (`store.calls.withdrawals`)."""

    def __init__(self, store: Store, book: CallBook, recorder: Recorder, disarmer: Disarmer, ports: Ports) -> None:
        self._store = store
        self._book = book
        self._recorder = recorder
        self._disarmer = disarmer
        self._ports = ports

    def have_heard(self, company: str, legs: Iterable[Channel]) -> bool:
        """Whether anybody on these legs was told by this company of a recording, or agreed to one."""
        said = [(one.leg.consent(company), one.leg.is_told(company)) for one in legs]
        return any(told or consent == Consent.YES for consent, told in said)

    def are_done(self, company: str, by: Channel, legs: Iterable[Channel]) -> bool:
        """Whether the consent of all on the other legs is withdrawn."""
        whom = _others(by, legs)
        return bool(whom) and all(one.leg.consent(company) == Consent.WITHDRAWN for one in whom)

    def withdraw(self, calls: Sequence[Call], by: Channel, legs: Iterable[Channel], how: str) -> None:
        """The user on the leg `by` withdraws the consent of those on the other legs to the recording of these calls,
        which are one conversation. Unavailable if the switch does not answer; what is written down holds all the same.
        """
        company, whom = calls[0].company, _others(by, legs)
        for one in whom:
            # First what is known for ever: whatever happens next, it is carried out after a restart, too.
            self._write(one, calls[0], identified(by.leg, company).username, how)
        self._carry_out(company, calls, whom)

    def take_up(self) -> None:
        """After a restart: what was withdrawn in a call that goes on holds."""
        for row in consents.withdrawn(self._store, list(self._book.calls)):
            call, channel = self._book.calls[row.call], self._book.channels.get(row.leg)
            its = call.conversation.calls if call.conversation is not None else (call.id,)
            calls = [self._book.calls[one] for one in its if one in self._book.calls]
            ours = [one for one in calls if row.company in one.companies]
            try:
                self._carry_out(row.company, ours, [channel] if channel else [])
            except Unavailable as error:
                log.error("withdrawal-not-carried-out", call=call.id, error=error.text)

    def _carry_out(self, company: str, calls: Sequence[Call], whom: Sequence[Channel]) -> None:
        """Stop and destroy what this company records of these calls. What another company records is not its."""
        ids = {one.id for one in calls}
        for one in whom:
            one.leg = replace(one.leg, withdrawn_in=withdrawn_also(one.leg.withdrawn_in, company))
        for call in [one for one in calls if one.company == company]:
            self._disarmer.disarm_all(call)
        for recording in [one for one in self._book.recordings.values() if one.company == company]:
            if recording.call in ids and (recording.decision or recording.stage is Stage.RUNNING):
                self._recorder.forbid(recording, CAUSE, _DETAIL)
        for one in whom:
            self._ports.switch.mark(one.leg.uuid, {WITHDRAWN_IN: one.leg.withdrawn_in})

    def _write(self, channel: Channel, call: Call, by: str, how: str) -> None:
        leg = identified(channel.leg, call.company)
        is_ours = leg.company in ("", call.company)
        self._ports.write(
            ConsentTaken(
                id=f"{leg.uuid}-{call.company}-withdrawn",
                company=call.company,
                call=call.id,
                leg=leg.uuid,
                number=next(iter(leg.numbers), ""),
                user=(leg.username or None) if is_ours else None,
                form=Form.WITHDRAWAL,
                result=Result.WITHDRAWN,
                at=self._ports.clock(),
                by_user=by,
                door=how,
            )
        )


def _others(by: Channel, legs: Iterable[Channel]) -> list[Channel]:
    """For whom the user on the leg `by` withdraws. Whoever serves a queue talks to the next caller, too."""
    others = [one for one in legs if one is not by]
    return [one for one in others if not one.leg.serves] or others
