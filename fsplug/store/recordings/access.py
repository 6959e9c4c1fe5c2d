"""Who may hear a recording, and that it is told: the way to a recording for people, by every door."""

import json

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, Need, check_may, check_own
from fsplug.store.audit import trail
from fsplug.store.calls import participants
from fsplug.store.calls.participants import Heard
from fsplug.store.config import companies, users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.db.text import clean
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import Recording, State
from fsplug.store.schema.calls import Decisions

LONGEST_REASON = 300
_INPUTS = Select(
    str,
    lambda: Decisions.select(Decisions.inputs).where(
        (Decisions.company == given.company) & (Decisions.id == given.decision)
    ),
)


def recording(store: Store, domain: str, recording: str, actor: Actor, need: Need = Need.RECORDINGS) -> Recording:
    """The company's recording, if the actor may reach it; Invalid("unknown-recording") if it isn't there any more.

    Who hears their own only is told nothing of others', not even whether there are any.
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


def play(store: Store, domain: str, recording_id: str, actor: Actor, reason: str = "") -> Recording:
    """The recording to be played to the actor now, which is told in the audit trail, with the reason if there is one.

    Invalid("reason-wanted") where the company asks for a reason and there is none, Invalid("reason-too-long").
    """
    why = _reason(store, domain, reason)
    with store.atomic():
        found = playable(recording(store, domain, recording_id, actor))
        about = people_of(store, found)
        trail.add(store, domain, actor.told, "play", found.id, about, call=found.call, **why)
    return found


def playable(recording: Recording) -> Recording:
    """The same; Refused("not-playable") when there is nothing to hear: not sealed yet, lost, deleted."""
    if recording.state is not State.SEALED or recording.location is None:
        text = f"recording {recording.id} is {recording.state}; only a sealed one can be played or shared"
        raise Refused("not-playable", text, recording=recording.id)
    return recording


def people_of(store: Store, recording: Recording) -> list[str]:
    """The users who are heard in it; not who was given the username of one of them later."""
    if recording.company is None:
        return []
    named, domain = participants.people(ends_of(store, recording), recording.user), recording.company
    return [username for username in named if users.began_at(store, domain, username) <= recording.at]


def ends_of(store: Store, recording: Recording) -> tuple[Heard, Heard]:
    """Caller and answerer, as its decision knew them."""
    company = company_id(store, recording.company or "")
    found = _INPUTS.row(store, company=company, decision=recording.decision)
    return participants.both(json.loads(found) if found else {}, recording.caller, recording.answerer)


def _reason(store: Store, domain: str, typed: str) -> dict[str, str]:
    """What is told of it, on one line."""
    reason = clean(" ".join(typed.split()))
    if len(reason) > LONGEST_REASON:
        text = f"a reason has up to {LONGEST_REASON} characters, this one has {len(reason)}; say it shorter"
        raise Invalid("reason-too-long", text)
    if not reason and companies.get(store, domain).playback_reason:
        raise Invalid("reason-wanted", f"{domain} asks why a recording is played; give a reason")
    return {"reason": reason} if reason else {}
