"""Every word of the console is in the catalogues, in three languages, and every text of theirs is used."""

import re
import string
from collections.abc import Iterator

from fsplug.store.accounts.accounts import LANGUAGES
from fsplug.web.kernel.words import FOLDER, texts
from tests.tables import table

WEB = FOLDER.parent
SOURCES = [*sorted(WEB.glob("**/*.py")), *sorted(WEB.glob("templates/**/*.html"))]
# t("name"), t.count("name"), words("name"), error("code"): and those with a code of the program's behind a prefix.
_NAMED = re.compile(r"""\b(?:t|words)\(\s*["']([a-z0-9-]+)["']\s*(~|\+)?""")
_COUNTED = re.compile(r"""\b(?:t|words)\.count\(\s*["']([a-z0-9-]+)["']""")
_KNOWN = re.compile(r"""\b(?:t|words)\.known\(\s*["']([a-z0-9-]+)["']""")
# Any quoted word: names are handed on by views, tables of columns and the like.
_QUOTED = re.compile(r"""["']([a-z][a-z0-9-]*)["']""")
_MARKUP = re.compile(
    r"{%\s*block \w+_class.*?{%\s*endblock.*?%}|{#.*?#}|{{.*?}}|{%.*?%}|<script.*?</script>|<!--.*?-->", re.DOTALL
)
_ATTRIBUTES = re.compile(r"""\s(?:alt|title|placeholder|aria-label|aria-description|data-label)=("[^"]*"|'[^']*')""")
_LETTERS = re.compile(r"[A-Za-zÆØÅÄÖæøåäö]{2,}")


def _fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _asked() -> Iterator[tuple[str, str]]:
    """Where a text is asked for by its whole name."""
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        yield from ((path.name, name) for name, more in _NAMED.findall(source) if not more)
        for name in _COUNTED.findall(source):
            yield from ((path.name, f"{name}-{end}") for end in ("one", "many"))


def test_a_text_is_there_in_every_language_with_the_same_facts() -> None:
    with table() as rows:
        for name, said in texts().items():
            with rows.row(name):
                assert sorted(said) == sorted(LANGUAGES)
                assert all(text.strip() == text and text for text in said.values())
                assert len({frozenset(_fields(text)) for text in said.values()}) == 1, "each says the same facts"


def test_what_a_page_asks_for_is_in_the_catalogue() -> None:
    with table() as rows:
        for where, name in sorted(set(_asked())):
            with rows.row(where, name):
                assert name in texts()


def test_no_text_is_left_over() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    named = set(_QUOTED.findall(source))
    prefixes = {name for name, more in _NAMED.findall(source) if more} | {f"{one}-" for one in _KNOWN.findall(source)}
    counted = {f"{name}-{end}" for name in _COUNTED.findall(source) for end in ("one", "many")}
    prefixes |= {"error-", "said-"}
    left = [name for name in texts() if name not in named | counted and not name.startswith(tuple(prefixes))]
    assert left == []


def test_a_template_has_no_words_of_its_own() -> None:
    with table() as rows:
        for path in sorted(WEB.glob("templates/**/*.html")):
            with rows.row(path.relative_to(WEB)):
                assert _words_in(path.read_text(encoding="utf-8")) == []


def _words_in(source: str) -> list[str]:
    """What a reader would read that no catalogue has."""
    bare = _MARKUP.sub(" ", source)
    in_attributes = " ".join(_ATTRIBUTES.findall(bare))
    return _LETTERS.findall(re.sub(r"<[^>]*>", " ", bare) + in_attributes)
