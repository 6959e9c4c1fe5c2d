"""Deletes what nobody needs any more: old guesses, expired one-time secrets, ended playbacks, and who came from where.

What must be known for longer stands in the audit trail.
"""

from typing import Any

from fsplug.store.accounts.known_browsers import MARK_SECONDS
from fsplug.store.accounts.sessions import LONGEST_SECONDS
from fsplug.store.audit import failures
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, Write, constant, given, given_each
from fsplug.store.outbox.mails import MailState
from fsplug.store.schema.accounts import ConsoleSessions, KnownBrowsers, OneTimeTokens, Throttles
from fsplug.store.schema.outbox import Mails
from fsplug.store.schema.recordings import Playbacks, ShareLinks, ShareVisits

FORGET_SECONDS = 2 * 86_400.0
# How long addresses of people and of their browsers stay, after the mail was sent or the session or share has ended.
KEEP_SECONDS = 180 * 86_400.0
# The number of rows found at once; each batch of them is deleted in a transaction of its own, so that nobody waits.
_AT_ONCE = 5_000


class _Old:
    """The rows of a table that are older than a time: found first, as SQLite can't limit how many it deletes."""

    def __init__(self, table: Any, key: Any, condition: Any, seconds: float) -> None:
        self._find = Select(str, lambda: table.select(key).where(condition).limit(_AT_ONCE))
        self._forget = Write(lambda: table.delete().where(key.in_(given_each.keys)))
        self._seconds = seconds

    def forget(self, store: Store) -> None:
        """Delete them."""
        before = store.now() - self._seconds
        while found := self._find.rows(store, before=before):
            for some in in_batches(found):
                with store.atomic():
                    self._forget.run(store, keys=some)
            if len(found) < _AT_ONCE:
                return


_IS_OVER = Mails.state != constant(MailState.QUEUED)
_EXPIRED = ShareLinks.select(ShareLinks.id).where(ShareLinks.expires_at < given.before)
_ALL = (
    _Old(
        Throttles,
        Throttles.key,
        (Throttles.last_at < given.before) & (Throttles.closed_until < given.before),
        FORGET_SECONDS,
    ),
    _Old(OneTimeTokens, OneTimeTokens.hash, OneTimeTokens.expires_at < given.before, FORGET_SECONDS),
    _Old(ConsoleSessions, ConsoleSessions.id, ConsoleSessions.made_at < given.before, KEEP_SECONDS + LONGEST_SECONDS),
    _Old(KnownBrowsers, KnownBrowsers.token_hash, KnownBrowsers.made_at < given.before, MARK_SECONDS),
    _Old(ShareVisits, ShareVisits.token_hash, ShareVisits.share.in_(_EXPIRED), KEEP_SECONDS),
    _Old(Mails, Mails.id, _IS_OVER & (Mails.at < given.before), KEEP_SECONDS),
)
_PLAYBACKS = Write(lambda: Playbacks.delete().where(Playbacks.until < given.before))


def delete_old(store: Store) -> None:
    """Delete what is too old to be of use. Anybody can make guesses, so guesses must not make the store grow."""
    for one in _ALL:
        one.forget(store)
    failures.forget(store, store.now() - FORGET_SECONDS)
    with store.atomic():
        _PLAYBACKS.run(store, before=store.now() - FORGET_SECONDS)
