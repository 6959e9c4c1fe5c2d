"""An SMTP server in a process of its own that keeps what it takes in a folder, and misbehaves on request.

`python -m tests.mail.smtpserver FOLDER [--tls CERT KEY] [--login NAME PASSWORD]` prints its port. A file `mood` in the
folder says how it answers: refuse, delay, drop, hang.
"""

import argparse
import asyncio
import ssl
import uuid
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Handler:
    """Keeps every mail as a file, once the mood allows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _mood(self) -> str:
        path = self._folder / "mood"
        return path.read_text() if path.exists() else ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Takes the receiver, or not."""
        if self._mood() == "refuse":
            return "550 5.1.1 no such mailbox"
        if self._mood() == "delay":
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Takes the mail; `hang` takes it, and never says so."""
        if self._mood() == "drop":
            server.transport.close()
            return "250 OK"
        path = self._folder / f"{uuid.uuid4().hex}.part"
        path.write_bytes(envelope.content)
        path.rename(path.with_suffix(".eml"))
        if self._mood() == "hang":
            await asyncio.sleep(600)
        return "250 OK"


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--login", nargs=2)
    options = parser.parse_args()
    given: dict[str, Any] = {}
    if options.tls:
        given["tls_context"] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        given["tls_context"].load_cert_chain(*options.tls)
        given["require_starttls"] = True
    if options.login:
        expected = LoginPassword(*(word.encode() for word in options.login))
        given["authenticator"] = lambda *words: AuthResult(success=words[-1] == expected, handled=False)
        given["auth_required"] = True
    asyncio.run(_serve(Handler(options.folder), given))


async def _serve(handler: Handler, given: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, **given), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    main()
