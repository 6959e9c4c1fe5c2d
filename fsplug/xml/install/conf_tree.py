"""An operator's configuration folder as FreeSWITCH reads it: from freeswitch.xml along its includes."""

import os
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from fsplug.errors import Invalid
from fsplug.xml.install.surgery import Element, XmlFile

ROOT = "freeswitch.xml"
_OWN_FOLDER = "$${conf_dir}/"
_DEEPEST = 20

# Gives the paths that match a pattern, and a file's content (None: no such file); both within the folder.
Glob = Callable[[str], list[str]]
Read = Callable[[str], bytes | None]


class ConfTree:
    """The files FreeSWITCH reads, by their paths within the folder, in the order it reads them.

    Files that are not well-formed are left out: FreeSWITCH accepts some that fsplug can't edit safely.
    """

    def __init__(self, read: Read, glob: Glob) -> None:
        self._read = read
        self._glob = glob
        self.files: dict[str, XmlFile] = {}
        self._included_by: dict[str, str] = {}
        self._walk(ROOT, 0)

    def configuration(self, name: str) -> tuple[XmlFile, Element] | None:
        """The first <configuration> of this name, the one FreeSWITCH takes."""
        return self._first("configuration", name)

    def profile(self, name: str) -> tuple[XmlFile, Element] | None:
        """The SIP profile of this name."""
        found = (one for one in self.profiles() if one[1].attributes.get("name") == name)
        return next(found, None)

    def profiles(self) -> list[tuple[XmlFile, Element]]:
        """The SIP profiles: mod_sofia's, for other modules have profiles too."""
        sofia = self.configuration("sofia.conf")
        below = [one for one in self.files.values() if sofia and self._is_below(one.name, sofia[0].name)]
        return [(file, element) for file in below for element in file.all("profile")]

    def context(self, name: str) -> tuple[XmlFile, Element] | None:
        """The dialplan's context of this name."""
        return self._first("context", name)

    def section(self, name: str) -> tuple[XmlFile, Element]:
        """The section of this name; Invalid if there is none."""
        found = self._first("section", name)
        if found is None:
            raise Invalid("no-such-element", f'{ROOT} and what it includes have no <section name="{name}">; add one')
        return found

    def in_section(self, name: str) -> list[tuple[XmlFile, Element]]:
        """The section of this name and everything that is included in it; nothing if there is none."""
        found = self._first("section", name)
        return [found, *((file, file.whole) for file in self.included_in(*found))] if found else []

    def included_in(self, file: XmlFile, element: Element) -> list[XmlFile]:
        """The files whose text FreeSWITCH puts into this element, in its order."""
        found: list[XmlFile] = []
        for path in self._included(file, element):
            if path in self.files and self.files[path] not in found:
                found += [self.files[path], *self.included_in(self.files[path], self.files[path].whole)]
        return found

    def put(self, file: XmlFile) -> None:
        """Use this file in place of the one with the same name."""
        self.files[file.name] = file

    def _first(self, tag: str, name: str) -> tuple[XmlFile, Element] | None:
        for file in self.files.values():
            if element := file.find(tag, name=name):
                return file, element
        return None

    def _walk(self, path: str, depth: int) -> None:
        source = self._read(path)
        if source is None or path in self.files or depth > _DEEPEST:
            return
        try:
            file = self.files[path] = XmlFile.parse(path, source)
        except Invalid:
            if path == ROOT:
                raise
            return
        for included in self._included(file, file.whole):
            self._included_by.setdefault(included, path)
            self._walk(included, depth + 1)

    def _is_below(self, path: str, above: str) -> bool:
        while path != above and path != ROOT:
            path = self._included_by[path]
        return path == above

    def _included(self, file: XmlFile, element: Element) -> Iterator[str]:
        for line in file.all("X-PRE-PROCESS", element, cmd="include"):
            pattern = within(file.name, line.attributes.get("data", ""))
            if pattern:
                yield from self._glob(pattern)


def relative(path: str, of: str) -> str:
    """How the file `of` names `path` in an include."""
    return os.path.relpath(path, PurePosixPath(of).parent)


def within(file: str, data: str) -> str | None:
    """The pattern of an include's files within the folder; None if they lie outside."""
    if data.startswith(_OWN_FOLDER):
        return data.removeprefix(_OWN_FOLDER)
    if data.startswith(("/", "$")):
        return None
    joined = os.path.normpath(PurePosixPath(file).parent / data)
    return None if joined.startswith("..") else joined
