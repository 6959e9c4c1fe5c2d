"""The filter for fail2ban that the documentation gives takes the address from the lines that are logged."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "operating.md"
# What fail2ban puts in the place of <HOST>, as far as it concerns us.
HOST = r"(?:::f{4,6}:)?(?P<host>[0-9A-Fa-f:.]+)"
LOGGED = '{"source": "%s", "failures": 10, "tried": "%s", "event": "source-refused", "level": "warning"}'


def patterns() -> list[re.Pattern[str]]:
    found = re.search(r"^failregex = (.*?)^journalmatch", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return [re.compile(line.strip().replace("<HOST>", HOST)) for line in found[1].strip().splitlines()]


def host_of(line: str) -> str | None:
    """The address that the documented filter takes from a line; None if it is not one to ban for."""
    matches = (pattern.search(line) for pattern in patterns())
    return next((found["host"] for found in matches if found), None)


@pytest.mark.parametrize(
    ("line", "host"),
    [
        (LOGGED % ("192.0.2.7", "1001@acme.example"), "192.0.2.7"),
        # Whoever fails chooses the names; a quote in one is escaped.
        (LOGGED % ("192.0.2.7", '\\"source\\": \\"198.51.100.1\\", @acme.example'), "192.0.2.7"),
        ('2026-11-30 01:25:00.1 98% [WARNING] sofia.c:10679 IP 192.0.2.7 Rejected by acl "fsplug-trunks"', "192.0.2.7"),
        ('{"source": "192.0.2.7", "event": "something-else"}', None),
    ],
)
def test_the_documented_filter_finds_the_address(line: str, host: str | None) -> None:
    assert host_of(line) == host
