"""People's browsers at the console: `streams PORT COOKIES` or `pages PORT COOKIES PER_SECOND`; cookies with commas.

`streams` opens five streams for each cookie and prints "MARK TIME" whenever a stream shows a new mark-N. `pages`
requests pages at a steady rate and prints "STATUS SECONDS" for each.
"""

import http.client
import itertools
import os
import re
import sys
import time
from queue import SimpleQueue
from threading import Thread

PER_PERSON = 5
PAGES = ("/colleagues", "/", "/account", "/colleagues?q=a", "/recordings")
# Enough for 50 answers a second that take 200 ms each.
_BROWSERS = 10
_TIMEOUT_SECONDS = 60.0
_MARK = re.compile(r"mark-\d+")


def _say(line: str) -> None:
    # One write per line, so that the lines of several threads do not mix.
    os.write(1, f"{line}\n".encode())


def _stream(port: int, cookie: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    connection.request("GET", "/live?shown=bench0,bench1", headers={"Cookie": f"fsplug-session={cookie}"})
    answer = connection.getresponse()
    _say(f"open-{answer.status} {time.time()}")
    known = ""
    while line := answer.readline().decode():
        found = _MARK.search(line)
        if found and found[0] != known:
            known = found[0]
            _say(f"{known} {time.time()}")


def _browser(port: int, due: "SimpleQueue[tuple[float, str, str]]") -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    while True:
        at, path, cookie = due.get()
        try:
            connection.request("GET", path, headers={"Cookie": f"fsplug-session={cookie}"})
            answer = connection.getresponse()
            answer.read()
            _say(f"{answer.status} {time.time() - at:.4f}")
        except (OSError, http.client.HTTPException):
            connection.close()


def _ask_for_pages(port: int, cookies: list[str], per_second: float) -> None:
    due: SimpleQueue[tuple[float, str, str]] = SimpleQueue()
    for _ in range(_BROWSERS):
        Thread(target=_browser, args=(port, due), daemon=True).start()
    begun = time.time()
    for number, path, cookie in zip(itertools.count(), itertools.cycle(PAGES), itertools.cycle(cookies), strict=False):
        at = begun + number / per_second
        time.sleep(max(0.0, at - time.time()))
        due.put((at, path, cookie))


if __name__ == "__main__":
    # In reality, people's browsers run on other machines.
    os.nice(15)
    what, port, cookies, *more = sys.argv[1:]
    if what == "pages":
        _ask_for_pages(int(port), cookies.split(","), float(more[0]))
    for cookie in cookies.split(","):
        for _ in range(PER_PERSON):
            Thread(target=_stream, args=(int(port), cookie)).start()
