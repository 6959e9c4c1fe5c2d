"""One finds one's way in the package: short modules, few entries at the top of a layer, few files for one thing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fsplug

PACKAGE = Path(fsplug.__file__).parent
ROOT = Path(__file__).parents[1]
MOST_LINES = 300
# Entries at the top of a layer, its __init__.py among them.
MOST_ENTRIES = {"store": 12, "esl": 6, "web": 5, "cli": 6}


def modules() -> Iterator[Path]:
    """Those of the package, of the tests and of the scripts, which are no less to find one's way in."""
    for folder in (PACKAGE, ROOT / "tests", ROOT / "scripts"):
        for one in folder.rglob("*"):
            is_code = one.suffix in (".py", ".js", ".css") or (folder.name == "scripts" and one.suffix in ("", ".sh"))
            if is_code and one.is_file() and not {"vendor", "__pycache__"} & set(one.parts):
                yield one


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    lengths = {file: len(file.read_text().splitlines()) for file in modules()}
    assert {ROOT / "scripts" / "lanes", Path(__file__)} <= set(lengths)
    assert {str(file): length for file, length in lengths.items() if length > MOST_LINES} == {}


@pytest.mark.parametrize("term", ["max[_-]seconds", "agent[_-]may", r"(?<!const )\bannounce\b(?!\()"])
def test_a_recording_term_is_named_in_eight_files_at_most(term: str) -> None:
    files = (one for one in PACKAGE.rglob("*") if one.suffix in (".py", ".toml", ".html", ".js"))
    naming = sorted(str(one.relative_to(PACKAGE)) for one in files if re.search(term, one.read_text()))
    assert len(naming) <= 8, naming


@pytest.mark.parametrize("layer", MOST_ENTRIES)
def test_a_layer_has_few_entries_at_its_top(layer: str) -> None:
    entries = sorted(one.name for one in (PACKAGE / layer).iterdir() if one.name != "__pycache__")
    assert len(entries) <= MOST_ENTRIES[layer], entries
