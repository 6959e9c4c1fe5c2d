"""What the calls of both parties have in common: the number that is dialled, and that fsplug has seen the answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from fsplug.lab.freeswitch import wait_for
from tests.calls.people import CUSTOMER
from tests.calls.plant import Plant


def _answered(plant: Plant) -> int:
    return sum(1 for call in plant.calls() if call.answered_at)


@contextmanager
def answer_seen(plant: Plant) -> Iterator[None]:
    """What happens within is a call that is answered, and that fsplug has seen so."""
    before = _answered(plant)
    yield
    wait_for(lambda: _answered(plant) > before, "fsplug to see the answer")


def dialled_number(caller: str, called: str) -> str:
    return f"+457010{called}" if caller == CUSTOMER and len(called) == 4 else called
