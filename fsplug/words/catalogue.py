"""The catalogue of every word people read or hear, in Danish, Swedish and English: read from TOML, found by name."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("da", "sv", "en")
FALLBACK_LANGUAGE = "en"
# Texts by name, each by language.
Texts = Mapping[str, Mapping[str, str]]

_HERE = Path(__file__).parent


@cache
def read(path: Path) -> Texts:
    """The texts of one file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def merged(paths: Iterable[Path]) -> Texts:
    """The texts of these files as one catalogue. LookupError when two files have the same name."""
    found: dict[str, Mapping[str, str]] = {}
    for path in paths:
        new = read(path)
        if twice := found.keys() & new.keys():
            raise LookupError(f"{path} repeats: {', '.join(sorted(twice))}")
        found |= new
    return found


def own_files() -> list[Path]:
    """The files in this package: all texts but those of single pages."""
    return sorted(_HERE.glob("*.toml"))


@cache
def own() -> Texts:
    """The texts of this package."""
    return merged(own_files())


class Words:
    """The texts in one language: "da", "sv" or "en"."""

    def __init__(self, language: str, texts: Texts | None = None) -> None:
        """`texts` are this package's texts, unless pages add their own."""
        self.language = language
        self.texts = own() if texts is None else texts

    def __call__(self, name: str, /, **facts: Any) -> str:
        """One text. LookupError for a name that the catalogue does not have."""
        return self.texts[name][self.language].format(**facts)

    def count(self, name: str, number: int, /, **facts: Any) -> str:
        """One text of two, NAME-one and NAME-many, by how many there are."""
        return self(f"{name}-one" if number == 1 else f"{name}-many", number=number, **facts)

    def known(self, prefix: str, code: object) -> str:
        """The text for one of the program's codes, PREFIX-CODE; the code itself if it has no text."""
        name = f"{prefix}-{code}"
        return self(name) if name in self.texts else str(code)

    def error(self, code: str, /, **facts: Any) -> str:
        """The text that people see for an error."""
        name = f"error-{code}"
        return self(name if name in self.texts else "error-other", **facts)


def spoken(language: str) -> str:
    """The catalogue's language for a tag such as "da-DK"; English for any other language."""
    primary = language.partition("-")[0].lower()
    return primary if primary in LANGUAGES else FALLBACK_LANGUAGE
