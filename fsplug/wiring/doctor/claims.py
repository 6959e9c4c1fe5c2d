"""The check-up of extensions and numbers that earlier versions took, and that are refused now."""

from fsplug.errors import FsplugError
from fsplug.store.change import claims
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.wiring.doctor.findings import Finding, ok, warn, wrong
from fsplug.wiring.settings import Settings

_SUBJECT = "extensions and numbers"
_NAMED = 5


def claimed(settings: Settings) -> Finding:
    """Every extension reads as nothing else, and every number lies in the ranges of its company."""
    store = Store(settings.store)
    try:
        found = [
            f"{one.domain}, {entry}: {text}"
            for one in companies.every(store)
            for entry, text in claims.standing(store, one.domain)
        ]
    except FsplugError as error:
        return wrong(_SUBJECT, error.text, "fsplug store status")
    finally:
        store.close()
    if not found:
        return ok(_SUBJECT, "each is its company's own")
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    remedy = "fsplug user set --extension ...; fsplug number range add ..."
    return warn(_SUBJECT, "; ".join(found[:_NAMED]) + more, remedy)
