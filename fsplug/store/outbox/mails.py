"""The outbox: mail that is to be sent, and what became of it.

A row says what a mail is about, never what stands in it: links and codes are made when it is sent.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fsplug.errors import Invalid, Refused
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, in_batches, page
from fsplug.store.db.text import clean
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.outbox import Mails

# Who took a mail and said nothing for so long has died; another may take it.
LEASE_SECONDS = 180.0


class Kind(StrEnum):
    """What a mail is for. Its subject is a user, or for the last two a share."""

    USER_ID = "user-id"
    PASSWORD = "password"
    RESET = "reset"
    SHARE = "share"
    CODE = "code"


class State(StrEnum):
    """What became of a mail."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. Times are epoch seconds; `subject` is the user or share it is about, `code` and `reason` say what
    went wrong last.
    """

    id: str
    company: str
    kind: Kind
    subject: str
    receiver: str
    language: str
    state: State
    at: float
    next_at: float
    tries: int
    sent_at: float | None
    code: str | None
    reason: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this mail ends."""
        return (self.at, self.id)


_NAMES = ("kind", "subject", "receiver", "language", "state", "at", "next_at", "tries", "sent_at", "code", "reason")
_MAILS = Mails.select(Mails.id, Companies.domain, *(getattr(Mails, name) for name in _NAMES)).join(
    Companies, on=(Companies.id == Mails.company)
)
_QUEUE = """INSERT INTO mail (id, company, kind, subject, receiver, language, state, at, next_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_TAKE = """UPDATE mail SET leased_until = ?, tries = tries + 1
    WHERE id = ? AND state = 'queued' AND (leased_until <= ? OR leased_until > ?)"""


def queue(store: Store, domain: str, kind: Kind, subject: str, receiver: str, language: str) -> str:
    """Have a mail sent, by whoever serves; its id."""
    mail, now = uuid.uuid4().hex, store.now()
    row = (company_id(store, domain), str(kind), subject, receiver, language, str(State.QUEUED), now, now)
    with store.atomic():
        store.run(_QUEUE, mail, *row)
    return mail


def due(store: Store, limit: int = 10) -> list[Mail]:
    """Every company's mails that are to be sent now, those first that wait longest, and the user ID, or a share's link,
    before what it announces."""
    now = store.now()
    # Further in the future than any retry: the clock was put back.
    is_due = (Mails.next_at <= now) | (Mails.next_at > now + LONGEST_WAIT_SECONDS)
    is_free = (Mails.leased_until <= now) | (Mails.leased_until > now + LEASE_SECONDS)
    query = _MAILS.where((Mails.state == State.QUEUED) & is_due & is_free)
    return [_mail(row) for row in store.query(query.order_by(Mails.next_at, Mails.kind.desc(), Mails.id).limit(limit))]


def take(store: Store, mail: str) -> bool:
    """Take a mail to send it, for `LEASE_SECONDS`; False if another has it."""
    now = store.now()
    with store.atomic():
        return store.run(_TAKE, now + LEASE_SECONDS, mail, now, now + LEASE_SECONDS) == 1


def sent(store: Store, mail: str) -> None:
    """The server has taken the mail."""
    now = store.now()
    sql = "UPDATE mail SET state = 'sent', sent_at = ?, code = NULL, reason = NULL, leased_until = 0 WHERE id = ?"
    with store.atomic():
        store.run(sql, now, mail)


def delayed(store: Store, mail: str, seconds: float, code: str, reason: str) -> None:
    """It did not work, and is to be tried again after so long."""
    sql = "UPDATE mail SET next_at = ?, code = ?, reason = ?, leased_until = 0 WHERE id = ?"
    with store.atomic():
        store.run(sql, store.now() + seconds, code, _short(reason), mail)


def failed(store: Store, mail: str, code: str, reason: str) -> None:
    """It will never work."""
    sql = "UPDATE mail SET state = 'failed', code = ?, reason = ?, leased_until = 0 WHERE id = ?"
    with store.atomic():
        store.run(sql, code, _short(reason), mail)


def retry(store: Store, domain: str, mail: str) -> Mail:
    """Try it again now, also if it was given up; Refused("mail-sent") when it has been sent."""
    found = get(store, domain, mail)
    if found.state is State.SENT:
        text = f"mail {mail} was sent to {found.receiver}; a new link is sent by: fsplug {_AGAIN[found.kind]}"
        raise Refused("mail-sent", text, mail=mail)
    now = store.now()
    sql = "UPDATE mail SET state = 'queued', next_at = ?, at = ?, tries = 0, leased_until = 0 WHERE id = ?"
    with store.atomic():
        store.run(sql, now, now, mail)
    return get(store, domain, mail)


def get(store: Store, domain: str, mail: str) -> Mail:
    """The company's mail; Invalid("unknown-mail") if there is none."""
    found = store.query(_MAILS.where((Mails.company == company_id(store, domain)) & (Mails.id == mail)))
    if not found:
        raise Invalid("unknown-mail", f"{domain} has no mail {mail}; see: fsplug mail list", mail=mail)
    return _mail(found[0])


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Mail]:
    """The company's mails, newest first. `person`: about this user."""
    query = _MAILS.where(Mails.company == company_id(store, domain))
    if wanted.person is not None:
        query = query.where((Mails.subject == wanted.person) & Mails.kind.not_in([Kind.SHARE, Kind.CODE]))
    return [_mail(row) for row in store.query(page(query, Mails, wanted, limit, before))]


def about(store: Store, domain: str, subjects: Iterable[str]) -> dict[str, list[Mail]]:
    """The mails about each of these, oldest first, a share's link before its code."""
    company = company_id(store, domain)
    found: dict[str, list[Mail]] = {subject: [] for subject in subjects}
    for some in in_batches(found):
        query = _MAILS.where((Mails.company == company) & Mails.subject.in_(some))
        for row in store.query(query.order_by(Mails.at, Mails.kind.desc())):
            mail = _mail(row)
            found[mail.subject].append(mail)
    return found


_AGAIN = {
    Kind.USER_ID: "account invite",
    Kind.PASSWORD: "account invite",
    Kind.RESET: "account reset",
    Kind.SHARE: "share create",
    Kind.CODE: "share create",
}
# The longest pause between two tries.
LONGEST_WAIT_SECONDS = 3_600.0


def _mail(row: Row) -> Mail:
    mail, domain, kind, subject, receiver, language, state, *rest = row
    return Mail(mail, domain, Kind(kind), subject, receiver, language, State(state), *rest)


def _short(reason: str) -> str:
    return clean(" ".join(reason.split()))[:500]
