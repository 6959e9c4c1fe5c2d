"""What an installation changes in an operator's own files, setting by setting."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.xml.install.installer import FileChange
from fsplug.xml.install.surgery import Element, XmlFile

# What names an element, in this order.
_NAMES = ("name", "module", "data", "id")


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting of `file`, in `place` (such as "profile internal"): its value before and after; None: not set."""

    file: str
    place: str
    kind: str
    name: str
    before: str | None
    after: str | None


def setting_changes(changes: Iterable[FileChange]) -> list[SettingChange]:
    """Every setting that comes, goes or changes in the files that are there already, in the files' order."""
    return [one for change in changes for one in _of_file(change)]


def _of_file(change: FileChange) -> Iterator[SettingChange]:
    if change.before is None or change.after is None:
        return
    try:
        before = _settings(XmlFile.parse(change.path, change.before))
        after = _settings(XmlFile.parse(change.path, change.after))
    except Invalid:
        return
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    values = {(place, kind, name): value for place, kind, name, value in come.elements()}
    for place, kind, name, value in gone.elements():
        yield SettingChange(change.path, place, kind, name, value, values.pop((place, kind, name), None))
    for (place, kind, name), value in values.items():
        yield SettingChange(change.path, place, kind, name, None, value)


def _settings(file: XmlFile) -> list[tuple[str, str, str, str]]:
    """Place, kind, name and value of every element that has a name."""
    found: list[tuple[str, str, str, str]] = []
    around: list[Element] = []
    for one in file.elements:
        while around and not around[-1].holds(one):
            around.pop()
        if name := _name(one):
            place = f"{around[-1].name} {around[-1].attributes['name']}" if around else ""
            found.append((place, one.name, name, _value(one)))
        if one.attributes.get("name"):
            around.append(one)
    return found


def _name(element: Element) -> str:
    return next((element.attributes[name] for name in _NAMES if element.attributes.get(name)), "")


def _value(element: Element) -> str:
    others = (value for name, value in element.attributes.items() if name not in _NAMES)
    return element.attributes.get("value", " ".join(others))
