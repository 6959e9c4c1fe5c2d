"""What people call themselves, in documents and in what FreeSWITCH makes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fsplug.store.config.companies import Company
from fsplug.xml.directory import DirectoryEntry
from fsplug.xml.templates import Templates
from fsplug.xml.text import LONGEST_NAME, name
from fsplug.xml.ways import Ways
from tests.xml import documents

HOSTILE = (
    "Bob ${system(touch /tmp/fsplug-hostile)}",
    "$${hostname}",
    "\\${uuid} \\\\${uuid}",
    '<X-PRE-PROCESS cmd="exec" data="touch /tmp/fsplug-hostile"/>',
    "x-pre-process X-Pre-Process",
    "<include> </include> <?xml?> <!-- -- --> <![CDATA[ ]]>",
    "\"quoted\" 'too' & <b>",
    "%0d%0aX-Evil: 1",
    "line\nX-Evil: 1\r\n\tend",
    "one\u2028two\u2029three\u0085four",
    "Acme A/S: a@b",
    "🦄 Ærø Øl, 漢字",
    "A" * 500,
    "\x00\x01\x1b[31m\x7f",
    "{a=b}[c=d]'${e}'|f,g:_:h",
    "\ud800 \ufffe",
)
TEMPLATES = Templates()


def rendered(text: str) -> str:
    """What FreeSWITCH understands of a user of this name, through its preprocessor and its parser."""
    entry = DirectoryEntry("1001", "1001", "desk", (), text, "1001", "", False, "0" * 32)
    company = Company("acme.example", "Acme", "DK")
    groups = [(text, [entry])]
    values = {"inner": "directory/company.xml.j2", "company": company, "groups": groups, "ways": Ways()}
    document = TEMPLATES.render("document.xml.j2", section="directory", **values)
    kept = "\n".join(documents.preprocessed(document))
    assert kept == document
    return documents.variables(documents.answer(kept))["effective_caller_id_name"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_only_a_name(text: str) -> None:
    shown = rendered(text)
    assert shown == (name(text) or "1001")
    assert not set('$%"\\/:@\n\r') & set(shown)
    assert len(shown) <= LONGEST_NAME


@given(some.text())
def test_whatever_a_name_holds_the_document_stays_whole(text: str) -> None:
    assert rendered(text) == (name(text) or "1001")


@given(
    some.lists(
        some.sampled_from((*HOSTILE, "x-", "pre-process", "$", "{", "X-PRE", "-", "<", "?", "include>")), max_size=6
    )
)
def test_hostile_parts_don_t_add_up(parts: list[str]) -> None:
    rendered("".join(parts))


def test_a_plain_name_stays_as_it_is() -> None:
    assert name("Anna Å. Holm") == "Anna Å. Holm"
    assert rendered("O'Neill & Søn <sales>") == "O'Neill & Søn <sales>"


def test_someone_without_a_name_goes_by_the_extension() -> None:
    assert rendered("") == rendered(" \n") == "1001"
