"""The console's application over a store with the cast, and browsers that visit it."""

import re
import shutil
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fsplug.media.archive import FolderArchive
from fsplug.store.calls import ledger
from fsplug.store.change import planning
from fsplug.store.db.database import Store
from fsplug.web.kernel.app import create_app
from fsplug.web.kernel.limiter import Limiter
from fsplug.web.kernel.live import AWAY
from fsplug.web.kernel.services import Services
from fsplug.web.pages.sign_in import views
from tests.compiled import CompiledTemplates
from tests.store.accountcast import ANNA, PASSWORD, Clock, Console
from tests.store.cast import ACME, CAST
from tests.store.story import recorded_call

URL = "https://console.example"
# What a browser says when the player on our page asks for audio.
PLAYER = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "audio"}


@dataclass
class Browser:
    """A browser with cookies of its own, at an address of its own."""

    client: FlaskClient
    address: str = "192.0.2.1"

    def get(self, path: str, **headers: str) -> Any:
        """Type an address, or follow a link of another page's."""
        return self.client.get(path, headers=headers, base_url=URL, environ_base={"REMOTE_ADDR": self.address})

    def post(self, path: str, site: str | None = "same-origin", **form: str) -> Any:
        """Send a form of our page; or of another `site`'s."""
        headers = {"Sec-Fetch-Site": site} if site else {}
        return self.client.post(
            path, data=form, headers=headers, base_url=URL, environ_base={"REMOTE_ADDR": self.address}
        )

    def press(self, path: str, site: str | None = "same-origin", **form: str) -> Any:
        """Read the page of a mailed link, and press its button that sends the form to `path`."""
        page = self.get("/" + path.split("/")[1]).text
        found = re.findall(rf'action="{path}"><input type="hidden" name="press" value="([^"]+)"', page)
        return self.post(path, site, **{"press": "".join(found), **form})

    def sign_in(self, **others: str) -> Any:
        """As Anna, with these words in place of hers."""
        return self.post("/sign-in", **{"customer_ref": ACME, "email": ANNA, "password": PASSWORD, **others})

    def cookies(self) -> set[str]:
        """The names of those it keeps for us."""
        return {one.key for one in self.client._cookies.values()}


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Each test's application has templates of its own, but they are the same."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Flask, "jinja_options", {"bytecode_cache": CompiledTemplates()})
        yield


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the cast and a sealed recording of Anna's, to be copied for each test."""
    path, clock = tmp_path_factory.mktemp("furnished") / "fsplug.db", Clock()
    store = Store(path, clock=clock, database_clock=clock)
    store.migrate()
    planning.apply_plan(store, planning.plan(store, CAST), "the cast")
    ledger.apply(store, recorded_call("a"))
    store.close()
    return path


@pytest.fixture
def console(furnished: Path, tmp_path: Path) -> Iterator[Console]:
    """The cast, a sealed recording of Anna's, and a clock to turn."""
    clock = Clock()
    store = Store(shutil.copy(furnished, tmp_path / "fsplug.db"), clock=clock, database_clock=clock)
    store.connect()
    yield Console(store, clock)
    store.close()


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    """Holds the recording, a second of silence."""
    path = tmp_path / "archive" / "acme" / "a-rec.wav"
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 125)
    return FolderArchive(tmp_path / "archive")


@pytest.fixture
def live() -> Any:
    """No switch, unless a test has one."""
    return AWAY


@pytest.fixture(scope="session")
def made_app() -> Any:
    """The application, made once: compiling its routes takes as long as a test."""
    return create_app(None)


@pytest.fixture
def app(made_app: Any, console: Console, archive: FolderArchive, live: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application over this test's services."""
    monkeypatch.setattr(views, "ANSWER_SECONDS", 0.0)
    limiter = Limiter(console.clock)
    services = Services(console.store, archive, console.passwords, console.secret_keys, URL, live=live, limiter=limiter)
    monkeypatch.setitem(made_app.extensions, "services", services)
    return made_app


@pytest.fixture
def new_browser(app: Any) -> Callable[..., Browser]:
    """Makes browsers."""
    return lambda **options: Browser(app.test_client(), **options)


@pytest.fixture
def browser(new_browser: Callable[..., Browser]) -> Browser:
    """One of them."""
    return partial(new_browser)()
