"""`fsplug serve --only console`: alone it works and says that the switch is away; there is one on a data folder."""

import json
import time
from pathlib import Path

import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import wait_for
from fsplug.policy.access import totp
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.store.accounts import authenticators, sessions
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.db.database import Store
from fsplug.store.nodes import presence
from fsplug.store.nodes.live import Publisher
from fsplug.store.nodes.names import Claim
from fsplug.wiring.channel.messages import AskCalls
from fsplug.wiring.console import live_calls
from fsplug.wiring.console.live_calls import LiveCalls
from fsplug.wiring.people.process import PeopleProcess
from fsplug.wiring.settings import read
from tests.calls.serving import Serving
from tests.calls.test_console_live import Pages
from tests.cli.conftest import Cli
from tests.furnished import cast_store
from tests.store.accountcast import ANNA, PASSWORD, Clock
from tests.store.accountcast import Console as Cast
from tests.store.cast import ACME


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Anna may sign in."""
    store = cast_store(tmp_path / "fsplug.db")
    Cast(store, Clock()).made()
    return store


def test_without_the_process_that_serves_calls_pages_say_so_and_work(store: Store, tmp_path: Path) -> None:
    [port] = some_ports(1)
    web = {"web_port": port, "web_url": f"http://127.0.0.1:{port}"}
    console = Serving(tmp_path, web, "console")
    console.start(wait=False)
    try:
        wait_for(lambda: console.said("serving-people") != [], "the console")
        pages = Pages(port, sessions.begin(store, ACME, "1001", "192.0.2.1", "browser"))
        assert "is not answering right now" in pages.ask("/colleagues")[1]
        assert pages.ask("/account")[0] == 200
        status, page = pages.ask("/colleagues/listen", to="1003")
        assert (status, "is not answering right now" in page) == (503, True)
        settings = read(tmp_path, {}, **web)
        with pytest.raises(Invalid, match="another fsplug's console serves"):
            PeopleProcess(settings)
        assert console.stop() == 0
    finally:
        console.end()


def test_a_console_whose_visitors_would_all_be_one_address_is_not_served_and_all_else_is(
    store: Store, tmp_path: Path
) -> None:
    given = {"web_url": "https://console.example", "web_port": 0}
    with pytest.raises(Invalid, match=r"web_behind_proxy is not true.*shut out everybody.*scripts/proxy") as refused:
        PeopleProcess(read(tmp_path, {}, **given), seals=False)
    assert refused.value.code == "proxy-unset"
    (beside := tmp_path / "beside").mkdir()
    both = PeopleProcess(read(beside, {}, store=str(tmp_path / "fsplug.db"), **given))
    assert both.console is None
    both.store.close()


def test_on_a_machine_of_its_own_it_shows_the_calls_of_the_nodes_and_the_doctor_looks_for_no_switch(
    store: Store, tmp_path: Path
) -> None:
    [port] = some_ports(1)
    web = {"web_port": port, "web_url": f"http://127.0.0.1:{port}"}
    presence.hold(store, Claim("sip9", "sip9-host", "/data", "/archive"), [], "token")
    with store.atomic():
        store.run("UPDATE node SET leased_until = leased_until + 1800")
    Publisher(store, "sip9").publish({ACME: CompanyCalls({"1003": UserTalk("1003", 100.0)}, frozenset({"1003"}))})
    (tmp_path / "archive").mkdir()
    console = Serving(tmp_path, web, "console")
    console.start(wait=False)
    try:
        wait_for(lambda: console.said("serving-people") != [], "the console")
        pages = Pages(port, sessions.begin(store, ACME, "1001", "192.0.2.1", "browser"))
        assert pages.ask("/language", language="en")[0] == 303
        page = pages.ask("/colleagues")[1]
        assert "In a call since" in page and "is not answering right now" not in page
        environment = {f"FSPLUG_{name.upper()}": str(value) for name, value in web.items()}
        checked = Cli(tmp_path).run("doctor", "--json", **environment)
        found = {one["subject"]: one for one in json.loads(checked.stdout)["findings"]}
        assert [one for one in found.values() if one["state"] == "wrong"] == []
        assert checked.exit_code == 0
        assert found.keys().isdisjoint({"event socket", "spool", "calls' socket", "XML endpoint", "local copy"})
        assert found["live calls"]["text"] == "the console shows those of sip9"
        assert found["service"]["text"] == "fsplug serve --only console runs"
    finally:
        console.end()


def test_codes_are_taken_also_after_their_key_was_replaced(tmp_path: Path) -> None:
    shell, [port] = Cli(tmp_path / "data"), some_ports(1)
    shell.ok("init")
    shell.ok("company", "add", ACME, "--name", "Acme", "--country", "DK")
    user = ("--company", ACME, "1001")
    shell.ok("user", "add", *user, "--extension", "1001", "--role", "superuser", "--email", ANNA)
    (tmp_path / "password").write_text(PASSWORD)
    shell.ok("account", "password", *user, "--password-file", tmp_path / "password")
    store = Store(shell.data / "fsplug.db")
    secret_keys, step = SecretKeys(read(shell.data, {}).secret_keys), int(store.now()) // 30
    secret = authenticators.new(store, ACME, "1001", secret_keys)
    authenticators.confirm(store, ACME, "1001", totp.code(secret, step - 1), secret_keys)
    store.close()
    console = Serving(shell.data, {"web_port": port, "web_url": f"http://127.0.0.1:{port}"}, "console")
    console.start(wait=False)
    try:
        wait_for(lambda: console.said("serving-people") != [], "the console")
        shell.ok("secret", "rotate")
        typed = {"customer_ref": ACME, "email": ANNA, "password": PASSWORD}
        assert Pages(port, "").ask("/sign-in", **typed, code=totp.code(secret, int(time.time()) // 30))[0] == 303
    finally:
        console.end()


def test_without_an_address_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="set web_url"):
        PeopleProcess(read(tmp_path, {}), seals=False)


def test_a_serving_process_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def silent(data: Path, question: AskCalls, patience_seconds: float) -> None:
        asked.append(question.company)
        raise Unavailable("not-serving", "it does not answer")

    monkeypatch.setattr(live_calls, "answer", silent)
    live = LiveCalls(tmp_path)
    for _ in range(5):
        with pytest.raises(Unavailable):
            live.calls(ACME)
    assert asked == [ACME], "the others did not wait"
