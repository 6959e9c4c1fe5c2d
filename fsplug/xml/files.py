"""The XML as files, for switches that read it from their disk: everything of a company in two of them."""

import filecmp
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fsplug.errors import Refused, Unavailable
from fsplug.policy.entities import TRUNK_REALM
from fsplug.policy.recording.away import AwayPolicy, away_text
from fsplug.store.config import companies, numbers
from fsplug.store.config.companies import Company
from fsplug.store.db.database import Store
from fsplug.xml import trunk_directory
from fsplug.xml.dialplan import incoming
from fsplug.xml.dialplan.company import CompanySnapshot
from fsplug.xml.dialplan.routing import Routing
from fsplug.xml.directory import Directory
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways

# The list of fsplug's files in a folder. `Folder` writes it, and replaces or removes only files on the list.
MANIFEST = ".fsplug-files.json"
# What the switch arms calls by while fsplug is away, a file for each company that wants it.
AWAY = "away"
FOLDERS = ("acl", "dialplan", "directory", "gateways", "timezones", AWAY)
# Anybody who can read the directory can sign in as any user in it.
_MODE = 0o640


@dataclass(frozen=True, slots=True)
class File:
    """A file to write: its place in the folder, and its text in pieces."""

    place: str
    pieces: Callable[[], Iterator[str]]


class Files:
    """The files of all companies in the store."""

    def __init__(self, store: Store, templates: Templates, ways: Ways) -> None:
        self._store = store
        self._templates = templates
        self._ways = ways

    def shared(self) -> list[File]:
        """The files that all companies share."""
        return [
            File("dialplan/fsplug.xml", lambda: self._stream("dialplan/fsplug.xml.j2")),
            File(f"dialplan/{self._ways.public_context}.xml", self._public),
            File(f"directory/{TRUNK_REALM}.xml", self._trunks),
        ]

    def of(self, company: Company) -> list[File]:
        """The files of a company."""
        return [
            File(f"dialplan/{company.domain}.xml", lambda: self._dialplan(company)),
            File(f"directory/{company.domain}.xml", lambda: self._directory(company)),
            *([File(f"{AWAY}/{company.domain}.json", lambda: self._away(company))] if company.arms_itself else []),
        ]

    def every(self) -> list[File]:
        """All of them."""
        return [*self.shared(), *(file for one in companies.every(self._store) for file in self.of(one))]

    def _trunks(self) -> Iterator[str]:
        known = trunk_directory.entries(self._store)
        return self._stream("directory/trunks.xml.j2", realm=TRUNK_REALM, entries=known)

    def _public(self) -> Iterator[str]:
        known = (incoming.extension(number, domain) for number, domain in numbers.owners(self._store))
        return self._stream("dialplan/public.xml.j2", extensions=known)

    def _dialplan(self, company: Company) -> Iterator[str]:
        snapshot = CompanySnapshot(self._store, company, self._ways)
        extensions = Routing(self._store, snapshot).whole()
        return self._stream(
            "dialplan/company.xml.j2",
            company=company,
            may_refuse=snapshot.may_refuse,
            telling=snapshot.telling,
            extensions=extensions,
        )

    def _directory(self, company: Company) -> Iterator[str]:
        snapshot = CompanySnapshot(self._store, company, self._ways)
        groups = Directory(self._store, snapshot).whole()
        return self._stream("directory/company.xml.j2", company=company, groups=groups)

    def _away(self, company: Company) -> Iterator[str]:
        snapshot = CompanySnapshot(self._store, company, self._ways)
        known = {one.user.username: one.user for one in snapshot.everybody()}
        yield away_text(AwayPolicy(snapshot.policy, known, str(self._ways.spool or "")))

    def _stream(self, inner: str, **values: object) -> Iterator[str]:
        return self._templates.stream("file.xml.j2", inner=inner, ways=self._ways, **values)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The files that were written, the files that were already up to date, and the files that were
    removed as obsolete.
    """

    written: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Folder:
    """A folder of rendered files. Unavailable says which of them can't be written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, files: Iterable[File], complete: Collection[str] = FOLDERS, dry_run: bool = False) -> Outcome:
        """Write these files into the folder; in the folders named in `complete`, fsplug's other files are removed.

        Each file is replaced atomically. Refused("not-ours") if one of the names is taken by a file that fsplug didn't
        write. With `dry_run` nothing is changed; only the outcome is returned.
        """
        wanted, ours = tuple(files), self._ours()
        for file in wanted:
            self._check_ours(file.place, ours)
        places = {file.place for file in wanted}
        if not dry_run:
            # The list is written before the first file, so that files of a run that was killed are recognised as
            # fsplug's.
            self._remember(ours | places)
        written = tuple(file.place for file in wanted if self._replace(file, dry_run))
        removed = tuple(sorted(place for place in ours - places if _folder(place) in complete))
        if not dry_run:
            self._remove(removed)
            self._remember((ours | places) - set(removed))
        return Outcome(written, tuple(sorted(places - set(written))), removed)

    def _ours(self) -> set[str]:
        try:
            known = json.loads((self._path / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return set()
        except (OSError, ValueError) as error:
            raise _unwritable(self._path / MANIFEST, error) from error
        # Anybody may have changed the manifest: only names that `Files` can give are trusted.
        return {place for place in known if isinstance(place, str) and _is_place(place)}

    def _check_ours(self, place: str, ours: set[str]) -> None:
        if place not in ours and (self._path / place).exists():
            text = f"{self._path / place} was not written by fsplug; move it away, or render into another folder"
            raise Refused("not-ours", text, path=str(self._path / place))

    def _replace(self, file: File, dry_run: bool) -> bool:
        """Write the file if it differs; returns whether it does."""
        path = self._path / file.place
        part = path.with_name(f".{path.name}.part")
        if dry_run:
            return not _is_same(path, file.pieces())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(part, file.pieces())
            if path.exists() and filecmp.cmp(path, part, shallow=False):
                return False
            part.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return True

    def _write(self, part: Path, pieces: Iterator[str]) -> None:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())

    def _remove(self, places: Iterable[str]) -> None:
        for place in places:
            (self._path / place).unlink(missing_ok=True)

    def _remember(self, ours: set[str]) -> None:
        path = self._path / MANIFEST
        part = path.with_name(f"{MANIFEST}.part")
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            self._write(part, iter([json.dumps(sorted(ours), indent=1)]))
            part.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from error


def _is_place(place: str) -> bool:
    name = place.partition("/")[2]
    is_named = name.endswith(".json" if _folder(place) == AWAY else ".xml") and not name.startswith(".")
    return _folder(place) in FOLDERS and is_named and "/" not in name


def _folder(place: str) -> str:
    return place.partition("/")[0]


def _is_same(path: Path, pieces: Iterator[str]) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == "".join(pieces)


def _unwritable(path: Path, error: Exception) -> Unavailable:
    why = error.strerror if isinstance(error, OSError) else error
    return Unavailable("folder-unwritable", f"{path} can't be written: {why}", path=str(path))
