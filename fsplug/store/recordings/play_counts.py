"""How many recordings a person plays, and the alert when they are unusually many."""

from peewee import fn

from fsplug.policy.access import plays
from fsplug.policy.access.scopes import logged_name
from fsplug.policy.entities import Role
from fsplug.store.accounts import accounts, throttle
from fsplug.store.audit import trail
from fsplug.store.audit.browse import AuditFilter, search
from fsplug.store.audit.trail import AuditEntry
from fsplug.store.config import users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from fsplug.store.schema.accounts import ConsoleSessions
from fsplug.store.schema.recordings import Playbacks

ACT = "many-plays"
_PLAYED = Select(
    int,
    lambda: (
        Playbacks.select(fn.COUNT(fn.DISTINCT(Playbacks.recording)).alias("played"))
        .join(ConsoleSessions, on=(ConsoleSessions.id == Playbacks.session))
        .where(
            (ConsoleSessions.company == given.company)
            & (ConsoleSessions.username == given.username)
            & (Playbacks.at > given.since)
        )
    ),
)


def within_hour(store: Store, domain: str, username: str) -> int:
    """How many different recordings the user has played within the last hour, in all their sessions."""
    since = max(store.now() - plays.HOUR_SECONDS, users.tenure(store, domain, username).at)
    return _PLAYED.one(store, company=company_id(store, domain), username=username, since=since)


def alert(store: Store, domain: str, username: str, per_hour: int) -> None:
    """If the user has played more than that, tell the company's superusers and the user: by an entry in the trail and
    by mail, once an hour. Runs in the transaction of the play.
    """
    played = within_hour(store, domain, username)
    if not plays.is_unusual(played, per_hour):
        return
    with store.atomic():
        if throttle.take(store, throttle.key(ACT, domain, username), plays.OF_ALERTS) == 0.0:
            trail.add(store, domain, logged_name(username, domain), ACT, username, [username], plays=played)
            _mail(store, domain, username)


def alerts(store: Store, domain: str, since: float, limit: int) -> list[AuditEntry]:
    """The alerts since then, newest first."""
    return search(store, domain, AuditFilter(since=since, acts=(ACT,)), limit)


def _mail(store: Store, domain: str, username: str) -> None:
    for account in accounts.listed(store, domain):
        kind = MailKind.OWN_PLAYS if account.username == username else MailKind.PLAYS
        if account.username == username or account.role is Role.SUPERUSER:
            language = accounts.language(store, domain, account.username)
            mails.queue(store, domain, kind, username, account.email, language)
