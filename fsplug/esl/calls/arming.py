"""Each call is armed before it rings: every leg that may answer is given a command that runs when the leg answers.

The switch then starts recordings by itself, with no round trip and no race with a hangup, even if fsplug dies now.
"""

import structlog

from fsplug.errors import FsplugError
from fsplug.esl import commands
from fsplug.esl.calls import armed_legs
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.consents import Consents
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.legs import leg_names, leg_of
from fsplug.esl.calls.live_call import ArmedLeg, Call
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.esl.protocol.event import Event
from fsplug.esl.protocol.session import OutboundSession
from fsplug.outage_log import outage_log
from fsplug.policy.recording.legs import Leg, Ringing, arms, transferred_by, username_of
from fsplug.store.calls.entries import CallSeen

log = structlog.get_logger()

# How long the switch may take to answer. It holds the caller in silence meanwhile, but a switch that is starved does
# so anyway, and a call that is armed late is better than one that is not armed.
ANSWER_SECONDS = 10.0


class CallArmer:
    """Arms calls in two ways: through the outbound socket, with one short session before the call rings, and through
    `armed`.
    """

    def __init__(
        self, book: CallBook, policy: PolicySource, conversations: Conversations, consents: Consents, ports: Ports
    ) -> None:
        self._book = book
        self._policy = policy
        self._conversations = conversations
        self._consents = consents
        self._ports = ports
        self._trouble = outage_log("call-not-armed")

    def handle(self, session: OutboundSession, channel: Event) -> None:
        """Arm the call of this session and release it. Whatever fails here, the call goes on as the dialplan says."""
        leg = leg_of(channel)
        if leg.company:
            self._arm_session(session, leg, leg_names(channel))
        session.exit()

    def armed(self, channel: Event) -> dict[str, str]:
        """The variables that arm the call of this channel, given as its dump; none if the call
        belongs to no company.
        """
        leg = leg_of(channel)
        if not (leg.company and leg.uuid):
            return {}
        return commands.checked(self.arm(leg, leg_names(channel)))

    def arm(self, caller: Leg, names: tuple[str, ...]) -> dict[str, str]:
        """Decide for every leg that may answer, note the call, and return the variables that arm it."""
        self._consents.heard(caller)
        begun_under = self._book.version_of(caller)
        version = self._policy.version(caller.company) if begun_under is None else begun_under
        ringing = self._ringing(caller, names, version)
        decided = arms(ringing, self._policy.snapshot(caller.company, version))
        armed = armed_legs.with_ids(decided, self._ports.new_id, armed_legs.after_prompt(ringing, decided))
        conversation = self._conversations.id_of(self._note(ringing, armed, version))
        set_on_call = armed_legs.variables(caller, armed, version, conversation, self._ports.spool.path)
        if any(one.arm.verdict.waits for one in armed.values()) or caller.consents:
            set_on_call |= armed_legs.heard(ringing, armed, self._ports.spool.path)
        refuse = armed_legs.must_be_refused(armed, self._ports.spool.trouble)
        if refuse:
            log.error("call-refused", call=caller.uuid, company=caller.company, trouble=self._ports.spool.trouble)
        return {**set_on_call, "fsplug_refuse": "true" if refuse else ""}

    def _arm_session(self, session: OutboundSession, leg: Leg, names: tuple[str, ...]) -> None:
        try:
            session.api_and_exit(commands.set_variables(leg.uuid, self.arm(leg, names)), ANSWER_SECONDS)
            self._trouble.worked()
        except FsplugError as error:
            self._trouble.failed(error.code, "error", call=leg.uuid, company=leg.company, error=error.text)

    def _ringing(self, caller: Leg, names: tuple[str, ...], version: int) -> Ringing:
        wanted = dict.fromkeys([caller.username, *map(username_of, names)])
        users = self._policy.users(caller.company, wanted, version)
        known = self._book.channels.get(caller.uuid)
        caller = transferred_by(caller, known.met if known else None)
        caller = self._policy.with_forwarders(caller, caller.company, version)
        return Ringing(caller, users.get(caller.username), {name: users.get(username_of(name)) for name in names})

    def _note(self, ringing: Ringing, armed: dict[str, ArmedLeg], version: int) -> Call:
        """Take the call into the book, and into the journal before the switch gets the variables."""
        caller, now = ringing.caller, self._ports.clock()
        self._ports.write(
            CallSeen(
                call=caller.uuid,
                company=caller.company,
                switch=self._ports.switch_name,
                version=version,
                direction=next(iter(armed.values())).arm.verdict.direction,
                group=caller.groups[-1] if caller.groups else None,
                caller=next(iter(caller.numbers), ""),
                called=next(iter(caller.dialled), ""),
                facts=armed_legs.facts_of(ringing, armed),
                at=now,
            )
        )
        call = self._book.calls.setdefault(caller.uuid, Call(caller.uuid, caller.company, version, now))
        self._book.withdraw_all(call)
        if call.company != caller.company:
            self._conversations.led_on(call, caller.company, version)
        call.ringing = ringing
        call.armed = armed
        call.has_rung = call.leg_answered = False
        call.forget_redirects()
        known = self._book.channels.get(caller.uuid)
        self._conversations.go_on(call, caller, known.leg.call if known else "")
        self._book.see(caller)
        self._take_in_recordings(caller, armed)
        return call

    def _take_in_recordings(self, caller: Leg, armed: armed_legs.Armed) -> None:
        for one in armed.values():
            made = armed_legs.recording_of(one, self._ports.spool.path, caller.company, caller.uuid)
            if made is not None:
                self._book.recordings[made.id] = made
