"""Takes queued mail from the store, writes it, hands it to the server and stores the outcome."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import structlog

from fsplug.errors import FsplugError, Invalid, Refused
from fsplug.mail import letters
from fsplug.mail.letters import Letter, letter, message
from fsplug.store.accounts import accounts
from fsplug.store.change import rejecting, waiting_rows
from fsplug.store.config import companies, user_list
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import Mail, MailKind
from fsplug.store.outbox.queue import Lease
from fsplug.store.recordings import shares
from fsplug.words import moments
from fsplug.words.catalogue import Words

log = structlog.get_logger()

GIVE_UP_SECONDS = 5 * 86_400.0
_SET_PASSWORD, _SHARED, _CHANGE = "set-password", "shared", "changes/reject"

Send = Callable[[EmailMessage], None]


@dataclass(frozen=True, slots=True)
class Post:
    """The sender of the mail, and the console's address."""

    sender: str
    url: str


class Postman:
    """Sends the mail that is due.

    If fsplug dies after handing in a mail and before writing that down, the mail is sent twice, the second time with
    new links; the old links stay valid too.
    """

    def __init__(self, store: Store, post: Post, send: Send) -> None:
        self._store = store
        self._post = post
        self._send = send

    def round(self, limit: int = 10) -> int:
        """Send what is due now; returns how many mails were tried."""
        return sum(self._tried(mail) for mail in mails.due(self._store, limit))

    def _tried(self, mail: Mail) -> bool:
        """Each mail is leased only when its turn comes: the mails before it may be slow, and another process may send
        it meanwhile.
        """
        lease = mails.take(self._store, mail.id)
        if lease is None:
            return False
        self._deliver(mail, lease)
        return True

    def _deliver(self, mail: Mail, lease: Lease) -> None:
        try:
            self._send(self._written(mail))
        except (Refused, Invalid) as refusal:
            log.warning("mail-failed", mail=mail.id, code=refusal.code, reason=refusal.text)
            mails.failed(self._store, mail.id, refusal.code, refusal.text)
        except FsplugError as trouble:
            self._delay(mail, lease, trouble.code, trouble.text)
        except Exception as error:
            log.exception("mail-delayed", mail=mail.id)
            self._delay(mail, lease, "mail-fault", f"{type(error).__name__}: {error}")
        else:
            mails.sent(self._store, mail.id)

    def _delay(self, mail: Mail, lease: Lease, code: str, reason: str) -> None:
        if self._store.database_now() - mail.at > GIVE_UP_SECONDS:
            mails.failed(self._store, mail.id, code, reason)
            return
        pause = mails.delayed(self._store, lease, code, reason)
        log.info("mail-delayed", mail=mail.id, seconds=pause, code=code, reason=reason)

    def _written(self, mail: Mail) -> EmailMessage:
        writer = _WRITERS.get(mail.kind, Postman._of_account)
        return message(writer(self, mail), self._post.sender, mail.receiver, mail.id, time.time())

    def _of_act(self, mail: Mail) -> Letter:
        facts = {"company": self._company(mail), "url": self._post.url, "username": mail.subject, "name": mail.subject}
        # It was so, even if the user has left since.
        with suppress(Invalid):
            facts["name"] = accounts.get(self._store, mail.company, mail.subject).name or mail.subject
        return letter(mail.kind, mail.language, {**facts, "when": self._when(mail, mail.at)})

    def _of_account(self, mail: Mail) -> Letter:
        try:
            account = accounts.get(self._store, mail.company, mail.subject)
        except Invalid as gone:
            raise _withdrawn(gone.text) from gone
        if account.email != mail.receiver:
            raise _withdrawn(f"{account.username} has another address now")
        facts: dict[str, Any] = {"name": account.name or account.username, "email": account.email}
        facts |= {"customer_ref": mail.company, "company": self._company(mail), "url": f"{self._post.url}/"}
        facts |= {"has_password": account.password_at is not None}
        if mail.kind is not MailKind.USER_ID:
            token = accounts.new_link(self._store, mail.company, mail.subject)
            facts["link"] = f"{self._post.url}/{_SET_PASSWORD}/{token}"
        return letter(mail.kind, mail.language, facts)

    def _of_share(self, mail: Mail) -> Letter:
        share = shares.get(self._store, mail.company, mail.subject)
        if not share.is_open(self._store.now()):
            raise _withdrawn("the share was revoked or has expired")
        facts: dict[str, Any] = {"company": self._company(mail)}
        if (sharer := shares.sharer(self._store, share)) is not None:
            facts |= {"who": sharer.called, "reply_to": sharer.email}
        if mail.kind is MailKind.CODE:
            facts["code"] = shares.new_code(self._store, share)
        else:
            until = self._when(mail, share.expires_at)
            facts |= {"subject": share.subject, "plays": share.plays - share.played, "until": until}
            facts |= {"by_mail": share.code_by == "mail"}
            facts["link"] = f"{self._post.url}/{_SHARED}/{shares.new_link(self._store, share)}"
        return letter(mail.kind, mail.language, facts)

    def _of_change(self, mail: Mail) -> Letter:
        change_id, _, username = mail.subject.partition(":")
        change = waiting_rows.get(self._store, mail.company, change_id)
        facts: dict[str, Any] = {"company": self._company(mail), "items": letters.items(change.shown, mail.language)}
        facts |= {"name": self._called(mail.company, change.username), "by": self._maker(mail.company, change.made_by)}
        if mail.kind is MailKind.CHANGE_WAITS:
            if not change.is_waiting:
                raise _withdrawn("the change waits no more")
            facts |= {"takes_second": change.takes_second, "by_superuser": change.by_superuser}
            facts |= {"until": self._when(mail, change.due_at)}
            token = rejecting.new_link(self._store, mail.company, change_id, username)
            facts["link"] = f"{self._post.url}/{_CHANGE}/{token}"
        if mail.kind is MailKind.CHANGE_DROPPED:
            facts["unconfirmed"] = change.takes_second
        return letter(mail.kind, mail.language, facts)

    def _maker(self, company: str, made_by: str) -> str:
        username, _, domain = made_by.rpartition("@")
        return self._called(company, username) if domain == company else made_by

    def _called(self, company: str, username: str) -> str:
        name = user_list.names(self._store, company, [username]).get(username)
        return f"{name} ({username})" if name and name != username else username

    def _when(self, mail: Mail, at: float) -> str:
        zone = moments.zone_of(companies.get(self._store, mail.company).timezone)
        return moments.written(Words(mail.language), at, zone)

    def _company(self, mail: Mail) -> str:
        return companies.get(self._store, mail.company).name


_WRITERS: Mapping[MailKind, Callable[[Postman, Mail], Letter]] = {
    MailKind.SHARE: Postman._of_share,
    MailKind.CODE: Postman._of_share,
    MailKind.PLAYS: Postman._of_act,
    MailKind.OWN_PLAYS: Postman._of_act,
    MailKind.PASSKEY_ADDED: Postman._of_act,
    MailKind.PASSKEY_REMOVED: Postman._of_act,
    MailKind.CODES_ON: Postman._of_act,
    MailKind.PASSWORD_CHANGED: Postman._of_act,
    MailKind.CHANGE_WAITS: Postman._of_change,
    MailKind.CHANGE_MADE: Postman._of_change,
    MailKind.CHANGE_DROPPED: Postman._of_change,
}


def _withdrawn(why: str) -> Refused:
    return Refused("mail-withdrawn", f"not sent any more: {why}")
