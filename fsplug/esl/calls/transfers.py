"""What becomes of a call's talks, recordings and listeners when a leg goes on to somebody else.

FreeSWITCH has no event of a transfer: legs leave one bridge and come into another. In the table A calls B, and then the
one of them that stays talks to C; D is a fourth leg. The events are 1.11.1's, apart from the usual ones of a leg's
beginning and end; `asks` is fsplug's own, when the dialplan of a leg is about to ring. tests/esl/calls/test_transfers
has each as it was captured.

    kind                   what the switch sends         recordings
    ---------------------  ----------------------------  ---------------------------------------------------------------
    blind, by B (REFER);   B HANGUP, A UNBRIDGE, A asks, B's ends with its leg. A's call is decided and armed again for
    uuid_transfer A        C ANSWER, A BRIDGE A-C        C, by the policy version it began under: nothing is lost.
    blind, by A;           A UNBRIDGE, A HANGUP, B asks, B's is stopped 0.1 s after the UNBRIDGE. From here on B is the
    uuid_transfer -bleg    C ANSWER, B BRIDGE B-C        caller of a call of its own (`CallBook.see`), armed as above.
    uuid_transfer -both    A UNBRIDGE, A asks, B asks,   Both of the above, in two calls.
                           A BRIDGE A-C, B BRIDGE B-D
    attended, by B, who    C-D UNBRIDGE, C HANGUP,       B's ends with its leg; D's, of the consultation, is stopped.
    called D from C (REFER A UNBRIDGE, B HANGUP,         Nobody asks. D's next one begins by itself as it leaves C
    with Replaces)         A BRIDGE A-D                  (`Consultations`), and A-D is decided at the bridge.
    uuid_bridge A C, of    B HANGUP, A UNBRIDGE,         As attended: B's and D's end with their legs, A's and C's are
    the calls A-B and C-D  D HANGUP, C UNBRIDGE,         stopped. A-C is decided at the bridge, and recorded by a
                           A BRIDGE A-C                  command that was given before it (`Foreseen`).
    uuid_transfer of A     B HANGUP ORIGINATOR_CANCEL,   What B was armed for is dropped (`CallArmer`), and C is armed.
    while B rings          A asks, C ANSWER, BRIDGE A-C
    the same, to a place   B HANGUP ORIGINATOR_CANCEL    What was armed on A itself is dropped 0.1 s later (`Disarmer`),
    that does not ask                                    unless A asks.
    deflect (302) by B     B HANGUP, A asks where,       What B was armed for is dropped, and C is armed (`Redirects`).
                           A asks, C ANSWER, BRIDGE A-C  If the call goes nowhere, A HANGUP follows instead.
    fork, C is faster      B HANGUP LOSE_RACE, mostly    B's, where B had answered too, is nobody's talk: its file goes.
                           without ANSWER; A BRIDGE A-C
    pick-up of ringing B   C ANSWER, A ANSWER, B HANGUP  As a fork for B's. A called, C answered: A-C is decided so at
    by C (intercept)       PICKED_OFF, C BRIDGE C-A      the bridge, and recorded as by uuid_bridge.
    semi-attended, by B,   C LEAVES, B HANGUP,           B's ends with its leg. D is disarmed as C leaves (`Disarmer`).
    who calls D from C     A UNBRIDGE, D ANSWER,         A-D is decided at the bridge, and recorded by command.
    (REFER, and D rings)   C HANGUP, A BRIDGE A-D

LEAVES is CHANNEL_HANGUP; the other events are named without CHANNEL_, and HANGUP is CHANNEL_HANGUP_COMPLETE.
A phone that refers hangs up by itself (NORMAL_CLEARING), or the switch hangs it up with one of the causes `REFERRED`.
A bridge that no event reported is found by the reconciler and comes to `join` too. `stop_left_over` stops what the
switch still records of a talk that ended while fsplug was away.

A listener hears one talk of one leg and is cut when that talk ends: by the switch itself at the end of the bridge
(`api_after_bridge`), and by fsplug when the leg hangs up or `ends_talk` says so. The next talk is another one, with
another person in it: to hear it, the listener has to ask again.
"""

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.calls.changes import Changes
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.ordered_talk import Until, until_of_live
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.protocol.wire import Event
from fsplug.policy.recording.legs import Leg

log = structlog.get_logger()

# After an UNBRIDGE, until the hangup of a leg that is about to end has been seen. Stopping a recording on such a leg is
# needless, and a media bug command that races a hangup can leave a zombie channel.
UNBRIDGE_SECONDS = 0.1
# Hangup causes of a leg that answered but did not get the caller: another leg of the fork won, or somebody picked up.
PASSED_OVER = frozenset({"LOSE_RACE", "PICKED_OFF"})
# The caller was gone before the bridge: while the leg rang, or just after this leg answered (1.11.1).
CALLER_GONE = "ORIGINATOR_CANCEL"
# Hangup causes of a leg whose own phone transferred its partner (REFER without and with Replaces).
REFERRED = frozenset({"BLIND_TRANSFER", "ATTENDED_TRANSFER"})


