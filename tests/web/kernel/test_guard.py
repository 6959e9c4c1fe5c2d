"""Every route has a rule, and what comes from elsewhere is turned away."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from fsplug.store.change.draft import Draft, edit
from fsplug.web.kernel.guard import Open, check_rules, rule_of
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import Browser


def _routes(app: Any) -> list[tuple[str, str, str]]:
    """Method, path, endpoint of every route."""
    return [
        (method, re.sub("<[^>]+>", "x" * 43, rule.rule), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def test_every_route_has_a_rule(app: Any) -> None:
    assert len(_routes(app)) > 12
    assert all(rule_of(app, endpoint) for _, _, endpoint in _routes(app))


def test_an_application_with_a_route_without_a_rule_does_not_start() -> None:
    app = Flask("other", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(LookupError, match="open"):
        check_rules(app)


def test_without_a_session_every_page_that_needs_one_leads_to_the_sign_in(app: Any, browser: Browser) -> None:
    for method, path, endpoint in _routes(app):
        rule = rule_of(app, endpoint)
        if rule is None or rule.who is not Open.ANYBODY:
            answer = browser.get(path) if method == "GET" else browser.post(path)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in"), path


def test_a_form_that_another_site_sends_is_taken_nowhere(app: Any, browser: Browser, console: Console) -> None:
    console.made()
    browser.sign_in()
    for method, path, _ in _routes(app):
        if method == "POST":
            assert browser.post(path, site="cross-site").status_code == 403, path
            assert browser.post(path, site="same-site").status_code == 403, path
            assert browser.post(path, site=None).status_code == 403, (
                "an old browser that tells nothing, with our cookie"
            )
            headers = {"Origin": "https://evil.example"}
            assert browser.client.post(path, headers=headers, base_url="https://console.example").status_code == 403
    assert browser.get("/").status_code == 200, "it is signed in still"


@pytest.mark.parametrize(
    ("web_url", "origin", "host", "status"),
    [
        ("https://console.example", "https://console.example", "console.example", 403),
        ("https://console.example", "https://CONSOLE.example:443", "elsewhere.example", 403),
        *(
            ("https://console.example", origin, host, "refused")
            for origin in (
                "null",
                "",
                "console.example",
                "http://console.example",
                "https://console.example:8443",
                "x:",
            )
            for host in ("console.example", "evil.example", "a b", "[", "", "null")
        ),
        ("https://console.example", "https://evil.example", "evil.example", "refused"),
        ("https://console.example", "https://console.example.evil.example", "console.example", "refused"),
        ("https://console.example", "https://x@evil.example", "console.example", "refused"),
        ("https://console.example", "https://console.example:nonsense", "console.example", "refused"),
        ("http://console.example:8080", "http://console.example:8080", "console.example:8080", 403),
        ("http://console.example:8080", "http://console.example", "console.example:8080", "refused"),
        ("http://console.example:8080", "https://console.example:8080", "console.example:8080", "refused"),
    ],
)
def test_an_old_browser_s_form_is_taken_from_the_console_s_whole_origin_alone(
    app: Any, monkeypatch: pytest.MonkeyPatch, web_url: str, origin: str, host: str, status: int | str
) -> None:
    monkeypatch.setitem(app.extensions, "services", replace(app.extensions["services"], url=web_url))
    headers = {"Origin": origin, "Host": host, "Cookie": "x=y"}
    form = {"customer_ref": ACME, "email": "x@acme.example", "password": "wrong"}
    answer = app.test_client().post("/sign-in", data=form, headers=headers)
    # The form itself answers 403 too, to a wrong password.
    taken = "Customer ref" in answer.text
    assert (answer.status_code, taken) == (403, status != "refused")


def test_every_answer_keeps_others_scripts_frames_caches_and_referrers_out(app: Any, browser: Browser) -> None:
    for path in ("/sign-in", "/", "/nowhere", "/shared", "/set-password/abc"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
        assert not any("unsafe" in one for one in policy), "nothing that is written into a page is run"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_cookies_are_the_host_s_alone_and_unseen_by_scripts(browser: Browser, console: Console) -> None:
    console.made()
    for cookie in browser.sign_in().headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-fsplug-")
        site = "Strict" if cookie.startswith("__Host-fsplug-step-up=") else "Lax"
        assert {"Secure", "HttpOnly", "Path=/", f"SameSite={site}"} <= set(cookie.split("; "))


def test_a_superuser_who_must_use_one_time_codes_gets_nowhere_without(browser: Browser, console: Console) -> None:
    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "superuser_totp": True})

    edit(console.store, ACME, "operator", change)
    console.made()
    browser.sign_in()
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/one-time-codes")
    assert browser.get("/one-time-codes").status_code == 200


@pytest.mark.parametrize(
    "path", ["/nowhere", "/shared/../sign-in/x", "/set-password/", "/static/x", "/%00", "/shared/a/b"]
)
def test_there_is_nothing_else(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code in (404, 308)


def test_an_address_that_leads_nowhere_shows_the_menu_to_somebody_who_is_signed_in(
    browser: Browser, console: Console
) -> None:
    console.made()
    assert "/sign-out" not in browser.get("/nowhere").text
    browser.sign_in()
    answer = browser.get("/nowhere")
    assert answer.status_code == 404
    assert 'action="/sign-out"' in answer.text and 'href="/sign-in"' not in answer.text


def test_a_body_that_is_too_big_is_not_read(browser: Browser) -> None:
    assert browser.post("/sign-in", email="x" * 100_000).status_code == 413


def test_the_address_is_the_proxy_s_word_only_where_there_is_one(
    new_browser: Callable[..., Browser], console: Console
) -> None:
    console.made()
    browser = new_browser(address="192.0.2.7")
    headers = {"X-Forwarded-For": "203.0.113.1", "Sec-Fetch-Site": "same-origin"}
    browser.client.post("/sign-in", data={}, headers=headers, base_url="https://console.example")
    assert "203.0.113.1" not in str(console.store.rows("SELECT facts FROM audit_entry"))
