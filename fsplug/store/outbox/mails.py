"""The outbox: mail that is to be sent, and what became of it.

A row says what a mail is about, never its contents: links and codes are made when the mail is sent.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, constant, given, given_each, insert
from fsplug.store.outbox.queue import Lease, Queue, short
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.outbox import Mails

# A process that took a mail and has not reported for this long has died; another may take the mail.
LEASE_SECONDS = 180.0


class MailKind(StrEnum):
    """What a mail is for. Its subject is a user, a share, or of a change the change and who is told of it."""

    USER_ID = "user-id"
    PASSWORD = "password"
    RESET = "reset"
    PLAYS = "plays"
    OWN_PLAYS = "own-plays"
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    CODES_ON = "codes-on"
    PASSWORD_CHANGED = "password-changed"
    SHARE = "share"
    CODE = "code"
    CHANGE_WAITS = "change-waits"
    CHANGE_MADE = "change-made"
    CHANGE_DROPPED = "change-dropped"


class MailState(StrEnum):
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
    kind: MailKind
    subject: str
    receiver: str
    language: str
    state: MailState
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


# The longest pause between two tries.
LONGEST_WAIT_SECONDS = 3_600.0
QUEUE = Queue(
    Mails,
    Mails.state == constant(MailState.QUEUED),
    lease_seconds=LEASE_SECONDS,
    pauses=(10.0, 30.0, 60.0, 300.0, 900.0, LONGEST_WAIT_SECONDS),
)

_MAILS = Mails.select(*columns(Mail, Mails, company=Companies.domain)).join(
    Companies, on=(Companies.id == Mails.company)
)
_OF_CHANGES = [MailKind.CHANGE_WAITS, MailKind.CHANGE_MADE, MailKind.CHANGE_DROPPED]
_OF_ACCOUNTS = Mails.kind.not_in([MailKind.SHARE, MailKind.CODE, *_OF_CHANGES])
_QUEUE = Write(lambda: insert(Mails, "id company kind subject receiver language state at next_at", once_by="id"))
_DUE = Select(
    Mail,
    lambda: _MAILS.where(QUEUE.ready()).order_by(Mails.next_at, Mails.kind.desc(), Mails.id).limit(given.limit),
)
_GET = Select(Mail, lambda: _MAILS.where((Mails.company == given.company) & (Mails.id == given.mail)))
_LISTED = Listing(
    Mail,
    Mails,
    lambda: _MAILS.where(Mails.company == given.company),
    person=(Mails.subject == given.person) & _OF_ACCOUNTS,
)
_ABOUT = Select(
    Mail,
    lambda: _MAILS.where((Mails.company == given.company) & Mails.subject.in_(given_each.subjects)).order_by(
        Mails.at, Mails.kind.desc()
    ),
)
_SENT = Write(lambda: _ended(MailState.SENT, sent_at=given.now, code=None, reason=None).where(Mails.id == given.mail))
_FAILED = Write(
    lambda: _ended(MailState.FAILED, code=given.code, reason=given.reason).where(
        (Mails.id == given.mail) & (Mails.state == MailState.QUEUED)
    )
)
# A process that is sending the mail at this moment keeps it.
_RETRY = Write(
    lambda: Mails.update(state=MailState.QUEUED, next_at=given.now, at=given.now, tries=0).where(
        (Mails.company == given.company) & (Mails.id == given.mail) & (Mails.state != MailState.SENT)
    )
)


def queue(
    store: Store, domain: str, kind: MailKind, subject: str, receiver: str, language: str, mail: str | None = None
) -> str:
    """Queue a mail; returns its id. If `mail` is the id of an existing mail, there is still only one mail."""
    mail = mail or uuid.uuid4().hex
    company = company_id(store, domain)
    about = {"kind": kind, "subject": subject, "receiver": receiver, "language": language}
    with store.atomic():
        now = store.database_now()
        _QUEUE.run(store, id=mail, company=company, state=MailState.QUEUED, at=now, next_at=now, **about)
    return mail


def due(store: Store, limit: int = 10) -> list[Mail]:
    """Every company's mails to be sent now, the longest waiting first; the user ID comes before the password link, and
    a share's link before its code.
    """
    return _DUE.rows(store, now=store.database_now(), limit=limit)


def take(store: Store, mail: str) -> Lease | None:
    """Take a mail for `LEASE_SECONDS`, to send it; None if another process has it, or if it need
    not be sent any more.
    """
    return QUEUE.take(store, mail)


def sent(store: Store, mail: str) -> None:
    """The server has taken the mail."""
    with store.atomic():
        _SENT.run(store, mail=mail, now=store.database_now())


def delayed(store: Store, lease: Lease, code: str, reason: str) -> float:
    """The try failed; the mail is tried again after a pause, in seconds, which grows with the number of tries."""
    return QUEUE.delay(store, lease, code, reason)


def failed(store: Store, mail: str, code: str, reason: str) -> None:
    """The mail can never be sent."""
    with store.atomic():
        _FAILED.run(store, mail=mail, code=code, reason=short(reason))


def retry(store: Store, domain: str, mail: str) -> Mail:
    """Try the mail again now, even if it was given up; Refused("mail-sent") if it has been sent."""
    found = get(store, domain, mail)
    if found.state is MailState.SENT:
        again = f"; a new link is sent by: fsplug {_AGAIN[found.kind]}" if found.kind in _AGAIN else ""
        text = f"mail {mail} was sent to {found.receiver}{again}"
        raise Refused("mail-sent", text, mail=mail)
    with store.atomic():
        _RETRY.run(store, company=company_id(store, domain), mail=mail, now=store.database_now())
    return get(store, domain, mail)


def get(store: Store, domain: str, mail: str) -> Mail:
    """The company's mail; Invalid("unknown-mail") if there is none."""
    found = _GET.row(store, company=company_id(store, domain), mail=mail)
    if found is None:
        raise Invalid("unknown-mail", f"{domain} has no mail {mail}; see: fsplug mail list", mail=mail)
    return found


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Mail]:
    """The company's mails, newest first. `person`: only mails about this user."""
    return _LISTED.page(store, wanted, limit, before, company=company_id(store, domain))


def about(store: Store, domain: str, subjects: Iterable[str]) -> dict[str, list[Mail]]:
    """The mails about each of these, oldest first, a share's link before its code."""
    company = company_id(store, domain)
    found: dict[str, list[Mail]] = {subject: [] for subject in subjects}
    for some in in_batches(found):
        for mail in _ABOUT.rows(store, company=company, subjects=some):
            found[mail.subject].append(mail)
    return found


_AGAIN = {
    MailKind.USER_ID: "account invite",
    MailKind.PASSWORD: "account invite",
    MailKind.RESET: "account reset",
    MailKind.SHARE: "share create",
    MailKind.CODE: "share create",
    MailKind.CHANGE_WAITS: "change list",
    MailKind.CHANGE_MADE: "change list",
    MailKind.CHANGE_DROPPED: "change list",
}


def _ended(state: MailState, **values: Any) -> Any:
    return Mails.update(state=state, leased_until=0.0, **values)
