"""docs/promises.md names the tests that prove each promise."""

import re
from pathlib import Path

from tests.tables import table

ROOT = Path(__file__).resolve().parents[1]


def test_what_proves_a_promise_is_there() -> None:
    named = set(re.findall(r"`((?:tests|scripts)/[^`\s]+)", (ROOT / "docs" / "promises.md").read_text()))
    assert len(named) > 30
    with table() as rows:
        for name in sorted(named):
            with rows.row(name):
                assert (ROOT / name).exists()
