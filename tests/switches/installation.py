"""A FreeSWITCH on what `fsplug switch install` wrote for it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fsplug.errors import Unavailable
from fsplug.lab.exchange import Exchange
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import RealSwitch, wait_for
from fsplug.lab.installed import phone_password
from fsplug.lab.ports import Ports, free_ports
from fsplug.lab.scenario import read_scenario
from fsplug.lab.sipp import play
from fsplug.lab.softphone import Softphone
from fsplug.lab.witness import Account, Witness
from tests.calls.serving import Serving
from tests.cli.conftest import ACME, DEMO, Cli


@dataclass(frozen=True)
class Installed:
    """A FreeSWITCH on what was installed for it, and an fsplug beside it."""

    cli: Cli
    switch: RealSwitch
    serving: Serving

    @property
    def is_asked(self) -> bool:
        """Whether the switch asks fsplug; else it reads files."""
        return (self.switch.conf / "fsplug/xml_curl/fsplug.xml").exists()

    @property
    def exchange(self) -> Exchange:
        return Exchange(self.switch.ports, data=self.cli.data)

    @property
    def witness(self) -> Witness:
        """What fsplug lists, without a process for each look."""
        return Witness(lambda noun: self.cli.json(noun, "list"))

    def account(self) -> Account:
        """Calls and recordings, as fsplug lists them."""
        return self.witness.account()

    def decided_since(self, before: Account) -> list[dict[str, Any]]:
        """The decisions made since then."""
        known = {call["call"] for call in before.calls}
        calls = self.account().calls
        return [one for call in calls if call["call"] not in known for one in call["decisions"]]

    def refused(self) -> list[tuple[str, str]]:
        """Who is refused after wrong passwords: the profile that does and the source, the longest refused first."""
        return [(one["profile"], one["source"]) for one in self.cli.json("switch", "refused")["refused"]]

    def desk(self, user: str, asserted: str = "") -> Softphone:
        """A phone that signs in with what fsplug knows, and answers."""
        password = phone_password(self.cli.data, ACME, user)
        return Softphone(self.switch.ports.internal_port, ACME, user, password, hertz=440, asserted=asserted)

    def customer(self, asserted: str = "") -> Softphone:
        """Somebody outside, where the trunk leads to, who also answers."""
        ports = self.switch.ports
        where = {"port": ports.trunk_port, "asserted": asserted}
        return Softphone(ports.external_port, ACME, "+4522334455", hertz=900, **where)

    def gateway(self, name: str) -> str:
        """What the switch tells of it."""
        return self.switch.api(f"sofia status gateway {name}")

    def healthy(self) -> str:
        """What the doctor says once it finds nothing wrong: copies of a busy machine are a while behind."""
        said = [""]

        def is_well() -> bool:
            result = self.cli.run("doctor")
            said[0] = result.stdout
            return result.exit_code == 0

        with suppress(Unavailable):
            wait_for(is_well, "the doctor to find nothing wrong")
            return said[0]
        raise AssertionError(said[0])

    def play(self, name: str) -> list[str]:
        """What went wrong for the people of a scenario."""
        outcomes = play(read_scenario(name), self.exchange)
        return [f"{one.role.name}: {one.complaint or one.exit}" for one in outcomes if not one.is_well]


def furnished(
    folder: Path, way: str, *init: object, more: tuple[object, ...] = (), phone_proxies: str = "127.0.0.1"
) -> tuple[Cli, Ports]:
    """An fsplug with the demo's companies, installed into `folder`/conf, and the ports it is installed for.

    SIPp's phones, which register from another port than theirs, need the address of this machine in `phone_proxies`.
    """
    cli, ports, (xml_port,) = Cli(folder / "data"), free_ports(), some_ports(1)
    cli.ok("init", *init)
    places = {"event_socket_port": ports.event_socket_port, "listen_port": ports.fsplug_port, "xml_port": xml_port}
    settings = cli.data / "fsplug.toml"
    named = "".join(f"{name} = {port}\n" for name, port in places.items())
    settings.write_text(f'{named}phone_proxies = "{phone_proxies}"\n{settings.read_text()}')
    cli.ok("apply", DEMO)
    cli.ok("trunk", "set", "--company", ACME, "trunk", "--host", "127.0.0.1", "--port", ports.trunk_port)
    cli.ok("ivr", "set", "--company", ACME, "3001", "--timeout-seconds", "1", "--tries", "1")
    (folder / "conf").mkdir()
    sip = ("--sip-address", "127.0.0.1", "--sip-port", ports.internal_port, "--trunk-port", ports.external_port)
    rtp = ("--rtp-ports", f"{ports.rtp_start}-{ports.rtp_end}")
    cli.ok("switch", "install", "--conf", folder / "conf", "--yes", "--way", way, *sip, *rtp, *more)
    return cli, ports


CONSENT, SALES, CUSTOMER = "+4570103001", "+4570102001", "+4522334455"
