"""Listen-ins from their beginning to their end.

What must not depend on fsplug being alive is left to the switch: eavesdrop is bound to one leg and ends with it; when
the bridge of that leg ends, the switch hangs up the listeners (`api_after_bridge`), before they can hear anybody else;
and it hangs up all listeners when fsplug has not called that off for some seconds. A listener left by an earlier fsplug
process is hung up at the first look.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import structlog

from fsplug.errors import FsplugError, Invalid, Refused, Unavailable
from fsplug.esl.calls.ports import Ports
from fsplug.esl.listenin.book import ListenBook, Listening
from fsplug.esl.listenin.gate_facts import Caller, ListenFacts, TargetTalk
from fsplug.esl.listenin.guard import ListenGuard
from fsplug.esl.listenin.notices import Notices
from fsplug.policy.entities import User
from fsplug.policy.listening.gate import Admission, Door, Ending, Reason, admission
from fsplug.store.calls.entries import ListenBegan, ListenEnded, ListenRefused

log = structlog.get_logger()

_CUT_CAUSE = "NORMAL_CLEARING"


class ListenService:
    """The one service behind every door."""

    def __init__(
        self,
        book: ListenBook,
        facts: ListenFacts,
        notices: Notices,
        guard: ListenGuard,
        ports: Ports,
    ) -> None:
        self.book = book
        self._facts = facts
        self._notices = notices
        self._guard = guard
        self._switch = ports.switch
        self._ports = ports
        self._versions: dict[str, int] = {}
        self._beginning: set[tuple[str, str]] = set()
        # False until the remains of an earlier fsplug process are cleared away.
        self.ready = False
        self.on_change: Callable[[], None] = lambda: None
        # Whether the switch sends nothing to this listener's leg, unless the call is not paused.
        self.is_silent_for: Callable[[str], bool] = lambda leg: True
        # The endings of the listen-ins that are being hung up, by their ids.
        self._cuts: dict[str, tuple[Ending, Reason | None]] = {}

    def decide(
        self, caller: Caller | None, company: str, dialled: str
    ) -> tuple[Admission, User | None, TargetTalk | None]:
        """Whether this caller may listen to the person they dialled; also that person, and the talk to be heard."""
        target = self._facts.person(company, dialled) if company else None
        return self._decide_for(caller, company, target)

    def may_listen(self, caller: Caller, company: str, target: User | None) -> Admission:
        """Whether this caller may listen to this person now."""
        return self._decide_for(caller, company, target)[0]

    def begin(self, caller: Caller, dialled: str) -> Listening:
        """Let the caller's leg hear the person they dialled, once the gate has admitted the caller and that person has
        been notified.

        Refused with the gate's code, and recorded, if the caller must not listen. The caller's leg must still be held:
        the switch connects it when this returns.
        """
        target: User | None = None
        listen = self._ports.new_id()
        try:
            if not self.ready:
                raise Refused(Reason.UNAVAILABLE, "fsplug has just started and looks at the calls first")
            with self._taking_the_line(caller) as seen:
                admitted, target, talk = self.decide(seen, caller.company, dialled)
                if admitted.reason is not None or target is None or talk is None:
                    raise Refused(admitted.reason or Reason.UNKNOWN_PERSON, "the gate does not admit it")
                begun = Listening(listen, caller.company, caller, target, talk, self._ports.clock())
                return self._let_in(begun, dialled)
        except FsplugError as error:
            reason = _reason_of(error)
            self.refuse(caller, caller.company, target, dialled, reason, listen)
            raise Refused(reason, error.text) from error

    def refuse(
        self, caller: Caller, company: str, target: User | None, dialled: str, reason: Reason, listen: str = ""
    ) -> None:
        """Write down that a request was refused."""
        username, named = caller.user.username, target.username if target else None
        self._write_refused(company, username, named, dialled, caller.door, caller.leg, reason, listen)

    def refuse_unidentified(self, company: str, sender: str | None, dialled: str, door: Door, leg: str) -> None:
        """Write down that a request of nobody known was refused; `sender` is the user who sent the call there."""
        self._write_refused(company, sender, None, dialled, door, leg, Reason.NOT_IDENTIFIED)

    def cut(self, listening: Listening, ending: Ending, reason: Reason | None = None) -> None:
        """End a listen-in now. The row says this ending, even if the switch reports the hangup before it confirms."""
        self._cuts[listening.id] = (ending, reason)
        try:
            self._switch.hang_up(listening.caller.leg, _CUT_CAUSE)
        except Unavailable as error:
            # The switch hangs up the listener soon: fsplug no longer calls the guard off.
            log.warning("listener-not-cut", listen=listening.id, error=error.text)
        self.end(listening.id, ending, reason)

    def end(self, listen: str, ending: Ending, reason: Reason | None = None) -> None:
        """A listen-in is over. A second call does nothing."""
        ending, reason = self._cuts.pop(listen, (ending, reason))
        listening = self.book.remove(listen)
        if listening is None:
            return
        at = max(self._ports.clock(), listening.began_at)
        self._ports.write(ListenEnded(listen, at, ending, reason))
        self._ports.later(0, self._set_back, listening)
        self.on_change()

    def examine(self) -> None:
        """Look again at the listen-ins of companies whose policy has changed since; end those that are no longer
        allowed.
        """
        for company in self.book.companies():
            try:
                version = self._facts.version(company)
                if self._versions.get(company) != version:
                    self._examine(company)
                    self._versions[company] = version
            except Unavailable as error:
                log.warning("listen-ins-not-examined", company=company, error=error.text)
            except Invalid:
                # The company was removed, so nobody in it has any right.
                self._cut_all(company, Reason.NOT_IDENTIFIED)

    def keep_guard(self) -> None:
        """While anybody listens, call the switch's guard off for a few seconds more."""
        self._guard.keep(bool(self.book.listens))

    def stop(self) -> None:
        """fsplug stops in an orderly way: listeners are hung up, and displays are set back."""
        self.ready = False
        for listening in list(self.book.listens.values()):
            self.cut(listening, Ending.FSPLUG_STOPPED)
            self._set_back(listening)

    def _decide_for(
        self, caller: Caller | None, company: str, target: User | None
    ) -> tuple[Admission, User | None, TargetTalk | None]:
        talk = self._facts.talk_of(company, target.username) if target else None
        return admission(self._facts.request(caller, company, target, talk)), target, talk

    @contextmanager
    def _taking_the_line(self, caller: Caller) -> Iterator[Caller]:
        """If a listener makes two calls at the same moment, the first has the line and the second is refused."""
        whose = (caller.company, caller.user.username)
        is_taken = whose in self._beginning or any(True for _ in self.book.of_listener(*whose))
        if is_taken:
            yield replace(caller, line_taken=True)
            return
        self._beginning.add(whose)
        try:
            yield caller
        finally:
            self._beginning.discard(whose)

    def _let_in(self, listening: Listening, dialled: str) -> Listening:
        """Each step before the caller hears a word: written down, guarded, bound to this one talk, announced."""
        target_leg = self._notices.looked_at(listening.company, listening.talk.leg)
        if target_leg is None:
            raise Refused(Reason.NOT_IN_CALL, "the call ended meanwhile", leg=listening.talk.leg)
        self.book.add(listening, target_leg)
        try:
            self._write_began(listening, dialled)
            self._guard.keep(True)
            self._versions.setdefault(listening.company, 0)
            self._bind(listening)
            if not self.is_silent_for(listening.caller.leg):
                raise Refused(Reason.UNAVAILABLE, "the call is paused, and the listener would hear it")
            self._notices.announce(listening.talk.leg, self._facts.language(listening.company))
            self._check_still_so(listening)
        except FsplugError as error:
            self.end(listening.id, Ending.NEVER_HEARD, _reason_of(error))
            raise
        self.on_change()
        return listening

    def _bind(self, listening: Listening) -> None:
        marks = {"fsplug_listens": listening.talk.leg, "fsplug_listener": self._guard.owner}
        marks["eavesdrop_require_group"] = self._token(listening)
        if not self._switch.mark(listening.caller.leg, marks):
            raise Refused(Reason.UNAVAILABLE, "the listener hung up meanwhile", leg=listening.caller.leg)
        self._notices.prepare(listening.talk.leg, self._token(listening))

    def _token(self, listening: Listening) -> str:
        """The word that the switch compares on both legs before it connects them."""
        return f"{self._guard.owner}-{listening.talk.leg}"

    def _check_still_so(self, listening: Listening) -> None:
        """Once a listener is bound, the switch itself watches the bridge; this check sees what ended before."""
        if not self._switch.talk_goes_on(listening.talk.leg, listening.talk.partner):
            raise Refused(Reason.NOT_IN_CALL, "the call ended meanwhile", leg=listening.talk.leg)
        if listening.id not in self.book.listens:
            raise Refused(Reason.UNAVAILABLE, "it was ended meanwhile", listen=listening.id)

    def _write_refused(
        self,
        company: str,
        listener: str | None,
        target: str | None,
        dialled: str,
        door: Door,
        leg: str,
        reason: Reason,
        listen: str = "",
    ) -> None:
        self._ports.write(
            ListenRefused(
                listen=listen or self._ports.new_id(),
                company=company,
                switch=self._ports.switch_name,
                listener=listener,
                target=target,
                dialled=dialled[:64],
                door=door,
                listener_leg=leg,
                reason=reason,
                at=self._ports.clock(),
            )
        )

    def _write_began(self, listening: Listening, dialled: str) -> None:
        self._ports.write(
            ListenBegan(
                listen=listening.id,
                company=listening.company,
                switch=self._ports.switch_name,
                listener=listening.caller.user.username,
                target=listening.target.username,
                dialled=dialled[:64],
                door=listening.caller.door,
                call=listening.talk.call,
                target_leg=listening.talk.leg,
                listener_leg=listening.caller.leg,
                at=listening.began_at,
            )
        )

    def _examine(self, company: str) -> None:
        for listening in [one for one in self.book.listens.values() if one.company == company]:
            request = self._facts.request(listening.caller, company, listening.target, listening.talk)
            # The line was free when the listen-in began; it is taken now by the listen-in itself, or by a waiting call.
            listener = replace(request.listener, line_free=True) if request.listener else None
            decided = admission(replace(request, listener=listener))
            if decided.reason is not None:
                self.cut(listening, Ending.REVOKED, decided.reason)

    def _cut_all(self, company: str, reason: Reason) -> None:
        for listening in [one for one in self.book.listens.values() if one.company == company]:
            self.cut(listening, Ending.REVOKED, reason)

    def _set_back(self, listening: Listening) -> None:
        try:
            self._notices.set_back(listening.talk.leg)
        except FsplugError as error:
            log.warning("display-not-set-back", leg=listening.talk.leg, error=error.text)


def _reason_of(error: FsplugError) -> Reason:
    return Reason(error.code) if error.code in set(Reason) else Reason.UNAVAILABLE
