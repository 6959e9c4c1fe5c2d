"""Who may call in over trunks, by the store's trunks and the DNS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.store.change import planning
from fsplug.store.db.database import Store
from fsplug.xml.host_addresses import HostAddresses
from fsplug.xml.install.callers import Callers
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.gateways import Gateways


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "fsplug.db")
    store.migrate()
    yield store
    store.close()


def put(store: Store, domain: str, *trunks: dict[str, object]) -> None:
    document = {"company": [{"domain": domain, "name": domain, "country": "DK", "trunk": list(trunks)}]}
    planning.apply_plan(store, planning.plan(store, document), "test")


class Dns:
    """What the DNS says; None: it does not answer."""

    def __init__(self) -> None:
        self.says: list[str] | None = None

    def __call__(self, host: str) -> list[str]:
        if self.says is None:
            raise OSError(host)
        return self.says


SECURE = {"transport": "tls", "srtp": True}


def lists(callers: Callers) -> dict[str, tuple[str, ...]]:
    return {one.name: one.networks for one in callers.lists()}


def test_the_trunks_of_every_company_are_let_in_and_with_none_nobody_is(store: Store) -> None:
    callers = Callers(store, ConfText(), HostAddresses())
    asked = ("", "-with-digest", "-with-tls", "-with-srtp")
    nobody: dict[str, tuple[str, ...]] = {f"fsplug-trunks{one}": () for one in asked}
    assert lists(callers) == nobody
    put(store, "acme.example", {"name": "a", "host": "192.0.2.1"})
    put(store, "beta.example", {"name": "b", "host": "[2001:db8::1]", "sources": ["198.51.100.0/28", "192.0.2.1"]})
    known = ("192.0.2.1/32", "198.51.100.0/28", "2001:db8::1/128")
    assert lists(callers) == {**nobody, "fsplug-trunks": known}


def test_a_trunk_that_proves_a_password_has_a_list_of_its_own(store: Store) -> None:
    put(store, "acme.example", {"name": "a", "host": "192.0.2.1", "inbound_digest": True, **SECURE})
    here = ("192.0.2.1/32",)
    assert lists(Callers(store, ConfText(), HostAddresses())) == {
        "fsplug-trunks": here,
        "fsplug-trunks-with-digest": here,
        "fsplug-trunks-with-tls": here,
        "fsplug-trunks-with-srtp": here,
        "fsplug-trunk-a.acme.example": here,
    }


def test_the_gateway_of_a_trunk_over_tls_encrypts(store: Store) -> None:
    put(store, "acme.example", {"name": "a", "host": "192.0.2.1", **SECURE}, {"name": "b", "host": "192.0.2.2"})
    secure, plain = ("".join(file.pieces()) for file in Gateways(store, ConfText()).files())
    assert '"register-transport" value="tls"' in secure and '"rtp_secure_media" value="mandatory"' in secure
    assert '"register-transport" value="udp"' in plain and "rtp_secure_media" not in plain


def test_a_host_is_looked_up_again_and_keeps_its_addresses_while_the_dns_is_away(store: Store, tmp_path: Path) -> None:
    put(store, "acme.example", {"name": "a", "host": "sip.provider.example"})
    dns, memory = Dns(), tmp_path / "addresses.json"
    callers = Callers(store, ConfText(), HostAddresses(memory, dns))
    assert lists(callers)["fsplug-trunks"] == ()
    for says, known, version in (
        (["192.0.2.1"], ("192.0.2.1/32",), 1),
        (None, ("192.0.2.1/32",), 1),
        (["192.0.2.9", "2001:db8::9"], ("192.0.2.9/32", "2001:db8::9/128"), 2),
        ([], ("192.0.2.9/32", "2001:db8::9/128"), 2),
    ):
        dns.says = says
        callers.renew()
        assert (lists(callers)["fsplug-trunks"], callers.version) == (known, version)
    dns.says = None
    assert lists(Callers(store, ConfText(), HostAddresses(memory, dns)))["fsplug-trunks"] == known


@pytest.mark.parametrize(
    ("trunk", "word"),
    [
        ({}, "nobody knows where its calls come from"),
        ({"gateway": "known-to-the-switch"}, "sources"),
        ({"host": "0.0.0.0"}, "nobody calls from there"),
        ({"host": "224.0.0.1"}, "nobody calls from there"),
        ({"sources": ["0.0.0.0/0"]}, "nearly everybody"),
        ({"sources": ["::/0"]}, "nearly everybody"),
        ({"sources": ["192.0.2.0/33"]}, "192.0.2.0/28"),
        ({"sources": ["127.0.0.1 192.0.2.1"]}, "192.0.2.0/28"),
        ({"sources": ["a.example\"/><node type='allow"]}, "192.0.2.0/28"),
        ({"host": "192.0.2.1", "srtp": True}, "keys would travel in the clear"),
        ({"host": "192.0.2.1", "inbound_password": "a-long-password"}, "inbound_digest"),
    ],
)
def test_a_trunk_whose_calls_nobody_can_place_is_refused(store: Store, trunk: dict[str, object], word: str) -> None:
    with pytest.raises(Invalid, match=word):
        put(store, "acme.example", {"name": "a", **trunk})