class Transfers:
    """Keeps who talks to whom, and what records it, in step while legs live on."""

    def __init__(self, book: CallBook, recorder: Recorder, changes: Changes, ports: Ports) -> None:
        self._book = book
        self._recorder = recorder
        self._changes = changes
        self._ports = ports

    def join(self, caller: Channel, answerer: Channel, at: float | None) -> None:
        """These two legs are in one bridge since then (None: since when is unknown); each has left its earlier partner.

        A second call changes nothing.
        """
        if caller.partner == answerer.leg.uuid and answerer.partner == caller.leg.uuid:
            return
        self._leave(caller, at)
        self._leave(answerer, at)
        caller.partner, answerer.partner = answerer.leg.uuid, caller.leg.uuid
        caller.bridged_at = answerer.bridged_at = at

    def move_on(self, channel: Channel) -> None:
        """The leg is in a conference: it talks to nobody by a bridge. What records it is the caller's to stop."""
        channel.partner = channel.decision = channel.recording = channel.part = None

    def part(self, channel: Channel, at: float) -> None:
        """The bridge of this leg ended then. If the leg lives on, it talks to nobody until it joins another bridge."""
        partner = channel.partner
        if partner is not None and channel.left != (channel.talks, partner):
            channel.left = (channel.talks, partner)
            self._ports.later(UNBRIDGE_SECONDS, self._leave_if_alone, channel, partner, channel.talks, at)

    def part_from(self, channel: Channel, at: float) -> None:
        """This leg ended then: its partner talks to nobody."""
        partner = self._book.partner_of(channel)
        if partner is not None and partner.partner == channel.leg.uuid:
            self.part(partner, at)

    def was_passed_over(self, answerer: Leg, cause: str) -> bool:
        """Whether this leg, which answered and ended with `cause` before it talked, was not the one the caller got."""
        return cause in PASSED_OVER or (cause == CALLER_GONE and not self._was_the_answer(answerer))

    def stop_left_over(self, recording: Recording, until: Until | None) -> None:
        """Stop a recording whose talk ended while fsplug was away: the switch still records its leg.

        `until` is given if the leg has talked to somebody else since.
        """
        recording.stage = Stage.RUNNING
        self._recorder.stop(recording, until)

    def _was_the_answer(self, answerer: Leg) -> bool:
        """Whether the caller, now gone, was answered by this leg: it was not before it rang, and no other talk came."""
        call = self._book.calls.get(answerer.call)
        if call is None or call.ringing is None:
            return False
        return call.caller_answered and not call.answered_in and not call.ringing.caller.answered

    def _leave(self, channel: Channel, at: float | None) -> None:
        """The channel's talk was over then: its recording stops."""
        recording = self._book.recording_of(channel)
        if recording is not None and at is not None:
            self._recorder.stop(recording, Until(at, is_reported=True))
        elif recording is not None:
            self._ports.later(0, self._stop_found, recording, channel.heard_at)
        if at is not None:
            self._changes.parted(channel, at)
        self.move_on(channel)

    def _stop_found(self, recording: Recording, heard_at: float) -> None:
        """Stop a recording whose leg is found in another talk; its latest event came at `heard_at`."""
        until: Until | None = None
        try:
            dump = self._ports.switch.channel(recording.leg)
            if dump is not None:
                until = until_of_live(dump, max(recording.started_at or 0.0, recording.due_at or 0.0), heard_at, True)
        except Unavailable as error:
            log.warning("leg-unknown", leg=recording.leg, error=error.text)
        self._recorder.stop(recording, Until((until.at if until else None) or heard_at))

    def _leave_if_alone(self, channel: Channel, partner: str, talks: int, at: float) -> None:
        channel.left = None
        lives_on = self._book.channels.get(channel.leg.uuid) is channel
        if lives_on and channel.partner == partner and channel.talks == talks:
            self._leave(channel, at)


def pair_of(event: Event) -> tuple[str, str]:
    """The caller's and the answerer's uuid of a BRIDGE or UNBRIDGE, which the switch sends of the caller's leg."""
    caller = event.get("Bridge-A-Unique-ID") or event.uuid
    answerer = event.get("Bridge-B-Unique-ID") or event.get("Other-Leg-Unique-ID") or ""
    return caller, answerer


def ends_talk(event: Event, leg: str, partner: str) -> bool:
    """Whether this BRIDGE or UNBRIDGE ends the leg's talk with `partner`."""
    pair = pair_of(event)
    return leg in pair and (event.name == "CHANNEL_UNBRIDGE" or set(pair) != {leg, partner})
