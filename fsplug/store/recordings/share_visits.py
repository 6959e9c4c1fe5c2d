"""Visits of people outside who were sent a link to a recording.

Whoever opens the link gets a visit, which is a cookie's; the code proves that it is the right person's. A visit that
was proved may play the recording, so many times in all, until the share expires or is revoked.
"""

from dataclasses import dataclass

from fsplug.errors import Refused
from fsplug.policy.access.scopes import outsider
from fsplug.store.accounts import tokens
from fsplug.store.accounts.tokens import Secret
from fsplug.store.config import companies
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.text import clean
from fsplug.store.outbox import mails
from fsplug.store.recordings import access, recordings, shares
from fsplug.store.recordings.recordings import Recording, State
from fsplug.store.recordings.shares import DAY_SECONDS, MOST_WRONG_CODES, CodeBy, Share

MOST_CODES, MOST_VISITS = 5, 200
# After pressing play: time to hear it twice, with pauses.
_HEARING_SECONDS, _TIMES = 600.0, 2.0
_VISIT = "INSERT INTO share_visit (token_hash, share, at, address, agent) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser that opened the link; `proved` once it gave the code."""

    share: Share
    proved: bool
    hearing_until: float


def begin(store: Store, token: str, address: str, agent: str) -> str:
    """Open the link; the cookie of the visit. Refused("share-not-good") when nothing can be heard by it."""
    share = _open_share(store, tokens.look(store, tokens.Kind.SHARE, token))
    _recording(store, share)
    cookie = tokens.new_token()
    with store.atomic():
        [(visits,)] = store.rows("SELECT COUNT(*) FROM share_visit WHERE share = ?", share.id)
        if visits >= MOST_VISITS:
            raise _not_good()
        row = (share.id, store.now(), clean(address), clean(agent)[:200])
        store.run(_VISIT, tokens.hash_of(cookie), *row)
        shares.tell(store, share, outsider(share.email), "share-visit", address=address)
    return cookie


def visited(store: Store, cookie: str) -> Visit:
    """The visit of this cookie; Refused("share-not-good") when nothing can be heard by it any more."""
    sql = """SELECT s.company, v.share, v.proved_at, v.hearing_until FROM share_visit v
        JOIN share_link s ON s.id = v.share WHERE v.token_hash = ?"""
    found = store.row(sql, tokens.hash_of(cookie))
    if found is None:
        raise _not_good()
    share = _open_share(store, Secret(found[0], found[1]))
    access.playable(_recording(store, share))
    return Visit(share, found[2] is not None, found[3] or 0.0)


def prove(store: Store, cookie: str, code: str, address: str) -> Visit:
    """Give the code; Refused("code-wrong") if it is not good, and after ten wrong ones the share is closed."""
    share = visited(store, cookie).share
    typed = "".join(code.split())
    with store.atomic():
        counted = "UPDATE share_link SET wrong_codes = wrong_codes + 1 WHERE id = ? AND wrong_codes < ?"
        if not store.run(counted, share.id, MOST_WRONG_CODES):
            raise _not_good()
        is_right = tokens.use(store, tokens.Kind.CODE, shares.code_token(share, typed)) == shares.secret_of(
            store, share
        )
        if is_right:
            store.run("UPDATE share_link SET wrong_codes = wrong_codes - 1 WHERE id = ?", share.id)
            sql = "UPDATE share_visit SET proved_at = ? WHERE token_hash = ?"
            store.run(sql, store.now(), tokens.hash_of(cookie))
        shares.tell(
            store, share, outsider(share.email), "share-code" if is_right else "share-code-refused", address=address
        )
    if not is_right:
        raise Refused("code-wrong", "that is not the code, or it has been used; ask for a new one")
    return visited(store, cookie)


def ask_code(store: Store, cookie: str) -> None:
    """Have another code sent by mail; Refused("no-more-codes") when there were enough, or they don't go by mail."""
    share = visited(store, cookie).share
    with store.atomic():
        sql = "SELECT COUNT(*) FROM mail WHERE company = ? AND kind = ? AND subject = ?"
        [(sent,)] = store.rows(sql, company_id(store, share.company), str(mails.Kind.CODE), share.id)
        if share.code_by is not CodeBy.MAIL or sent >= MOST_CODES:
            raise Refused("no-more-codes", "no more codes are sent; ask the person who shared the recording")
        mails.queue(store, share.company, mails.Kind.CODE, share.id, share.email, share.language)


def play(store: Store, cookie: str, address: str) -> Visit:
    """Begin to play, which counts; who is hearing already goes on. Refused("plays-used") when all plays are used."""
    visit = visited(store, cookie)
    if not visit.proved:
        raise Refused("share-code-wanted", "type the code first")
    recording, now = access.playable(_recording(store, visit.share)), store.now()
    until = now + _HEARING_SECONDS + _TIMES * (recording.seconds or 0.0)
    begun = """UPDATE share_visit SET hearing_until = ? WHERE token_hash = ?
        AND (hearing_until IS NULL OR hearing_until <= ?)"""
    counted = "UPDATE share_link SET played = played + 1 WHERE id = ? AND played < plays"
    with store.atomic():
        # Of two requests of one visit at once the second finds it hearing.
        if store.run(begun, until, tokens.hash_of(cookie), now):
            if not store.run(counted, visit.share.id):
                raise Refused("plays-used", "this recording has been played as often as was agreed")
            shares.tell(store, visit.share, outsider(visit.share.email), "share-play", address=address)
    return visited(store, cookie)


def proved(store: Store, cookie: str) -> Recording:
    """What may be played by who gave the code, and Refused for everybody else."""
    visit = visited(store, cookie)
    if not visit.proved:
        raise Refused("share-code-wanted", "type the code first")
    return access.playable(_recording(store, visit.share))


def heard(store: Store, cookie: str) -> Recording:
    """What is being heard; Refused when it may not be, or no more. Ask again while it is being sent."""
    visit = visited(store, cookie)
    if not visit.proved or not store.now() < visit.hearing_until < store.now() + 2 * DAY_SECONDS:
        raise Refused("not-hearing", "press play first")
    return access.playable(_recording(store, visit.share))


def _open_share(store: Store, secret: Secret | None) -> Share:
    share = shares.of_secret(store, secret) if secret else None
    if share is None or not share.is_open(store.now()) or not companies.exists(store, share.company):
        raise _not_good()
    return share


def _recording(store: Store, share: Share) -> Recording:
    found = recordings.get(store, share.company, share.recording)
    if found is None or found.state is State.DELETED:
        raise _not_good()
    return found


def _not_good() -> Refused:
    text = "nothing can be heard here any more: the link has expired, was withdrawn, or is not whole"
    return Refused("share-not-good", text)
