"""The spool as the call path sees it: it answers at once from a check made off the event loop."""

import time
from collections.abc import Callable, Collection

from fsplug.errors import Unavailable
from fsplug.media import disk, wav
from fsplug.media.access import SystemUser, kept_out
from fsplug.media.spool import Spool
from fsplug.outage_log import TroubleLog
from fsplug.policy.recording.legs import EARLY_PREFIX

# A look that is not back when the loop, which goes on meanwhile, has come round so often found a disk that hangs. The
# loop comes round every two seconds, and later where fsplug gets too little of the processor.
HUNG_ROUNDS = 3
# A measurement older than this says nothing of now: fsplug got too little of the processor, or the disk hangs.
FRESH_SECONDS = 5.0


class SpoolGate:
    """The record flow's port `Spool`, and its `GrowthMeter`."""

    def __init__(
        self,
        spool: Spool,
        least_free_bytes: int,
        clock: Callable[[], float] = time.monotonic,
        switch_account: Callable[[], SystemUser | None] = lambda: None,
    ) -> None:
        self._spool = spool
        self._switch_account = switch_account
        self._kept_out: tuple[float, str | None] | None = None
        self._least_free_bytes = least_free_bytes
        self._clock = clock
        self._trouble: str | None = None
        self._log = TroubleLog("spool", _code)
        self._watched: frozenset[str] = frozenset()
        self._is_looking = False
        self._rounds = 0
        self._looked_at = 0.0

    @property
    def trouble(self) -> str | None:
        """Why nothing can be recorded, as of the last `look`; None when recording is possible."""
        if self._is_looking and self._rounds >= HUNG_ROUNDS:
            return "spool-hung: the disk does not answer"
        return self._trouble

    @property
    def kept_out(self) -> str | None:
        """Why the switch's user may not write there; None if it may, or if nobody knows which user that is."""
        now = self._clock()
        if self._kept_out is None or now - self._kept_out[0] > FRESH_SECONDS:
            who = self._switch_account()
            why = kept_out(self._spool.root, who) if who else None
            self._kept_out = now, why and f"spool-unwritable: the switch can't write there: {why}"
        return self._kept_out[1]

    def look(self) -> None:
        """Check the spool and measure the watched recordings. A slow disk makes this slow, so it runs in a thread."""
        self._rounds, self._is_looking = 0, True
        try:
            self._trouble = self._found()
            for recording in self._watched:
                self._spool.grown(recording, self._clock())
            self._looked_at = self._clock()
        finally:
            self._is_looking = False

    def report(self) -> None:
        """The loop has come round: log a trouble that has come, or that is over."""
        self._rounds += 1
        self._log.now(self.trouble)

    def watch(self, recordings: Collection[str]) -> None:
        """Measure these recordings from now on, and no others."""
        now_watched = frozenset(recordings)
        for gone in self._watched - now_watched:
            self._spool.forget(gone)
        self._watched = now_watched

    def path(self, recording: str) -> str:
        """The path that the switch must write this recording to."""
        return str(self._spool.path(recording))

    def exists(self, recording: str) -> bool:
        """Whether this recording's file exists."""
        return self._spool.path(recording).exists()

    def begun_early(self) -> list[str]:
        """The recordings with a file that began, or were to begin, before their talk was decided."""
        return [one.id for one in self._spool.files() if one.id.startswith(EARLY_PREFIX)]

    def discard(self, recording: str) -> None:
        """Remove this recording's file, if it exists."""
        self._spool.path(recording).unlink(missing_ok=True)
        self._spool.forget(recording)

    def cut(self, recording: str, seconds: float, off_the_end: float) -> None:
        """As `fsplug.media.wav.cut`, for this recording's file; Unavailable or Invalid if it can't be done."""
        path = self._spool.path(recording)
        try:
            wav.cut(path, seconds, off_the_end)
        except OSError as error:
            raise disk.unavailable("spool", path, error) from error

    def written_at(self, recording: str) -> float | None:
        """When this recording's file was last written to, in epoch seconds; None if it is not there."""
        try:
            return self._spool.path(recording).lstat().st_mtime
        except OSError:
            return None

    def stalled_bytes(self, recording: str) -> int | None:
        """The size at which this recording's file stopped growing, as of the last `look`; None while it grows."""
        now = self._clock()
        growth = self._spool.measured(recording, now)
        is_fresh = now - self._looked_at < FRESH_SECONDS
        return growth.bytes if growth is not None and growth.stalled and (is_fresh or self.trouble) else None

    def forget(self, recording: str) -> None:
        """Stop watching this recording's growth."""
        self._spool.forget(recording)

    def _found(self) -> str | None:
        try:
            self._spool.check_writable()
            free = self._spool.free_bytes()
        except Unavailable as error:
            return f"{error.code}: {error.text}"
        return None if free >= self._least_free_bytes else f"spool-full: {free} bytes are left"


def _code(trouble: str) -> str:
    return trouble.partition(":")[0]
