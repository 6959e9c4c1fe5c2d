"""The users of the XML directory, with the variables that their calls get."""

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from fsplug.errors import Invalid

# Variables by user and domain.
Directory = Mapping[tuple[str, str], Mapping[str, str]]


def load(folder: Path) -> Directory:
    """The users of a folder of directory files; none if the folder does not exist."""
    users: dict[tuple[str, str], Mapping[str, str]] = {}
    for path in sorted(folder.glob("*.xml")):
        try:
            root = ElementTree.fromstring(path.read_text())
        except ElementTree.ParseError as error:
            raise Invalid("bad-directory", f"{path} is not well-formed XML: {error}") from error
        for domain in root.iter("domain"):
            shared = _variables(domain)
            for user in domain.iter("user"):
                users[user.get("id", ""), domain.get("name", "")] = {**shared, **_variables(user)}
    return users


def _variables(element: ElementTree.Element) -> dict[str, str]:
    found = element.findall("variables/variable")
    return {variable.get("name", ""): variable.get("value", "") for variable in found}
