"""The marks of a player: where in the recording the call was on hold, paused or transferred, or listened in on."""

from collections.abc import Mapping
from dataclasses import replace

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.policy.conversation.shapes import TurnKind
from fsplug.policy.conversation.within import turns_within
from fsplug.policy.recording.holds import Holder
from fsplug.policy.recording.participants import Participant
from fsplug.store.calls import conversation_access, pauses
from fsplug.store.calls.pauses import PausedSpan
from fsplug.store.db.database import Store
from fsplug.store.recordings import holds
from fsplug.store.recordings.recordings import Recording
from fsplug.web.kernel.names import of_users
from fsplug.web.kernel.parties import NamedParty, party
from fsplug.web.kernel.shell import Viewer
from fsplug.web.kernel.tracks import Mark
from fsplug.web.pages.conversation import people


def of(store: Store, viewer: Viewer, recording: Recording, lanes: tuple[NamedParty, NamedParty]) -> tuple[Mark, ...]:
    """The recording's marks in their order, as far as the viewer may see the conversation. `lanes`: the recorded person
    and the other one.
    """
    held = [
        Mark(0, TurnKind.HOLD, lanes[span.by is Holder.OTHER], None, span.begin, span.end)
        for span in holds.within(store, recording)
    ]
    marked = [*held, *_pauses(store, viewer, recording), *_turns(store, viewer, recording)]
    found = sorted(marked, key=lambda one: one.begin)
    return tuple(replace(one, number=number) for number, one in enumerate(found, 1))


def _pauses(store: Store, viewer: Viewer, recording: Recording) -> list[Mark]:
    spans = pauses.within(store, recording)
    named = of_users(store, viewer.domain, {span.by.username or "" for span in spans if span.by is not None})
    return [
        Mark(0, _kind_of(span), _who_paused(span, viewer, recording, named), None, span.begin, span.end)
        for span in spans
    ]


def _kind_of(span: PausedSpan) -> TurnKind:
    return TurnKind.SILENCED if span.by is None else TurnKind.PAUSE


def _who_paused(span: PausedSpan, viewer: Viewer, recording: Recording, named: Mapping[str, str]) -> NamedParty | None:
    """Whoever sees their own calls alone reads no names from others of the conversation."""
    if span.by is None:
        return None
    if span.call != recording.call and not viewer.reaches(Need.RECORDINGS, Reach.COMPANY):
        return None
    name = named.get(span.by.username or "", "")
    return party(Participant(span.by.number, span.by.username, name), viewer.company.country)


def _turns(store: Store, viewer: Viewer, recording: Recording) -> list[Mark]:
    if recording.call is None or recording.started_at is None or not recording.seconds:
        return []
    try:
        seen = conversation_access.seen(store, viewer.domain, recording.call, viewer.actor)
    except (Invalid, Refused):
        return []
    timeline = seen.timeline(store)
    named = people.of(store, viewer.company, timeline)
    return [
        Mark(
            0,
            one.turn.kind,
            named.party(one.turn.by) if one.turn.by else None,
            named.party(one.turn.whom) if one.turn.whom else None,
            one.begin,
            one.end,
        )
        for one in turns_within(timeline, recording.id, recording.started_at, recording.seconds)
    ]
