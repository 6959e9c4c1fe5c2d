"""Every word people read or hear is in the catalogue: in three languages, where it belongs, and used."""

import re
import string
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import fsplug
from fsplug.policy.numbers import normalise
from fsplug.policy.terms import TERMS, OneOf, Seconds, SomeOf, Term
from fsplug.store.change.sheets.headings import Field, guessed
from fsplug.store.outbox.mails import MailKind
from fsplug.web.kernel import page, texts
from fsplug.web.pages.policies.form import TERMS_OFFERED
from fsplug.words.catalogue import LANGUAGES, own, read
from tests.tables import table

PACKAGE = Path(fsplug.__file__).parent
WEB = PACKAGE / "web"
PAGES = {one.name: one.folder for one in page.found()}
TEXTS = texts.of(page.found())
# t("name"), t.count("name"), words("name"), error("code"): and those with a code of the program's behind a prefix.
_NAMED = re.compile(r"""\b(?:t|words)\(\s*["']([a-z0-9-]+)["']\s*(~|\+)?""")
_COUNTED = re.compile(r"""\b(?:t|words)\.count\(\s*["']([a-z0-9-]+)["']""")
_KNOWN = re.compile(r"""\b(?:t|words)\.known\(\s*["']([a-z0-9-]+)["']""")
# Any quoted word: names are handed on by views, tables of columns and the like.
_QUOTED = re.compile(r"""["']([a-z][a-z0-9-]*)["']""")
# Of prompts and mails: those there must be are known.
_OF_CODES = ("prompt-", "letter-")
# Those that are put together by the kernel: of errors, of what was done, of entries in the menu, of steps of a guide.
_PREFIXES = ("error-", "said-", "menu-", "help-", *_OF_CODES)
_OTHER_PAGES = re.compile(r"""fsplug\.web\.pages\.([a-z_]+)|["']([a-z_]+)/[a-z_]+\.html["']""")
_MARKUP = re.compile(
    r"{%\s*block \w+_class.*?{%\s*endblock.*?%}|{#.*?#}|{{.*?}}|{%.*?%}|<script.*?</script>|<!--.*?-->", re.DOTALL
)
_ATTRIBUTES = re.compile(r"""\s(?:alt|title|placeholder|aria-label|aria-description|data-label)=("[^"]*"|'[^']*')""")
_LETTERS = re.compile(r"[A-Za-zÆØÅÄÖæøåäö]{2,}")
# One thing has one word in a language: these are other words for it, or not how people say it.
_NOT_SAID = {
    "da": re.compile(r"telefoncentral|ringegruppe|\bfirmaet|revisionsspor|destruer|underskr|medlytte\b", re.IGNORECASE),
    "sv": re.compile(r"ringgrupp|kalkylblad|förstör|underteckna", re.IGNORECASE),
    "en": re.compile(r"telephone|cannot|\bmend|spoilt|destroy|\bwhose\b", re.IGNORECASE),
}
# What stands in the tables of other systems is read in whatever words they use.
_READ_ALONE = ("heading-", "cell-")
# Each language has quotation marks and a dash of its own, and … is one sign.
_NOT_SET = re.compile(r"\"|\.\.\.|--| {2}")
_NUMBER = re.compile(r"[+0-9][0-9 -]{6,}[0-9]")


def _sources(folder: Path) -> list[Path]:
    return sorted(chain(folder.rglob("*.py"), folder.rglob("*.html")))


@cache
def _read(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in _sources(folder))


def _fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def _asked(source: str) -> set[str]:
    """The texts that are asked for by their whole names."""
    whole = {name for name, more in _NAMED.findall(source) if not more}
    return whole | {f"{name}-{end}" for name in _COUNTED.findall(source) for end in ("one", "many")}


@cache
def _quoted(source: str) -> set[str]:
    return set(_QUOTED.findall(source))


@cache
def _prefixes(source: str) -> set[str]:
    """Of those whose names end with a code."""
    return {name for name, more in _NAMED.findall(source) if more} | {
        one.rstrip("-") + "-" for one in _KNOWN.findall(source)
    }


def test_a_text_is_there_in_every_language_with_the_same_facts() -> None:
    with table() as rows:
        for name, said in TEXTS.items():
            with rows.row(name):
                assert sorted(said) == sorted(LANGUAGES)
                assert all(text.strip() == text and text for text in said.values())
                assert len({frozenset(_fields(text)) for text in said.values()}) == 1, "each says the same facts"


def test_one_thing_has_one_word_in_a_language() -> None:
    with table() as rows:
        for name, said in TEXTS.items():
            if not name.startswith(_READ_ALONE):
                with rows.row(name):
                    assert [
                        found for language in LANGUAGES if (found := _NOT_SAID[language].search(said[language]))
                    ] == []
                    assert [text for text in said.values() if _NOT_SET.search(text)] == []


