"""Whether a call that asks is one: nothing that a connection says of itself is believed.

Any process of the machine can connect and make up a channel. So the dialplan marks each call with a digest of its uuid
and the installation's secret, and the authenticated link is asked about the channel of that uuid. What the switch
itself says there is what fsplug works with; where it differs from what was said here, the call is not answered. While
the switch can't be asked, the mark alone must do: only the switch could make it, and the call must not go unrecorded.
"""

import hashlib
import hmac
from collections.abc import Callable
from time import monotonic

import structlog
from gevent import Timeout, sleep

from fsplug.errors import FsplugError, Unavailable
from fsplug.esl.protocol.event import Event
from fsplug.esl.switch import Switch
from fsplug.outage_log import outage_log

log = structlog.get_logger()

# The dialplan's mark: ${md5(${uuid}:${fsplug_secret})}. The secret is a global variable of the switch, which fsplug
# sets over the link; the channel has the digest alone, which is good for no other call.
MARK = "fsplug_mark"
# A call waits so long for a link that comes back. Callers hear silence meanwhile.
LINK_SECONDS, LINK_LOOK_SECONDS = 0.5, 0.02
# And so long for an answer over the link, which may be dead without anybody knowing.
LOOK_UP_SECONDS = 1.0
_COMPARED = (
    "Call-Direction",
    "Caller-Caller-ID-Number",
    "Caller-Destination-Number",
    "variable_fsplug_company",
    "variable_fsplug_user",
    f"variable_{MARK}",
)
# The applications in which a call asks, and waits for the answer.
_ASKING = frozenset({"socket", "python"})
_REMEDY = (
    "the dialplan must set fsplug_mark=${md5(${uuid}:${fsplug_secret})} before it asks: fsplug switch install writes "
    "such a dialplan; docs/operating.md has the line for one of your own"
)


def mark(uuid: str, secret: str) -> str:
    """The mark of the call of this A-leg."""
    return hashlib.md5(f"{uuid}:{secret}".encode(), usedforsecurity=False).hexdigest()


class Confirmation:
    """Asks the switch about calls that ask. `secrets` gives the secrets in force, and `on_unmarked` is told of a call
    that has no mark of theirs: a switch that was started again has no secret until the link comes back.
    """

    def __init__(
        self, switch: Switch, secrets: Callable[[], tuple[str, ...]], on_unmarked: Callable[[], None] = lambda: None
    ) -> None:
        self._switch = switch
        self._secrets = secrets
        self._on_unmarked = on_unmarked
        self._trouble = outage_log("call-not-confirmed")
        self.refused = 0

    def of(self, said: Event) -> Event | None:
        """The channel of this uuid, as the switch reports it; None unless it is marked and agrees with what was said.

        While the switch can't be asked, what a marked call said.
        """
        try:
            return self.required(said)
        except FsplugError:
            return None

    def required(self, said: Event) -> Event:
        """As `of`; Unavailable or Invalid, with the reason, instead of None."""
        try:
            known = self._known(said)
        except FsplugError as error:
            self.refused += 1
            self._trouble.failed(error.code, "error", call=said.uuid[:64], error=error.text)
            raise
        self._trouble.worked()
        return known

    def _known(self, said: Event) -> Event:
        if not self._is_marked(said):
            self._on_unmarked()
            raise Unavailable("call-not-marked", _REMEDY)
        silent = Unavailable("switch-silent", "the switch did not say in time what it knows of this call")
        try:
            with Timeout(LOOK_UP_SECONDS, silent):
                known = self._asked(said.uuid)
        except Unavailable as error:
            log.warning("call-not-looked-up", call=said.uuid[:64], error=error.text)
            return said
        if known is None:
            raise Unavailable("no-such-call", "the switch has no such call")
        if different := [name for name in _COMPARED if said.glance(name) != known.glance(name)]:
            raise Unavailable("another-call", f"the switch says otherwise of this call: {', '.join(different)}")
        if known.glance("variable_current_application") not in _ASKING:
            raise Unavailable("another-call", "this call does not ask now")
        return known

    def _is_marked(self, said: Event) -> bool:
        given, uuid = (said.glance(f"variable_{MARK}") or "").encode(), said.uuid
        return any(hmac.compare_digest(given, mark(uuid, one).encode()) for one in self._secrets())

    def _asked(self, uuid: str) -> Event | None:
        """The switch's own report. It is asked again while the link is down, for a while."""
        ends_at = monotonic() + LINK_SECONDS
        while True:
            try:
                return self._switch.channel(uuid)
            except Unavailable as error:
                if monotonic() > ends_at or error.code not in ("link-down", "switch-gone"):
                    raise
            sleep(LINK_LOOK_SECONDS)
