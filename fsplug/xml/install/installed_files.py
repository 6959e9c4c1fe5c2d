"""The files of directory, dialplan, gateways and time zones in a switch's configuration folder.

A switch that reads files uses only these; a switch that asks the endpoint falls back on them if it does not answer.
"""

import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from fsplug.errors import Unavailable
from fsplug.policy.recording.away import CHECK, away_policy
from fsplug.store.config import away_check, companies
from fsplug.store.db.database import Store
from fsplug.xml.files import AWAY, FOLDERS, MANIFEST, File, Files, Folder, Outcome
from fsplug.xml.host_addresses import HostAddresses
from fsplug.xml.install.callers import FOLDER as ACL
from fsplug.xml.install.callers import Callers
from fsplug.xml.install.conf_folder import ConfFolder
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.gateways import FOLDER as GATEWAYS
from fsplug.xml.install.gateways import Gateways
from fsplug.xml.install.surgery import XmlFile
from fsplug.xml.install.timezones import DAY_SECONDS, zones_file

OWN = "fsplug"
_PUBLIC = "public/extensions.xml"
_FOLDERS = ("", f"/{ACL}", "/dialplan", "/directory", "/gateways", "/public", "/timezones", f"/{AWAY}")
# The group is the switch's: what fsplug serve writes here later belongs to it too, and the switch can read it.
_SHARED = stat.S_IRWXU | stat.S_IRWXG | stat.S_ISGID


class InstalledFiles:
    """Those below `conf`. Unavailable when they can't be written. `clock` gives epoch seconds.

    The switch may arm calls by them for `good_seconds` after they were last compared with the store; with 0, for ever.
    """

    def __init__(
        self,
        conf: Path,
        store: Store,
        files: Files,
        text: ConfText,
        public_context: str,
        clock: Callable[[], float] = time.time,
        good_seconds: int = 0,
        addresses: HostAddresses | None = None,
    ) -> None:
        self._root = conf
        self._store = store
        self._files = files
        self._gateways = Gateways(store, text)
        self._callers = Callers(store, text, addresses or HostAddresses())
        self._moved = 0
        self._text = text
        self._public_context = public_context
        self._clock = clock
        self._good_seconds = good_seconds
        self._versions: Mapping[str, int] | None = None
        self._day: int | None = None
        self._arming: frozenset[str] = frozenset()

    @property
    def _conf(self) -> ConfFolder:
        """Opened again each time: the folder may be absent for a while."""
        return ConfFolder(self._root)

    def make_folders(self) -> None:
        """Make the folders, such that fsplug and the switch both have access."""
        for folder in _FOLDERS:
            self._conf.make_folder(f"{OWN}{folder}", _SHARED)

    def bring_up(self) -> Outcome:
        """Write every file that differs from the store, and remove obsolete files."""
        (versions, arming), day = self._now(), self._today()
        outcome = self._write(self._files.every(), FOLDERS)
        self._versions, self._arming, self._day = versions, arming, day
        self._confirm()
        return outcome

    def catch_up(self) -> Outcome:
        """Write the files of the companies that have changed since the last time, and once a day the time zones."""
        before, (now, arming), day = self._versions, self._now(), self._today()
        if before is None or before.keys() != now.keys() or self._arming != arming:
            return self.bring_up()
        changed = [one for one in companies.every(self._store) if now.get(one.domain) != before.get(one.domain)]
        if not changed and day == self._day and self._moved == self._callers.version:
            self._confirm()
            return Outcome()
        files = [*self._files.shared(), *(file for one in changed for file in self._files.of(one))]
        outcome = self._write(files, (GATEWAYS,))
        self._versions, self._day = now, day
        self._confirm()
        return outcome

    def renew_hosts(self) -> None:
        """Look up where the trunks are. This waits for the DNS; what has changed is written the next time."""
        self._callers.renew()

    def _confirm(self) -> None:
        """Tell the switch that its policies are the store's."""
        folder, now = self._root / away_check.FOLDER, self._clock()
        known = self._versions or {}
        if not away_check.is_fresh(folder, {one: known[one] for one in self._arming}, now):
            away_check.confirm(folder, self._armed, now, self._good_seconds)

    def _armed(self) -> Mapping[str, int] | None:
        known = companies.every(self._store)
        # The local copy may be older than the store.
        return None if self._store.is_away else {one.domain: one.version for one in known if one.arms_itself}

    def _now(self) -> tuple[Mapping[str, int], frozenset[str]]:
        """Each company's version, and the companies whose calls the switch arms by itself."""
        known = companies.every(self._store)
        return {one.domain: one.version for one in known}, frozenset(one.domain for one in known if one.arms_itself)

    def _today(self) -> int:
        return int(self._clock() // DAY_SECONDS)

    def _write(self, files: Iterable[File], complete: Collection[str]) -> Outcome:
        zones = zones_file(self._text, self._clock())
        self._moved = self._callers.version
        known = [*files, *self._gateways.files(), self._callers.file(), zones]
        outcome = Folder(self._conf.root / OWN).write(known, complete)
        self._write_public()
        return outcome

    def _write_public(self) -> None:
        """Our numbers without the context around them, for an operator's own context of that name to include."""
        path = f"{OWN}/dialplan/{self._public_context}.xml"
        file = XmlFile.parse(path, self._conf.read(path) or b"<include/>")
        context = file.find("context", name=self._public_context)
        inside = file.source[context.inner : context.closing] if context else b""
        content = b"<include>" + inside.rstrip() + b"\n</include>\n"
        if self._conf.read(f"{OWN}/{_PUBLIC}") != content:
            self._conf.write(f"{OWN}/{_PUBLIC}", content)


def clear(conf: Path) -> None:
    """Remove every one of them, and the folders that are empty then."""
    folder = ConfFolder(conf)
    Folder(folder.root / OWN).write([])
    for place in (MANIFEST, _PUBLIC, f"{AWAY}/{CHECK}", "tls/agent.pem", "tls/cafile.pem"):
        folder.remove(f"{OWN}/{place}")
    for name in reversed(_FOLDERS):
        _remove_empty(folder.root / f"{OWN}{name}")


def _remove_empty(folder: Path) -> None:
    try:
        if folder.is_dir() and not folder.is_symlink() and not os.listdir(folder):
            folder.rmdir()
    except OSError as error:
        raise Unavailable("conf-not-written", f"{folder} can't be removed: {error}", path=str(folder)) from error


def armed_by(conf: Path, domain: str) -> int | None:
    """The version of the policy by which the switch arms this company's calls; None if it has none that it can use."""
    folder = conf / away_check.FOLDER
    try:
        text = (folder / f"{domain}.json").read_text(encoding="ascii")
        version = away_policy(text, domain).snapshot.version
    except (OSError, ValueError):
        return None
    check = away_check.checked(folder)
    return version if check and not check.doubt(domain, version, time.time()) else None
