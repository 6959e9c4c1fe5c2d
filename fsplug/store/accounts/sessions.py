"""Sessions of the console: who is signed in, from where and since when, and how a session ends."""

import uuid
from dataclasses import dataclass
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.access.clock import is_ahead
from fsplug.policy.access.scopes import logged_name
from fsplug.policy.entities import Role
from fsplug.store.accounts import factors
from fsplug.store.accounts.tokens import hash_of, new_token
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, constant, given, insert
from fsplug.store.db.text import clean
from fsplug.store.schema.accounts import ConsoleAccounts, ConsoleSessions
from fsplug.store.schema.companies import Companies, CompanyDetails
from fsplug.store.schema.history import is_current
from fsplug.store.schema.users import Users

# The limits of a session: its total length, however busy, and its length without activity.
LONGEST_SECONDS, IDLE_SECONDS = 12 * 3_600.0, 30 * 60.0
# Activity is written down at most this often.
_SEEN_SECONDS = 60.0
LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. Times are epoch seconds; `needs_totp`: the session may only set up a second factor."""

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
        """Whether the session is valid at this time.

        If the clock was put back far, the session ends, because its age is unknown.
        """
        fresh = now - self.made_at < LONGEST_SECONDS and now - self.seen_at < IDLE_SECONDS
        is_known_age = not is_ahead(self.made_at, now) and not is_ahead(self.seen_at, now)
        return self.ended_at is None and fresh and is_known_age and self.role is not Role.NONE


_NEEDS_TOTP = (
    CompanyDetails.superuser_totp
    & (Users.role == constant(Role.SUPERUSER))
    & ~factors.has_codes(ConsoleSessions)
    & ~factors.has_passkey(ConsoleSessions)
)
_SESSIONS = (
    ConsoleSessions.select(
        *columns(Session, ConsoleSessions, company=Companies.domain, role=Users.role, needs_totp=_NEEDS_TOTP)
    )
    .join_from(ConsoleSessions, Companies, on=(Companies.id == ConsoleSessions.company))
    .join_from(
        ConsoleSessions,
        CompanyDetails,
        on=((CompanyDetails.company == ConsoleSessions.company) & is_current(CompanyDetails)),
    )
    .join_from(
        ConsoleSessions,
        Users,
        on=(
            (Users.company == ConsoleSessions.company)
            & (Users.username == ConsoleSessions.username)
            & is_current(Users)
        ),
    )
    .join_from(
        ConsoleSessions,
        ConsoleAccounts,
        on=(
            (ConsoleAccounts.company == ConsoleSessions.company)
            & (ConsoleAccounts.username == ConsoleSessions.username)
        ),
    )
)
# Every request asks for its session.
_BY_TOKEN = Select(Session, lambda: _SESSIONS.where(ConsoleSessions.token_hash == given.token_hash))
_BY_ID = Select(Session, lambda: _SESSIONS.where(ConsoleSessions.id == given.session))
_LISTED = Select(
    Session,
    lambda: _SESSIONS.where(
        (ConsoleSessions.company == given.company)
        & ConsoleSessions.ended_at.is_null()
        & (ConsoleSessions.made_at > given.since)
    ).order_by(ConsoleSessions.made_at.desc(), ConsoleSessions.id),
)
_BEGIN = Write(lambda: insert(ConsoleSessions, "id token_hash company username made_at seen_at address agent"))
_SEEN = Write(
    lambda: ConsoleSessions.update({ConsoleSessions.seen_at: given.now}).where(ConsoleSessions.id == given.session)
)
_END = Write(lambda: _ended().where(ConsoleSessions.id == given.session))
_END_ALL = Write(
    lambda: _ended().where((ConsoleSessions.username == given.username) & (ConsoleSessions.id != given.besides))
)


def begin(store: Store, domain: str, username: str, address: str, agent: str) -> str:
    """Sign the user in; the token for the browser's cookie."""
    token, now = new_token(), store.now()
    row = {"company": company_id(store, domain), "username": username, "made_at": now, "seen_at": now}
    row |= {"address": clean(address), "agent": clean(agent)[:LONGEST_AGENT]}
    with store.atomic():
        _BEGIN.run(store, id=uuid.uuid4().hex[:12], token_hash=hash_of(token), **row)
    return token


def find(store: Store, token: str, is_life: bool = True) -> Session | None:
    """The open session of this cookie, or None.

    The role is the user's current one. `is_life`: the user did something, which prolongs the session.
    """
    found = _open(store, _BY_TOKEN.row(store, token_hash=hash_of(token)))
    if found is None or not is_life:
        return found
    if store.now() - found.seen_at > _SEEN_SECONDS:
        with store.atomic():
            _SEEN.run(store, now=store.now(), session=found.id)
    return found


def still_open(store: Store, session: str) -> Session | None:
    """The session of this id while it is open. Asking does not prolong it."""
    return _open(store, _BY_ID.row(store, session=session))


def listed(store: Store, domain: str, username: str | None = None) -> list[Session]:
    """The company's open sessions, or one user's, newest first."""
    now = store.now()
    found = _LISTED.rows(store, company=company_id(store, domain), since=now - LONGEST_SECONDS)
    return [one for one in found if one.is_open(now) and username in (None, one.username)]


def end(store: Store, domain: str, session: str, by: str) -> Session:
    """End one session; Invalid("unknown-session") if the company has no such open session."""
    found = next((one for one in listed(store, domain) if one.id == session), None)
    if found is None:
        text = f"{domain} has no open session {session}; see: fsplug account sessions --company {domain}"
        raise Invalid("unknown-session", text, session=session)
    with store.atomic():
        _END.run(store, company=company_id(store, domain), session=session, now=store.now(), by=by)
        trail.add(store, domain, by, "sign-out", found.username, [found.username], session=session)
    return found


def end_replaced(store: Store, token: str) -> None:
    """End the session of this cookie, whosever it is: its browser has just begun another one in its place."""
    found = find(store, token, is_life=False) if token else None
    if found is not None:
        end(store, found.company, found.id, logged_name(found.username, found.company))


def end_all(store: Store, domain: str, username: str, by: str, besides: str = "") -> int:
    """End every session of a user, `besides` one; returns how many there were."""
    whose = {"company": company_id(store, domain), "username": username}
    with store.atomic():
        return _END_ALL.run(store, now=store.now(), by=by, besides=besides, **whose)


def _open(store: Store, found: Session | None) -> Session | None:
    return found if found is not None and found.is_open(store.now()) else None


def _ended() -> Any:
    ended = {ConsoleSessions.ended_at: given.now, ConsoleSessions.ended_by: given.by}
    return ConsoleSessions.update(ended).where(
        (ConsoleSessions.company == given.company) & ConsoleSessions.ended_at.is_null()
    )
