"""The one way for people to a recording, through every door: who may hear it, and the audit entry
when somebody does.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, Need, Reach, check_may, check_own
from fsplug.policy.recording import participants
from fsplug.policy.recording.participants import Participant
from fsplug.store.audit import trail
from fsplug.store.config import companies, users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each, unsought
from fsplug.store.db.text import clean
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import Recording, State
from fsplug.store.schema.calls import Decisions
from fsplug.store.schema.recordings import Deletions, Recordings

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class _Decided:
    inputs: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class _Heard:
    id: str
    at: float
    user: str | None
    caller: str | None
    answerer: str | None
    inputs: Mapping[str, Any] | None
    version: int | None


_HEARD = Select(
    _Heard,
    lambda: (
        Recordings.select(
            *columns(
                _Heard,
                Recordings,
                at=fn.COALESCE(Recordings.at, 0.0),
                user=Recordings.username,
                caller=Decisions.caller,
                answerer=Decisions.answerer,
                inputs=Decisions.inputs,
                version=Decisions.version,
            )
        )
        .join(
            Decisions,
            JOIN.LEFT_OUTER,
            on=((Decisions.id == Recordings.decision) & (Decisions.company == Recordings.company)),
        )
        .join(Deletions, JOIN.LEFT_OUTER, on=(Deletions.recording == Recordings.id))
        .where(
            (unsought(Recordings.company) == given.company)
            & Recordings.id.in_(given_each.recordings)
            & Deletions.recording.is_null()
        )
    ),
)
_DECIDED = Select(
    _Decided,
    lambda: Decisions.select(Decisions.inputs, Decisions.version).where(
        (Decisions.company == given.company) & (Decisions.id == given.decision)
    ),
)


def recording(store: Store, domain: str, recording: str, actor: Actor, need: Need = Need.RECORDINGS) -> Recording:
    """The company's recording, if the actor may reach it; Invalid("unknown-recording") if it doesn't exist any more.

    An actor who may hear only their own recordings learns nothing about others', not even whether they exist.
    """
    check_may(actor, need, domain)
    found = recordings.get(store, domain, recording)
    try:
        if found is not None and found.state is not State.DELETED:
            check_own(actor, need, domain, people_of(store, found))
            return found
    except Refused:
        pass
    text = f"there is no recording {recording}; see: fsplug recording list"
    raise Invalid("unknown-recording", text, recording=recording)


def reachable(store: Store, domain: str, recordings: Collection[str], actor: Actor) -> frozenset[str]:
    """Those of these recordings that `recording` gives to the actor."""
    is_own = check_may(actor, Need.RECORDINGS, domain) is Reach.OWN
    company = company_id(store, domain)
    found = (_HEARD.rows(store, company=company, recordings=some) for some in in_batches(recordings))
    return frozenset(one.id for some in found for one in some if not is_own or _is_heard(actor, one))


def _is_heard(actor: Actor, one: _Heard) -> bool:
    heard = participants.everybody(one.inputs or {}, one.caller, one.answerer)
    return actor.name in participants.people(heard, one.user) and actor.tenure.covers(one.at, one.version)


def play(store: Store, domain: str, recording_id: str, actor: Actor, reason: str = "") -> Recording:
    """The recording to be played to the actor now. The audit trail gets an entry, with the reason if there is one.

    Invalid("reason-wanted") if the company asks for a reason and there is none; Invalid("reason-too-long").
    """
    why = _reason(store, domain, reason)
    with store.atomic():
        found = playable(recording(store, domain, recording_id, actor))
        about = people_of(store, found)
        trail.add(store, domain, actor.logged_name, "play", found.id, about, call=found.call, **why)
    return found


def playable(recording: Recording) -> Recording:
    """The same recording; Refused("not-playable") if there is nothing to hear: it is not sealed
    yet, lost, or deleted.
    """
    if recording.state is not State.SEALED or recording.location is None:
        text = f"recording {recording.id} is {recording.state}; only a sealed one can be played or shared"
        raise Refused("not-playable", text, recording=recording.id)
    return recording


def people_of(store: Store, recording: Recording) -> list[str]:
    """The users who are heard in the recording; not a person who was later given one of their usernames."""
    if recording.company is None:
        return []
    domain, decided = recording.company, _decided(store, recording)
    heard = participants.everybody(decided.inputs if decided else {}, recording.caller, recording.answerer)
    named, version = participants.people(heard, recording.user), decided.version if decided else None
    return users.still_theirs(store, domain, named, recording.at, version)


def ends_of(store: Store, recording: Recording) -> tuple[Participant, Participant]:
    """The recording's caller and answerer, as its decision knew them."""
    decided = _decided(store, recording)
    return participants.both(decided.inputs if decided else {}, recording.caller, recording.answerer)


def _decided(store: Store, recording: Recording) -> _Decided | None:
    return _DECIDED.row(store, company=company_id(store, recording.company or ""), decision=recording.decision)


def _reason(store: Store, domain: str, typed: str) -> dict[str, str]:
    """The reason for the audit trail, on one line."""
    reason = clean(" ".join(typed.split()))
    if len(reason) > LONGEST_REASON:
        text = f"a reason has up to {LONGEST_REASON} characters, this one has {len(reason)}; shorten it"
        raise Invalid("reason-too-long", text)
    if not reason and companies.get(store, domain).playback_reason:
        raise Invalid("reason-wanted", f"{domain} asks why a recording is played; give a reason")
    return {"reason": reason} if reason else {}
