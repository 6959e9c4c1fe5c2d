"""Installs fsplug into a FreeSWITCH configuration folder, and uninstalls it so that every file is as before."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.xml.install import beside, installation
from fsplug.xml.install.conf_folder import ConfFolder, digest
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.conf_tree import ROOT, ConfTree
from fsplug.xml.install.installation import Installation

MANIFEST = "fsplug/installed.json"
_BEFORE = "fsplug/before"
_KEPT = "fsplug-kept"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after; None where there is none."""

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """What an installation changes. `by_hand`: installed files that somebody has changed and that it would replace."""

    changes: tuple[FileChange, ...]
    by_hand: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)


@dataclass(slots=True)
class Manifest:
    """What was installed: the hash of each file before ('' for none) and after, and the options that were given."""

    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


class Installer:
    """Works on one folder. Raises Invalid, Refused and Unavailable with the file's name."""

    def __init__(self, folder: ConfFolder) -> None:
        self._folder = folder
        self.manifest = _read_manifest(folder)

    @property
    def root(self) -> Path:
        """The configuration folder."""
        return self._folder.root

    @property
    def is_installed(self) -> bool:
        """Whether anything of fsplug is installed here."""
        return bool(self.manifest.after)

    @property
    def is_whole(self) -> bool:
        """Whether the whole configuration is, or will be, fsplug's."""
        return self._original(ROOT) is None

    def tree(self) -> ConfTree:
        """The configuration without fsplug, with the changes that somebody has made since."""
        return ConfTree(self._original, self._folder.glob)

    def plan(self, wanted: Installation, text: ConfText) -> InstallPlan:
        """The changes that this installation needs."""
        files = self._files(wanted, text)
        self._check_strangers(files)
        changes, by_hand = [], []
        for path in sorted(files.keys() | self.manifest.after.keys()):
            now = self._folder.read(path)
            after = files[path] if path in files else self._original(path)
            if now == after:
                continue
            changes.append(FileChange(path, now, after))
            if self._is_by_hand(path, now) and (path not in files or not self.manifest.before.get(path)):
                by_hand.append(path)
        return InstallPlan(tuple(changes), tuple(by_hand))

    def install(self, plan: InstallPlan, wanted: Installation, options: Mapping[str, Any], force: bool = False) -> None:
        """Make the changes. Files changed by hand are replaced only with `force`, and a copy is kept."""
        _refuse_by_hand(plan, force)
        self._keep(plan)
        self._folder.check_writable()
        for change in plan.changes:
            self._remember(change)
        self.manifest.options = dict(options)
        self._write_manifest()
        for change in plan.changes:
            self._put(change.path, change.after)
        self._forget_what_is_gone()
        self._write_manifest()

    def undoing(self) -> InstallPlan:
        """The changes that restore everything."""
        changes, by_hand = [], []
        for path in sorted(self.manifest.after):
            now, before = self._folder.read(path), self._backup(path)
            if now != before:
                changes.append(FileChange(path, now, before))
                by_hand += [path] if self._is_by_hand(path, now) else []
        return InstallPlan(tuple(changes), tuple(by_hand))

    def uninstall(self, plan: InstallPlan, force: bool = False) -> None:
        """Restore everything. Files changed by hand are undone only with `force`, and a copy is kept."""
        _refuse_by_hand(plan, force)
        self._keep(plan)
        for change in plan.changes:
            self._put(change.path, change.after)
        for path in self.manifest.before:
            self._folder.remove(f"{_BEFORE}/{path}")
        self._folder.remove(MANIFEST)
        self.manifest = Manifest()

    def outdated(self) -> list[str]:
        """Installed files that are not as they were installed."""
        return [path for path in self.manifest.after if self._is_by_hand(path, self._folder.read(path))]

    def _files(self, wanted: Installation, text: ConfText) -> dict[str, bytes]:
        ours = installation.own(wanted, text)
        if self.is_whole:
            return ours | installation.whole(wanted, text)
        return ours | beside.changed(self.tree(), wanted, text)

    def _original(self, path: str) -> bytes | None:
        """The file without fsplug; the present file if it is not fsplug's, or was changed since."""
        now = self._folder.read(path)
        if path not in self.manifest.after:
            return now
        if not self.manifest.before[path]:
            return None
        return now if self._is_by_hand(path, now) else self._backup(path)

    def _is_by_hand(self, path: str, now: bytes | None) -> bool:
        # An installation that was interrupted leaves some files as they were before.
        return digest(now) not in (self.manifest.after.get(path, digest(now)), self.manifest.before.get(path, ""))

    def _backup(self, path: str) -> bytes | None:
        if not self.manifest.before[path]:
            return None
        backup = self._folder.read(f"{_BEFORE}/{path}")
        if digest(backup) != self.manifest.before[path]:
            place = self._folder.root / _BEFORE / path
            text = f"the backup {place} is not the file that was saved there; restore it first"
            raise Invalid("backup-changed", text, path=path)
        return backup

    def _check_strangers(self, files: Mapping[str, bytes]) -> None:
        """A file in fsplug's folder that fsplug did not write belongs to somebody else."""
        for path in files:
            is_ours = path.startswith("fsplug/") or self.is_whole
            there = self._folder.read(path)
            if is_ours and path not in self.manifest.after and there not in (None, files[path]):
                text = f"{self._folder.root / path} exists already and was not made by fsplug; move it away"
                raise Invalid("not-ours", text, path=path)

    def _remember(self, change: FileChange) -> None:
        path = change.path
        if path not in self.manifest.before:
            self.manifest.before[path] = digest(change.before)
            if change.before is not None:
                self._folder.write(f"{_BEFORE}/{path}", change.before)
        if not self._is_by_hand(path, change.before) or not self.manifest.before[path]:
            self.manifest.after[path] = digest(change.after)

    def _forget_what_is_gone(self) -> None:
        """Forget files that are as they were before fsplug."""
        for path in [path for path, after in self.manifest.after.items() if after == self.manifest.before[path]]:
            del self.manifest.after[path], self.manifest.before[path]
            self._folder.remove(f"{_BEFORE}/{path}")

    def _keep(self, plan: InstallPlan) -> None:
        for path in plan.by_hand:
            content = self._folder.read(path)
            if content is not None:
                self._folder.write(f"{_KEPT}/{digest(content)[:8]}/{path}", content)

    def _put(self, path: str, content: bytes | None) -> None:
        if content is None:
            self._folder.remove(path)
        else:
            self._folder.write(path, content)

    def _write_manifest(self) -> None:
        facts = {"format": _FORMAT, **asdict(self.manifest)}
        self._folder.write(MANIFEST, f"{json.dumps(facts, indent=1, sort_keys=True)}\n".encode())


def _refuse_by_hand(plan: InstallPlan, force: bool) -> None:
    if plan.by_hand and not force:
        named = ", ".join(plan.by_hand)
        remedy = f"with --force they are replaced, and kept under {_KEPT}/"
        raise Refused("changed-by-hand", f"changed by hand since: {named}; {remedy}", files=list(plan.by_hand))


def _read_manifest(folder: ConfFolder) -> Manifest:
    content = folder.read(MANIFEST)
    if content is None:
        return Manifest()
    try:
        facts = json.loads(content)
        if facts.pop("format") != _FORMAT:
            raise ValueError("made by another fsplug")
        return Manifest(**facts)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        text = f"{folder.root / MANIFEST} can't be read ({error}); restore it, or the folder, from a backup"
        raise Invalid("bad-manifest", text, path=MANIFEST) from error
