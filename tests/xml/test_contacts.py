"""Where the switch is told to reach a phone, and what of the phone's own words counts."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from fsplug.store.db.database import Store
from fsplug.xml.answers import Answers
from fsplug.xml.contacts import contact
from fsplug.xml.templates import Templates
from fsplug.xml.trunk_places import GOOD_SECONDS, TrunkPlaces
from fsplug.xml.ways import Ways
from tests.xml.installed import demo, stored

REGISTER = {
    "section": "directory",
    "action": "sip_auth",
    "domain": "acme.example",
    "user": "1001",
    "ip": "192.0.2.9",
    "sip_auth_method": "REGISTER",
    "sip_to_host": "acme.example",
    "client_port": "40000",
    "sip_contact_user": "anna",
    "sip_via_protocol": "tcp",
}


@pytest.mark.parametrize(
    ("user", "address", "transport", "expected"),
    [
        ("1001", "192.0.2.9", "udp", "<sip:1001@192.0.2.9:5060>"),
        ("a-0x1f.~2", "192.0.2.9", "tls", "<sip:a-0x1f.~2@192.0.2.9:5060;transport=tls>"),
        ("1001;fs_path=sip:x", "192.0.2.9", "udp", "<sip:phone@192.0.2.9:5060>"),
        ("${x}", "192.0.2.9", "sctp", "<sip:phone@192.0.2.9:5060>"),
        (
            *("1001", "2001:db8::9", "tcp"),
            "<sip:1001@phone.invalid;transport=tcp;fs_nat=yes"
            ";fs_path=sip%3A1001%40%5B2001%3Adb8%3A%3A9%5D%3A5060%3Btransport%3Dtcp>",
        ),
        (
            *("x7", "192.0.2.9", "wss"),
            "<sip:x7@phone.invalid;transport=ws;fs_nat=yes;fs_path=sip%3Ax7%40192.0.2.9%3A5060%3Btransport%3Dwss>",
        ),
        ("1001", "provider.example", "udp", ""),
    ],
)
def test_a_phone_is_where_its_register_came_from(user: str, address: str, transport: str, expected: str) -> None:
    assert contact(user, address, "5060", transport) == expected


@pytest.mark.parametrize("port", ["", "0", "65536", "5060;x", "٣"])
def test_what_is_no_port_makes_no_contact(port: str) -> None:
    assert contact("1001", "192.0.2.9", port, "udp") == ""


def test_who_registers_is_told_where_to_be_reached_and_nobody_else(answers: Answers) -> None:
    place = "&lt;sip:anna@192.0.2.9:40000;transport=tcp&gt;"
    assert f'name="sip-force-contact" value="{place}"' in answers.answer(REGISTER)
    for other in ({"sip_auth_method": "INVITE"}, {"action": "user_call", "sip_auth_method": ""}):
        assert "sip-force-contact" not in answers.answer(REGISTER | other)


def test_a_proxy_of_the_operator_s_says_where_phones_are(store: Store) -> None:
    ways = replace(Ways(), phone_proxies=(ip_network("192.0.2.8/31"),))
    answers = Answers(store, Templates(), ways)
    assert "sip-force-contact" not in answers.answer(REGISTER)
    assert "sip-force-contact" in answers.answer(REGISTER | {"ip": "192.0.2.10"})


@pytest.fixture(scope="module")
def provided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A company whose calls go out to a host with a name."""
    document = demo()
    document["company"][0]["trunk"][0] |= {"host": "sip.provider.example", "port": 5060}
    with stored(tmp_path_factory.mktemp("provided") / "fsplug.db", document) as store:
        yield store


@pytest.mark.parametrize(
    ("address", "port", "may"),
    [
        ("198.51.100.1", "5060", False),
        ("2001:db8::1", "5060", False),
        ("198.51.100.1", "40000", True),
        ("198.51.100.2", "5060", True),
    ],
)
def test_nobody_registers_from_where_calls_go_out_to(
    provided: Store, tmp_path: Path, address: str, port: str, may: bool
) -> None:
    memory = tmp_path / "addresses"
    memory.write_text('{"sip.provider.example": ["198.51.100.1", "2001:db8::1"]}')
    answers = Answers(provided, Templates(), Ways(), trunk_places=TrunkPlaces(provided, memory))
    answer = answers.answer(REGISTER | {"ip": address, "client_port": port})
    assert ("sip-forbid-register" not in answer) == may


def test_where_calls_go_out_to_is_looked_at_again(provided: Store, tmp_path: Path) -> None:
    memory, now = tmp_path / "addresses", [0.0]
    places = TrunkPlaces(provided, memory, lambda: now[0])
    assert not places.holds("198.51.100.1", "5060")
    memory.write_text('{"sip.provider.example": ["198.51.100.1"]}')
    now[0] += GOOD_SECONDS + 1
    assert places.holds("198.51.100.1", "5060")
