"""SIPp as the phones and the outside world around one switch: plays a scenario from its first call to its last."""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from fsplug.errors import Unavailable
from fsplug.lab.exchange import Exchange
from fsplug.lab.free_ports import is_free, some_media_ports, some_ports
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.player import Player, PlayerPlace, RoleOutcome
from fsplug.lab.scenario import Scenario

# When one role has failed, the others would wait in vain.
_GRACE_SECONDS = 3.0
# Each role sends its own tone, a step above the one before.
_HERTZ, _HERTZ_STEP = 440, 110


def play(scenario: Scenario, exchange: Exchange) -> list[RoleOutcome]:
    """Play every role to its end and return how each ended. Phones sign in before and out after."""
    if shutil.which("sipp") is None:
        raise Unavailable("no-sipp", "SIPp is not installed; on Debian: apt-get install sip-tester")
    with tempfile.TemporaryDirectory(prefix="fsplug-sipp-") as folder:
        players = _cast(scenario, exchange, Path(folder))
        try:
            _perform(scenario, exchange, players)
            return [player.outcome() for player in players]
        finally:
            for player in players:
                player.end()


def _cast(scenario: Scenario, exchange: Exchange, folder: Path) -> list[Player]:
    consultation = f"consultation-{uuid4().hex}"
    ports = some_ports(len(scenario.roles))
    media_ports = some_media_ports(len(scenario.roles))
    players = []
    for number, role in enumerate(scenario.roles):
        is_trunk = not role.user and not role.calls
        port = exchange.ports.trunk_port if is_trunk else ports[number]
        place = PlayerPlace(folder / role.name, port, media_ports[number], _HERTZ + number * _HERTZ_STEP)
        players.append(Player(role, scenario, exchange, place, consultation))
    return players


def _perform(scenario: Scenario, exchange: Exchange, players: Sequence[Player]) -> None:
    waiting = [player for player in players if not player.role.calls]
    for player in waiting:
        player.start()
    wait_for(lambda: all(one.has_failed or not is_free(one.place.port) for one in waiting), "SIPp to listen")
    with ExitStack() as registrations:
        for company, phones in _phones(waiting).items():
            registrations.enter_context(exchange.signed_in(company, phones))
        _let_play(players, scenario.seconds + _GRACE_SECONDS)


def _phones(waiting: Sequence[Player]) -> Mapping[str, Mapping[str, int]]:
    """The port each phone waits on, by company and username."""
    phones: dict[str, dict[str, int]] = {}
    for player in waiting:
        if player.role.user:
            phones.setdefault(player.role.company, {})[player.role.user] = player.place.port
    return phones


def _let_play(players: Sequence[Player], deadline_seconds: float) -> None:
    """Start each caller at its time, until all have ended or shortly after one has failed."""
    begun = time.monotonic()
    end = begun + deadline_seconds
    ended_at = {"": begun}
    while (now := time.monotonic()) < end and any(player.exit is None for player in players):
        for player in players:
            name, after = player.role.name, player.role.after
            if player.exit is not None and name not in ended_at:
                ended_at[name] = now
                end = min(end, now + _GRACE_SECONDS) if player.has_failed else end
            elif not player.has_started and after in ended_at and now >= ended_at[after] + player.role.wait_seconds:
                player.start()
        time.sleep(0.02)
