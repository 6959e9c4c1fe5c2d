"""The check-up of the audit trail: its key, and where its checkpoints go."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from fsplug.errors import FsplugError
from fsplug.store.db.database import Store
from fsplug.store.nodes import secrets
from fsplug.wiring.doctor.findings import Finding, FindingState, ok, warn, wrong
from fsplug.wiring.people.checkpoint_places import Place, places
from fsplug.wiring.people.checkpoints import ROUND_SECONDS, CheckpointState, read_state
from fsplug.wiring.settings import Settings

# How much longer than a place's own time a checkpoint may take, while fsplug restarts or the place is busy.
LATE_SECONDS = 600.0
_KEY, _CHECKPOINTS = "audit key", "audit checkpoints"


def every(settings: Settings) -> Iterator[Finding]:
    """All findings about the trail."""
    yield _key(settings)
    yield _checkpoints(settings, time.time())


def _key(settings: Settings) -> Finding:
    if not settings.trail_keys:
        return warn(_KEY, "the audit trail is not signed: the settings have no audit_keys", "fsplug init")
    store = Store(settings.store)
    try:
        found = secrets.agreement(store, settings.trail_keys, secrets.AUDIT_KEY)
    except FsplugError as error:
        # There is a finding about the store itself.
        return Finding(_KEY, FindingState.UNKNOWN, error.text)
    finally:
        store.close()
    if found is secrets.Agreement.DIFFERENT:
        said, _, remedy = secrets.different_audit_key().text.partition("; ")
        return wrong(_KEY, said, remedy)
    return ok(_KEY, "there, and the same as the store's" if found is secrets.Agreement.SAME else "there")


def _checkpoints(settings: Settings, now: float) -> Finding:
    try:
        named = places(settings)
    except FsplugError as error:
        return wrong(_CHECKPOINTS, error.text, "correct audit_checkpoints, and restart fsplug")
    state = read_state(settings.checkpoints_file)
    if state.wrong:
        said = "; ".join(f"{company}: {found}" for company, found in sorted(state.wrong.items()))
        return wrong(_CHECKPOINTS, f"an entry is gone that a checkpoint names: {said}", "fsplug audit verify")
    if not named:
        text = "none are kept: who can write to the database can make a trail shorter"
        return warn(_CHECKPOINTS, text, "set audit_checkpoints = /FILE, syslog, https://... or mailto:...")
    return next(filter(None, (_late(one, state, now) for one in named)), ok(_CHECKPOINTS, f"go to {_names(named)}"))


def _late(place: Place, state: CheckpointState, now: float) -> Finding | None:
    its = state.places.get(place.name)
    if its is None:
        return warn(_CHECKPOINTS, f"{place.name} has none yet", f"restart fsplug; wait {ROUND_SECONDS:.0f} seconds")
    last = datetime.fromtimestamp(its.at, UTC).strftime("%Y-%m-%d %H:%M UTC") if its.at else "never"
    if its.error is not None:
        return wrong(_CHECKPOINTS, f"{its.error} (the last one: {last})", "correct it, or change audit_checkpoints")
    if now - its.tried_at > place.seconds + LATE_SECONDS:
        return warn(_CHECKPOINTS, f"nothing has looked for new ones since {last}", "systemctl restart fsplug")
    return None


def _names(named: tuple[Place, ...]) -> str:
    return ", ".join(one.name for one in named)
