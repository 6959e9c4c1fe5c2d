"""The operator's document as it comes from a file: whatever is in it, it is parsed or refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsplug.cli.kernel import documents
from fsplug.errors import Invalid
from tests.cli.conftest import Cli

DEMO = (Path(__file__).parents[3] / "fixtures" / "demo.toml").read_bytes()
PIECES = [
    b"\xef\xbb\xbf",
    b"\xff",
    b"\r",
    b"\r\n",
    b"\x00",
    b'"',
    b"'''",
    b"[[",
    b"]",
    b"{",
    b"=",
    b"\\u",
    b"9" * 5_000,
    b"[" * 500,
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document's file, written anew for each example."""
    return tmp_path_factory.mktemp("documents") / "some.toml"


def _refusal(file: Path, content: bytes) -> str | None:
    file.write_bytes(content)
    try:
        documents.read(str(file))
    except Invalid as refused:
        assert refused.code == "bad-toml"
        assert str(file) in refused.text
        return refused.text
    return None


@st.composite
def _torn(draw: st.DrawFn) -> bytes:
    content = DEMO
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.sampled_from(PIECES) | st.binary(max_size=3)) + content[at:]
    return content


@settings(max_examples=100)
@given(content=_torn() | st.binary(max_size=50))
def test_any_file_is_parsed_or_refused(file: Path, content: bytes) -> None:
    _refusal(file, content)


WRONG = [
    (b"a = ", "(at end of document)"),
    (b"a = 1\na = 2", "(at end of document)"),
    (b"\xff\xfea\x00", "save it as UTF-8"),
    ("a = 'é'".encode("latin-1"), "save it as UTF-8"),
    (b"a = " + b"[" * 5_000, "write them flat"),
    (b"a = " + b"9" * 5_000, "shorten it, or quote it"),
    (b"a = 1979-13-45", "(at line 1, column 9)"),
    (b"a = 'x\x00'", "(at line 1, column 7)"),
]


@pytest.mark.parametrize(("content", "remedy"), WRONG)
def test_what_is_not_toml_is_refused_with_its_place_or_remedy(file: Path, content: bytes, remedy: str) -> None:
    text = _refusal(file, content)
    assert text is not None and remedy in text


def test_a_byte_order_mark_and_the_line_ends_of_windows_make_no_difference(file: Path) -> None:
    file.write_bytes(DEMO)
    plain = documents.read(str(file))
    file.write_bytes(b"\xef\xbb\xbf" + DEMO.replace(b"\n", b"\r\n"))
    assert documents.read(str(file)) == plain


def _strange() -> Iterator[bytes]:
    start = b'[[company]]\ndomain = "new.example"\n'
    yield start + b"name = 0x" + b"f" * 5_000
    yield start + b"a" + b".a" * 5_000 + b" = 1"
    yield start + b"user = " + b"[" * 200 + b"]" * 200
    yield start + b'country = "\\u0000"'
    yield b"[[company]]\ndomain = 0x" + b"f" * 5_000
    yield b"company = 1979-05-27T07:32:00Z"


@pytest.mark.parametrize("who", ["operator", "user"])
@pytest.mark.parametrize("content", list(_strange()), ids=lambda content: content[-20:].decode())
def test_a_strange_document_is_refused_whoever_applies_it(cli: Cli, file: Path, content: bytes, who: str) -> None:
    file.write_bytes(content)
    result = cli.run("apply", file, *(("--as", "1001@acme.example") if who == "user" else ()))
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == (2 if who == "operator" or b"domain = 0x" in content or b"1979" in content else 3)
