"""What a telephone in Python sends and receives: its socket, and the final answers that nobody has asked for yet."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for
from fsplug.lab.sip_message import HOST, Request, SipMessage, proof, reply

_LARGEST_MESSAGE = 65_535


class SipLine:
    """The phone of `user`, which sends to the switch at this port and is called by it; it calls itself `agent`."""

    def __init__(self, switch_port: int, user: str, agent: str) -> None:
        self.switch = (HOST, switch_port)
        self._user, self._agent = user, agent
        self._answers: dict[str, SipMessage] = {}
        self._is_ending = False

    def open(self, wanted_port: int, hear: Callable[[SipMessage], None]) -> None:
        """Take this port (0: any), and hand on each request and each provisional answer that comes."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, wanted_port))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, args=(hear,), daemon=True)
        self._thread.start()

    def fall_silent(self) -> None:
        """Hear nothing more."""
        self._is_ending = True

    def close(self) -> None:
        """Give the port back."""
        self._is_ending = True
        self._thread.join(2)
        self._socket.close()

    def send(self, request: Request, peer: tuple[str, int] | None = None) -> None:
        """Send it to the switch, or to this peer."""
        self.send_text(request.text(self._user, self.port, self._agent), peer or self.switch)

    def reply(self, request: SipMessage, status: str, to: str, body: str = "", headers: str = "", me: str = "") -> str:
        """Answer this request as `me`, if not as the user; returns what was sent."""
        text = reply(request, status, to, me or self._user, self.port, self._agent, body, headers)
        self.send_text(text, request.source)
        return text

    def send_text(self, text: str, peer: tuple[str, int]) -> None:
        """Send a message as it stands."""
        with suppress(OSError):
            self._socket.sendto(text.encode(), peer)

    def ask_with_password(self, request: Request, password: str, seconds: float = PATIENCE_SECONDS) -> SipMessage:
        """The final answer; Unavailable if there is none, or if signing in is refused."""
        answer = self._ask(request, seconds)
        if answer.status in (401, 407):
            proved = proof(request.method, request.uri, self._user, password, answer)
            answer = self._ask(replace(request, sequence=2, headers=proved + request.headers), seconds)
        if request.method == "REGISTER" and answer.status != 200:
            raise Unavailable("not-registered", f"{self._user} could not sign in: {answer.start}")
        return answer

    def answer_to(self, call_id: str, sequence: int, method: str, seconds: float) -> SipMessage:
        """The final answer to this request; Unavailable if there is none."""
        key = f"{call_id} {sequence} {method}"
        wait_for(lambda: key in self._answers, f"an answer to {self._user}'s {method}", seconds)
        return self._answers.pop(key)

    def _listen(self, hear: Callable[[SipMessage], None]) -> None:
        while not self._is_ending:
            try:
                raw, source = self._socket.recvfrom(_LARGEST_MESSAGE)
            except TimeoutError:
                continue
            except OSError:
                return
            message = SipMessage(raw.decode(errors="replace"), source)
            if message.status >= 200:
                self._answers[f"{message.header('Call-ID')} {message.header('CSeq')}"] = message
            else:
                hear(message)

    def _ask(self, request: Request, seconds: float) -> SipMessage:
        self.send(request)
        answer = self.answer_to(request.call_id, request.sequence, request.method, seconds)
        if request.method == "INVITE" and answer.status >= 300:
            branch = re.search(r"branch=([^;\s]+)", answer.header("Via"))
            acknowledged = replace(request, method="ACK", other=answer.header("To"), headers="", body="")
            self.send(replace(acknowledged, branch=branch[1] if branch else ""))
        return answer
