"""Playing a recording in the console: begun by pressing play, bound to the session, ended by time at the latest."""

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, Need, Reach, check_reaches
from fsplug.store.accounts import sessions
from fsplug.store.accounts.sessions import Session
from fsplug.store.accounts.tokens import CLOCK_SECONDS
from fsplug.store.config import actors
from fsplug.store.db.database import Store
from fsplug.store.recordings import access
from fsplug.store.recordings.recordings import Recording

LONGEST_SECONDS = 4 * 3_600.0
_BEGIN = """INSERT INTO playback (session, recording, at, until) VALUES (?, ?, ?, ?)
    ON CONFLICT (session, recording) DO UPDATE SET at = excluded.at, until = excluded.until"""


def begin(store: Store, session: Session, actor: Actor, recording: str, reason: str = "") -> Recording:
    """Press play, which is told in the audit trail; errors as `hearing.play`."""
    now = store.now()
    with store.atomic():
        found = access.play(store, session.company, recording, actor, reason)
        store.run(_BEGIN, session.id, found.id, now, now + LONGEST_SECONDS)
    return found


def is_begun(store: Store, session: Session, recording: str) -> bool:
    """Whether play was pressed in this session, and not too long ago."""
    now = store.now()
    sql = "SELECT 1 FROM playback WHERE session = ? AND recording = ? AND until > ? AND at < ?"
    return store.row(sql, session.id, recording, now, now + CLOCK_SECONDS) is not None


def heard(store: Store, token: str, recording: str) -> Recording:
    """What the session of this cookie is hearing. Ask again while it is being sent.

    Refused when it may not be heard, or no more: signed out, the role taken away, the recording gone.
    """
    session = sessions.find(store, token)
    if session is None or session.needs_totp or not is_begun(store, session, recording):
        raise Refused("not-hearing", "press play first")
    actor = actors.actor(store, session.company, session.username)
    check_reaches(actor, Need.RECORDINGS, session.company, Reach.OWN)
    try:
        return access.playable(access.recording(store, session.company, recording, actor))
    except Invalid as gone:
        raise Refused("not-hearing", gone.text) from gone
