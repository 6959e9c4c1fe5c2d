"""The agent's hand on the recording of a call that goes on: what the gate allows is done, whichever door asks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fsplug.errors import Refused
from fsplug.esl.calls.acts import Acts
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.live_call import Call
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.recording_reports import LIMIT_REACHED
from fsplug.policy.recording import control, withdrawal
from fsplug.policy.recording.control import Act, By, ControlRequest, ControlTerms, Reason, act_of, refusal, refusals
from fsplug.policy.recording.legs import is_users
from fsplug.policy.recording.own_call import OwnCall
from fsplug.policy.recording.phone_keys import Key
from fsplug.policy.terms import DEFAULT_TERMS
from fsplug.words.control import why_not

Answer = dict[str, Any]


class Control:
    """Asks the gate and does what it lets through. `language` gives the language of a company.

    `on_change` is called with the company in whose call something was done.
    """

    def __init__(self, book: CallBook, acts: Acts, language: Callable[[str], str]) -> None:
        self._book = book
        self._acts = acts
        self._pauses = acts.pauses
        self._language = language
        self.on_change: Callable[[str], None] = lambda company: None

    def do(self, act: Act, company: str, call: str, username: str, how: By) -> Answer:
        """Do this to the call of this id, or to the conversation, by the door `how`.

        A pause answers {"until": when it ends by itself}, its end {"paused": whether the call still is}, every other
        act {}. Refused with the gate's code; Unavailable if the switch did not do it.
        """
        found, channel = self._let_through(act, company, call, username)
        match act:
            case Act.PAUSE:
                return {"until": self._pauses.pause(found, username, channel.leg.uuid, how).due_at}
            case Act.RESUME:
                self._pauses.end(self._theirs(found, username))
                return {"paused": bool(self._pauses.of(found))}
        for recording in [one for one in self._own(found, username) if _takes(act, one)]:
            self._acts.do(act, found, channel, recording, how)
        if act is Act.STOP:
            self._acts.never_again(username, company, self._legs(found))
        self.on_change(company)
        return {}

    def press(self, key: Key, company: str, call: str, username: str) -> Answer:
        """Do what this key on the user's phone asks for now. As `do`."""
        found = self._call(company, call)
        channel = self._channel(found, username) if found is not None else None
        act = act_of(key, self._request(found, channel, username))
        return self.do(act, company, call, username, By.KEY)

    def withdraw(self, company: str, call: str, username: str, how: By) -> Answer:
        """Withdraw the consent to the recording of this call for those whom the user talks to: {}. As `do`."""
        found = self._call(company, call)
        by = self._channel(found, username) if found is not None else None
        legs = self._legs(found) if found is not None else []
        has_heard = self._acts.withdrawals.have_heard(company, legs)
        reason = withdrawal.refusal(in_call=by is not None, has_heard=has_heard)
        if reason is not None or found is None or by is None:
            reason = reason or Reason.NOT_IN_CALL
            raise Refused(reason, why_not(reason, self._language(company)), company=company, call=call)
        others = [one for one in self._book.calls.values() if one is not found and self._is_in(found, one.id)]
        calls = [found, *(one for one in others if one.company == company)]
        self._acts.withdrawals.withdraw(calls, by, legs, how)
        self.on_change(company)
        return {}

    def own_calls(self, company: str, username: str) -> list[OwnCall]:
        """The calls in which this user talks now, with what they may do to each; one of each conversation."""
        found: dict[str, OwnCall] = {}
        for call in [one for one in self._book.calls.values() if one.company == company]:
            channel = self._channel(call, username)
            if channel is None:
                continue
            facts = self._request(call, channel, username)
            conversation = call.conversation_in(company)
            until = max((one.due_at for one in self._pauses.of(call)), default=None)
            stands = self._withdrawal(call, channel)
            found.setdefault(conversation, OwnCall(call.id, conversation, facts, refusals(facts), until, stands))
        return list(found.values())

    def _withdrawal(self, call: Call, by: Channel) -> withdrawal.Withdrawal:
        legs, withdrawals = self._legs(call), self._acts.withdrawals
        return withdrawal.standing(
            in_call=True,
            has_heard=withdrawals.have_heard(call.company, legs),
            is_withdrawn=withdrawals.are_done(call.company, by, legs),
        )

    def _let_through(self, act: Act, company: str, call: str, username: str) -> tuple[Call, Channel]:
        found = self._call(company, call)
        channel = self._channel(found, username) if found is not None else None
        reason = refusal(replace(self._request(found, channel, username), act=act))
        if reason is None and found is not None and channel is not None:
            return found, channel
        reason = reason or Reason.NOT_IN_CALL
        raise Refused(reason, why_not(reason, self._language(company)), company=company, call=call)

    def _request(self, call: Call | None, channel: Channel | None, username: str) -> ControlRequest:
        if call is None or channel is None:
            return ControlRequest(Act.PAUSE, in_call=False)
        own = self._own(call, username)
        recorded = [one for one in self._book.recordings.values() if one.decision and self._is_in(call, one.call)]
        return ControlRequest(
            Act.PAUSE,
            is_recorded_user=bool(own) or not recorded,
            is_wanted=any(not one.is_forbidden or one.is_ended for one in own),
            terms=ControlTerms.of(own[-1].terms if own else DEFAULT_TERMS),
            stage=_stage(own),
            is_kept=bool(own) and own[-1].is_kept,
            is_paused=bool(self._theirs(call, username)),
        )

    def _own(self, call: Call, username: str) -> list[Recording]:
        """The recordings of this user's parts in the call that go on."""
        made = [self._book.recording_of(one) for one in self._channels(call, username)]
        return [one for one in made if one is not None and one.user == username and one.company == call.company]

    def _call(self, company: str, call: str) -> Call | None:
        """The live call of this id, or one of its conversation."""
        its = (one for one in self._book.calls.values() if one.company == company and self._is_in(one, call))
        return self._book.calls.get(call) if self._is_own(company, call) else next(its, None)

    def _is_own(self, company: str, call: str) -> bool:
        found = self._book.calls.get(call)
        return found is not None and found.company == company

    def _channel(self, call: Call, username: str) -> Channel | None:
        """A leg by which this user talks in the call."""
        return next(iter(self._channels(call, username)), None)

    def _channels(self, call: Call, username: str) -> list[Channel]:
        talking = (one for one in self._book.channels.values() if one.partner or one.part)
        ours = (one for one in talking if is_users(one.leg, call.company, username))
        return [one for one in ours if self._is_on(call, one)]

    def _legs(self, call: Call) -> list[Channel]:
        return [one for one in self._book.channels.values() if self._is_on(call, one)]

    def _is_on(self, call: Call, channel: Channel) -> bool:
        legs = (channel.leg.uuid, channel.leg.call, channel.partner or "")
        partner = self._book.partner_of(channel)
        return any(self._is_in(call, one) for one in (*legs, partner.leg.call if partner else "") if one)

    def _is_in(self, call: Call, other: str) -> bool:
        """Whether the call of this id is the same, or one conversation with it."""
        return other == call.id or (call.conversation is not None and other in call.conversation.calls)

    def _theirs(self, call: Call, username: str) -> list[Any]:
        """What this user may end: their own pauses, and those of colleagues who have left the call."""
        ours = [one for one in self._pauses.of(call) if one.company == call.company and not one.cause]
        return [one for one in ours if one.username == username or self._channel(call, one.username) is None]


def _takes(act: Act, recording: Recording) -> bool:
    """Whether there is something to do to this one of a user's recordings."""
    if act is Act.START:
        return recording.stage is Stage.WAITING
    return not recording.is_kept if act is Act.KEEP else _stage_of(recording) is control.Stage.RUNNING


def _stage(own: list[Recording]) -> control.Stage:
    """How far the user's part has come: that of a recording which runs counts before all others."""
    stages = [_stage_of(one) for one in own]
    return control.Stage.RUNNING if control.Stage.RUNNING in stages else stages[-1] if stages else control.Stage.STOPPED


def _stage_of(recording: Recording) -> control.Stage:
    """One that has all that policy wants, and that nobody has kept yet, can still be kept. One that somebody has
    started is on its way.
    """
    match recording.stage:
        case Stage.RUNNING:
            return control.Stage.STOPPED if recording.is_ended else control.Stage.RUNNING
        case Stage.STOPPED if recording.stop_cause == LIMIT_REACHED and not recording.is_kept:
            return control.Stage.RUNNING
        case Stage.ARMED if not recording.terms.begins_at_once:
            return control.Stage.RUNNING
        case Stage.WAITING | Stage.ARMED:
            return control.Stage.NOT_STARTED
    return control.Stage.STOPPED
