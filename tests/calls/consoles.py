"""fsplug with its console beside a switch: in the process that serves calls, or in one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for
from tests.calls.lines import Line
from tests.calls.listeners import ANNA, BO, allowed, both, user_of
from tests.calls.plant import Plant
from tests.calls.serving import Serving


class ConsolePlant(Plant):
    """A plant whose console listens on `web_port`."""

    def __init__(self, line: Line, data: Path, *, restarts: bool = False) -> None:
        [self.web_port] = some_ports(1)
        self.web = {"web_port": self.web_port, "web_url": f"http://127.0.0.1:{self.web_port}"}
        super().__init__(line, data, restarts=restarts, **self.web)


@contextmanager
def console_plant(line: Line, data: Path, is_apart: bool, *, restarts: bool = False) -> Iterator[ConsolePlant]:
    """It runs, its console answers."""
    line.bring_back()
    plant, console = ConsolePlant(line, data, restarts=restarts), None
    if is_apart:
        settings = {**line.settings, **plant.web}
        plant.serving, console = (Serving(data, settings, only, restarts=restarts) for only in ("calls", "console"))
    with plant.running():
        if console is not None:
            console.start(wait=False)
        wait_for(lambda: _answers(plant.web_port), "the console to answer")
        yield plant
        if console is not None:
            assert console.failures() == []
            assert console.stop() == 0


def with_roles(document: dict[str, Any]) -> None:
    """Anna and Bo may sign in."""
    for username in (ANNA, BO):
        user_of(document, username)["role"] = "my-console"


everybody = both(allowed, with_roles)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/sign-in")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
