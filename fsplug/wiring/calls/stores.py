"""The store as calls use it: calls are decided by the local copy of the configuration while the store is away."""

import os
import time
from datetime import UTC, datetime

import structlog

from fsplug.errors import Unavailable
from fsplug.store.config import local_copy
from fsplug.store.db.database import Store
from fsplug.wiring.settings import Settings

log = structlog.get_logger()


class Stores:
    """`calls` is the store itself, for what calls leave behind; `config` is read from its copy while it is away."""

    def __init__(self, settings: Settings) -> None:
        self.calls = Store(settings.store)
        self._copy = Store(settings.local_copy_file)
        self._copy_file = settings.local_copy_file
        self.config = Store(settings.store, copy=self._copy)
        self.calls.audit_keys = self.config.audit_keys = settings.trail_keys
        self._is_open = False
        self._away_since: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the store was there at least once since the process began."""
        return self._is_open

    @property
    def state(self) -> str:
        """The store's state in words."""
        if self._away_since is None:
            return self.calls.place
        return f"{self.calls.place} is away since {_utc(self._away_since)}; policy of {self._copied_at()}"

    def open(self) -> None:
        """Open the store, or else its copy. Unavailable("no-policy") when neither can be had."""
        try:
            self._open()
        except Unavailable as error:
            known = local_copy.companies_in(self._copy)
            if not known:
                text = f"{error.text}; and there is no copy of its configuration in {self._copy.place} to serve by"
                raise Unavailable("no-policy", text, store=self.calls.place) from error
            self.config.is_away = True
            self._copy.migrate()
            self._note(error, known)

    def look(self) -> None:
        """Try the store again if it is away. It may take seconds, and runs in a thread."""
        try:
            if not self._is_open:
                self._open()
            elif self.config.is_away:
                self.calls.database_now()
            else:
                return
        except Unavailable as error:
            self._note(error, None)
            return
        self.config.is_away = False
        if self._away_since is not None:
            log.info("store-back", store=self.calls.place, away_seconds=round(time.time() - self._away_since, 1))
        self._away_since = None

    def close(self) -> None:
        """Close every connection."""
        for store in (self.calls, self.config, self._copy):
            store.close()

    def _open(self) -> None:
        try:
            local_copy.open_store(self.calls, self._copy)
        except Unavailable:
            # Connections to a file that is not the store must not be used when the store is back.
            self.calls.close()
            raise
        self._is_open = True

    def _note(self, error: Unavailable, companies: int | None) -> None:
        if self._away_since is None:
            self._away_since = time.time()
            known = {} if companies is None else {"companies": companies}
            remedy = f"calls are decided by the policy of {self._copied_at()} and noted in the journal"
            log.error("store-away", code=error.code, error=error.text, meanwhile=remedy, **known)

    def _copied_at(self) -> str:
        try:
            return _utc(os.stat(self._copy_file).st_mtime)
        except OSError:
            return "an unknown time"


def _utc(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds")
