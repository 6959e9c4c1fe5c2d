"""The entries of the trail as people did them: one row for one act, and recordings by who talked when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.audit import browse
from fsplug.store.audit.browse import AuditFilter
from fsplug.store.audit.trail import AuditEntry
from fsplug.store.calls import calls
from fsplug.store.db.database import Store
from fsplug.store.recordings.search import results
from fsplug.web.kernel.parties import NamedParty, party
from fsplug.web.kernel.shell import Viewer

# Acts with these names or prefixes are done to recordings.
RECORDING_ACTS = ("play", "share", "delete", "undelete", "destroy")
# The longest act that is one row: as many recordings as one form deletes.
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Deed:
    """One act: its entries, newest first, of which each is about a recording of its own if there are several."""

    entries: Sequence[AuditEntry]

    @property
    def entry(self) -> AuditEntry:
        """The newest entry."""
        return self.entries[0]

    @property
    def people(self) -> list[str]:
        """The usernames whom it is about."""
        return list(dict.fromkeys(username for entry in self.entries for username in entry.people))


@dataclass(frozen=True, slots=True)
class LinkedRecording:
    """A recording that is still there: who talked, when (epoch seconds), and its call."""

    id: str
    caller: NamedParty
    answerer: NamedParty
    at: float
    call: str | None


def page(
    store: Store, domain: str, wanted: AuditFilter, limit: int, before: int | None
) -> tuple[list[Deed], int | None]:
    """A page of about `limit` entries, and where the next one begins. An act that goes on beyond it is on it whole."""
    entries = browse.search(store, domain, wanted, limit + 1, before)
    shown, rest = entries[:limit], entries[limit:]
    if rest and _act(rest[0]) == _act(shown[-1]):
        more = browse.search(store, domain, wanted, _MOST, shown[-1].number)
        ends = next((at for at, one in enumerate(more) if _act(one) != _act(shown[-1])), len(more))
        shown, rest = [*shown, *more[:ends]], more[ends:] or rest[len(more) :]
    following = shown[-1].number if rest else None
    return [Deed(sorted(its, key=lambda one: -one.number)) for _, its in groupby(shown, _act)], following


def recordings(store: Store, viewer: Viewer, entries: Iterable[AuditEntry]) -> Mapping[str, LinkedRecording]:
    """The recordings that the entries are about, by id; only for viewers who may see every recording of the company."""
    if not viewer.reaches(Need.RECORDINGS, Reach.COMPANY):
        return {}
    ids = {one.subject for one in entries if one.act.startswith(RECORDING_ACTS) and one.subject}
    country = viewer.company.country
    return {
        one.id: LinkedRecording(one.id, party(one.caller, country), party(one.answerer, country), one.at, one.call)
        for one in results.of_ids(store, viewer.domain, ids)
    }


def known_calls(store: Store, viewer: Viewer, entries: Iterable[AuditEntry]) -> Collection[str]:
    """The calls that the entries name and whose conversation such a viewer may see: the company's, by id."""
    if not viewer.reaches(Need.RECORDINGS, Reach.COMPANY):
        return ()
    return calls.among(store, viewer.domain, {str(one.facts["call"]) for one in entries if one.facts.get("call")})


def _act(entry: AuditEntry) -> tuple[object, ...]:
    """What the entries of one act share; an entry that is an act by itself shares it with no other."""
    batch = entry.facts.get("batch")
    return (entry.actor, entry.act, batch) if batch else (entry.number,)
