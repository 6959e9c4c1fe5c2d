"""`fsplug demo`: a dozen calls that show the recording rules, and a console with the calls of some weeks before."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from fsplug.cli.calls import words
from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.output import seconds, table, when
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from fsplug.lab.demo import DemoCall, DemoSwitch
    from fsplug.store.calls.decisions import Decision
    from fsplug.store.db.database import Store

START_SECONDS = 120.0
# The log events of a server that serves calls and the console.
_UP = (b"calls-restored", b"serving-people")
VERDICT_SECONDS = 60.0
SEAL_SECONDS = 120.0
COMPANIES = Path(__file__).parents[3] / "fixtures" / "demo.toml"
# The user who is signed in to the console while the calls are made.
SEER = "1005"
# The users a visitor can sign in as afterwards, and what each of them sees.
VISITORS = (
    ("1005", "superuser: every recording, the policies, the trail"),
    ("1001", "my-console: her own calls and who played them; a colleague listens in to her now"),
    ("1002", "my-console, may listen in: he listens in to Anna"),
    ("1006", "company-admin: people, licences and rights"),
)

Found = TypeVar("Found")


@click.command(cls=Verb, rule=INSTALLATION)
@click.option("--once", is_flag=True, help="Exit when the calls are over, and leave nothing behind.")
@pass_invocation
def demo(invocation: Invocation, once: bool) -> None:
    """Show the recording rules with a dozen calls, then keep serving, with the console, until Ctrl-C.

    The calls run on this machine's FreeSWITCH with SIPp as the telephones if both are installed, else on the fake
    switch. Everything stays on loopback and in a folder of its own. The calls of the weeks before are made up.
    FreeSWITCH takes SIP over TLS and SRTP too, with a certificate that the demo makes; if baresip is installed, one
    call uses both.
    """
    from fsplug.lab.demo import demo_switch
    from fsplug.lab.ending import end_in_good_order

    if not COMPANIES.exists():
        raise Invalid(
            "no-fixtures", f"the demo needs fsplug's sources: {COMPANIES} does not exist; run it from a checkout"
        )
    end_in_good_order()
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(once))
        starting, why = demo_switch(folder)
        switch, store = stack.enter_context(starting), stack.enter_context(_store(folder))
        stack.enter_context(_serving(folder, switch))
        _say(f"Switch:  {switch.name}; {why}.", f"Data:    {folder}", f"Console: {_door(folder, store, SEER)}", "")
        _say("The link signs in once, as a superuser who sees the calls below come in.", "")
        begun_at = store.now()
        for number, call in enumerate(switch.calls, 1):
            _show(number, call, switch, store)
        _show_recordings(store, begun_at)
        if not once:
            with _somebody_listens(switch, store, folder):
                _stay(folder, store, switch)


def _show(number: int, call: "DemoCall", switch: "DemoSwitch", store: "Store") -> None:
    from fsplug.store.calls import decisions

    known = {one.id for one in decisions.listed(store, call.company)}

    def news() -> list["Decision"]:
        return [one for one in decisions.listed(store, call.company) if one.id not in known]

    _say(f"{number:2}. {call.caller} dials {call.dials}: {call.about}")
    encryption = switch.place(call)
    for decision in _until(news, VERDICT_SECONDS, "a verdict"):
        _say(f"    {_verdict(decision)}", *([f"    {encryption}"] if encryption else []))


def _verdict(decision: "Decision") -> str:
    said = "RECORDED    " if decision.record else "not recorded"
    facts = {"user": decision.user, "group": decision.group, "direction": decision.direction}
    return f"{said}  {decision.rule}: {words.reason(decision.reason, **facts)}; policy version {decision.version}"


def _show_recordings(store: "Store", since: float) -> None:
    from fsplug.store.config import companies
    from fsplug.store.recordings import recordings
    from fsplug.store.recordings.recordings import State

    def all_settled() -> list[recordings.Recording]:
        every = (one for company in companies.every(store) for one in recordings.listed(store, company.domain))
        found = [one for one in every if one.at >= since]
        return found if all(one.state in (State.SEALED, State.LOST) for one in found) else []

    found = _until(all_settled, SEAL_SECONDS, "the recordings to be sealed")
    titles = ("recording", "company", "user", "state", "length", "bytes", "began", "sha-256")
    rows = [
        (
            one.id[:8],
            one.company,
            one.user,
            one.state,
            seconds(one.seconds),
            one.bytes,
            when(one.started_at),
            (one.sha256 or "")[:12],
        )
        for one in sorted(found, key=lambda one: one.at)
    ]
    _say("", f"{len(found)} recordings, complete and in the archive:", "", *table(titles, rows), "")


def _stay(folder: Path, store: "Store", switch: "DemoSwitch") -> None:
    _say(
        "Still serving: a customer talks to Anna, and Bo listens in. Try in another terminal:",
        f"  {_program()} call list --data {folder}",
        f"  {_program()} recording verify --all --data {folder}",
        f"  {_program()} policy simulate --company acme.example --from 22334499 --to 1001 --data {folder}",
        "",
        *switch.hints,
        *_invitations(folder, store),
        "",
        "Ctrl-C ends it.",
    )
    try:
        signal.pause()
    except KeyboardInterrupt:
        _say("")


def _invitations(folder: Path, store: "Store") -> Iterator[str]:
    """A sign-in link for each visitor, since the demo holds no passwords."""
    from fsplug.lab.story.cast import ACME
    from fsplug.store.accounts import accounts
    from fsplug.wiring.settings import read

    console = read(folder).console_url
    yield f"The console: {console} with some weeks of calls before today's. Each link signs in once, within 10 minutes:"
    for username, what in VISITORS:
        name = accounts.get(store, ACME, username).name
        yield f"  {_door(folder, store, username)}  {name}, {what}"
    yield f"Another: {_program()} account sign-in-link --company {ACME} {SEER} --data {folder}"


def _door(folder: Path, store: "Store", username: str) -> str:
    """A console address that signs this user in, once."""
    from fsplug.lab.story.cast import ACME
    from fsplug.store.accounts import sign_in_links
    from fsplug.wiring.settings import read

    return f"{read(folder).console_url}/sign-in/{sign_in_links.make(store, ACME, username, 'demo')}"


@contextmanager
def _somebody_listens(switch: "DemoSwitch", store: "Store", folder: Path) -> Iterator[None]:
    """Keep a call going with a colleague listening in, until the demo ends."""
    from fsplug.lab.demo import LISTENING, LONG_CALL
    from fsplug.store.calls import listen_sessions
    from fsplug.wiring.channel.client import answer
    from fsplug.wiring.channel.messages import AskCalls, from_table

    def talks() -> bool:
        """Whether the switch has connected the two: it reports that after the answer, which is written down sooner."""
        return LONG_CALL.answers in from_table(answer(folder, AskCalls(LONG_CALL.company))).talks

    def listens() -> bool:
        return any(one.began_at and not one.ended_at for one in listen_sessions.listed(store, LISTENING.company, 5))

    with switch.keeping(LONG_CALL):
        _until(lambda: talks() or None, VERDICT_SECONDS, "a call to listen to")
        with switch.keeping(LISTENING):
            _until(lambda: listens() or None, VERDICT_SECONDS, "somebody to listen in")
            yield


@contextmanager
def _folder(once: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fsplug-demo-"))
    try:
        yield folder
    finally:
        if once:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _store(folder: Path) -> Iterator["Store"]:
    """The store with the story of the past weeks, and settings for a console to show it."""
    from fsplug.lab.free_ports import some_ports
    from fsplug.lab.story.writing import write
    from fsplug.store.accounts import sealed_secrets
    from fsplug.store.audit import signing
    from fsplug.store.db.database import Store
    from fsplug.wiring.settings import read

    for name in ("spool", "archive"):
        (folder / name).mkdir()
    [port] = some_ports(1)
    keys = f'audit_keys = "{signing.new_key()}"\nsecret_key = "{sealed_secrets.new_key()}"\n'
    lines = f'web_url = "http://127.0.0.1:{port}"\nweb_port = {port}\n{keys}'
    (folder / "fsplug.toml").write_text(lines, encoding="ascii")
    settings = read(folder)
    write(folder / "fsplug.db", folder / "archive", time.time(), settings.switch_name, settings.trail_keys)
    store = Store(folder / "fsplug.db")
    store.audit_keys = settings.trail_keys
    store.connect()
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _serving(folder: Path, switch: "DemoSwitch") -> Iterator[None]:
    """`fsplug serve` for this switch, up and linked."""
    log = folder / "serve.log"
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "fsplug", "serve", "--data", str(folder)],
            env={**os.environ, **_environment(switch.settings)},
            stderr=lines,
            start_new_session=True,
        )
    try:
        _until(lambda: all(one in log.read_bytes() for one in _UP), START_SECONDS, f"fsplug to serve (see {log})")
        yield
    finally:
        process.terminate()
        process.wait(30)


def _environment(settings: Mapping[str, str | int]) -> dict[str, str]:
    return {f"FSPLUG_{name.upper()}": str(value) for name, value in settings.items()}


def _until(look: Callable[[], Found | None], at_most_seconds: float, what: str) -> Found:
    """The result of `look`, as soon as there is one."""
    give_up_at = time.monotonic() + at_most_seconds
    while time.monotonic() < give_up_at:
        if found := look():
            return found
        time.sleep(0.05)
    raise Unavailable("demo-stuck", f"waited {at_most_seconds:.0f} s for {what}")


def _program() -> str:
    return sys.argv[0] if "fsplug" in Path(sys.argv[0]).name else "fsplug"


def _say(*lines: str) -> None:
    for line in lines:
        click.echo(line)
