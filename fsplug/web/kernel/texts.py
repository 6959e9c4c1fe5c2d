"""The texts of the pages: the catalogue's own, and those in each page's folder."""

from collections.abc import Iterable

from flask import Flask, current_app
from werkzeug.datastructures import LanguageAccept

from fsplug.web.kernel.page import Page
from fsplug.words.catalogue import FALLBACK_LANGUAGE, LANGUAGES, Texts, Words, merged, own_files

FILE = "texts.toml"
_KEPT = "texts"


def prepare(app: Flask, pages: Iterable[Page]) -> None:
    """Read all texts."""
    app.extensions[_KEPT] = of(pages)


def of(pages: Iterable[Page]) -> Texts:
    """The catalogue's own texts and those of these pages. LookupError when two files have the same name."""
    return merged([*own_files(), *(page.folder / FILE for page in pages if (page.folder / FILE).exists())])


def texts(app: Flask | None = None) -> Texts:
    """Every text by name, then by language; of this application, or of the current one."""
    found: Texts = (app or current_app).extensions[_KEPT]
    return found


def words_in(language: str, app: Flask | None = None) -> Words:
    """The texts in this language."""
    return Words(language, texts(app))


def language_of(accepted: LanguageAccept) -> str:
    """The catalogue's language that the browser prefers."""
    return accepted.best_match(LANGUAGES) or FALLBACK_LANGUAGE


def mail_trouble(words: Words, code: str) -> str:
    """Why a mail is not sent, or not yet, by the code that is kept with it."""
    is_known = f"mail-trouble-{code}" in words.texts
    return words.known("mail-trouble", code if is_known else "other")
