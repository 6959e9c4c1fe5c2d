"""Deletes what nobody needs any more: old guesses, expired one-time secrets, ended playbacks."""

from fsplug.store.db.database import Store
from fsplug.store.db.statements import Write, given
from fsplug.store.schema.accounts import OneTimeTokens, Throttles
from fsplug.store.schema.recordings import Playbacks

FORGET_SECONDS = 2 * 86_400.0
_THROTTLES = Write(
    lambda: Throttles.delete().where((Throttles.last_at < given.before) & (Throttles.closed_until < given.before))
)
_TOKENS = Write(lambda: OneTimeTokens.delete().where(OneTimeTokens.expires_at < given.before))
_PLAYBACKS = Write(lambda: Playbacks.delete().where(Playbacks.until < given.before))


def tidy(store: Store) -> None:
    """Delete it all. Anybody can make guesses, so they must not make the store grow."""
    before = store.now() - FORGET_SECONDS
    with store.atomic():
        for forget in (_THROTTLES, _TOKENS, _PLAYBACKS):
            forget.run(store, before=before)
