"""Those who talk and listen: softphones around FreeSWITCH, or the fake switch's people."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.calls.fakeparty import FakeParty
from tests.calls.lines import FakeLine
from tests.calls.listeners import Party
from tests.calls.plant import Plant
from tests.calls.realparty import RealParty


@contextmanager
def party(plant: Plant) -> Iterator[Party]:
    """The party for this plant's line. Their calls are over afterwards."""
    if isinstance(plant.line, FakeLine):
        yield FakeParty(plant)
        plant.line.ask("answers", phones={})
        plant.line.ask("asserted", phones={})
        plant.line.ask("keys", phones={})
        plant.line.ask("hang_up_all", cause="NORMAL_CLEARING")
    else:
        with ExitStack() as stack:
            yield RealParty(plant, stack)
