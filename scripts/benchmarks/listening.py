"""Listen-in: how soon a listener hears, by star code and by command, and whether twenty listeners harm the call."""

import shutil
import statistics
import subprocess
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.company import DEMO, lay_out, serving
from benchmarks.figures import Figure, Target, number
from benchmarks.setting import Setting
from fsplug.lab.dialog import Dialog
from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import FIXTURE, RealSwitch, wait_for
from fsplug.lab.media import Voice
from fsplug.lab.softphone import Softphone
from fsplug.store.calls import calls, listen_sessions
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store

STAR = Target("listen-in by star code: answer to first sound, median", 500, "ms")
COMMAND = Target("listen-in by command: typed to first sound, median", 1_000, "ms")
CUT = Target("a right is taken away: until its holder's listen-in is cut, slowest", 1, "s")
LOSS = Target("audio the parties lose with 20 listeners", 0, "%")
TARGETS = (STAR, COMMAND, CUT, LOSS)

ACME, ANNA, BO, CUSTOMER = "acme.example", "1001", "1002", "+4522334455"
LISTENERS, TALK_SECONDS = 20, 5.0
_LOUD = 200


def measure(setting: Setting) -> Iterator[Figure]:
    """One long call between a customer and Anna: Bo listens again and again, then twenty colleagues listen at once."""
    times = setting.rounds(full=20, quick=5)
    with talking(setting, document()) as bench:
        by_star = [_by_star(bench) for _ in range(times)]
        yield STAR.judged(statistics.median(by_star), f"slowest of {times}: {number(max(by_star))} ms")
        by_command = [_by_command(bench, setting) for _ in range(times)]
        yield COMMAND.judged(statistics.median(by_command), f"slowest of {times}: {number(max(by_command))} ms")
        cut = [_cut(bench) for _ in range(times)]
        yield CUT.judged(max(cut), f"median of {times}: {number(statistics.median(cut))} s")
        lost, came = _with_twenty(bench)
        yield LOSS.judged(100 * lost / (lost + came), f"{lost} of {lost + came} packets in {TALK_SECONDS:g} s")


@dataclass(frozen=True, slots=True)
class Bench:
    """`anna` and `customer` are the ends of the talk, `ears` what they hear."""

    switch: RealSwitch
    folder: Path
    stack: ExitStack
    store: Store
    bo: Softphone
    ears: tuple[Voice, ...]
    anna: Dialog
    customer: Dialog


@contextmanager
def talking(setting: Setting, of: dict[str, Any]) -> Iterator[Bench]:
    """A customer talks to Anna, with fsplug laid out by this document; Bo has a phone."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fsplug-bench-")))
        switch = stack.enter_context(RealSwitch(fixture=_conf(folder / "switch")))
        store = lay_out(folder, of)
        stack.callback(store.close)
        ports = switch.ports
        link = {
            "event_socket_port": ports.event_socket_port,
            "event_socket_password": ports.event_socket_password,
        }
        stack.enter_context(serving(folder, setting.program, ports.fsplug_port, **link))
        phones = (_phone(switch, user, password(ACME, user), hertz) for user, hertz in ((ANNA, 440), (BO, 0)))
        anna, bo = map(stack.enter_context, phones)
        customer = stack.enter_context(Softphone(ports.external_port, ACME, CUSTOMER, hertz=1000))
        talk = customer.until_up(customer.call("+4570101001"))
        hers = anna.until_up()
        wait_for(lambda: any(call.answered_at for call in calls.listed(store, ACME)), "fsplug to see the answer", 5)
        yield Bench(switch, folder, stack, store, bo, (talk.voice, hers.voice), hers, talk)


def _conf(folder: Path) -> Path:
    """The fixture's configuration, in which the twenty colleagues have phones, too."""
    shutil.copytree(FIXTURE, folder)
    path = folder / "directory" / f"{ACME}.xml"
    directory = ElementTree.parse(path)
    [users] = directory.iter("users")
    for count in range(LISTENERS):
        params = ElementTree.SubElement(ElementTree.SubElement(users, "user", id=_colleague(count)), "params")
        ElementTree.SubElement(params, "param", name="password", value=_colleague(count))
    directory.write(path)
    return folder


