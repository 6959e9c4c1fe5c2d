"""The two switches, each with an fsplug beside it; one suite for both."""

from collections.abc import Iterator

import pytest

from fsplug.store.calls import listen_sessions
from tests.browser import conftest as browser
from tests.calls.lines import FAKE, REAL, FakeLine, Line, RealLine, a_line, why_not
from tests.calls.listeners import Listens, Party, allowed
from tests.calls.parties import party
from tests.calls.plant import ACME, Plant

# Once for the folder: Playwright runs one driver in a process.
chromium = browser.chromium


@pytest.fixture(scope="session")
def fake_line() -> Iterator[FakeLine]:
    """The fake switch of the whole run."""
    with a_line(FAKE) as switch:
        yield switch


@pytest.fixture(scope="session")
def real_line() -> Iterator[RealLine]:
    """The FreeSWITCH of the whole run."""
    if reason := why_not(REAL):
        pytest.skip(reason)
    with a_line(REAL) as switch:
        yield switch


@pytest.fixture(scope="session", params=[FAKE, REAL])
def line(request: pytest.FixtureRequest) -> Line:
    """Each of the two."""
    return request.getfixturevalue("fake_line" if request.param == FAKE else "real_line")


@pytest.fixture(scope="session")
def restarts() -> bool:
    """Whether a process of fsplug that dies is restarted. None of these tests kills one."""
    return False


@pytest.fixture(scope="module")
def module_plant(line: Line, restarts: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """fsplug beside that switch, for one module."""
    line.bring_back()
    with Plant(line, tmp_path_factory.mktemp("plant"), restarts=restarts).running() as plant:
        yield plant


@pytest.fixture
def plant(module_plant: Plant) -> Iterator[Plant]:
    """The same, found and left as it was: no call, nothing of a call in fsplug, no fault of fsplug's own."""
    yield from left_as_found(module_plant)


@pytest.fixture
def people(plant: Plant) -> Iterator[Party]:
    """Those who talk and listen; everybody allows it."""
    plant.apply(allowed)
    with party(plant) as they:
        yield they


@pytest.fixture
def listens(plant: Plant) -> Listens:
    """What is written down of listen-ins from here on."""
    return Listens(plant, {row.id for row in listen_sessions.listed(plant.store, ACME, 10_000)})


def left_as_found(plant: Plant) -> Iterator[Plant]:
    """Yield it, and check afterwards that nothing is left of what was done with it."""
    plant.line.bring_back()
    plant.until_settled()
    base = plant.serving.descriptors
    yield plant
    plant.until(lambda: plant.line.legs() == 0, "the switch to have no leg")
    plant.until_settled()
    most = base + SPARE_DESCRIPTORS
    plant.until(lambda: plant.serving.descriptors <= most, f"fsplug to hold no more than {most} files")
    assert plant.serving.failures() == []


# What a process begins to hold with its first calls: its journal, a loop for each thread that waits.
SPARE_DESCRIPTORS = 6
