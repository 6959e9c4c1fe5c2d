"""What the target is shown and hears: the phone's display, the console, and a tone that only the target hears.

The console's pages show who listens by themselves, from the book of the calls; this module only asks whether the
target has such a page open. The display is set back when nobody listens any more.
"""

from collections.abc import Callable

import structlog

from fsplug.errors import Refused
from fsplug.esl.commands import ends_with_bridge
from fsplug.esl.listenin.book import ListenBook, TargetLeg
from fsplug.esl.protocol.wire import Event
from fsplug.esl.switch import Switch
from fsplug.policy.listening.gate import Reason
from fsplug.words.catalogue import FALLBACK_LANGUAGE
from fsplug.words.listening import shown

log = structlog.get_logger()

# Whether this user (company, username) has a page of the console open.
HasPageOpen = Callable[[str, str], bool]


class Notices:
    """Keeps what the targets see and hear in step with who listens.

    Raises Unavailable if the switch does not answer.
    """

    def __init__(self, book: ListenBook, switch: Switch, has_page_open: HasPageOpen) -> None:
        self._book = book
        self._switch = switch
        self._has_page_open = has_page_open
        self._tones = 0
        self._languages: dict[str, str] = {}

    def looked_at(self, company: str, leg: str) -> TargetLeg | None:
        """The state of this leg before anybody listens to it; None if the leg is gone."""
        known = self._book.target_legs.get(leg)
        channel = None if known else self._switch.channel(leg)
        if channel is None:
            return known
        name, number = _shown_before(channel)
        return TargetLeg(leg, company, name, number)

    def prepare(self, leg: str, token: str) -> None:
        """Let listeners with the token hear this leg, and make the switch end their listening with the leg's bridge."""
        marks = {"eavesdrop_group": token, "api_after_bridge": ends_with_bridge(leg), "update_ignore_ua": "true"}
        if not self._switch.mark(leg, marks):
            raise Refused(Reason.NOT_IN_CALL, "the call ended meanwhile", leg=leg)

    def announce(self, leg: str, language: str) -> None:
        """Show the new listener and play the tone.

        Refused("person-not-told") if the phone takes no display update and no page of the console is open, and if the
        tone does not play: only the tone reaches a person who looks at neither.
        """
        self._tones = count = self._tones + 1
        self._languages[leg] = language
        if not (self._show(leg) and self._switch.sound(leg, count)):
            raise Refused(Reason.NOT_NOTIFIED, "neither the phone nor the console could show who listens", leg=leg)

    def set_back(self, leg: str) -> None:
        """A listener has left: show the remaining listeners, or what was shown before.

        A leg that is gone needs nothing.
        """
        target_leg = self._book.target_legs.get(leg)
        if target_leg is None:
            return
        if target_leg.listens:
            self._show(leg)
            return
        self._book.target_legs.pop(leg, None)
        self._languages.pop(leg, None)
        if self._switch.mark(leg, {"eavesdrop_group": "", "api_after_bridge": ""}):
            self._switch.show(leg, target_leg.shown_name, target_leg.shown_number)

    def set_back_after_restart(self, leg: str) -> None:
        """Set the display back on a leg to which an earlier fsplug process had let somebody listen."""
        channel = self._switch.channel(leg)
        if channel is not None and self._switch.mark(leg, {"eavesdrop_group": "", "api_after_bridge": ""}):
            self._switch.show(leg, *_parties(channel))

    def _show(self, leg: str) -> bool:
        listens = self._book.of_leg(leg)
        users = [one.caller.user for one in listens]
        names = tuple(user.name or user.username for user in users)
        on_phone = self._switch.show(
            leg, shown(names, self._languages.get(leg, FALLBACK_LANGUAGE)), users[-1].extension
        )
        return on_phone or self._has_page_open(listens[0].company, listens[0].target.username)


def _shown_before(channel: Event) -> tuple[str, str]:
    """What the phone shows now: what was last sent to it, else the other party as the switch has it."""
    name, number = (channel.variable(f"last_sent_callee_id_{what}") for what in ("name", "number"))
    return (name or "", number or "") if name or number else _parties(channel)


def _parties(channel: Event) -> tuple[str, str]:
    """The other party of a leg: a calling phone shows the called party, a called phone shows the caller."""
    whom = "Callee" if channel.get("Call-Direction") == "inbound" else "Caller"
    return channel.get(f"Caller-{whom}-ID-Name") or "", channel.get(f"Caller-{whom}-ID-Number") or ""