def document() -> dict[str, Any]:
    """The demo's document, in which everybody is licensed and allows listening; Bo and twenty colleagues may listen."""
    document = tomllib.loads(DEMO.read_text(encoding="utf-8"))
    users = document["company"][0]["user"]
    for user in users:
        user["profile"] = [{"name": "available", "allow_listen": True, "active": True}]
    for count in range(LISTENERS):
        users.append({"username": _colleague(count), "extension": _colleague(count), "rights": ["listen-in"]})
    users[1]["rights"] = ["listen-in"]
    for user in users:
        user["licences"] = ["contact-pro"]
    return document


def _by_star(bench: Bench) -> float:
    dialog = bench.bo.until_up(bench.bo.call("*28*70101001"))
    heard = _first_heard(dialog)
    _leave(bench, dialog)
    return max(0.0, heard - dialog.answered_at) * 1000


def _by_command(bench: Bench, setting: Setting) -> float:
    typed = time.monotonic()
    words = ("listen", "--company", ACME, "--as", BO, "--to", ANNA, "--data", str(bench.folder))
    command = subprocess.Popen([*setting.program, *words], stdout=subprocess.DEVNULL)
    known = len(bench.bo.dialogs)
    wait_for(lambda: len(bench.bo.dialogs) > known, "Bo's phone to ring", 10)
    dialog = bench.bo.until_up(bench.bo.dialogs[-1])
    heard = _first_heard(dialog)
    command.wait(10)
    _leave(bench, dialog)
    return (heard - typed) * 1000


def _cut(bench: Bench) -> float:
    """The seconds from the change in the store to the end of Bo's call."""
    dialog = bench.bo.until_up(bench.bo.call("*28*70101001"))
    _first_heard(dialog)
    _let_listen(bench, [])
    changed = time.monotonic()
    wait_for(lambda: dialog.state == "ended", "the listen-in to be cut", 30)
    _until_all_over(bench)
    _let_listen(bench, ["listen-in"])
    return max(0.0, dialog.ended_at - changed)


def _let_listen(bench: Bench, rights: list[str]) -> None:
    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", BO), "rights": rights}, BO)

    edit(bench.store, ACME, "bench", change)


def _with_twenty(bench: Bench) -> tuple[int, int]:
    """The packets that the two parties lost and received while twenty listened."""
    dialogs = [_listener(bench, count) for count in range(LISTENERS)]
    for dialog in dialogs:
        _first_heard(dialog)
    lost, begun = sum(voice.missing for voice in bench.ears), time.monotonic()
    wait_for(lambda: time.monotonic() > begun + TALK_SECONDS, "them to have talked", TALK_SECONDS + 5)
    came = sum(voice.packets(begun) for voice in bench.ears)
    return sum(voice.missing for voice in bench.ears) - lost, came


def _listener(bench: Bench, count: int) -> Dialog:
    phone = _phone(bench.switch, _colleague(count), _colleague(count), hertz=0)
    return bench.stack.enter_context(phone).call("*28*70101001")


def _phone(switch: RealSwitch, user: str, secret: str, hertz: int) -> Softphone:
    return Softphone(switch.ports.internal_port, ACME, user, secret, hertz=hertz)


def _colleague(count: int) -> str:
    return f"60{count:02}"


def _leave(bench: Bench, dialog: Dialog) -> None:
    bench.bo.hang_up(dialog)
    _until_all_over(bench)


def _until_all_over(bench: Bench) -> None:
    # The line is free again once fsplug has seen the end of the call.
    wait_for(lambda: all(row.ended_at for row in listen_sessions.listed(bench.store, ACME)), "the listen-in to end", 5)


def _first_heard(dialog: Dialog) -> float:
    wait_for(lambda: any(level > _LOUD for _, level in dialog.voice.loudness()), "the listener to hear", 10)
    return next(at for at, level in dialog.voice.loudness() if level > _LOUD)
