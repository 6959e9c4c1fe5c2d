"""Phones that answer a call with another address (SIP 300, 301 and 302): the call goes on inside the company, or not.

The switch does not follow such an answer (`outbound_redirect_fatal`): to it, the leg has failed. It keeps the addresses
on that leg, which is gone a moment later; its CHANNEL_HANGUP brings them. When nobody has answered, the dialplan asks
here where the caller goes on to, and leads the call there through the company's context: it is decided anew, with the
user whose phone sent it on among those who forwarded it.

Only what a user's own phone answers counts, and only when that user was called: a member of a ring group must not take
the call away from the others. A phone never leads a call out of the company, to an emergency number or to a star code.
"""

import re
from collections.abc import Callable, Mapping
from time import monotonic

import structlog
from gevent.event import Event as Signal

from fsplug.errors import FsplugError
from fsplug.esl import commands
from fsplug.esl.calls.arming import ANSWER_SECONDS
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.live_call import Call, Redirect
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.protocol.event import Event, Headers
from fsplug.esl.protocol.session import OutboundSession
from fsplug.policy.recording.legs import Leg
from fsplug.policy.redirects import MOST_CONTACTS, contacts_inside, may_be_rung, may_redirect

log = structlog.get_logger()

# The dialplan's mark on a call that asks where it goes on to.
FEATURE = "redirect"
# A leg's CHANNEL_HANGUP is sent before its caller's dialplan goes on, but on another connection. As a rule it is there.
EVENT_SECONDS = ANSWER_SECONDS
# How a leg ends whose phone answered so (sofia.c, 1.11.1); no other answer has this cause.
CAUSE = "REQUESTED_CHAN_UNAVAIL"
_STATUS = re.compile(r"sip:30[012]")
_CONTACTS = tuple(f"variable_sip_redirect_contact_{number}" for number in range(MOST_CONTACTS))
_HOSTS = ("variable_fsplug_company", "variable_sip_from_host", "variable_sip_local_network_addr")
_HEADERS = Headers("variable_fsplug_user", "variable_proto_specific_hangup_cause", *_HOSTS, *_CONTACTS)
_FAILED = re.compile(rf"([0-9A-Za-z-]{{1,64}});{CAUSE}\b")


class Redirects:
    """Takes in what phones answered, and says where their callers go on to."""

    def __init__(self, book: CallBook, policy: PolicySource) -> None:
        self._book = book
        self._policy = policy
        self._noted = Signal()

    def note(self, event: Event) -> None:
        """CHANNEL_HANGUP of a leg: whether its phone sent the call elsewhere."""
        if event.get("Hangup-Cause") != CAUSE:
            return
        call = self._book.calls.get(event.get("variable_fsplug_call") or "")
        if call is None:
            return
        headers = event.read(_HEADERS)
        is_answer = _STATUS.fullmatch(headers.get("variable_proto_specific_hangup_cause", ""))
        contacts = tuple(headers[name] for name in _CONTACTS if headers.get(name)) if is_answer else ()
        hosts = tuple(headers[name] for name in _HOSTS if headers.get(name))
        call.redirects[event.uuid] = Redirect(headers.get("variable_fsplug_user", ""), contacts, hosts)
        noted, self._noted = self._noted, Signal()
        noted.set()

    def takes(self, channel: Event) -> bool:
        """Whether this call asks where it goes on to."""
        return channel.variable("fsplug_feature") == FEATURE

    def handle(self, session: OutboundSession, channel: Event) -> None:
        """Say where this session's call goes on to, and release it."""
        try:
            answer = self.answer(channel)
            session.api_and_exit(commands.set_variables(channel.uuid, answer), ANSWER_SECONDS)
        except FsplugError as error:
            # The call goes on as one that nobody answered.
            log.warning("redirect-not-followed", call=channel.uuid, code=error.code, error=error.text)

    def answer(self, asking: Event) -> dict[str, str]:
        """The variables that lead this call on; an empty `fsplug_redirect` if it ends here."""
        call = self._book.calls.get(asking.uuid)
        found = {} if call is None else self._followed(call, asking, self._awaited(call, asking))
        return {"fsplug_redirect": "", **found}

    def or_else(self, arm: Callable[[Event], Mapping[str, str]]) -> Callable[[Event], Mapping[str, str]]:
        """Answers calls of both kinds: those that ask where they go on to, and by `arm` those that are to be armed."""
        return lambda channel: self.answer(channel) if self.takes(channel) else arm(channel)

    def _awaited(self, call: Call, channel: Event) -> list[Redirect]:
        """What the phones answered whose legs have failed so, in that order; it is waited for."""
        failed = list(_FAILED.findall(channel.variable("originate_causes") or ""))
        ends_at = monotonic() + EVENT_SECONDS
        while not call.redirects.keys() >= set(failed) and (left := ends_at - monotonic()) > 0:
            self._noted.wait(left)
        return [call.redirects[leg] for leg in dict.fromkeys(failed) if leg in call.redirects]

    def _followed(self, call: Call, asking: Event, redirects: list[Redirect]) -> dict[str, str]:
        caller = leg_of(asking)
        call.forget_redirects()
        channel = self._book.channels.get(caller.uuid)
        if channel is not None and channel.talks != call.redirected_after:
            # Somebody has answered since: the call went on from there.
            call.redirected_by, call.redirected_after = [], channel.talks
        for redirect in redirects:
            dial = self._destination(call, caller, redirect)
            if dial is not None:
                call.redirected_by.append(redirect.user)
                log.info("redirected", call=call.id, company=call.company, by=redirect.user, to=dial)
                return {"fsplug_redirect": dial, "fsplug_redirects": _and(asking, redirect.user)}
            log.info("redirect-refused", call=call.id, company=call.company, by=redirect.user)
        return {}

    def _destination(self, call: Call, caller: Leg, redirect: Redirect) -> str | None:
        if not may_redirect(redirect.user, call.redirected_by):
            return None
        for number in contacts_inside(redirect.contacts, redirect.hosts):
            found = self._policy.reached(call.company, number, call.version)
            if found and may_be_rung(found.user, redirect.user, call.redirected_by, caller.username):
                return found.dial
        return None


def _and(asking: Event, user: str) -> str:
    """The users whose phones have sent this call on, the latest first, each once."""
    earlier = (asking.variable("fsplug_redirects") or "").split(":")
    return ":".join(one for one in dict.fromkeys((user, *earlier)) if one)
