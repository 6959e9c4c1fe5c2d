"""What people tried in vain: counted in a table that expires, and summed up in the audit trail.

Anybody can fail, as often as the limiter lets them. So a failure alone makes no entry of the trail, which keeps all.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from fsplug.policy.access.failures import Failure, Summary, is_over, shown, window_of
from fsplug.policy.access.scopes import outsider
from fsplug.store.audit import chain
from fsplug.store.config import users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.alone import alone
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, put
from fsplug.store.db.text import clean
from fsplug.store.schema.audit import FailedTries
from fsplug.store.schema.companies import Companies

# Who failed, in the trail, where several did or nothing was typed.
SEVERAL = "*"


@dataclass(frozen=True, slots=True)
class _Window:
    company: str
    domain: str
    act: str
    time_window: int
    first_at: float
    last_at: float
    summary: str
    entry: int | None


_IS_IT = (
    (FailedTries.company == given.company)
    & (FailedTries.act == given.act)
    & (FailedTries.time_window == given.time_window)
)
_WINDOWS = FailedTries.select(*columns(_Window, FailedTries, domain=Companies.domain)).join(
    Companies, on=(Companies.id == FailedTries.company)
)
_WINDOW = Select(_Window, lambda: _WINDOWS.where(_IS_IT))
_OPEN = Select(_Window, lambda: _WINDOWS.where(FailedTries.entry.is_null()))
_PUT = Write(lambda: put(FailedTries, "company act time_window first_at last_at tries summary"))
_SUM_UP = Write(
    lambda: FailedTries.update({FailedTries.entry: given.entry}).where(_IS_IT & FailedTries.entry.is_null())
)
_FORGET = Write(
    lambda: FailedTries.delete().where((FailedTries.last_at < given.before) & FailedTries.entry.is_null(False))
)


def add(store: Store, domain: str, act: str, failure: Failure) -> None:
    """Count a failure; `act` is the one that the trail's entry will have."""
    with store.atomic():
        key = {"company": company_id(store, domain), "act": act, "time_window": window_of(store.now())}
        alone(store, json.dumps(key))
        now, before = store.now(), _WINDOW.row(store, **key)
        if before is not None and before.entry is not None:
            # The clock was put back into a window that is summed up already; the next one takes the failure.
            key["time_window"] = window_of(now) + 1
            before = _WINDOW.row(store, **key)
        summary = (_read(before.summary) if before is not None else Summary()).with_one(failure)
        first_at = before.first_at if before is not None else now
        text = clean(json.dumps(asdict(summary)))
        _PUT.run(store, **key, first_at=first_at, last_at=now, tries=summary.tries, summary=text)


def sum_up(store: Store) -> int:
    """Write an entry into the trail for every window that is over; returns how many there were."""
    done = [one for one in _OPEN.rows(store) if is_over(one.time_window, store.now()) and _sum_up(store, one)]
    return len(done)


def forget(store: Store, before: float) -> None:
    """Forget the windows that were summed up, and whose last failure was before this time."""
    with store.atomic():
        _FORGET.run(store, before=before)


def _sum_up(store: Store, seen: _Window) -> bool:
    key = {"company": seen.company, "act": seen.act, "time_window": seen.time_window}
    with store.atomic():
        one = _WINDOW.row(store, **key)
        # Several processes may sum up; the first one writes the entry.
        if one is None or _SUM_UP.run(store, **key, entry=0) != 1:
            return False
        found = _read(one.summary)
        who = found.typed[0] if len(found.typed) == 1 and not found.people else SEVERAL
        facts: dict[str, Any] = {
            "tries": found.tries,
            "addresses": [f"{address} ({times})" for address, times in found.addresses.items()],
            "first_at": one.first_at,
            "last_at": one.last_at,
            "typed": list(found.typed),
        }
        facts |= {"wrong": ", ".join(found.wrong)} if found.wrong else {}
        facts |= {"other_addresses": found.more} if found.more else {}
        facts |= {"tried_by": list(found.by)} if found.by else {}
        about = tuple(dict.fromkeys(found.people + found.by))
        people = users.still_theirs(store, one.domain, about, one.last_at)
        chain.append(store, one.company, outsider(shown(who)), one.act, "", people, **facts)
    return True


def _read(text: str) -> Summary:
    kept = json.loads(text)
    people, typed, wrong = (tuple(kept[name]) for name in ("people", "typed", "wrong"))
    return Summary(kept["tries"], kept["addresses"], kept["more"], people, typed, wrong, tuple(kept.get("by", ())))
