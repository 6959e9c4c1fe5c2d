"""One call of a telephone in Python, as the phone keeps it."""

import time
from dataclasses import dataclass, field
from typing import Self
from uuid import uuid4

from fsplug.lab.media import Voice
from fsplug.lab.sip_message import HOST, SipMessage, address


@dataclass(slots=True)
class Dialog:
    """One call of the phone. `state` is calling, ringing, up, or ended with `status`.

    `notified` is what the switch said of a transfer that the phone asked for, `replied` the phone's last response to
    the INVITE that called it.
    """

    call_id: str
    voice: Voice
    own: str = ""
    other: str = ""
    target: str = ""
    peer: tuple[str, int] = (HOST, 0)
    routes: list[str] = field(default_factory=list)
    sequence: int = 1
    state: str = "calling"
    status: int = 0
    answered_at: float = 0.0
    ended_at: float = 0.0
    shown: list[tuple[float, str]] = field(default_factory=list)
    notified: list[str] = field(default_factory=list)
    invite: SipMessage | None = None
    replied: str = ""

    @classmethod
    def called(cls, invite: SipMessage, voice: Voice) -> Self:
        """The call that this INVITE begins."""
        dialog = cls(invite.header("Call-ID"), voice, state="ringing", invite=invite)
        dialog.own = f"{invite.header('To')};tag={uuid4().hex[:8]}"
        dialog.other, dialog.peer = invite.header("From"), invite.source
        dialog.target = address(invite.header("Contact"))
        dialog.voice.towards = invite.media
        return dialog

    def note(self, request: SipMessage) -> None:
        """Keep whom the switch shows on the other side, and what it says of a transfer."""
        asserted = request.header("P-Asserted-Identity")
        if request.method == "UPDATE" and asserted:
            self.shown.append((time.monotonic(), asserted))
        elif request.method == "NOTIFY":
            self.notified.append(request.text)

    def end(self, status: int) -> None:
        """The call is over with this status, unless it already was; nothing more is said."""
        if self.state != "ended":
            self.status, self.ended_at, self.state = status, time.monotonic(), "ended"
        self.voice.stop()
