"""A FreeSWITCH that runs on rendered files: the fixture's configuration, with our directory and dialplan in it."""

import shutil
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import FIXTURE, RealSwitch
from fsplug.lab.ports import free_ports
from fsplug.store.change import planning
from fsplug.store.config.devices import a1_hash
from fsplug.store.db.database import Store
from fsplug.xml.files import Files, Folder
from fsplug.xml.install.timezones import switch_rule
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways

DEMO = FIXTURE.parent / "demo.toml"
ZONES = ("Europe/Copenhagen", "Europe/Stockholm", "Pacific/Auckland")


def demo() -> dict[str, Any]:
    """The demo's companies, its phones with the passwords that the lab's phones know."""
    document = tomllib.loads(DEMO.read_text(encoding="utf-8"))
    for company in document["company"]:
        for user in company["user"]:
            for device in user["device"]:
                if device["kind"] == "desk":
                    known = password(company["domain"], user["username"])
                    device["a1_hash"] = a1_hash(user["username"], company["domain"], known)
    return document


@contextmanager
def stored(path: Path, document: dict[str, Any]) -> Iterator[Store]:
    """A store with these companies."""
    store = Store(path)
    store.connect()
    store.migrate()
    planning.apply_plan(store, planning.plan(store, document), "test")
    yield store
    store.close()


@contextmanager
def switch_on_files(store: Store, folder: Path, **options: Any) -> Iterator[RealSwitch]:
    """A FreeSWITCH that has nothing but the files rendered of this store."""
    ports = free_ports()
    conf = folder / "conf"
    shutil.copytree(FIXTURE, conf, ignore=shutil.ignore_patterns("acme*", "beta*", "public*", "fsplug*"))
    tell_zones(conf / "freeswitch.xml")
    ways = Ways(listen_port=ports.fsplug_port, **{"ring_seconds": 3, **options})
    Folder(conf).write(Files(store, Templates(), ways).every())
    with RealSwitch(ports, fixture=conf) as switch:
        yield switch


def tell_zones(path: Path) -> None:
    """Put the rules of the time zones into a configuration that has none."""
    zones = "".join(f'<zone name="{zone}" value="{switch_rule(zone, time.time())}"/>' for zone in ZONES)
    path.write_text(path.read_text().replace("<timezones/>", f"<timezones>{zones}</timezones>"))
