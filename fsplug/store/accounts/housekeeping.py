"""What may be forgotten: guesses of long ago, one-time secrets that have expired, playing that has ended."""

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
    """Delete what nobody needs any more. Anybody can make guesses; so the store does not grow by them."""
    before = store.now() - FORGET_SECONDS
    with store.atomic():
        for forget in (_THROTTLES, _TOKENS, _PLAYBACKS):
            forget.run(store, before=before)
