"""Every route as everybody: nothing breaks, nobody sees or changes what is another company's."""

import html
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from fsplug.lab.story.cast import ACME, BETA, BETAS_SUPERUSER
from fsplug.media.archive import FolderArchive
from fsplug.policy.access.scopes import Need, reach
from fsplug.store.accounts import sessions
from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
from fsplug.store.config import actors
from fsplug.store.db.database import Store
from fsplug.store.recordings import deletions, recordings
from fsplug.web.kernel import step_up
from fsplug.web.kernel.app import create_app
from fsplug.web.kernel.guard import rule_of
from fsplug.web.kernel.limiter import Limiter
from fsplug.web.kernel.services import Services
from tests.browser.site import NOW
from tests.store.accountcast import PlainPasswords
from tests.stories import story_until
from tests.tables import table
from tests.web.reach import NO_STEP_UP, PEOPLE, STEP_UP, STEP_UP_NEEDS, WHO
from tests.web.walkers import (
    HOSTILE,
    SHORTEST_ID,
    STRANGERS,
    URL,
    WALKERS,
    Walker,
    Way,
    body,
    filled,
    ids,
    is_open_to_anybody,
    marks,
    names_taken,
    nobody_s,
    rows_of,
    ways,
)

WAYS = ways(create_app(None))
GETS = [way for way in WAYS if way.method == "GET"]
POSTS = [way for way in WAYS if way.method != "GET"]
# Written once, where many requests take the same.
FORM = "application/x-www-form-urlencoded"
# A redirect or a refusal, but never an internal error.
FINE = frozenset({200, 204, 206, 302, 303, 304, 400, 403, 404, 405, 413, 416, 422, 429})
# With no switch there, what is live says so.
AWAY = FINE | {503}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Any]]:
    """The story, and the application over it."""
    folder = tmp_path_factory.mktemp("site")
    store = Store(story_until(NOW, folder), clock=lambda: NOW)
    store.connect()
    sessions.begin(store, ACME, "1005", "192.0.2.8", "own")
    # Whose username one of Acme's walkers has too.
    sessions.begin(store, BETA, BETAS_SUPERUSER, "192.0.2.9", "other")
    # One that could be undone all the while: the clock stands still.
    deleted = recordings.listed(store, BETA, 2)[-1]
    deletions.delete(store, BETA, [deleted.id], actors.actor(store, BETA, BETAS_SUPERUSER))
    yield store, _app(store, folder / "archive")
    store.close()


def _app(store: Store, archive: Path) -> Any:
    secret_keys = SecretKeys([new_key()])
    return create_app(Services(store, FolderArchive(archive), PlainPasswords(), secret_keys, URL))


@pytest.fixture(scope="module", params=WALKERS)
def walker(request: Any, site: tuple[Store, Any]) -> Walker:
    """Each of them in turn."""
    store, app = site
    return Walker(app, store, WALKERS[request.param])


@pytest.fixture(scope="module")
def betas(site: tuple[Store, Any]) -> frozenset[str]:
    """What only Beta's people may see."""
    found = frozenset(marks(site[0], BETA))
    assert len(found) > 100
    return found


def _seen(answer: Any, betas: frozenset[str], sent: tuple[str, ...] = ()) -> list[str]:
    """What is Beta's in the answer, beside what was sent there."""
    text = f"{body(answer)} {answer.headers.get('Location', '')}"
    return [mark for mark in _marks_in(text, betas) if not any(mark in one for one in sent)]


# Most answers are the same few refusals, word for word.
@lru_cache(maxsize=256)
def _marks_in(text: str, betas: frozenset[str]) -> tuple[str, ...]:
    shown = html.unescape(text)
    return tuple(mark for mark in betas if mark in shown)


def _check(way: Way, answer: Any, betas: frozenset[str], sent: tuple[str, ...] = ()) -> None:
    assert answer.status_code in (AWAY if "live" in way.path or "listen" in way.path else FINE), (way, sent)
    assert _seen(answer, betas, sent) == [], (way, sent)
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_shows_nothing_of_another_company_whatever_is_asked_for(walker: Walker, betas: frozenset[str]) -> None:
    ours, theirs = ids(walker.store, ACME), ids(walker.store, BETA)
    with table() as rows:
        for way in GETS:
            for values in way.asked(ours, theirs):
                with rows.row(way, values):
                    _check(way, walker.ask(way, way.at(*values)), betas, values)


