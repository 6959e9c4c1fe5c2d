"""20 people who sign in to the console at PORT, each again as soon as they are in. Prints "in" for each time."""

import http.client
import os
import sys
from threading import Thread
from urllib.parse import urlencode

PEOPLE = 20
PASSWORD = "correct horse battery"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
_TIMEOUT_SECONDS = 60.0


def email(person: int) -> str:
    """The mail address of one of them."""
    return f"bench{person}@acme.example"


def mark_in(answer: http.client.HTTPResponse) -> str:
    """The mark that an answer gives the browser, "" for none."""
    for cookie in answer.headers.get_all("Set-Cookie") or ():
        name, _, value = cookie.partition(";")[0].partition("=")
        if name == "fsplug-browser":
            return value
    return ""


def _sign_in_again_and_again(port: int, person: int) -> None:
    words = {"customer_ref": "acme.example", "email": email(person), "password": PASSWORD}
    mark = ""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
        headers = {**HEADERS, "Cookie": f"fsplug-browser={mark}"}
        connection.request("POST", "/sign-in", urlencode(words), headers)
        answer = connection.getresponse()
        status, mark = answer.status, mark_in(answer) or mark
        connection.close()
        print("in" if status == http.client.SEE_OTHER else f"no: {status}", flush=True)


if __name__ == "__main__":
    # In reality, people's browsers run on other machines.
    os.nice(15)
    for person in range(PEOPLE):
        Thread(target=_sign_in_again_and_again, args=(int(sys.argv[1]), person)).start()
