"""Firefox and WebKit, as far as a test of the player needs them: WebDriver BiDi and WebDriver, without a library."""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from fsplug.lab.freeswitch import PATIENCE_SECONDS

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
WEBKIT, DISPLAY = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
_CONTINUED, _TEXT, _CLOSE, _PING, _PONG = 0, 1, 8, 9, 10


class Driven(Protocol):
    """A browser with one window."""

    def goto(self, url: str) -> None:
        """Load a page."""

    def set_cookie(self, url: str, name: str, value: str) -> None:
        """Keep a cookie for this page's host."""

    def press(self, key: str) -> None:
        """A key, to whatever has the focus."""

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""


def until(browser: Driven, expression: str) -> None:
    """Wait until it is true in the page."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not browser.evaluate(expression):
        assert time.monotonic() < give_up_at, expression
        time.sleep(0.05)


class WebSocket:
    """A client of RFC 6455 for short messages of text."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self._socket = socket.create_connection((host, port), PATIENCE_SECONDS)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        self._file = self._socket.makefile("rb")
        assert b" 101 " in self._file.readline()
        while self._file.readline().strip():
            pass

    def send(self, text: str, kind: int = _TEXT) -> None:
        """One frame, masked as a client's must be."""
        data, mask = text.encode(), os.urandom(4)
        size = len(data)
        head = (
            struct.pack("!BB", 0x80 | kind, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x80 | kind, 0xFE, size)
        )
        self._socket.sendall(head + mask + bytes(one ^ mask[at % 4] for at, one in enumerate(data)))

    def receive(self) -> str:
        """One message, of as many frames as it has."""
        whole = b""
        while True:
            first, size = self._file.read(2)
            if size >= 126:
                [size] = (
                    struct.unpack("!H", self._file.read(2)) if size == 126 else struct.unpack("!Q", self._file.read(8))
                )
            data, kind = self._file.read(size), first & 15
            assert kind != _CLOSE, "the browser has ended the connection"
            if kind == _PING:
                self.send(data.decode(), _PONG)
            elif kind in (_TEXT, _CONTINUED):
                whole += data
                if first & 0x80:
                    return whole.decode()


class Bidi:
    """Firefox by WebDriver BiDi (W3C)."""

    def __init__(self, host: str, port: int) -> None:
        self._socket, self._ids = WebSocket(host, port, "/session"), count(1)
        self._ask("session.new", {"capabilities": {}})
        self._context = self._ask("browsingContext.getTree", {})["contexts"][0]["context"]

    def _ask(self, method: str, params: Mapping[str, Any]) -> Any:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.receive())
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def goto(self, url: str) -> None:
        self._ask("browsingContext.navigate", {"context": self._context, "url": url, "wait": "complete"})

    def set_cookie(self, url: str, name: str, value: str) -> None:
        host = url.partition("//")[2].partition(":")[0]
        cookie = {"name": name, "value": {"type": "string", "value": value}, "domain": host, "path": "/"}
        self._ask("storage.setCookie", {"cookie": cookie})

    def press(self, key: str) -> None:
        keys = [{"type": one, "value": key} for one in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": keys}
        self._ask("input.performActions", {"context": self._context, "actions": [source]})

    def evaluate(self, expression: str) -> Any:
        params = {"expression": expression, "target": {"context": self._context}, "awaitPromise": True}
        return self._ask("script.evaluate", params)["result"].get("value")


class Classic:
    """WebKit by WebDriver (W3C)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True}}})
        self._own = f"/session/{self._session['sessionId']}"

    def _ask(self, method: str, path: str, given: Mapping[str, Any] | None = None) -> Any:
        data = json.dumps(given).encode() if given is not None else None
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)["value"]

    def goto(self, url: str) -> None:
        self._ask("POST", f"{self._own}/url", {"url": url})

    def set_cookie(self, url: str, name: str, value: str) -> None:
        self.goto(f"{url}/sign-in")
        self._ask("POST", f"{self._own}/cookie", {"cookie": {"name": name, "value": value, "path": "/"}})

    def press(self, key: str) -> None:
        keys = [{"type": one, "value": key} for one in ("keyDown", "keyUp")]
        self._ask("POST", f"{self._own}/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": keys}]})

    def evaluate(self, expression: str) -> Any:
        return self._ask("POST", f"{self._own}/execute/sync", {"script": f"return ({expression})", "args": []})

    def close(self) -> None:
        """End the browser."""
        self._ask("DELETE", self._own)


@contextmanager
def firefox(folder: Path) -> Iterator[Driven]:
    """Firefox, with its profile in this folder."""
    assert FIREFOX is not None
    preferences = {
        "datareporting.policy.dataSubmissionEnabled": "false",
        "app.update.enabled": "false",
        "media.cubeb.backend": '"alsa"',
        "network.captive-portal-service.enabled": "false",
    }
    (folder / "user.js").write_text("".join(f'user_pref("{name}", {value});\n' for name, value in preferences.items()))
    # A machine of tests has no loudspeaker.
    (folder / ".asoundrc").write_text("pcm.!default { type null }\nctl.!default { type null }\n")
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    environment = {**os.environ, "HOME": str(folder)}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, text=True
    ) as process:
        try:
            assert process.stderr is not None
            said = next(line for line in process.stderr if "BiDi listening on ws://" in line)
            host, _, port = said.partition("ws://")[2].strip().partition(":")
            yield Bidi(host, int(port))
        finally:
            process.terminate()


@contextmanager
def webkit(folder: Path) -> Iterator[Driven]:
    """WebKitGTK in a display of its own; what it keeps is in this folder."""
    assert WEBKIT is not None and DISPLAY is not None
    screens = [DISPLAY, "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1280x900x24"]
    with subprocess.Popen(screens, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as screen:
        try:
            assert screen.stdout is not None
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            environment = {**os.environ, "HOME": str(folder), "DISPLAY": f":{screen.stdout.readline().strip()}"}
            environment |= {"XDG_RUNTIME_DIR": str(folder), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
            with (folder / "webkit.log").open("wb") as log:
                driver = subprocess.Popen([WEBKIT, f"--port={port}"], env=environment, stdout=log, stderr=log)
            try:
                browser = Classic(_answered(f"http://127.0.0.1:{port}"))
                yield browser
                browser.close()
            finally:
                driver.terminate()
                driver.wait(PATIENCE_SECONDS)
        finally:
            screen.terminate()


def _answered(url: str) -> str:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/status", timeout=5):
                return url
        except OSError:
            assert time.monotonic() < give_up_at, url
            time.sleep(0.05)
