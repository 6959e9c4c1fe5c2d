"""Keeps the files of the switch that fsplug is installed in up to date, while the calls process serves."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gevent

from fsplug.esl.protocol.link import Link
from fsplug.esl.switch import Switch
from fsplug.store.db.database import Store
from fsplug.wiring.endpoint import xml_ways
from fsplug.wiring.endpoint.refresher import Refresher
from fsplug.wiring.settings import Settings

REFRESH_SECONDS = 0.5
# How long a trunk's new address is refused at most. Who waits for a dead DNS waits in a thread of its own.
LOOKUP_SECONDS = 60.0


class SwitchFiles:
    """Nothing to do if fsplug is installed in no switch's configuration folder. `run` runs work in a thread."""

    def __init__(
        self, settings: Settings, store: Store, switch: Switch, link: Link, run: Callable[[Callable[[], Any]], Any]
    ) -> None:
        self._link = link
        self._run = run
        self._files = None
        if settings.switch_conf:
            self._files = xml_ways.installed_files(settings, store, Path(settings.switch_conf))
            reload = partial(switch.read_files, xml_ways.ways(settings).trunk_profile)
            self._refresher = Refresher(self._files, reload)

    def loops(self, every: Callable[[float, Callable[[], None]], None]) -> Iterator[Any]:
        """The running loops."""
        if self._files is not None:
            files = self._files
            yield gevent.spawn(every, REFRESH_SECONDS, self._refresh)
            yield gevent.spawn(every, LOOKUP_SECONDS, lambda: self._run(files.renew_hosts))

    def _refresh(self) -> None:
        self._run(self._refresher.write)
        if self._link.up:
            self._refresher.have_read()
