"""Whose word about a visitor's address counts, and which settings can't be right."""

import pytest

from fsplug.policy.proxies import LOOPBACK, Front, Trouble, fault, is_within, neighbourhood, networks, visitor

OURS = (*LOOPBACK, *networks("192.0.2.7 2001:db8:1::/64"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1, 192.0.2.7", "198.51.100.1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, <script>", "127.0.0.1"),
        ("192.0.2.7", "2001:DB8::5", "2001:db8::5"),
        ("2001:db8:1::9", "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_what_our_proxies_added_counts(peer: str, forwarded: str, found: str) -> None:
    assert visitor(peer, forwarded, OURS) == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_an_ipv6_visitor_is_a_network_of_64_bits(address: str, found: str) -> None:
    assert neighbourhood(address) == found


@pytest.mark.parametrize("text", ["proxy.example", "192.0.2.7/33", "192.0.2.7/24", "0.0.0.0/0", "::/0", "10.0.0.0/7"])
def test_what_is_no_address_of_a_proxy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text.split("/")[0]):
        networks(f"192.0.2.1 {text}")


def test_an_address_that_is_none_is_nowhere() -> None:
    assert not is_within("", OURS) and not is_within("x", OURS) and is_within("192.0.2.7", OURS)


HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"
TLS, PLAIN, LOCAL = "https://console.example", "http://console.example", "http://127.0.0.1:8086"
# web_url, web_host, web_behind_proxy, web_proxies: the fault, and what its remedy names.
TABLE = [
    ("", HERE, False, "", None, ""),
    ("", EVERYWHERE, True, "", None, ""),
    (TLS, HERE, False, "", "proxy-unset", "web_behind_proxy = true"),
    (TLS, "::1", False, "", "proxy-unset", "web_behind_proxy = true"),
    (TLS, "localhost", False, "", "proxy-unset", "web_behind_proxy = true"),
    (TLS, EVERYWHERE, False, "", "proxy-unset", "web_proxies to its address"),
    (TLS, HERE, True, "", None, ""),
    (TLS, HERE, True, "192.0.2.7", None, ""),
    (TLS, EVERYWHERE, True, "", "proxy-passed-by", "web_host = 127.0.0.1"),
    (TLS, "192.0.2.1", True, "", "proxy-passed-by", "web_proxies"),
    (TLS, EVERYWHERE, True, "192.0.2.7", None, ""),
    (TLS, HERE, False, "192.0.2.7", "proxies-unused", "web_behind_proxy = true"),
    (LOCAL, HERE, False, "", None, ""),
    (LOCAL, HERE, True, "", None, ""),
    (LOCAL, EVERYWHERE, True, "", "proxy-passed-by", "web_host = 127.0.0.1"),
    (LOCAL, HERE, False, "192.0.2.7", "proxies-unused", "remove web_proxies"),
    (PLAIN, HERE, False, "", "proxy-unset", "web_behind_proxy = true"),
    (PLAIN, HERE, True, "", "not-encrypted", "https://"),
    (PLAIN, EVERYWHERE, False, "", "not-encrypted", "https://"),
    (PLAIN, EVERYWHERE, True, "", "proxy-passed-by", "web_proxies"),
    (PLAIN, EVERYWHERE, True, "192.0.2.7", "not-encrypted", "https://"),
]


@pytest.mark.parametrize(("url", "host", "behind", "proxies", "code", "remedy"), TABLE)
def test_settings_that_cannot_be_right_are_named_with_a_remedy(
    url: str, host: str, behind: bool, proxies: str, code: str | None, remedy: str
) -> None:
    found = fault(Front(url, host, behind, proxies))
    assert (found and found.code) == code
    if found is not None:
        assert remedy in found.remedy
        assert (found.trouble is Trouble.UNSAFE) == (found.code == "not-encrypted")
