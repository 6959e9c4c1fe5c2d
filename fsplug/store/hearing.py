"""Who may hear a recording, and that it is told: the way to a recording for people, by every door."""

import json
from collections.abc import Mapping
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.policy.scopes import Actor, Need, check_may, check_own
from fsplug.store import audit, recordings
from fsplug.store.database import Store
from fsplug.store.recordings import Recording, State
from fsplug.store.versioned import company_id


def recording(store: Store, domain: str, recording: str, actor: Actor, need: Need = Need.RECORDINGS) -> Recording:
    """The company's recording, if the actor may reach it; Invalid("unknown-recording") if it isn't there.

    Who hears their own only is told nothing of others', not even whether there are any.
    """
    check_may(actor, need, domain)
    found = recordings.get(store, domain, recording)
    try:
        if found is not None:
            check_own(actor, need, domain, people_of(store, found))
            return found
    except Refused:
        pass
    text = f"there is no recording {recording}; see: fsplug recording list"
    raise Invalid("unknown-recording", text, recording=recording)


def play(store: Store, domain: str, recording_id: str, actor: Actor) -> Recording:
    """The recording to be played to the actor now, which is told in the audit trail."""
    with store.atomic():
        found = playable(recording(store, domain, recording_id, actor))
        audit.add(store, domain, actor.told, "play", found.id, people_of(store, found), call=found.call)
    return found


def playable(recording: Recording) -> Recording:
    """The same; Refused("not-playable") when there is nothing to hear: not sealed yet, lost, deleted."""
    if recording.state is not State.SEALED or recording.location is None:
        text = f"recording {recording.id} is {recording.state}; only a sealed one can be played or shared"
        raise Refused("not-playable", text, recording=recording.id)
    return recording


def people_of(store: Store, recording: Recording) -> list[str]:
    """The users who are heard in it."""
    if recording.company is None:
        return []
    sql = "SELECT inputs FROM decision WHERE company = ? AND id = ?"
    found = store.row(sql, company_id(store, recording.company), recording.decision)
    inputs: Mapping[str, Any] = json.loads(found[0]) if found else {}
    parties = (_username(inputs.get(party)) for party in ("caller", "answerer"))
    return sorted({username for username in (recording.user, *parties) if username})


def _username(party: Any) -> str | None:
    user = party.get("user") if isinstance(party, dict) else None
    return user.get("username") if isinstance(user, dict) else None
