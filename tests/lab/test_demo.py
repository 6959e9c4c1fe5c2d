"""The demo as somebody sees it who follows what it prints, on the fake switch."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for

END_SECONDS = PATIENCE_SECONDS


@pytest.fixture
def demo(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """It runs; without SIPp on the path, so on the fake switch."""
    environment = {**os.environ, "PATH": str(tmp_path), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "fsplug", "demo"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    yield process
    process.kill()
    process.wait(END_SECONDS)


def _said(process: "subprocess.Popen[str]", until: str) -> str:
    said = ""
    assert process.stdout is not None
    while until not in said:
        line = process.stdout.readline()
        assert line, f"it ended before {until!r}: {said}"
        said += line
    return said


def _signed_in(link: str, then: str = "") -> str:
    """The first page behind a link that signs in; or another page, `then`."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    question: bytes = browser.open(link, timeout=PATIENCE_SECONDS).read()
    [press] = re.findall(rb'name="press" value="\w+"', question)
    form = press.replace(b'name="press" value="', b"press=").rstrip(b'"')
    confirm = urllib.request.Request(f"{link.rpartition('/sign-in/')[0]}/sign-in-link", data=form)
    confirm.add_header("Sec-Fetch-Site", "same-origin")
    page: bytes = browser.open(confirm, timeout=PATIENCE_SECONDS).read()
    if then:
        page = browser.open(f"{link.rpartition('/sign-in/')[0]}{then}", timeout=PATIENCE_SECONDS).read()
    return page.decode()


def _is_served(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_one_may_look_on_from_the_first_call_see_who_listens_at_the_end_and_nothing_stays_behind(
    demo: "subprocess.Popen[str]",
) -> None:
    door = re.search(r"Console: (\S+)", _said(demo, "The link signs in once"))
    assert door is not None
    assert "Overblik" in _signed_in(door[1])
    printed = _said(demo, "Ctrl-C ends it.")
    doors = {name: link for link, name in re.findall(r"(http\S+/sign-in/\S+)  (\w+)", printed)}
    assert list(doors) == ["Eva", "Anna", "Bo", "Frederik"]
    assert 'class="qr"' in _signed_in(doors["Bo"], "/one-time-codes")
    assert "Bo Lund lytter med på dit opkald" in _signed_in(doors["Anna"])
    port = int(re.findall(r":(\d+)/sign-in", printed)[0])
    assert _is_served(port)
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(END_SECONDS) == 0
    wait_for(lambda: not _is_served(port), "the console to be gone")
