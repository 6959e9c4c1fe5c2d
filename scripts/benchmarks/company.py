"""A data folder of fsplug for the bench, and fsplug serving it."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

from benchmarks.processes import SOURCES, START_SECONDS, running, wait_until_bound
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.ports import some_ports
from fsplug.store import provision
from fsplug.store.database import Store

_LINKED = b"calls-restored"
DEMO = SOURCES / "fixtures" / "demo.toml"


def lay_out(folder: Path, document: Mapping[str, object] | None = None) -> Store:
    """The store of a new data folder with these companies, those of the demo if none are given; connected."""
    for name in ("spool", "archive"):
        (folder / name).mkdir()
    store = Store(folder / "fsplug.db")
    store.connect()
    store.migrate()
    companies = document or tomllib.loads(DEMO.read_text(encoding="utf-8"))
    provision.apply_plan(store, provision.plan(store, companies), by="bench")
    return store


@contextmanager
def serving(folder: Path, program: Sequence[str], listen_port: int, **settings: object) -> Iterator[Popen[bytes]]:
    """`fsplug serve` for this folder, up and linked; `program` is how to run fsplug."""
    log = folder / "serve.log"
    said = log.stat().st_size if log.exists() else 0
    with running([*program, "serve", "--data", str(folder)], log, _environment(settings, listen_port)) as process:
        wait_until_bound(process, listen_port, log)
        wait_for(lambda: _LINKED in log.read_bytes()[said:], START_SECONDS, f"fsplug's link (see {log})")
        yield process


@contextmanager
def answering(
    folder: Path, program: Sequence[str], listen_port: int, xml_port: int, password: str
) -> Iterator[Popen[bytes]]:
    """`fsplug serve` for this folder, its XML endpoint up; there is no switch."""
    log = folder / "serve.log"
    [nobody] = some_ports(1)
    settings = {"xml_port": xml_port, "xml_password": password, "event_socket_port": nobody}
    with running([*program, "serve", "--data", str(folder)], log, _environment(settings, listen_port)) as process:
        wait_until_bound(process, xml_port, log)
        yield process


def _environment(settings: Mapping[str, object], listen_port: int) -> dict[str, str]:
    given = {**settings, "listen_port": listen_port}
    return {f"FSPLUG_{name.upper()}": str(value) for name, value in given.items()}
