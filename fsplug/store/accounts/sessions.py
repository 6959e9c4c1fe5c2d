"""Sessions of the console: who is signed in, from where, since when; and until somebody ends it."""

import uuid
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.policy.entities import Role
from fsplug.store.accounts.tokens import CLOCK_SECONDS, hash_of, new_token
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.text import clean

# However busy, and without a sign of life.
LONGEST_SECONDS, IDLE_SECONDS = 12 * 3_600.0, 30 * 60.0
# A sign of life is written down no oftener.
_SEEN_SECONDS = 60.0
LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. Times are epoch seconds; `needs_totp`: nothing but to set up one-time codes is open to it."""

    id: str
    company: str
    username: str
    role: Role
    made_at: float
    seen_at: float
    address: str
    agent: str
    ended_at: float | None
    ended_by: str | None
    needs_totp: bool

    def is_open(self, now: float) -> bool:
        """Whether it counts at this time. A clock that was put back far ends it: nobody knows how old it is."""
        fresh = now - self.made_at < LONGEST_SECONDS and now - self.seen_at < IDLE_SECONDS
        return self.ended_at is None and fresh and self.made_at < now + CLOCK_SECONDS and self.role is not Role.NONE


_SESSION = """SELECT s.id, c.domain, s.username, u.role, s.made_at, s.seen_at, s.address, s.agent, s.ended_at,
    s.ended_by, (d.superuser_totp AND u.role = 'superuser' AND NOT a.totp_confirmed)
    FROM console_session s JOIN company c ON c.id = s.company
    JOIN company_detail d ON d.company = s.company AND d.until IS NULL
    JOIN "user" u ON u.company = s.company AND u.username = s.username AND u.until IS NULL
    JOIN console_account a ON a.company = s.company AND a.username = s.username"""
_INSERT = """INSERT INTO console_session (id, token_hash, company, username, made_at, seen_at, address, agent)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


def begin(store: Store, domain: str, username: str, address: str, agent: str) -> str:
    """Sign the user in; the token for the browser's cookie."""
    token, now = new_token(), store.now()
    row = (company_id(store, domain), username, now, now, clean(address), clean(agent)[:LONGEST_AGENT])
    with store.atomic():
        store.run(_INSERT, uuid.uuid4().hex[:12], hash_of(token), *row)
    return token


def find(store: Store, token: str, is_life: bool = True) -> Session | None:
    """The open session of this cookie, or None. The role is the user's of this moment.

    `is_life`: somebody did something, so it does not run out for another while.
    """
    found = _open(store, "s.token_hash", hash_of(token))
    if found is None or not is_life:
        return found
    if store.now() - found.seen_at > _SEEN_SECONDS:
        with store.atomic():
            store.run("UPDATE console_session SET seen_at = ? WHERE id = ?", store.now(), found.id)
    return found


def still_open(store: Store, session: str) -> Session | None:
    """The session of this id, as long as it is open; to ask does not keep it so."""
    return _open(store, "s.id", session)


def listed(store: Store, domain: str, username: str | None = None) -> list[Session]:
    """The company's open sessions, or one user's, newest first."""
    sql = f"{_SESSION} WHERE s.company = ? AND s.ended_at IS NULL AND s.made_at > ?"
    since = store.now() - LONGEST_SECONDS
    rows = store.rows(f"{sql} ORDER BY s.made_at DESC, s.id", company_id(store, domain), since)
    found = [_session(row) for row in rows]
    now = store.now()
    return [one for one in found if one.is_open(now) and username in (None, one.username)]


def end(store: Store, domain: str, session: str, by: str) -> Session:
    """End one session; Invalid("unknown-session") if the company has no such open one."""
    found = next((one for one in listed(store, domain) if one.id == session), None)
    if found is None:
        text = f"{domain} has no open session {session}; see: fsplug account sessions --company {domain}"
        raise Invalid("unknown-session", text, session=session)
    with store.atomic():
        _end(store, company_id(store, domain), "id = ?", session, by)
        trail.add(store, domain, by, "sign-out", found.username, [found.username], session=session)
    return found


def end_all(store: Store, domain: str, username: str, by: str) -> int:
    """End every session of a user; how many there were."""
    with store.atomic():
        return _end(store, company_id(store, domain), "username = ?", username, by)


def _open(store: Store, column: str, value: str) -> Session | None:
    row = store.row(f"{_SESSION} WHERE {column} = ?", value)
    found = _session(row) if row else None
    return found if found is not None and found.is_open(store.now()) else None


def _end(store: Store, company: str, which: str, value: str, by: str) -> int:
    sql = f"UPDATE console_session SET ended_at = ?, ended_by = ? WHERE company = ? AND ended_at IS NULL AND {which}"
    return store.run(sql, store.now(), by, company, value)


def _session(row: Row) -> Session:
    session, domain, username, role, *rest, needs_totp = row
    return Session(session, domain, username, Role(role), *rest, needs_totp=bool(needs_totp))
