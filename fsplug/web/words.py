"""The words of the pages in Danish, Swedish and English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from werkzeug.datastructures import LanguageAccept

from fsplug.store.accounts import LANGUAGES


class Words:
    """The words of one language: da, sv or en."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, name: str, **facts: Any) -> str:
        """One text."""
        return _texts()[name][self.language].format(**facts)

    def error(self, code: str, **facts: Any) -> str:
        """What people are told of an error."""
        name = f"error-{code}"
        return self(name if name in _texts() else "error-other", **facts)


def language_of(accepted: LanguageAccept) -> str:
    """The language that the browser's owner likes best of ours."""
    return accepted.best_match(LANGUAGES) or "en"


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
