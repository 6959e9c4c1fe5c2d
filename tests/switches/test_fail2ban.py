"""The filter for fail2ban that the documentation gives takes the address from the lines that the switch logs."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "operating.md"
# What fail2ban puts in the place of <HOST>, as far as it concerns us.
HOST = r"(?:::f{4,6}:)?(?P<host>[0-9A-Fa-f:.]+)"
# FreeSWITCH 1.11.1.
WHEN = "2026-11-30 01:25:00.123456 98.73% [WARNING] "
FAILURE = "sofia_reg.c:1788 SIP auth failure (%s) on sofia profile 'internal' for [%s] from ip %s"


def patterns() -> list[re.Pattern[str]]:
    found = re.search(r"^failregex = (.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return [re.compile(line.strip().replace("<HOST>", HOST)) for line in found[1].strip().splitlines()]


def host_of(line: str) -> str | None:
    matches = (pattern.search(line) for pattern in patterns())
    return next((found["host"] for found in matches if found), None)


@pytest.mark.parametrize(
    ("line", "host"),
    [
        (FAILURE % ("REGISTER", "1001@acme.example", "192.0.2.7"), "192.0.2.7"),
        (FAILURE % ("INVITE", "+4570101001@acme.example", "2001:db8::7"), "2001:db8::7"),
        # Whoever fails chooses the name; the address at the end is the switch's.
        (FAILURE % ("REGISTER", "x] from ip 198.51.100.1@acme.example", "192.0.2.7"), "192.0.2.7"),
        ("sofia_reg.c:3210 Can't find user [nobody@acme.example] from 192.0.2.7", "192.0.2.7"),
        ('sofia.c:10679 IP 192.0.2.7 Rejected by acl "fsplug-trunks"', "192.0.2.7"),
        (
            "sofia_reg.c:1788 SIP auth challenge (REGISTER) on sofia profile 'internal' for [a@b] from ip 192.0.2.7",
            None,
        ),
    ],
)
def test_the_documented_filter_finds_the_address(line: str, host: str | None) -> None:
    assert host_of(WHEN + line) == host
