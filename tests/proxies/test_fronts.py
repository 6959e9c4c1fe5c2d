"""The console behind nginx and behind Caddy, by HTTPS, as the project's own configurations set them up."""

import socket
import wave
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.accounts import accounts, sessions
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.calls import ledger
from fsplug.store.config.actors import actor
from fsplug.store.db.database import Store
from fsplug.store.recordings import playbacks
from tests.browser.site import started
from tests.furnished import cast_store
from tests.proxies.fronts import FRONTS, NAME, Front, certificate, program
from tests.store.accountcast import ANNA, PASSWORD, Console
from tests.store.cast import ACME
from tests.store.story import recorded_call

VISITOR, CROWD = "127.0.0.2", "127.0.0.3"
CONNECTIONS = 600
SETTINGS = {"FSPLUG_WEB_URL": f"https://{NAME}", "FSPLUG_WEB_BEHIND_PROXY": "true"}


@dataclass(frozen=True)
class Site:
    store: Store
    port: int
    cookie: str
    audio: bytes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A console behind a proxy, and Anna, who is signed in and plays a recording."""
    folder = tmp_path_factory.mktemp("proxied")
    store = cast_store(folder / "fsplug.db")
    ledger.apply(store, recorded_call("a"))
    Console(store, store.now).give("1001", email=ANNA, role="superuser")
    accounts.give_password(store, ACME, "1001", PASSWORD, Passwords(), "operator")
    path = folder / "archive" / "acme" / "a-rec.wav"
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 1_000)
    cookie = sessions.begin(store, ACME, "1001", VISITOR, "player")
    session = sessions.find(store, cookie)
    assert session is not None
    playbacks.begin(store, session, actor(store, ACME, "1001"), "a-rec")
    process = started(folder, 0.0, settings=SETTINGS)
    assert process.stdout is not None
    yield Site(store, int(process.stdout.readline()), cookie, path.read_bytes())
    process.terminate()
    process.wait(PATIENCE_SECONDS)
    store.close()


@pytest.fixture(scope="module", params=FRONTS)
def front(request: pytest.FixtureRequest, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    name = request.param
    for needed in (name, "openssl"):
        if program(needed) is None:
            pytest.skip(f"{needed} is not installed")
    folder = tmp_path_factory.mktemp(name)
    with FRONTS[name](folder, site.port, certificate(folder)) as made:
        yield made


def _cookie(site: Site) -> str:
    return f"__Host-fsplug-session={site.cookie}"


def _sign_in(front: Front, **headers: str) -> int:
    typed = urlencode({"customer_ref": ACME, "email": ANNA, "password": PASSWORD})
    form = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
    return front.ask("/sign-in", typed, VISITOR, **form, **headers).status


def test_the_main_pages_are_there_by_https_and_browsers_keep_to_it(front: Front, site: Site) -> None:
    for path in ("/", "/recordings", "/recordings/a-rec", "/colleagues", "/my-calls", "/policies", "/activity"):
        answer = front.ask(path, Cookie=_cookie(site))
        assert (answer.status, b"</html>" in answer.read()) == (200, True), path
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert answer.headers.get_all("X-Frame-Options") == ["DENY"]
    answer = front.ask("/")
    assert (answer.status, answer.headers["Location"]) == (302, "/sign-in")


def test_browsers_get_http_2(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.port), PATIENCE_SECONDS) as plain:
        context = front.certificate.trusted("h2", "http/1.1")
        with context.wrap_socket(plain, server_hostname=NAME) as secured:
            assert secured.selected_alpn_protocol() == "h2"


def test_http_leads_to_https(front: Front) -> None:
    connection = front.connect(plain=True)
    connection.request("GET", "/sign-in", headers={"Host": NAME})
    answer = connection.getresponse()
    assert answer.status in (301, 308)
    assert answer.headers["Location"].startswith(f"https://{NAME}")


@pytest.mark.parametrize("claimed", [{}, {"X_Forwarded_For": "203.0.113.9"}], ids=["as it is", "with a claim"])
def test_who_signs_in_is_known_by_their_own_address_whatever_they_claim(
    front: Front, site: Site, claimed: dict[str, str]
) -> None:
    before = len(sessions.listed(site.store, ACME, "1001"))
    assert _sign_in(front, **claimed) == 303
    found = sessions.listed(site.store, ACME, "1001")
    assert len(found) == before + 1
    assert found[0].address == VISITOR
    facts = [row[0] for row in site.store.rows("SELECT facts FROM audit_entry WHERE act = 'sign-in'")]
    assert f'"{VISITOR}"' in facts[-1] and "203.0.113.9" not in str(facts)


def test_live_parts_arrive_at_once(front: Front, site: Site) -> None:
    answer = front.ask("/live?shown=", Cookie=_cookie(site))
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/event-stream")
    assert answer.readline() in (b"event: parts\n", b":\n")
    answer.close()


@pytest.mark.parametrize(("asked", "first", "end"), [("bytes=0-", 0, None), ("bytes=100000-100099", 100_000, 100_100)])
def test_audio_is_sent_by_ranges(front: Front, site: Site, asked: str, first: int, end: int | None) -> None:
    player = {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "audio"}
    answer = front.ask("/recordings/a-rec/audio", Cookie=_cookie(site), Range=asked, **player)
    wanted = site.audio[first:end]
    assert (answer.status, answer.read() == wanted) == (206, True)
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(wanted) - 1}/{len(site.audio)}"


def test_a_body_that_no_page_takes_is_turned_away(front: Front) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
    assert front.ask("/sign-in", "a=" + "x" * 600_000, **form).status == 413


def test_six_hundred_connections_that_say_nothing_or_half_of_it_keep_nobody_out(front: Front, site: Site) -> None:
    half = f"POST /sign-in HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\na=".encode()
    context = front.certificate.trusted("http/1.1")
    with ExitStack() as crowd:
        for number in range(CONNECTIONS):
            one = socket.create_connection(("127.0.0.1", front.port), PATIENCE_SECONDS, (CROWD, 0))
            if number % 2:
                one = context.wrap_socket(one, server_hostname=NAME)
                one.sendall(half)
            crowd.callback(one.close)
        page = front.ask("/recordings", Cookie=_cookie(site))
        assert (page.status, b"</html>" in page.read()) == (200, True)
        assert front.ask("/sign-in").status == 200
        assert _sign_in(front) == 303


def test_the_configurations_name_what_they_want_of_fsplug_and_write_no_address_of_a_page_into_a_log() -> None:
    folder = Path(__file__).parents[2] / "scripts" / "proxy"
    site, caddyfile = ((folder / name).read_text(encoding="utf-8") for name in ("nginx-site", "Caddyfile"))
    assert site.count("access_log off;") == 2 and "log " not in caddyfile.partition("\n}\n")[2]
    for text in (site, caddyfile):
        assert "web_behind_proxy = true" in text and 'web_url = "https://console.example"' in text
