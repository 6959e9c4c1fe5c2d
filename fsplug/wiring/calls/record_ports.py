"""What the record flow has around it in the calls process."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import gevent
import structlog

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.calls.ports import Ports, Spool
from fsplug.esl.switch import Switch
from fsplug.policy.access.failures import Failure
from fsplug.store.audit import failures
from fsplug.store.calls.writer import Writer
from fsplug.store.db.database import Store
from fsplug.wiring.calls.steady_clock import SteadyClock
from fsplug.wiring.settings import Settings
from fsplug.xml.dialplan.prompts import what_is_said

log = structlog.get_logger()

Run = Callable[[Callable[[], None]], object]


def record_ports(
    settings: Settings, switch: Switch, spool: Spool, writer: Writer, clock: SteadyClock, refused: "Refusals"
) -> Ports:
    """The ports of this installation's record flow."""
    return Ports(
        switch_name=settings.switch_name,
        switch=switch,
        spool=spool,
        write=writer.put,
        clock=clock.now,
        later=gevent.spawn_later,
        new_id=lambda: uuid4().hex,
        stamped=clock.of,
        refused=refused.count,
        said=PromptTexts(settings.data / "prompts").of,
    )


class PromptTexts:
    """The texts of prompts by the SHA-256 of their files; looked for again when one is not known."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}

    def of(self, digest: str) -> str:
        """What the prompt says whose file has this hash; empty if nobody knows."""
        if digest not in self._known:
            self._known = {digest: "", **self._known, **what_is_said(self._folder)}
        return self._known[digest]


class Refusals:
    """Counts for the audit trail what phones tried in vain. `run` executes what waits for the database."""

    def __init__(self, store: Store, run: Run) -> None:
        self._store = store
        self._run = run

    def count(self, company: str, act: str, failure: Failure) -> None:
        """Count one try. The log has it in any case; without the store, or such a company, no trail does."""
        try:
            self._run(lambda: failures.add(self._store, company, act, failure))
        except (Unavailable, Invalid) as error:
            log.warning("refusal-not-in-trail", company=company, act=act, error=error.text)