def test_a_page_takes_anything_in_its_query_string(walker: Walker, betas: frozenset[str]) -> None:
    assert len(names_taken()) > 5
    values = (*ids(walker.store, BETA), *HOSTILE)
    with table() as rows:
        for way in (way for way in GETS if not way.arguments):
            for value in values:
                with rows.row(way, value):
                    _check(way, walker.ask(way, way.path, query_string=filled(value)), betas, (value,))


def test_a_form_changes_nothing_of_another_company(walker: Walker, betas: frozenset[str]) -> None:
    before = rows_of(walker.store, BETA)
    with table() as rows:
        for way in POSTS:
            for values, form in _forms(way, walker.store):
                with rows.row(way, values):
                    answer = walker.ask(way, way.at(*values), form, content_type=FORM)
                    _check(way, answer, betas, values)
            with rows.row(way, "what is Beta's afterwards"):
                after = rows_of(walker.store, BETA)
                changed = [name for name in before if before[name] != after[name]]
                # The next form is not blamed for it.
                before = after
                assert changed == []


def _forms(way: Way, store: Store) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """What is put into the path, and the form: the same text everywhere, or ids of ours and of theirs and no form."""
    ours, theirs = ids(store, ACME), ids(store, BETA)
    for value in (*theirs, *HOSTILE[:4]):
        yield (value,), filled(value).encode()
    if way.arguments > 1:
        yield from ((values, b"") for values in way.asked(ours, theirs))


@pytest.mark.parametrize("name", ["my-console", "sub-admin", "everything"])
def test_what_is_another_company_s_is_answered_as_what_nobody_has(site: tuple[Store, Any], name: str) -> None:
    store, app = site
    walker = Walker(app, store, WALKERS[name])
    with table() as rows:
        for way in (way for way in WAYS if way.arguments):
            for theirs in ids(store, BETA):
                # Their users' and groups' names are ours too.
                if len(theirs) < SHORTEST_ID:
                    continue
                with rows.row(way, theirs):
                    nobodys = nobody_s(theirs)
                    # How often one address may try is another test's: there are more questions here.
                    app.extensions["services"] = replace(app.extensions["services"], limiter=Limiter())
                    found, nothing = (_told(walker, way, one) for one in (theirs, nobodys))
                    assert found == nothing


def _told(walker: Walker, way: Way, value: str) -> tuple[int, str, str]:
    """What is answered, with the value taken out."""
    answer = walker.ask(way, way.at(value), b"" if way.method != "GET" else None, content_type=FORM)
    said = f"{html.unescape(body(answer))} {answer.headers.get('Location', '')}"
    return answer.status_code, *(part.replace(value, "<it>") for part in (said, answer.headers.get("ETag", "")))


