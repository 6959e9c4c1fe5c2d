"""Checkpoints of the audit trail go by themselves to where the operator says, and an altered trail is noticed."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.media.archive import FolderArchive
from fsplug.store.audit import checkpoints, signing, trail
from fsplug.store.audit.checkpoints import TrailCheckpoint
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.wiring.doctor import trail as trail_checks
from fsplug.wiring.people import checkpoint_places
from fsplug.wiring.people.checkpoint_places import Place, places
from fsplug.wiring.people.checkpoints import CheckpointKeeper, read_state
from fsplug.wiring.people.upkeep import Upkeep
from fsplug.wiring.settings import Settings, read
from tests.furnished import cast_store
from tests.mail.conftest import make_mailbox  # noqa: F401
from tests.store.cast import ACME, BETA

KEY = signing.new_key()


class Clock:
    """A clock that stands until it is set."""

    at = 1_000.0

    def __call__(self) -> float:
        return self.at


class Taker:
    """A place that takes checkpoints, unless it is `away`."""

    def __init__(self, seconds: float = 60.0) -> None:
        self.took: list[list[TrailCheckpoint]] = []
        self.away = False
        self.place = Place("taker", seconds, self._take)

    def _take(self, found: Sequence[TrailCheckpoint]) -> None:
        if self.away:
            raise Unavailable("checkpoint-not-taken", "taker does not take checkpoints: away")
        self.took.append(list(found))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = cast_store(tmp_path / "fsplug.db")
    store.audit_keys = [KEY]
    yield store
    store.close()


def _settings(folder: Path, where: str, **given: Any) -> Settings:
    return read(folder, {}, audit_checkpoints=where, audit_keys=KEY, **given)


def _said(path: Path) -> list[TrailCheckpoint | None]:
    return [checkpoints.read(line) for line in path.read_text().splitlines()]


def test_each_trail_that_went_on_gets_a_line_and_a_restart_repeats_none(store: Store, tmp_path: Path) -> None:
    clock, file, state = Clock(), tmp_path / "kept", tmp_path / "state.json"
    where = places(_settings(tmp_path, str(file)))
    CheckpointKeeper(store, where, state, clock).work()
    assert [one and one.company for one in _said(file)] == [ACME, BETA]
    assert file.stat().st_mode & 0o777 == 0o600
    trail.add(store, BETA, "bo", "play", "one")
    clock.at += 61
    keeper = CheckpointKeeper(store, where, state, clock)
    keeper.work()
    last = _said(file)[-1]
    assert last and (len(_said(file)), last.company, last.is_signed(store)) == (3, BETA, True)
    clock.at += 61
    keeper.work()
    assert len(_said(file)) == 3


def test_a_place_is_given_no_more_than_it_asked_for_whatever_the_clock_does(store: Store, tmp_path: Path) -> None:
    clock, taker = Clock(), Taker(seconds=60.0)
    keeper = CheckpointKeeper(store, [taker.place], tmp_path / "state.json", clock)
    keeper.work()
    for at, taken in ((1_059.0, 1), (1_060.0, 2), (1_061.0, 2), (500.0, 3)):
        trail.add(store, ACME, "anna", "play", str(at))
        clock.at = at
        keeper.work()
        assert len(taker.took) == taken, at


def test_what_a_place_did_not_take_is_given_again_and_the_doctor_says_so_meanwhile(
    store: Store, tmp_path: Path
) -> None:
    clock, taker = Clock(), Taker(seconds=86_400.0)
    taker.away = True
    keeper = CheckpointKeeper(store, [taker.place], tmp_path / "state.json", clock)
    keeper.work()
    assert "away" in str(read_state(tmp_path / "state.json").places["taker"].error)
    taker.away = False
    clock.at += 15
    keeper.work()
    assert [[one.company for one in some] for some in taker.took] == [[ACME, BETA]]
    assert read_state(tmp_path / "state.json").places["taker"].error is None


def test_a_trail_that_lost_an_entry_is_noticed_by_the_next_checkpoint_and_stays_in_the_doctors_finding(
    store: Store, tmp_path: Path
) -> None:
    settings, clock = _settings(tmp_path, str(tmp_path / "kept")), Clock()
    for number in range(3):
        trail.add(store, ACME, "anna", "play", str(number))
    keeper = CheckpointKeeper(store, places(settings), settings.checkpoints_file, clock)
    keeper.work()
    company = company_id(store, ACME)
    with store.atomic():
        store.run("DELETE FROM audit_entry WHERE company = ? AND number > 2", company)
        store.run("DELETE FROM audit_about WHERE company = ? AND number > 2", company)
        sql = "UPDATE audit_head SET number = 2, hash = (SELECT hash FROM audit_entry WHERE company = ? AND number = 2)"
        store.run(f"{sql} WHERE company = ?", company, company)
    clock.at += 61
    keeper.work()
    found = list(trail_checks.every(settings))[1]
    assert str(found.state) == "wrong" and f"{ACME}: entry 4 is missing" in found.text
    assert found.remedy == "fsplug audit verify"


def test_a_webhook_gets_lines_of_json_and_a_redirect_or_a_fault_is_no_acceptance(store: Store, tmp_path: Path) -> None:
    with _webhook() as (url, took, answer):
        [place] = places(_settings(tmp_path, url))
        found = checkpoints.since(store, {})
        place.hand(found)
        assert [checkpoints.read(line) for line in took.pop().decode().splitlines()] == found
        for status in (301, 307, 404, 500):
            answer["status"] = status
            with pytest.raises(Unavailable, match="does not take checkpoints"):
                place.hand(found)
        assert len(took) == 4  # nothing went to where the redirects pointed


def test_a_mailbox_gets_them_once_a_day(store: Store, tmp_path: Path, make_mailbox: Any) -> None:  # noqa: F811
    mailbox = make_mailbox()
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_security": "none"}
    settings = _settings(tmp_path, "mailto:auditor@acme.example", mail_from="n@acme.example", **smtp)
    [place] = places(settings)
    found = checkpoints.since(store, {})
    place.hand(found)
    [mail] = mailbox.mails
    text = mail.get_body(("plain",)).get_content()
    assert place.seconds == 86_400.0
    assert [one for one in map(checkpoints.read, text.splitlines()) if one] == found


@pytest.mark.parametrize("name", ["kept", "http://192.0.2.1/x", "ftp://host/x", "mailto:", "mailto:nobody", "syslog:x"])
def test_any_other_place_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match=r"audit_checkpoints: .* is not a place; give a file's absolute path"):
        places(_settings(tmp_path, name))


def test_a_wrong_place_does_not_stop_the_upkeep_of_recordings_and_the_doctor_names_it(
    store: Store, tmp_path: Path
) -> None:
    settings = _settings(tmp_path, "nowhere")
    assert Upkeep(settings, store, FolderArchive(tmp_path)) is not None
    found = list(trail_checks.every(settings))[1]
    assert "'nowhere' is not a place" in str(found)


def test_a_link_in_a_files_place_is_not_followed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "kept").symlink_to(tmp_path / "elsewhere")
    [place] = places(_settings(tmp_path, str(tmp_path / "kept")))
    with pytest.raises(Unavailable):
        place.hand(checkpoints.since(store, {}))
    assert not (tmp_path / "elsewhere").exists()


def test_without_a_system_log_syslog_says_so(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_places, "_SYSLOG_SOCKET", str(tmp_path / "log"))
    [place] = places(_settings(tmp_path, "syslog"))
    with pytest.raises(Unavailable, match="syslog does not take checkpoints"):
        place.hand(checkpoints.since(store, {}))


def test_the_systems_log_gets_a_line_for_each(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_places, "_SYSLOG_SOCKET", str(tmp_path / "log"))
    [place] = places(_settings(tmp_path, "syslog"))
    found = checkpoints.since(store, {})
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(tmp_path / "log"))
        place.hand(found)
        lines = [log.recv(65_536).decode() for _ in found]
    assert [checkpoints.read(line) for line in lines] == found
    assert all(line.startswith("<86>fsplug-audit: ") for line in lines)


@contextmanager
def _webhook() -> Iterator[tuple[str, list[bytes], dict[str, int]]]:
    took: list[bytes] = []
    answer = {"status": 204}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/x-ndjson"
            took.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(answer["status"])
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            took.append(b"")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", took, answer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_is_remembered_is_read_back_and_anything_else_counts_as_nothing(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", json.dumps({"places": {"x": {"more": 1}}, "wrong": {}})):
        (tmp_path / "state").write_text(text)
        assert read_state(tmp_path / "state").places == {}
