"""What other people did with a user's calls: listened, played, shared (spec B16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from fsplug.policy.access.scopes import logged_name
from fsplug.policy.recording import participants
from fsplug.policy.recording.participants import Participant
from fsplug.store.audit import browse
from fsplug.store.audit.browse import AuditFilter
from fsplug.store.audit.trail import AuditEntry
from fsplug.store.calls import listen_sessions
from fsplug.store.config import users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.calls import Decisions
from fsplug.store.schema.recordings import Recordings

LISTEN, PLAY, SHARE, SHARE_PLAY = "listen", "play", "share", "share-play"
ACTS = (LISTEN, PLAY, SHARE, SHARE_PLAY)


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of another person on a call of the user.

    `call_at` is the time of the call (epoch seconds), and `seconds` how long that person listened; None if unknown.
    """

    entry: AuditEntry
    call_at: float | None = None
    seconds: float | None = None
    caller: Participant | None = None
    answerer: Participant | None = None
    is_going_on: bool = False


@dataclass(frozen=True, slots=True)
class DeedPage:
    """One page; `before` is the cursor of the next page, None if there is none."""

    deeds: list[Deed]
    before: int | None = None


@dataclass(frozen=True, slots=True)
class _Talk:
    """The talk of a call or of a recording (`id`), with the facts of its decision."""

    id: str
    at: float
    caller: str | None
    answerer: str | None
    inputs: Mapping[str, Any] | None

    @property
    def ends(self) -> tuple[Participant, Participant]:
        """Caller and answerer."""
        return participants.both(self.inputs or {}, self.caller, self.answerer)


_TALKS = Select(
    _Talk,
    lambda: (
        Decisions.select(*columns(_Talk, Decisions, id=Decisions.call))
        .where((Decisions.company == given.company) & Decisions.call.in_(given_each.calls))
        .order_by(Decisions.at, Decisions.id)
    ),
)
_RECORDED = Select(
    _Talk,
    lambda: (
        Recordings.select(*columns(_Talk, Decisions, id=Recordings.id, at=Recordings.at))
        .join(
            Decisions,
            JOIN.LEFT_OUTER,
            on=((Decisions.id == Recordings.decision) & (Decisions.company == Recordings.company)),
        )
        .where((Recordings.company == given.company) & Recordings.id.in_(given_each.recordings))
    ),
)


def about(store: Store, domain: str, username: str, limit: int = 50, before: int | None = None) -> DeedPage:
    """What other people did with this user's calls, newest first. Listen-ins in which nothing was heard don't count."""
    since = users.tenure(store, domain, username).at
    wanted = AuditFilter(since=since or None, acts=ACTS, people=(username,), not_by=logged_name(username, domain))
    found = browse.search(store, domain, wanted, limit + 1, before)
    entries = found[:limit]
    listens = listen_sessions.heard_of(
        store, domain, [str(one.facts.get("listen")) for one in entries if one.act == LISTEN]
    )
    talks = _talks(store, domain, username, [one.call for one in listens.values() if one.call])
    calls = _recorded(store, domain, [one.subject for one in entries if one.act != LISTEN])
    deeds = []
    for entry in entries:
        if entry.act != LISTEN:
            call = calls.get(entry.subject)
            deeds.append(Deed(entry, call.at, None, *call.ends) if call else Deed(entry))
        elif (listen := listens.get(str(entry.facts.get("listen")))) is not None and listen.began_at is not None:
            ended = listen.ended_at
            seconds = ended - listen.began_at if ended is not None else None
            ends = _of_moment(talks.get(listen.call or "", []), listen.began_at)
            deeds.append(Deed(entry, listen.began_at, seconds, *ends, is_going_on=ended is None))
    return DeedPage(deeds, entries[-1].number if len(found) > limit else None)


def _talks(store: Store, domain: str, username: str, calls: list[str]) -> Mapping[str, list[_Talk]]:
    """The talks of each call in which this user took part, oldest first."""
    found: dict[str, list[_Talk]] = {}
    company = company_id(store, domain)
    for some in in_batches(dict.fromkeys(calls)):
        for one in _TALKS.rows(store, company=company, calls=some):
            if username in (end.username for end in one.ends):
                found.setdefault(one.id, []).append(one)
    return found


def _of_moment(talks: list[_Talk], at: float) -> tuple[Participant | None, Participant | None]:
    """The talk that was going on at that time: the last one to have begun."""
    return next((one.ends for one in reversed(talks) if one.at <= at), (None, None))


def _recorded(store: Store, domain: str, recordings: list[str]) -> Mapping[str, _Talk]:
    """The time of each recording's call, and who speaks in the recording."""
    company = company_id(store, domain)
    pages = (_RECORDED.rows(store, company=company, recordings=some) for some in in_batches(dict.fromkeys(recordings)))
    return {one.id: one for found in pages for one in found}
