"""`fsplug demo`: a dozen calls that show the rules of recording."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from fsplug.cli import words
from fsplug.cli.command import Invocation, Verb, pass_invocation
from fsplug.cli.output import seconds, table, when
from fsplug.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from fsplug.lab.rehearsal import DemoCall, Stage
    from fsplug.store.database import Store
    from fsplug.store.decisions import Decision

START_SECONDS = 15.0
VERDICT_SECONDS = 10.0
SEAL_SECONDS = 30.0
COMPANIES = Path(__file__).parents[2] / "fixtures" / "demo.toml"

Found = TypeVar("Found")


@click.command(cls=Verb)
@click.option("--once", is_flag=True, help="End by itself when the calls are over, and leave nothing behind.")
@pass_invocation
def demo(invocation: Invocation, once: bool) -> None:
    """Show the rules on a dozen calls, then stay up to be looked at until Ctrl-C.

    On the FreeSWITCH of this machine with SIPp for telephones, where both are installed; else on the fake switch.
    Everything is on loopback and in a folder of its own.
    """
    from fsplug.lab.rehearsal import CALLS, stage

    if not COMPANIES.exists():
        raise Invalid(
            "no-fixtures", f"the demo needs fsplug's sources: {COMPANIES} is not there; run it from a checkout"
        )
    on_stage, why = stage()
    with _folder(once) as folder, on_stage as switch, _store(folder) as store, _serving(folder, switch):
        _say(f"Switch: {switch.name}; {why}.", f"Data:   {folder}", "")
        for number, call in enumerate(CALLS, 1):
            _show(number, call, switch, store)
        _show_recordings(store)
        if not once:
            _stay(folder)


def _show(number: int, call: "DemoCall", switch: "Stage", store: "Store") -> None:
    from fsplug.store import decisions

    known = {one.id for one in decisions.listed(store, call.company)}

    def news() -> list["Decision"]:
        return [one for one in decisions.listed(store, call.company) if one.id not in known]

    _say(f"{number:2}. {call.caller} dials {call.dials}: {call.about}")
    switch.place(call)
    for decision in _until(news, VERDICT_SECONDS, "a verdict"):
        _say(f"    {_verdict(decision)}")


def _verdict(decision: "Decision") -> str:
    said = "RECORDED    " if decision.record else "not recorded"
    facts = {"user": decision.user, "group": decision.group, "direction": decision.direction}
    return f"{said}  {decision.rule}: {words.reason(decision.reason, **facts)}; policy version {decision.version}"


def _show_recordings(store: "Store") -> None:
    from fsplug.store import companies, recordings
    from fsplug.store.recordings import State

    def all_settled() -> list[recordings.Recording]:
        found = [one for company in companies.every(store) for one in recordings.listed(store, company.domain)]
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
    _say("", f"{len(found)} recordings, whole and in the archive:", "", *table(titles, rows), "")


def _stay(folder: Path) -> None:
    _say(
        "Still serving. In another terminal, for example:",
        f"  {_program()} call list --data {folder}",
        f"  {_program()} recording verify --all --data {folder}",
        f"  {_program()} policy simulate --company acme.example --from 22334499 --to 1001 --data {folder}",
        "Ctrl-C ends it.",
    )
    try:
        signal.pause()
    except KeyboardInterrupt:
        _say("")


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
    from fsplug.store import provision
    from fsplug.store.database import Store

    for name in ("spool", "archive"):
        (folder / name).mkdir()
    store = Store(folder / "fsplug.db")
    store.connect()
    store.migrate()
    plan = provision.plan(store, tomllib.loads(COMPANIES.read_text(encoding="utf-8")))
    provision.apply_plan(store, plan, by="demo")
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _serving(folder: Path, switch: "Stage") -> Iterator[None]:
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
        _until(lambda: b"calls-restored" in log.read_bytes() or None, START_SECONDS, f"fsplug to serve (see {log})")
        yield
    finally:
        process.terminate()
        process.wait(30)


def _environment(settings: Mapping[str, str | int]) -> dict[str, str]:
    return {f"FSPLUG_{name.upper()}": str(value) for name, value in settings.items()}


def _until(look: Callable[[], Found | None], at_most_seconds: float, what: str) -> Found:
    """What `look` finds, as soon as it finds something."""
    give_up_at = time.monotonic() + at_most_seconds
    while time.monotonic() < give_up_at:
        if found := look():
            return found
        time.sleep(0.05)
    raise Unavailable("demo-stuck", f"waited {at_most_seconds:.0f} s in vain for {what}")


def _program() -> str:
    return sys.argv[0] if "fsplug" in Path(sys.argv[0]).name else "fsplug"


def _say(*lines: str) -> None:
    for line in lines:
        click.echo(line)
