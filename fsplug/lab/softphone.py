"""A telephone in Python: it signs in, calls, answers, sends a tone, and keeps what it hears and what it is shown.

SIPp follows a script written beforehand; this phone can be asked later which tones reached it, and when.
"""

import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self
from uuid import uuid4

from fsplug.errors import Unavailable
from fsplug.lab.dialog import Dialog
from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for
from fsplug.lab.media import Voice
from fsplug.lab.sip_line import SipLine
from fsplug.lab.sip_message import ALAW, HOST, Request, SipMessage, address, audio, replacing


class Softphone:
    """A phone that runs until the `with` ends.

    With `password` it is a user's phone of `company`; without, it is somebody outside, known as `user`. It answers
    after `rings` seconds (None: it never answers) and sends a tone of `hertz` (0: silence). With another `codec` than
    A-law it sends nothing. One that never acknowledges sends no ACK, and no tone.
    """

    def __init__(
        self,
        switch_port: int,
        company: str,
        user: str,
        password: str = "",
        *,
        hertz: int = 0,
        rings: float | None = 0.0,
        port: int = 0,
        agent: str = "softphone",
        asserted: str = "",
        codec: str = ALAW,
        acknowledges: bool = True,
    ) -> None:
        self._line = SipLine(switch_port, user, agent)
        self.company, self.user, self._password = company, user, password
        self._hertz, self.rings = hertz, rings
        self._asserted = f"P-Asserted-Identity: {asserted}\r\n" if asserted else ""
        self._wanted_port, self._codec = port, codec
        self._acknowledges = acknowledges
        self.dialogs: list[Dialog] = []

    def __enter__(self) -> Self:
        self._line.open(self._wanted_port, self._hear)
        if self._password and self.rings != -1:
            self.sign_in()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for dialog in self.dialogs:
            if dialog.state == "up":
                self.hang_up(dialog)
        with suppress(Unavailable):
            if self._password:
                self.sign_in(expires=0)
        self._line.close()
        for dialog in self.dialogs:
            dialog.voice.close()

    @property
    def port(self) -> int:
        """Where the phone is called."""
        return self._line.port

    @property
    def dialog(self) -> Dialog:
        """The latest call."""
        wait_for(lambda: bool(self.dialogs), f"a call of {self.user}")
        return self.dialogs[-1]

    def sign_in(self, expires: int = 7_200) -> None:
        """Register. Unavailable if the switch refuses."""
        contact = f"Contact: <sip:{self.user}@{HOST}:{self.port}>;expires={expires}"
        uri, me = f"sip:{self.company}", f"<sip:{self.user}@{self.company}>"
        request = Request("REGISTER", uri, me, me, f"register-{uuid4().hex}", 1, f"{contact}\r\n")
        self._line.ask_with_password(request, self._password)

    def call(self, number: str, headers: str = "", says: str = "") -> Dialog:
        """Dial, without waiting for an answer. `says` is who From names instead of the phone's user."""
        dialog = Dialog(uuid4().hex, Voice(self._hertz))
        where = self.company if self._password else f"{HOST}:{self._line.switch[1]}"
        dialog.target = f"sip:{number}@{where}"
        host = self.company if self._password else HOST
        dialog.own = f"<sip:{says or self.user}@{host}>;tag={uuid4().hex[:8]}"
        dialog.other = f"<{dialog.target}>"
        dialog.peer = self._line.switch
        self.dialogs.append(dialog)
        threading.Thread(target=self._invite, args=(dialog, headers), daemon=True).start()
        return dialog

    def until_up(self, dialog: Dialog | None = None, seconds: float = PATIENCE_SECONDS) -> Dialog:
        """Return when the call is answered; Unavailable if it ends first, or at the deadline."""
        waited = dialog or self.dialog
        wait_for(lambda: waited.state in ("up", "ended"), f"{self.user}'s call to be answered", seconds)
        if waited.state == "ended":
            raise Unavailable("call-ended", f"{self.user}'s call ended with {waited.status}")
        return waited

    def answer(self, dialog: Dialog | None = None) -> None:
        """Take up a call that rings here."""
        called = dialog or self.dialog
        if called.state == "ringing" and called.invite is not None:
            self._reply(called.invite, "200 OK", called, self._sdp(called))
            self._come_up(called)

    def forward(self, number: str, dialog: Dialog) -> None:
        """Answer a call that rings here with another number of the company (302)."""
        if dialog.invite is not None:
            self._reply(dialog.invite, "302 Moved Temporarily", dialog, me=number)

    def hang_up(self, dialog: Dialog | None = None) -> None:
        """Send BYE."""
        ending = dialog or self.dialog
        ending.end(0)
        with suppress(Unavailable):
            self._in_dialog(ending, "BYE")

    def vanish(self) -> None:
        """Disappear without a BYE."""
        self._line.fall_silent()
        self._password = ""
        for dialog in self.dialogs:
            dialog.voice.close()

    def transfer(self, number: str, dialog: Dialog | None = None) -> None:
        """Transfer the other party to another number."""
        self.transfer_to(f"sip:{number}@{self.company}", dialog or self.dialog)

    def connect(self, dialog: Dialog, consultation: Dialog) -> None:
        """Connect the other sides of two calls (REFER with Replaces); the consultation may still be ringing."""
        self.transfer_to(replacing(consultation.call_id, consultation.own, consultation.other), dialog)

    def transfer_to(self, uri: str, dialog: Dialog) -> None:
        """Transfer the other party to this address, as it stands."""
        self._in_dialog(dialog, "REFER", f"Refer-To: <{uri}>\r\nReferred-By: {dialog.own}\r\n")

    def press(self, keys: str, dialog: Dialog | None = None) -> None:
        """Send keys as RFC 4733 events."""
        for key in keys:
            (dialog or self.dialog).voice.press(key)

    def hold(self, held: bool, dialog: Dialog | None = None) -> None:
        """Put the other party on hold, or resume the call: silent before the request, heard after its answer."""
        holding = dialog or self.dialog
        holding.voice.silent = True
        self._in_dialog(holding, "INVITE", "Content-Type: application/sdp\r\n", self._sdp(holding, held))
        holding.voice.silent = held

    def change_codec(self, codec: str, dialog: Dialog) -> None:
        """Offer this codec from now on."""
        self._codec = codec
        self.hold(False, dialog)

    def says(self, number: str, dialog: Dialog) -> None:
        """Say in mid-call that somebody else is here (UPDATE)."""
        self._in_dialog(dialog, "UPDATE", f"P-Asserted-Identity: <sip:{number}@carrier.example>\r\n")

    def _hear(self, message: SipMessage) -> None:
        dialog = next((one for one in self.dialogs if one.call_id == message.header("Call-ID")), None)
        if message.status:
            self._take_progress(message, dialog)
        elif message.method == "INVITE":
            self._take_invite(message, dialog)
        elif message.method != "ACK":
            self._take_others(message, dialog)

    def _take_progress(self, message: SipMessage, dialog: Dialog | None) -> None:
        if dialog is not None:
            dialog.voice.towards = message.media or dialog.voice.towards
            if dialog.state == "calling" and message.status > 100:
                dialog.state, dialog.other = "ringing", message.header("To")

    def _take_invite(self, invite: SipMessage, dialog: Dialog | None) -> None:
        if dialog is None:
            called = Dialog.called(invite, Voice(self._hertz))
            self.dialogs.append(called)
            threading.Thread(target=self._be_called, args=(called, invite), daemon=True).start()
        elif ";tag=" in invite.header("To"):
            self._reply(invite, "200 OK", dialog, self._sdp(dialog))
        elif dialog.replied:
            # The switch repeats an INVITE that a slow machine answers late.
            self._line.send_text(dialog.replied, invite.source)

    def _take_others(self, request: SipMessage, dialog: Dialog | None) -> None:
        if dialog is not None:
            dialog.note(request)
        self._reply(request, "200 OK", dialog)
        if dialog is not None and request.method in ("BYE", "CANCEL"):
            if request.method == "CANCEL" and dialog.invite is not None:
                self._reply(dialog.invite, "487 Request Terminated", dialog)
            dialog.end(0)

    def _be_called(self, dialog: Dialog, invite: SipMessage) -> None:
        self._reply(invite, "180 Ringing", dialog)
        if self.rings is not None:
            time.sleep(self.rings)
            self.answer(dialog)

    def _invite(self, dialog: Dialog, headers: str) -> None:
        sdp = self._sdp(dialog)
        kind = f"{headers}Content-Type: application/sdp\r\n"
        with suppress(Unavailable):
            request = Request("INVITE", dialog.target, dialog.own, dialog.other, dialog.call_id, 1, kind, sdp)
            answer = self._line.ask_with_password(request, self._password, 40.0)
            dialog.other = answer.header("To")
            dialog.sequence = int(answer.header("CSeq").split()[0])
            if answer.status < 300 and not self._acknowledges:
                dialog.answered_at = time.monotonic()
            elif answer.status < 300:
                dialog.target = address(answer.header("Contact"))
                dialog.voice.towards = answer.media or dialog.voice.towards
                self._send_in_dialog(dialog, "ACK", dialog.sequence)
                self._come_up(dialog)
            else:
                dialog.end(answer.status)

    def _come_up(self, dialog: Dialog) -> None:
        dialog.answered_at = time.monotonic()
        # A BYE may have come while the answer was being read.
        if dialog.state != "ended":
            dialog.state = "up"
            if self._codec == ALAW:
                dialog.voice.start()

    def _in_dialog(self, dialog: Dialog, method: str, headers: str = "", body: str = "") -> SipMessage:
        dialog.sequence += 1
        self._send_in_dialog(dialog, method, dialog.sequence, headers, body)
        # A switch that is gone does not hold up a phone that only says goodbye.
        answer = self._line.answer_to(
            dialog.call_id, dialog.sequence, method, 5.0 if method == "BYE" else PATIENCE_SECONDS
        )
        if method == "INVITE":
            self._send_in_dialog(dialog, "ACK", dialog.sequence)
        return answer

    def _send_in_dialog(self, dialog: Dialog, method: str, sequence: int, headers: str = "", body: str = "") -> None:
        uri = dialog.target or f"sip:{HOST}:{dialog.peer[1]}"
        request = Request(method, uri, dialog.own, dialog.other, dialog.call_id, sequence, headers, body)
        self._line.send(request, dialog.peer)

    def _reply(self, request: SipMessage, status: str, dialog: Dialog | None, body: str = "", me: str = "") -> None:
        to = request.header("To")
        if dialog is not None and ";tag=" not in to:
            to = dialog.own
        said = self._line.reply(request, status, to, body, self._asserted, me)
        if dialog is not None and request is dialog.invite:
            dialog.replied = said

    def _sdp(self, dialog: Dialog, held: bool = False) -> str:
        return audio(dialog.voice.port, dialog.sequence, held, self._codec, dialog.invite.text if dialog.invite else "")
