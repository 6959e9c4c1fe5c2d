"""What may be forgotten: guesses of long ago, one-time secrets that have expired, playing that has ended."""

from fsplug.store.db.database import Store

FORGET_SECONDS = 2 * 86_400.0


def tidy(store: Store) -> None:
    """Delete what nobody needs any more. Anybody can make guesses; so the store does not grow by them."""
    before = store.now() - FORGET_SECONDS
    with store.atomic():
        store.run("DELETE FROM throttle WHERE last_at < ? AND closed_until < ?", before, before)
        store.run("DELETE FROM one_time WHERE expires_at < ?", before)
        store.run("DELETE FROM playback WHERE until < ?", before)