def test_what_is_asked_for_is_in_the_catalogue() -> None:
    with table() as rows:
        for path in _sources(PACKAGE):
            source = path.read_text(encoding="utf-8")
            with rows.row(path.relative_to(PACKAGE)):
                assert _asked(source) - TEXTS.keys() == set()
                assert [one for one in _prefixes(source) if not any(name.startswith(one) for name in TEXTS)] == []


def test_every_term_of_a_recording_has_words_for_its_name_and_its_values() -> None:
    with table() as rows:
        for term in TERMS:
            with rows.row(term.key):
                assert set(_asked_of(term)) <= TEXTS.keys()


def _asked_of(term: Term) -> Iterator[str]:
    """What the policies page asks for by the term's key."""
    yield f"policy-what-{term.key}"
    ends = term.values.choices if isinstance(term.values, OneOf | SomeOf) else ()
    yield from (f"policy-{term.key}-{end}" for end in ends)
    if isinstance(term.values, Seconds):
        yield from (f"policy-{term.key}-{end}" for end in ("none", "one", "many"))
    if term in TERMS_OFFERED:
        yield f"policy-{term.key}"
    if term in TERMS_OFFERED and not isinstance(term.values, OneOf | SomeOf):
        yield f"error-bad-{term.key}"


def test_no_text_is_left_over() -> None:
    source = _read(PACKAGE)
    named = _quoted(source) | _asked(source)
    prefixes = (*_prefixes(source), *_PREFIXES)
    assert [name for name in TEXTS if name not in named and not name.startswith(prefixes)] == []


def test_a_mail_has_a_text_and_a_subject_and_no_other_texts_are_for_mails() -> None:
    expected = {f"letter-{kind}{end}" for kind in MailKind for end in ("", "-subject")}
    letters = {name for name in TEXTS if name.startswith("letter-")}
    source = _read(PACKAGE / "mail")
    assert letters - expected == {name for name in letters if _uses(source, name)}
    assert expected <= letters


def test_policy_and_store_have_no_words_of_these_languages() -> None:
    with table() as rows:
        for path in (*_sources(PACKAGE / "policy"), *_sources(PACKAGE / "store"), *_sources(PACKAGE / "esl")):
            with rows.row(path.relative_to(PACKAGE)):
                assert re.findall("[æøåÆØÅäöÄÖ]", path.read_text(encoding="utf-8")) == []


def test_a_page_speaks_words_of_its_own_of_all_pages_or_of_a_page_it_is_made_from() -> None:
    with table() as rows:
        for name, folder in PAGES.items():
            source = _read(folder)
            others = {one for pair in _OTHER_PAGES.findall(source) for one in pair if one} - {name}
            reached = {*own(), *chain(*(read(PAGES[one] / texts.FILE) for one in (name, *others)))}
            with rows.row(name):
                assert _asked(source) - reached == set()
                assert [one for one in _prefixes(source) if not any(text.startswith(one) for text in reached)] == []


def test_a_text_of_one_page_is_in_its_folder() -> None:
    kernel, by_page = _read(WEB / "kernel"), {name: _read(folder) for name, folder in PAGES.items()}
    with table() as rows:
        for text in read(PACKAGE / "words" / "console.toml"):
            if text.startswith(_PREFIXES):
                continue
            using = [name for name, source in by_page.items() if _uses(source, text)]
            with rows.row(text, using):
                assert len(using) > 1 or _uses(kernel, text)


def _uses(source: str, text: str) -> bool:
    return text in _asked(source) or text in _quoted(source) or text.startswith(tuple(_prefixes(source)))


def test_a_template_has_no_words_of_its_own() -> None:
    with table() as rows:
        for path in _templates():
            with rows.row(path.relative_to(WEB)):
                assert _words_in(path.read_text(encoding="utf-8")) == []


def _templates() -> Iterator[Path]:
    found = sorted(WEB.rglob("*.html"))
    assert len(found) > 30
    yield from found


def _words_in(source: str) -> list[str]:
    """What a reader would read that no catalogue has."""
    bare = _MARKUP.sub(" ", source)
    in_attributes = " ".join(_ATTRIBUTES.findall(bare))
    return _LETTERS.findall(re.sub(r"<[^>]*>", " ", bare) + in_attributes)


def test_a_number_that_is_an_example_is_one_wherever_the_company_is() -> None:
    found = [
        (name, language, one)
        for name in TEXTS
        for language in LANGUAGES
        for one in _NUMBER.findall(TEXTS[name][language])
    ]
    assert found
    with table() as rows:
        for name, language, example in found:
            with rows.row(f"{name} {language}"):
                assert {normalise(example, country) is None for country in ("DK", "SE", "GB", "US")} == {False}


def test_a_column_is_read_by_the_name_that_the_page_gives_it() -> None:
    with table() as rows:
        for field in Field:
            for language, said in TEXTS[f"field-of-user-{field}"].items():
                with rows.row(f"{field} {language}"):
                    assert guessed([said]).fields == (field,)
