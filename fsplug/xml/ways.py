"""The facts of the installation that the XML needs: the switch's profiles, fsplug's socket, the prompts' folders."""

from dataclasses import dataclass
from pathlib import Path

from fsplug.policy.proxies import Network

OWN_PROMPTS = Path(__file__).parents[1] / "prompts"


@dataclass(frozen=True, slots=True)
class Ways:
    """How calls get from one place to another.

    Phones register at `sip_profile`; trunks call in at `trunk_profile`, into `public_context`. The switch connects to
    fsplug at `listen_host` and `listen_port`. A person is rung for `ring_seconds`. Prompts are looked for in
    `prompts/DOMAIN/LANGUAGE`, then in `prompts/LANGUAGE`, then among our own. The switch may arm calls by
    itself while fsplug is away: by the policies in the folder `away` (without it, none), to be recorded into `spool`.
    With `srtp`, phones encrypt their audio, or there is no call. A phone that registers from one of `phone_proxies` is
    reached as its REGISTER says, any other where its REGISTER came from.
    """

    sip_profile: str = "internal"
    trunk_profile: str = "external"
    public_context: str = "public"
    listen_host: str = "127.0.0.1"
    listen_port: int = 8084
    ring_seconds: int = 20
    prompts: Path | None = None
    spool: Path | None = None
    away: Path | None = None
    srtp: bool = False
    phone_proxies: tuple[Network, ...] = ()
