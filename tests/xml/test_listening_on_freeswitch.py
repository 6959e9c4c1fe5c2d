"""Listening in on a FreeSWITCH that runs on rendered files: the star code of a desk phone, an app and a mobile."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import RealSwitch, find_freeswitch, wait_for
from fsplug.lab.softphone import Dialog, Softphone
from fsplug.policy.listening.gate import Door, Reason
from fsplug.store.calls import calls, listen_sessions
from fsplug.store.calls.listen_sessions import ListenIn
from fsplug.store.config.devices import a1_hash
from fsplug.store.db.database import Store
from tests.calls.serving import Serving
from tests.xml.installed import demo, stored, switch_on_files

ACME, ANNA, BO, CUSTOMER, MOBILE = "acme.example", "1001", "1002", "+4522334455", "+4520304050"
APP, APP_PASSWORD = "1002-app", "bo-on-the-move"
STAR = "*28*70101001"
AUDIBLE = -40


def document(trusted: bool = True) -> dict[str, Any]:
    """The demo, in which Bo has an app and a mobile as well, and the trunk comes from this machine."""
    found = demo()
    acme = found["company"][0]
    bo = next(user for user in acme["user"] if user["username"] == BO)
    bo["device"].append({"kind": "app", "sip_username": APP, "a1_hash": a1_hash(APP, ACME, APP_PASSWORD)})
    bo["mobile_numbers"] = bo["verified_numbers"] = [MOBILE]
    acme["trunk"] = [{"name": "trunk", "host": "127.0.0.1", "caller_id_trusted": trusted}]
    return found


@dataclass(frozen=True, slots=True)
class Room:
    """Anna talks to a customer; whoever wants may try to listen."""

    switch: RealSwitch
    store: Store
    stack: ExitStack

    def dial(self, name: str, secret: str = "") -> tuple[Softphone, Dialog]:
        """A phone of the company, or with no password a caller from outside, dials the star code."""
        ports = self.switch.ports
        phone = Softphone(ports.internal_port if secret else ports.external_port, ACME, name, secret)
        self.stack.enter_context(phone)
        return phone, phone.call(STAR)

    def row(self) -> ListenIn:
        """What is written down of it."""
        wait_for(lambda: bool(listen_sessions.listed(self.store, ACME)), "a row")
        return listen_sessions.listed(self.store, ACME)[0]


@contextmanager
def room(folder: Path, companies: dict[str, Any]) -> Iterator[Room]:
    """A switch on the files of these companies, fsplug beside it, and the call."""
    if find_freeswitch() is None:
        pytest.skip("skipped: no FreeSWITCH")
    for name in ("spool", "archive"):
        (folder / name).mkdir()
    with ExitStack() as stack:
        store = stack.enter_context(stored(folder / "fsplug.db", companies))
        switch = stack.enter_context(switch_on_files(store, folder))
        ports = switch.ports
        link = {"event_socket_port": ports.event_socket_port, "event_socket_password": ports.event_socket_password}
        serving = Serving(folder, {**link, "listen_port": ports.fsplug_port}, restarts=False)
        stack.callback(serving.end)
        serving.start()
        anna = stack.enter_context(Softphone(ports.internal_port, ACME, ANNA, password(ACME, ANNA), hertz=440))
        customer = stack.enter_context(Softphone(ports.external_port, ACME, CUSTOMER, hertz=1500))
        customer.until_up(customer.call("+4570101001"))
        anna.until_up()
        wait_for(lambda: any(call.answered_at for call in calls.listed(store, ACME)), "fsplug to see the answer")
        yield Room(switch, store, stack)


def hears(dialog: Dialog) -> bool:
    latest = dialog.voice.last_heard_at
    return all(dialog.voice.level(hertz, latest - 0.3) > AUDIBLE for hertz in (440, 1500))


def test_a_desk_phone_and_a_mobile_may_listen_and_an_app_may_not(tmp_path: Path) -> None:
    with room(tmp_path, document()) as there:
        ports = there.switch.ports
        mobile = Softphone(ports.external_port, ACME, MOBILE, port=ports.trunk_port)
        there.stack.enter_context(mobile)
        phone, dialog = there.dial(BO, password(ACME, BO))
        wait_for(lambda: hears(dialog), "Bo to hear them")
        assert there.row().door is Door.DESK
        phone.hang_up(dialog)
        wait_for(lambda: there.row().ended_at is not None, "the listen-in to end")
        _, dialled = there.dial(MOBILE)
        called_back = mobile.until_up()
        assert (dialled.state, dialled.status, dialled.voice.packets(0)) == ("ended", 486, 0)
        wait_for(lambda: any(level > 200 for _, level in called_back.voice.loudness()), "the key to be asked for")
        mobile.press("1")
        wait_for(lambda: hears(called_back), "Bo to hear them on his mobile")
        wait_for(lambda: there.row().door is Door.MOBILE, "a second row")
        mobile.hang_up(called_back)
        wait_for(lambda: there.row().ended_at is not None, "the listen-in to end")
        phone, dialog = there.dial(APP, APP_PASSWORD)
        wait_for(lambda: there.row().door is Door.APP, "a third row")
        assert there.row().reason is Reason.DEVICE
        wait_for(lambda: dialog.state == "ended", "the app to be refused")
        assert len(dialog.voice.heard()) > 8000


def test_a_spoofed_number_on_a_trunk_that_is_not_believed_hears_nothing(tmp_path: Path) -> None:
    with room(tmp_path, document(trusted=False)) as there:
        _, dialog = there.dial(MOBILE)
        wait_for(lambda: dialog.state == "ended", "the caller to be refused")
        assert listen_sessions.listed(there.store, ACME) == []
        assert dialog.voice.level(440) < AUDIBLE
