"""The facts around the player: who talks in the recording, who played it, and with whom it is shared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.audit import trail
from fsplug.store.audit.trail import AuditEntry
from fsplug.store.config import companies, groups
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import Mail
from fsplug.store.recordings import access, playbacks, shares
from fsplug.store.recordings.recordings import Recording, State
from fsplug.store.recordings.shares import Share
from fsplug.web.kernel.names import of_actors
from fsplug.web.kernel.parties import NamedParty, party
from fsplug.web.kernel.shell import Viewer
from fsplug.web.kernel.tracks import Mark, is_in_stereo, lanes
from fsplug.web.pages.player import marks


@dataclass(frozen=True, slots=True)
class ShownRecording:
    """What the page shows. `lanes` are the parties as drawn; none when both are mixed.

    `is_picked_up` is whether the answerer took a call that rang elsewhere. `names` are people's names by their name in
    the audit trail; `mails` are each share's mails by the share's id.
    """

    recording: Recording
    caller: NamedParty
    answerer: NamedParty
    is_picked_up: bool
    lanes: tuple[NamedParty, ...]
    marks: tuple[Mark, ...]
    group: str
    plays: Sequence[AuditEntry]
    shares: Sequence[Share]
    mails: Mapping[str, Sequence[Mail]]
    names: Mapping[str, str]
    is_begun: bool
    asks_reason: bool
    now: float

    @property
    def is_playable(self) -> bool:
        """Whether there is audio to play."""
        return self.recording.state is State.SEALED and self.recording.location is not None

    @property
    def shows_reasons(self) -> bool:
        """Whether any play has a reason, or the company requires reasons."""
        return self.asks_reason or any("reason" in entry.facts for entry in self.plays)

    def who(self, actor: str) -> str:
        """A colleague by name; an operator or an outsider as recorded in the trail."""
        return self.names.get(actor, actor)


def shown(store: Store, viewer: Viewer, recording: Recording) -> ShownRecording:
    """The page of one recording, for a viewer who may reach it."""
    domain, country = viewer.domain, viewer.company.country
    ends = access.ends_of(store, recording)
    caller, answerer = (party(end, country) for end in ends)
    both = lanes(recording, caller, answerer, ends[0].username)
    plays = _plays(store, viewer, recording)
    shared = shares.of_recording(store, domain, recording.id) if viewer.reaches(Need.SHARING) else []
    return ShownRecording(
        recording,
        caller,
        answerer,
        ends[1].picked_up,
        both if is_in_stereo(recording) else (),
        marks.of(store, viewer, recording, both),
        _group(store, domain, recording.group),
        plays,
        shared,
        mails.about(store, domain, (one.id for one in shared)),
        of_actors(store, domain, {*(one.actor for one in plays), *(one.made_by for one in shared)}),
        playbacks.is_begun(store, viewer.session, recording.id),
        viewer.company.playback_reason,
        store.now(),
    )


def _plays(store: Store, viewer: Viewer, recording: Recording) -> list[AuditEntry]:
    """Who played the recording: everybody sees the plays of their own calls, a superuser those of any call."""
    if not viewer.reaches(Need.AUDIT):
        return []
    person = None if viewer.reaches(Need.AUDIT, Reach.COMPANY) else viewer.username
    return trail.plays(store, viewer.domain, recording.id, person)


def _group(store: Store, domain: str, number: str | None) -> str:
    if not number:
        return ""
    found = groups.group_at(store, domain, number, companies.get(store, domain).version)
    return found.name or number if found else number