@pytest.mark.parametrize("name", ["nobody", "no-role", "my-console", "everything"])
def test_a_route_takes_no_method_but_its_own(site: tuple[Store, Any], name: str) -> None:
    store, app = site
    walker, before = Walker(app, store, WALKERS[name]), {domain: rows_of(store, domain) for domain in (ACME, BETA)}
    taken: dict[str, set[str]] = {}
    for way in WAYS:
        taken.setdefault(way.path, set()).add(way.method)
    with table() as rows:
        for way in {way.path: way for way in WAYS}.values():
            for method in sorted({"HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - taken[way.path]):
                with rows.row(method, way.path):
                    other = Way(method, way.path, way.endpoint)
                    answer = walker.ask(other, other.at("x"))
                    assert answer.get_data() == b"" or method != "HEAD"
                    if method != "HEAD":
                        assert answer.status_code in (302, 403, 405)
                    elif "GET" in taken[way.path] and not is_open_to_anybody(app, way) and name in STRANGERS:
                        assert answer.status_code == 302
        for domain, rows_before in before.items():
            with rows.row(domain):
                after = rows_of(store, domain)
                # The walker signs in anew for every request, and looks at the page that shows a new secret of codes.
                signed_in = {"console_session", "console_account", "authenticator"}
                assert [one for one in after if after[one] != rows_before[one] and one not in signed_in] == []


def test_who_is_not_signed_in_or_has_no_role_is_led_to_the_sign_in(site: tuple[Store, Any]) -> None:
    store, app = site
    with table() as rows:
        for way, name in product(WAYS, STRANGERS):
            if not is_open_to_anybody(app, way):
                with rows.row(way, name):
                    answer = Walker(app, store, WALKERS[name]).ask(way, way.at("x"))
                    assert (answer.status_code, answer.headers.get("Location")) == (302, "/sign-in")


def test_a_route_is_closed_to_who_does_not_reach_it(site: tuple[Store, Any]) -> None:
    store, app = site
    with table() as rows:
        for way, name in product(WAYS, sorted(PEOPLE)):
            rule, username = rule_of(app, way.endpoint), WALKERS[name]
            assert rule is not None, way
            assert username is not None
            if isinstance(rule.who, Need) and not _reaches(store, username, rule):
                with rows.row(way, name):
                    assert Walker(app, store, username).ask(way, way.at("x")).status_code == 403


def _reaches(store: Store, username: str, rule: Any) -> bool:
    return reach(actors.actor(store, ACME, username), rule.who).is_at_least(rule.least)


def test_with_the_session_s_cookie_alone_nobody_shares_deletes_grants_sets_policy_or_changes_what_they_sign_in_with(
    site: tuple[Store, Any],
) -> None:
    store, app = site
    assert {str(way) for way in WAYS if getattr(rule_of(app, way.endpoint), "steps_up", False)} == STEP_UP
    asking = {str(way) for way in POSTS if getattr(rule_of(app, way.endpoint), "who", None) in STEP_UP_NEEDS}
    assert asking - STEP_UP == NO_STEP_UP, "a new form of theirs steps up, unless it saves nothing"
    ours = ids(store, ACME)
    with table() as rows:
        for way in (way for way in WAYS if str(way) in STEP_UP):
            with rows.row(way):
                before = rows_of(store, ACME)
                form = {name: ours[0] for name in names_taken() if not name.startswith(step_up.FIELD)}
                thief = Walker(app, store, WALKERS["everything"], is_proved=False)
                for value in ours if way.arguments else ours[:1]:
                    answer = thief.ask(way, way.at(value), form)
                    assert answer.status_code == 403
                    assert 'class="field"' in body(answer) or "/forgotten" in body(answer)
                after = rows_of(store, ACME)
                assert [name for name in before if before[name] != after[name] and name != "console_session"] == []


def test_a_page_is_for_those_it_is_for(site: tuple[Store, Any]) -> None:
    store, app = site
    pages = {way.path: way for way in GETS}
    with table() as rows:
        for path, those in WHO.items():
            with rows.row(path):
                walkers = {name: Walker(app, store, WALKERS[name]) for name in PEOPLE}
                statuses = {name: one.ask(pages[path], path).status_code for name, one in walkers.items()}
                assert {name for name, status in statuses.items() if status != 403} == those
                assert all(status in (200, 302, 403) for status in statuses.values()), statuses


def test_a_cookie_from_before_the_sign_in_is_not_the_one_after(site: tuple[Store, Any]) -> None:
    store, app = site
    chosen = sessions.begin(store, ACME, "1001", "192.0.2.66", "who would like to be Eva")
    store.run("UPDATE console_account SET password_hash = 'plain long enough' WHERE username = '1005'")
    client = app.test_client()
    client.set_cookie("__Host-fsplug-session", chosen, domain="console.example", secure=True)
    form = {"customer_ref": ACME, "email": "eva@acme.example", "password": "long enough"}
    where: Any = {"base_url": URL, "environ_base": {"REMOTE_ADDR": "192.0.2.67"}}
    answer = client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"}, **where)
    assert answer.status_code == 303
    kept = client.get_cookie("__Host-fsplug-session", domain="console.example")
    assert kept is not None and kept.value != chosen
    found = sessions.find(store, kept.value)
    assert found is not None and found.username == "1005"
    assert sessions.find(store, chosen) is None, "the browser's older session is over"
