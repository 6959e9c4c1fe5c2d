"""An attack on the console at PORT: 40 guessers, 500 silent connections, and 400 requests a minute for a new password.

Each guesser has an address of its own, and tries again as soon as it is answered. Prints "WHAT STATUS" for each answer,
and "silent COUNT" whenever the silent connections have been counted.
"""

import http.client
import itertools
import os
import random
import socket
import sys
import time
from threading import Thread
from urllib.parse import urlencode

GUESSERS, SILENT, FORGOTTEN_PER_MINUTE = 40, 500, 400
# So many silent connections come from one address.
_SILENT_EACH = 10
_TIMEOUT_SECONDS = 60.0
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def _say(line: str) -> None:
    # One write per line, so that the lines of several threads do not mix.
    os.write(1, f"{line}\n".encode())


def _post(port: int, address: str, path: str, form: dict[str, str]) -> str:
    source = (address, 0)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS, source_address=source)
    try:
        connection.request("POST", path, urlencode(form), _HEADERS)
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return "closed"
    finally:
        connection.close()


def _guess(port: int, guesser: int) -> None:
    for one in itertools.count():
        form = {"customer_ref": "acme.example", "email": f"bench{one % 30}@acme.example", "password": f"guess {one}"}
        _say(f"guess {_post(port, f'127.0.1.{guesser + 1}', '/sign-in', form)}")


def _forget(port: int) -> None:
    begun = time.monotonic()
    for one in itertools.count():
        time.sleep(max(0.0, begun + one * 60.0 / FORGOTTEN_PER_MINUTE - time.monotonic()))
        form = {"customer_ref": "acme.example", "email": f"nobody{one}@acme.example"}
        # None waits for the answer to the one before.
        Thread(target=lambda form=form: _say(f"forgotten {_post(port, '127.0.3.1', '/forgotten', form)}")).start()


def _keep_silent(port: int, first: int) -> None:
    kept = [_silent(port, first + one) for one in range(_SILENT_EACH)]
    while True:
        _say(f"silent {len(kept)}")
        # Not all at the same moment: they are many machines.
        time.sleep(random.uniform(0.5, 1.5))
        kept = [one if _is_open(one) else _silent(port, first) for one in kept]


def _silent(port: int, number: int) -> socket.socket:
    address = f"127.0.2.{number // _SILENT_EACH + 1}"
    found = socket.create_connection(("127.0.0.1", port), _TIMEOUT_SECONDS, (address, 0))
    found.setblocking(False)
    return found


def _is_open(one: socket.socket) -> bool:
    try:
        if one.recv(1):
            return True
    except BlockingIOError:
        return True
    except OSError:
        pass
    one.close()
    return False


if __name__ == "__main__":
    # In reality, attackers use other machines.
    os.nice(15)
    to = int(sys.argv[1])
    for number in range(GUESSERS):
        Thread(target=_guess, args=(to, number)).start()
    for number in range(0, SILENT, _SILENT_EACH):
        Thread(target=_keep_silent, args=(to, number)).start()
    _forget(to)
