"""One switch with everything that records on it: fsplug, greenswitch's server, and a phone to call."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import company
from benchmarks.processes import python, wait_until_bound
from benchmarks.roads import FSPLUG, Road, fixture_with_roads
from fsplug.errors import Unavailable
from fsplug.lab.exchange import Exchange
from fsplug.lab.free_ports import some_ports, taken_ports
from fsplug.lab.freeswitch import RealSwitch
from fsplug.lab.ports import Ports, free_ports

COMPANY, USER = "acme.example", "1001"
# Four ports for each call; 50 calls/s of 5 s are 250 calls, and a port stays unused for a while after a call.
_RTP_PORTS = 3_000


@dataclass(frozen=True, slots=True)
class SwitchBench:
    """The switch, and greenswitch's server beside it. `folder` holds the bench's files, fsplug's data among them."""

    switch: RealSwitch
    exchange: Exchange
    greenswitch_pid: int
    folder: Path

    def data(self, road: Road = FSPLUG) -> Path:
        """The data folder of the fsplug that serves this road, made at first use."""
        folder = self.folder / f"data-of-{road.name.replace(' ', '-')}"
        if not folder.exists():
            folder.mkdir()
            company.lay_out(folder).close()
        return folder

    @contextmanager
    def fsplug(self, program: Sequence[str], road: Road = FSPLUG) -> Iterator[int]:
        """fsplug serving this switch, by its process id. It runs only here: elsewhere it would record the other roads'
        calls too. For the same reason it gets no record of theirs.
        """
        for record in self.switch.records.glob("*.json"):
            record.unlink()
        settings = self.switch.fsplug_settings
        listen_port = int(settings.pop("listen_port"))
        with company.serving(self.data(road), program, listen_port, **settings) as process:
            yield process.pid


@contextmanager
def switch_bench(callee: AbstractContextManager[int]) -> Iterator[SwitchBench]:
    """The switch and the server, running, with user 1001 signed in on the phone at this port."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fsplug-bench-")))
        green_port = some_ports(1)[0]
        conf = stack.enter_context(fixture_with_roads(green_port))
        switch = stack.enter_context(RealSwitch(_roomy_ports(), conf))
        log = folder / "greenswitch.log"
        green = stack.enter_context(python("benchmarks.greenserver", str(green_port), str(switch.recordings), log=log))
        wait_until_bound(green, green_port, log)
        bench = SwitchBench(switch, Exchange(switch.ports), green.pid, folder)
        port = stack.enter_context(callee)
        stack.enter_context(bench.exchange.signed_in(COMPANY, {USER: port}))
        yield bench


def _roomy_ports() -> Ports:
    """Free ports for a switch, with enough ports for audio."""
    taken = taken_ports()
    for start in range(20_000, 32_000 - _RTP_PORTS, 1_000):
        end = start + _RTP_PORTS
        if taken.isdisjoint(range(start, end)):
            return replace(free_ports(), rtp_start=start, rtp_end=start + _RTP_PORTS - 2)
    raise Unavailable("no-free-ports", f"no {_RTP_PORTS} free ports for audio below 32000; end some switches")
