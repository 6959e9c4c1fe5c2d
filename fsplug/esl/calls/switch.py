"""The switch as the record flow commands it, over the inbound link."""

import json
from collections.abc import Sequence
from typing import Any

from fsplug.errors import Unavailable
from fsplug.esl.calls import commands
from fsplug.esl.protocol.link import Link
from fsplug.esl.protocol.wire import Event
from fsplug.policy.entities import Terms

ANSWER_SECONDS = 3.0


class LinkedSwitch:
    """The port `Switch`, kept by the link. Unavailable while the link is down."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def start_recording(self, leg: str, path: str, recording: str, terms: Terms) -> None:
        """Begin a recording in the leg's own thread.

        uuid_record would begin it from this connection's, 160 ms sooner; racing a hangup it leaves a channel that never
        ends (3 of 550 on 1.11.1, 0 of 400 this way).
        """
        application, _, argument = commands.record_session(path, recording, terms).partition(" ")
        self._link.execute(commands.uuid(leg), application, argument, ANSWER_SECONDS)

    def stop_recording(self, leg: str, path: str) -> None:
        """End one recording on a leg at once."""
        self._link.api(commands.stop_record(leg, path), ANSWER_SECONDS)

    def hang_up(self, leg: str, cause: str) -> None:
        """Hang a leg up."""
        self._link.api(commands.kill(leg, cause), ANSWER_SECONDS)

    def channel(self, leg: str) -> Event | None:
        """Everything about a leg; None when there is no such leg."""
        told = self._link.api(commands.dump(leg), ANSWER_SECONDS)
        return None if told.startswith("-ERR") else Event(told.encode())

    def legs(self) -> frozenset[str]:
        """The uuids of all live legs."""
        return frozenset(row["uuid"] for row in self._rows("show channels as json"))

    def bridges(self) -> Sequence[tuple[str, str]]:
        """The live bridges, as pairs of leg uuids, the caller's first."""
        rows = self._rows("show calls as json")
        return [(row["uuid"], row["b_uuid"]) for row in rows if row.get("b_uuid")]

    def is_recording(self, leg: str, path: str) -> bool:
        """Whether this file is being recorded on this leg."""
        return path in self._link.api(commands.media_bugs(leg), ANSWER_SECONDS)

    def _rows(self, command: str) -> list[dict[str, Any]]:
        told = self._link.api(command, ANSWER_SECONDS)
        try:
            return list(json.loads(told).get("rows", []))
        except (ValueError, AttributeError) as error:
            raise Unavailable("switch-unclear", f"the switch answered {command!r} with {told[:80]!r}") from error
