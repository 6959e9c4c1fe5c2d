"""A switch that `fsplug switch install` makes from an empty folder, with its fsplug."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import company
from benchmarks.apply import seconds
from benchmarks.setting import Setting
from fsplug.lab.exchange import Exchange
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import RealSwitch
from fsplug.lab.installed import installed_ports
from fsplug.lab.ports import free_ports

WAYS = ENDPOINT, FILES = ("endpoint", "files")


@dataclass(frozen=True, slots=True)
class Installed:
    """The running switch, its address for phones, and a folder for the bench's files."""

    switch: RealSwitch
    exchange: Exchange
    folder: Path


@contextmanager
def installed(
    setting: Setting, way: str, document: Path = company.DEMO, adapt: Callable[[Path], None] = lambda conf: None
) -> Iterator[Installed]:
    """Switch and fsplug with this document's companies, until the `with` ends; `adapt` changes the conf folder."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fsplug-bench-")))
        data, conf = folder / "data", folder / "conf"
        conf.mkdir()
        _install(setting, data, conf, way, document)
        adapt(conf)
        ports, host = installed_ports(data, "acme.example")
        switch = stack.enter_context(RealSwitch(ports, conf))
        stack.enter_context(company.serving(data, setting.program, ports.fsplug_port))
        yield Installed(switch, Exchange(ports, host, data), folder)


def _install(setting: Setting, data: Path, conf: Path, way: str, document: Path) -> None:
    seconds(setting, data, "init")
    ports, [xml_port] = free_ports(), some_ports(1)
    with (data / "fsplug.toml").open("a", encoding="utf-8") as settings:
        for name, port in (("listen", ports.fsplug_port), ("xml", xml_port), ("event_socket", ports.event_socket_port)):
            settings.write(f"{name}_port = {port}\n")
        # SIPp's phones register from another port than theirs.
        settings.write('phone_proxies = "127.0.0.1"\n')
    seconds(setting, data, "apply", str(document))
    addresses = ("--sip-address", "127.0.0.1", "--rtp-ports", f"{ports.rtp_start}-{ports.rtp_end}")
    places = ("--sip-port", str(ports.internal_port), "--trunk-port", str(ports.external_port))
    seconds(setting, data, "switch", "install", "--conf", str(conf), "--way", way, *addresses, *places, "--yes")
