"""Somebody's browsers have the names that people call them by."""

from fsplug.web.pages.account.browsers import browser_name
from tests.tables import table

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36": "Chrome, Windows",
    f"Mozilla/5.0 (Windows NT 10.0) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0": "Edge, Windows",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox, Linux",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
    "Safari/605.1.15": "Safari, macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
    "Mobile/15E148 Safari/604.1": "Safari, iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/142.0.0.0 Mobile/15E148 Safari/604.1": "Chrome, iPhone",
    f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": (
        "Samsung Internet, Android"
    ),
    "curl/8.5.0": "curl/8.5.0",
    "Firefox/140.0": "Firefox",
    "": "",
}


def test_a_browser_is_called_by_its_name_and_its_system() -> None:
    with table() as rows:
        for agent, name in AGENTS.items():
            with rows.row(agent):
                assert browser_name(agent) == name
