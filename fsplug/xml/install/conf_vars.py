"""The switch's own variables ($${name}) as far as its configuration's text tells their values."""

import re

from fsplug.xml.install.conf_tree import ConfTree

_VARIABLE = re.compile(r"\$\$\{([^{}]+)\}")
_DEEPEST = 10


def resolved(tree: ConfTree, text: str) -> str | None:
    """The text with its variables replaced; None if the value of one is known to the running switch alone."""
    known = _assigned(tree)
    for _ in range(_DEEPEST):
        names = _VARIABLE.findall(text)
        if not names:
            return text
        if not all(name in known for name in names):
            return None
        text = _VARIABLE.sub(lambda found: known[found[1]], text)
    return None


def _assigned(tree: ConfTree) -> dict[str, str]:
    """Every variable that an include or the root file sets; what a program or a server answers is unknown."""
    known: dict[str, str] = {}
    for file in tree.files.values():
        for line in file.all("X-PRE-PROCESS"):
            name, assigns, value = line.attributes.get("data", "").partition("=")
            if not assigns or not line.attributes.get("cmd", "").endswith("set"):
                continue
            known.pop(name, None)
            if line.attributes["cmd"] == "set":
                known[name] = value
    return known
