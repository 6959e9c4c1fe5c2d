"""The words of the pages in Danish, Swedish and English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from werkzeug.datastructures import LanguageAccept

from fsplug.store.accounts.accounts import LANGUAGES

FOLDER = Path(__file__).parents[1] / "catalogue"


class Words:
    """The words of one language: da, sv or en."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, name: str, /, **facts: Any) -> str:
        """One text."""
        return texts()[name][self.language].format(**facts)

    def count(self, name: str, number: int, /, **facts: Any) -> str:
        """One text of two, NAME-one and NAME-many, by how many there are."""
        return self(f"{name}-one" if number == 1 else f"{name}-many", number=number, **facts)

    def known(self, prefix: str, code: object) -> str:
        """The text for a code of the program's, PREFIX-CODE; the code itself where it has none."""
        name = f"{prefix}-{code}"
        return self(name) if name in texts() else str(code)

    def error(self, code: str, /, **facts: Any) -> str:
        """What people are told of an error."""
        name = f"error-{code}"
        return self(name if name in texts() else "error-other", **facts)


def language_of(accepted: LanguageAccept) -> str:
    """The language that the browser's owner likes best of ours."""
    return accepted.best_match(LANGUAGES) or "en"


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text by its name, then by language. LookupError when two files have one name."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        new = tomllib.loads(path.read_text(encoding="utf-8"))
        if twice := found.keys() & new.keys():
            raise LookupError(f"{path.name} has again: {', '.join(sorted(twice))}")
        found |= new
    return found
