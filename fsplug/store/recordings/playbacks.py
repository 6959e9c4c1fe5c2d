"""Playing a recording in the console: it begins when somebody presses play, is bound to the session, and has a time
limit.
"""

from peewee import SQL

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.clock import CLOCK_SECONDS
from fsplug.policy.access.plays import USUAL_PER_HOUR
from fsplug.policy.access.scopes import Actor, Need, Reach, check_reaches
from fsplug.store.accounts import sessions
from fsplug.store.accounts.sessions import Session
from fsplug.store.config import actors
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, Write, given, put
from fsplug.store.recordings import access, play_counts
from fsplug.store.recordings.recordings import Recording
from fsplug.store.schema.recordings import Playbacks

LONGEST_SECONDS = 4 * 3_600.0
_BEGIN = Write(lambda: put(Playbacks, "session recording at until"))
_IS_BEGUN = Select(
    int,
    lambda: Playbacks.select(SQL("1").alias("found")).where(
        (Playbacks.session == given.session)
        & (Playbacks.recording == given.recording)
        & (Playbacks.until > given.now)
        & (Playbacks.at < given.soon)
    ),
)


def begin(
    store: Store,
    session: Session,
    actor: Actor,
    recording: str,
    reason: str = "",
    per_hour: int = USUAL_PER_HOUR,
) -> Recording:
    """Press play; the audit trail gets an entry. Errors as `access.play`.

    People are notified when this person plays more than `per_hour` recordings within an hour.
    """
    now = store.now()
    with store.atomic():
        found = access.play(store, session.company, recording, actor, reason)
        _BEGIN.run(store, session=session.id, recording=found.id, at=now, until=now + LONGEST_SECONDS)
        play_counts.alert(store, session.company, session.username, per_hour)
    return found


def is_begun(store: Store, session: Session, recording: str) -> bool:
    """Whether play was pressed in this session within the time limit."""
    now = store.now()
    values = {"session": session.id, "recording": recording}
    return _IS_BEGUN.row(store, **values, now=now, soon=now + CLOCK_SECONDS) is not None


def playing(store: Store, token: str, recording: str) -> Recording:
    """The recording that the session of this cookie is playing.

    Ask again while it is being sent. Refused if it must not be heard, or no longer: signed out, the role taken away,
    the recording gone.
    """
    # A player asks by itself, for hours: only what a person does keeps the session alive.
    session = sessions.find(store, token, is_life=False)
    if session is None or session.needs_totp or not is_begun(store, session, recording):
        raise Refused("not-hearing", "press play first")
    actor = actors.actor(store, session.company, session.username)
    check_reaches(actor, Need.RECORDINGS, session.company, Reach.OWN)
    try:
        return access.playable(access.recording(store, session.company, recording, actor))
    except Invalid as gone:
        raise Refused("not-hearing", gone.text) from gone
