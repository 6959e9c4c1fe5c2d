"""The secret with which the switch marks calls: where it is kept, and how another one comes into force."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.wiring import call_secret
from fsplug.wiring.call_secret import CallSecret
from fsplug.wiring.calls import asking
from fsplug.wiring.doctor import marks
from fsplug.wiring.settings import read
from tests.tables import table


def test_it_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = call_secret.path_in(tmp_path)
    assert call_secret.make(path)
    first = call_secret.read(path)
    assert (len(first), stat.S_IMODE(path.stat().st_mode)) == (64, 0o600)
    assert not call_secret.make(path)
    assert call_secret.read(path) == first
    assert call_secret.make(path, again=True)
    assert call_secret.read(path) != first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_one_comes_into_force_and_the_one_before_counts_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: list[str] = []
    path = call_secret.path_in(tmp_path)
    secret = CallSecret(path, shared.append)
    first = secret.current
    secret.look()
    assert (secret.in_force(), shared) == ((first,), [])
    call_secret.make(path, again=True)
    monkeypatch.setattr(call_secret, "FORMER_SECONDS", 600.0)
    secret.look()
    assert secret.in_force() == (call_secret.read(path), first)
    assert shared == [secret.current]
    monkeypatch.setattr(call_secret, "FORMER_SECONDS", -1.0)
    call_secret.make(path, again=True)
    secret.look()
    assert secret.in_force() == (secret.current,)


def test_a_file_that_holds_no_secret_is_no_secret(tmp_path: Path) -> None:
    path = call_secret.path_in(tmp_path)
    secret = CallSecret(path, lambda found: None)
    with table() as rows:
        for text in ("", "short\n", "x" * 63, "#" * 64):
            with rows.row(text):
                path.write_text(text)
                with pytest.raises(Unavailable, match="rotate-calls"):
                    call_secret.read(path)
                kept = secret.current
                secret.look()
                assert secret.current == kept


def test_calls_are_taken_on_loopback_alone(tmp_path: Path) -> None:
    settings = read(tmp_path, {})
    for host in ("0.0.0.0", "192.0.2.1", "::"):
        with pytest.raises(Invalid, match="TLS"):
            asking.server(replace(settings, listen_host=host), lambda session: None)
        assert marks.secret(replace(settings, listen_host=host)).state == "wrong"
    assert asking.server(settings, lambda session: None).address[0] == "127.0.0.1"


def test_the_check_up_names_what_is_wrong_with_marks(tmp_path: Path) -> None:
    settings, path = read(tmp_path, {}), call_secret.path_in(tmp_path)
    assert marks.secret(settings).state == "warn"
    call_secret.make(path)
    assert marks.secret(settings).state == "ok"
    path.chmod(0o640)
    assert marks.secret(settings).state == "wrong"
    assert marks.on_switch(lambda line: "", settings).state == "wrong"
    assert marks.on_switch(lambda line: call_secret.read(path), settings).state == "ok"


def test_dialplans_that_ask_without_a_mark_are_named(tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    conf.mkdir()
    action = '<action application="socket" data="127.0.0.1:8084 full"/>'
    (conf / "own.xml").write_text(action)
    (conf / "marked.xml").write_text(f'<action application="set" data="fsplug_mark=x"/>{action}')
    (conf / "other.xml").write_text(action.replace("8084", "9999"))
    [found] = marks.dialplans(read(tmp_path, {}), conf)
    assert found.state == "wrong" and "own.xml" in found.text and "marked" not in found.text
