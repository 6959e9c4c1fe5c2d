"""The endpoint as hostile and clumsy clients meet it, over real sockets."""

import base64
from collections.abc import Iterator

import gevent
import pytest
from gevent import socket

from fsplug.errors import Invalid, Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.xml import endpoint as module
from fsplug.xml.answers import NOT_FOUND
from fsplug.xml.endpoint import Endpoint, Responder

USER, PASSWORD = "fsplug", "right: å"
ACCOUNT = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def _slow(body: bytes) -> str:
    gevent.sleep(module.ANSWER_SECONDS * 4)
    return "too late"


def _raises(error: Exception):
    def answer(body: bytes) -> str:
        raise error

    return answer


DOORS = {
    "/": Responder(lambda body: NOT_FOUND, "text/xml"),
    "/echo": Responder(lambda body: body.decode("latin-1")),
    "/slow": Responder(_slow),
    "/part": Responder(lambda body: "whole", of_part=lambda part: f"{len(part)} of it" if part else None),
    "/away": Responder(_raises(Unavailable("store-gone", "the store is away"))),
    "/invalid": Responder(_raises(Invalid("bad-template", "template x: y"))),
    "/broken": Responder(_raises(KeyError("secret"))),
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """An endpoint with shorter patience than in service."""
    monkeypatch.setattr(module, "READ_SECONDS", 0.2)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(module, "CONNECTION_SECONDS", 0.6)
    served = Endpoint("127.0.0.1", 0, USER, PASSWORD, DOORS)
    served.start()
    yield served
    served.stop()


class Client:
    """One connection; says what it is told and reads to the end."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.sock = socket.create_connection(endpoint.address, timeout=PATIENCE_SECONDS)

    def say(self, text: bytes) -> None:
        self.sock.sendall(text)

    def ask(self) -> bytes:
        """Everything until the endpoint closes."""
        received = b""
        try:
            while piece := self.sock.recv(65_536):
                received += piece
        except ConnectionResetError:
            pass
        self.sock.close()
        return received

    @property
    def status(self) -> int:
        return int((self.ask().split() or [b"", b"0"])[1])


def head(path: str = "/", account: str | None = ACCOUNT, method: str = "POST", length: object = 0) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: here", f"Content-Length: {length}"]
    lines += [f"Authorization: Basic {account}"] if account is not None else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def status(endpoint: Endpoint, text: bytes) -> int:
    client = Client(endpoint)
    client.say(text)
    return client.status


def posted(endpoint: Endpoint, path: str, body: bytes = b"") -> tuple[int, bytes]:
    client = Client(endpoint)
    client.say(head(path, length=len(body)) + body)
    first, _, said = client.ask().partition(b"\r\n\r\n")
    return int(first.split()[1]), said


def test_who_knows_the_account_is_answered(served: Endpoint) -> None:
    assert posted(served, "/", b"section=dialplan") == (200, NOT_FOUND.encode())
    assert posted(served, "/echo", b"x" * 60_000) == (200, b"x" * 60_000)


def test_nobody_else_learns_which_part_was_wrong_nor_which_doors_there_are(served: Endpoint) -> None:
    wrong = [
        None,
        "",
        "!",
        ACCOUNT[:-2],
        "é",
        base64.b64encode(f"{USER}:wrong".encode()).decode(),
        base64.b64encode(f"other:{PASSWORD}".encode()).decode(),
    ]
    answers = set()
    for account in wrong:
        for path, method in (("/", "POST"), ("/none", "POST"), ("/", "GET")):
            client = Client(served)
            client.say(head(path, account, method))
            lines = client.ask().split(b"\r\n")
            answers.add(b"\n".join(line for line in lines if not line.startswith(b"Date:")))
    [answer] = answers
    assert answer.startswith(b"HTTP/1.1 401") and b'WWW-Authenticate: Basic realm="fsplug"' in answer


def test_only_a_post_to_a_door_is_answered(served: Endpoint) -> None:
    assert status(served, head("/none")) == 404
    assert status(served, head(method="GET")) == 405
    assert status(served, head(method="PUT")) == 405
    assert status(served, b"POST / HTTP/1.1\r\nAuthorization: Basic " + ACCOUNT.encode() + b"\r\n\r\n") == 411


@pytest.mark.parametrize("length", [65_537, 10**12, 10**30])
def test_a_body_too_large_is_refused_unread(served: Endpoint, length: int) -> None:
    client = Client(served)
    client.say(head(length=length))
    assert client.status == 413


@pytest.mark.parametrize(
    ("length", "sent", "answer"),
    [
        (65_536, b"x" * 65_536, (200, b"whole")),
        (65_537, b"x" * 65_537, (200, b"65536 of it")),
        (9_000_000, b"x" * 9_000_000, (200, b"65536 of it")),
        (100, b"half", (200, b"4 of it")),
        (100, b"", (408, b"Request Timeout")),
    ],
)
def test_a_door_may_answer_what_could_be_read(
    served: Endpoint, monkeypatch: pytest.MonkeyPatch, length: int, sent: bytes, answer: tuple[int, bytes]
) -> None:
    if len(sent) == length:
        monkeypatch.setattr(module, "READ_SECONDS", PATIENCE_SECONDS)
        monkeypatch.setattr(module, "CONNECTION_SECONDS", PATIENCE_SECONDS)
    client = Client(served)
    client.say(head("/part", length=length) + sent)
    first, _, said = client.ask().partition(b"\r\n\r\n")
    assert (int(first.split()[1]), said) == answer


def test_a_door_may_take_more_than_the_others() -> None:
    served = Endpoint("127.0.0.1", 0, USER, PASSWORD, {"/": Responder(lambda body: str(len(body)), body_bytes=100_000)})
    served.start()
    try:
        assert posted(served, "/", b"x" * 90_000) == (200, b"90000")
        assert status(served, head(length=100_001)) == 413
    finally:
        served.stop()


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "٣"])
def test_a_length_that_is_none_is_refused(served: Endpoint, length: str) -> None:
    client = Client(served)
    client.say(head().replace(b"Content-Length: 0", f"Content-Length: {length}".encode()))
    assert client.status in (400, 411)


def test_a_body_that_does_not_come_is_not_waited_for(served: Endpoint) -> None:
    assert status(served, head(length=100) + b"half") == 408


def test_a_client_that_leaves_in_the_middle_of_its_body_leaves_nothing_behind(served: Endpoint) -> None:
    client = Client(served)
    client.say(head(length=100) + b"half")
    client.sock.shutdown(socket.SHUT_WR)
    assert client.status == 400


def test_a_client_that_sends_its_headers_byte_by_byte_is_left(served: Endpoint) -> None:
    client = Client(served)
    with pytest.raises(OSError):
        for _ in range(6_000):
            client.say(b"x")
            gevent.sleep(0.01)


def test_slow_clients_hold_nobody_else_up(served: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_SECONDS", 60.0)
    monkeypatch.setattr(module, "CONNECTION_SECONDS", 60.0)
    slow = [Client(served) for _ in range(50)]
    for client in slow:
        client.say(head(length=100)[:40])
    assert posted(served, "/")[0] == 200
    for client in slow:
        client.sock.close()


def test_silent_clients_in_any_number_keep_the_switch_waiting_no_moment(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "CONNECTION_SECONDS", 10 * PATIENCE_SECONDS)
    monkeypatch.setattr(module, "CONNECTIONS", 12)
    monkeypatch.setattr(module, "SILENT", 6)
    served = Endpoint("127.0.0.1", 0, USER, PASSWORD, DOORS)
    served.start()
    silent = [Client(served) for _ in range(40)]
    for one in silent[::2]:
        one.say(b"POST / HTTP/1.1\r\nHost: x\r\n")
    more = [Client(served) for _ in range(20)]
    assert posted(served, "/")[0] == 200
    assert b"200" not in b"".join(one.ask() for one in silent), "they had to go"
    for one in more:
        one.sock.close()
    served.stop()
    assert "Traceback" not in capfd.readouterr().err


def test_a_door_that_takes_too_long_is_not_waited_for_and_holds_nobody_up(served: Endpoint) -> None:
    late = gevent.spawn(posted, served, "/slow")
    gevent.idle()
    assert posted(served, "/")[0] == 200
    assert late.get(timeout=PATIENCE_SECONDS)[0] == 503


def test_a_connection_whose_time_is_over_during_the_answer_is_closed_and_called_no_fault(
    served: Endpoint, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", PATIENCE_SECONDS)
    client = Client(served)
    client.say(head("/slow"))
    assert client.ask() == b""
    assert "Traceback" not in capfd.readouterr().err
    assert posted(served, "/")[0] == 200


def test_what_fails_behind_a_door_makes_the_switch_look_elsewhere(served: Endpoint) -> None:
    assert posted(served, "/away") == (503, b"the store is away")
    assert posted(served, "/invalid") == (422, b"template x: y")
    code, said = posted(served, "/broken")
    assert code == 500 and b"secret" not in said


@pytest.mark.parametrize(
    "request_line", [b"\r\n\r\n", b"\0\0\0\0\r\n\r\n", b"POST\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b"x" * 20_000]
)
def test_what_is_no_http_harms_nobody(served: Endpoint, request_line: bytes) -> None:
    client = Client(served)
    client.say(request_line)
    assert client.status in (0, 400, 414)
    assert posted(served, "/")[0] == 200


def test_a_taken_port_is_named(served: Endpoint) -> None:
    with pytest.raises(Unavailable) as raised:
        Endpoint("127.0.0.1", served.address[1], USER, PASSWORD, DOORS).start()
    assert raised.value.code == "port-taken" and str(served.address[1]) in raised.value.text


def test_without_a_password_there_is_no_endpoint() -> None:
    with pytest.raises(Invalid):
        Endpoint("127.0.0.1", 0, USER, "", DOORS)
