"""A data folder for the bench, and fsplug serving it."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from benchmarks.processes import SOURCES, START_SECONDS, running, wait_until_bound, wait_until_idle
from benchmarks.xmlclient import Client
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import wait_for
from fsplug.store.change import planning
from fsplug.store.db.database import Store

_LINKED = b"calls-restored"
_PASSWORD = "bench"
DEMO = SOURCES / "fixtures" / "demo.toml"


@dataclass(frozen=True, slots=True)
class Answering:
    """A client of fsplug's XML endpoint, the port of its console, and its first process."""

    client: Client
    web_port: int
    pid: int


def lay_out(folder: Path, document: Mapping[str, object] | None = None) -> Store:
    """The connected store of a new data folder with these companies, by default the demo's."""
    for name in ("spool", "archive"):
        (folder / name).mkdir()
    store = Store(folder / "fsplug.db")
    store.connect()
    store.migrate()
    companies = document or tomllib.loads(DEMO.read_text(encoding="utf-8"))
    planning.apply_plan(store, planning.plan(store, companies), by="bench")
    return store


@contextmanager
def serving(folder: Path, program: Sequence[str], listen_port: int, **settings: object) -> Iterator[Popen[bytes]]:
    """`fsplug serve` for this folder, running and linked to the switch; `program` is the command that runs fsplug."""
    log = folder / "serve.log"
    said = log.stat().st_size if log.exists() else 0
    with running([*program, "serve", "--data", str(folder)], log, _environment(settings, listen_port)) as process:
        wait_until_bound(process, listen_port, log)
        wait_for(lambda: _LINKED in log.read_bytes()[said:], f"fsplug's link (see {log})", START_SECONDS)
        wait_until_idle(process.pid)
        yield process


@contextmanager
def answering(
    folder: Path, program: Sequence[str], has_console: bool = False, event_socket_port: int | None = None
) -> Iterator["Answering"]:
    """`fsplug serve` for this folder, linked to the switch with this event socket; without a port there is none."""
    log = folder / "serve.log"
    listen_port, xml_port, web_port, nobody = some_ports(4)
    settings = {"xml_port": xml_port, "xml_password": _PASSWORD, "least_free_bytes": 0}
    settings |= {"event_socket_port": event_socket_port or nobody}
    if has_console:
        settings |= {"web_port": web_port, "web_url": f"http://127.0.0.1:{web_port}"}
    with running([*program, "serve", "--data", str(folder)], log, _environment(settings, listen_port)) as process:
        for port in (xml_port, web_port) if has_console else (xml_port,):
            wait_until_bound(process, port, log)
        if event_socket_port is not None:
            wait_for(lambda: _LINKED in log.read_bytes(), f"fsplug's link (see {log})", START_SECONDS)
            wait_until_idle(process.pid)
        yield Answering(Client(xml_port, _PASSWORD, folder), web_port, process.pid)


def _environment(settings: Mapping[str, object], listen_port: int) -> dict[str, str]:
    given = {**settings, "listen_port": listen_port}
    return {f"FSPLUG_{name.upper()}": str(value) for name, value in given.items()}
