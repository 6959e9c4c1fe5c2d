"""What the doctor says of the console."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fsplug.store.accounts.sealed_secrets import new_key
from fsplug.store.db.database import Store
from fsplug.wiring.doctor import console as consolechecks
from fsplug.wiring.people.mail import postman
from fsplug.wiring.settings import Settings, read
from tests.mail.conftest import Mailbox, make_mailbox  # noqa: F401


@pytest.fixture
def port() -> Iterator[int]:
    """Somebody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def _settings(folder: Path, **given: Any) -> Settings:
    return read(folder, {}, **given)


def _states(settings: Settings) -> list[str]:
    return [str(one.state) for one in consolechecks.every(settings)]


@pytest.fixture
def whole(make_mailbox: Callable[..., Mailbox], port: int) -> dict[str, Any]:  # noqa: F811
    """Settings of a console with which all is well."""
    mail = {"smtp_host": "127.0.0.1", "smtp_port": make_mailbox().port, "smtp_security": "none"}
    console = {"web_port": port, "web_url": "https://console.example", "mail_from": "n@console.example"}
    console["web_behind_proxy"] = True
    return {"secret_key": new_key(), **console, **mail}


def test_a_whole_console_is_well(tmp_path: Path, whole: dict[str, Any]) -> None:
    assert _states(_settings(tmp_path, **whole)) == ["ok", "ok", "ok"]


@pytest.mark.parametrize(
    ("given", "said", "remedy"),
    [
        ({"smtp_security": "starttls"}, "lacks what is needed", "look at smtp_security"),
        ({"smtp_username": "fsplug", "smtp_password": "x"}, "lacks what is needed", "look at smtp_security"),
        ({"smtp_security": "tls"}, "can't be trusted", "see smtp_ca_file"),
    ],
)
def test_a_mail_server_that_would_not_take_mail_as_it_is_set_is_named(
    tmp_path: Path, whole: dict[str, Any], given: dict[str, str], said: str, remedy: str
) -> None:
    found = consolechecks.mail(_settings(tmp_path, **{**whole, **given}))
    assert (str(found.state), said in found.text, found.remedy) == ("wrong", True, remedy)


def test_without_a_console_only_the_key_is_looked_at(tmp_path: Path) -> None:
    assert _states(_settings(tmp_path)) == ["warn", "ok", "ok"]
    assert _states(_settings(tmp_path, secret_key="no key")) == ["wrong", "ok", "ok"]


def test_what_is_wrong_is_named_with_its_remedy(tmp_path: Path, port: int) -> None:
    given = {"secret_key": new_key(), "web_port": port}
    in_the_open = _settings(tmp_path, web_url="http://console.example", web_behind_proxy=True, **given)
    assert _states(in_the_open) == ["ok", "warn", "warn"]
    given["web_behind_proxy"] = True
    nobody = _settings(tmp_path, web_url="https://c.example", smtp_host="127.0.0.1", mail_from="no", **given)
    assert _states(nobody) == ["ok", "ok", "wrong"]
    away = {
        "web_behind_proxy": True,
        "smtp_host": "127.0.0.1",
        "smtp_port": 1,
        "mail_from": "n@c.example",
        "secret_key": new_key(),
    }
    assert _states(_settings(tmp_path, web_url="https://c.example", web_port=1, **away)) == ["ok", "wrong", "wrong"]
    assert all(one.remedy for one in consolechecks.every(nobody) if one.state == "wrong")


def test_a_console_that_takes_all_visitors_for_its_proxy_is_wrong(tmp_path: Path, whole: dict[str, Any]) -> None:
    found = consolechecks.console(_settings(tmp_path, **{**whole, "web_behind_proxy": False}))
    assert (str(found.state), "shut out everybody" in found.text) == ("wrong", True)
    assert "set web_behind_proxy = true" in found.remedy


def test_mail_comes_from_the_console_s_own_host_and_waits_where_that_is_no_address(tmp_path: Path) -> None:
    given = {"web_url": "https://c.example", "smtp_host": "127.0.0.1"}
    store = Store(tmp_path / "fsplug.db")
    assert _settings(tmp_path, **given).mail_sender == "notifications@c.example"
    assert postman(_settings(tmp_path, **given), store) is not None
    by_number = {**given, "web_url": "http://127.0.0.1:8086"}
    assert postman(_settings(tmp_path, **by_number), store) is None, "it would be refused for good"
    assert postman(_settings(tmp_path, **by_number, mail_from="n@c.example"), store) is not None
