"""Visits of people outside who were sent a link to a recording.

Opening the link does nothing: programs open links in mails too. Sending the code begins a visit, identified by a
cookie, and the right code proves that the visitor is the right person. A proved visit may play the recording, within
the share's number of plays, until the share expires or is revoked.
"""

from dataclasses import dataclass

from peewee import SQL, fn

from fsplug.errors import Refused
from fsplug.policy.access.scopes import outsider
from fsplug.store.accounts import tokens
from fsplug.store.accounts.tokens import Secret
from fsplug.store.config import companies
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.db.text import clean
from fsplug.store.outbox import mails
from fsplug.store.recordings import access, recordings, shares
from fsplug.store.recordings.recordings import Recording, State
from fsplug.store.recordings.shares import DAY_SECONDS, MOST_WRONG_CODES, CodeBy, Share
from fsplug.store.schema.outbox import Mails
from fsplug.store.schema.recordings import ShareLinks, ShareVisits

MOST_CODES, MOST_VISITS = 5, 200
# The time after pressing play: enough to hear the recording twice, with pauses.
_HEARING_SECONDS, _TIMES = 600.0, 2.0
# A hearing that ends later than this began before the clock was put back.
_LONGEST_HEARING_SECONDS = 2 * DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser that opened the link; `proved` once it gave the code."""

    share: Share
    proved: bool
    hearing_until: float


@dataclass(frozen=True, slots=True)
class _Visit:
    """A visit as stored; `company` (an id) is the share's."""

    company: str
    share: str
    proved_at: float | None
    hearing_until: float | None


_VISIT = Select(
    _Visit,
    lambda: (
        ShareVisits.select(*columns(_Visit, ShareVisits, company=ShareLinks.company))
        .join(ShareLinks, on=(ShareLinks.id == ShareVisits.share))
        .where(ShareVisits.token_hash == given.token_hash)
    ),
)
_VISITS = Select(
    int,
    lambda: ShareVisits.select(fn.COUNT(SQL("*")).alias("visits")).where(ShareVisits.share == given.share),
)
_CODES_SENT = Select(
    int,
    lambda: Mails.select(fn.COUNT(SQL("*")).alias("codes")).where(
        (Mails.company == given.company) & (Mails.kind == mails.MailKind.CODE) & (Mails.subject == given.share)
    ),
)
_BEGIN = Write(lambda: insert(ShareVisits, "token_hash share at address agent"))
_PROVE = Write(
    lambda: ShareVisits.update({ShareVisits.proved_at: given.now}).where(ShareVisits.token_hash == given.token_hash)
)
# If one visit sends two requests at once, the second finds the playing already begun.
_BEGIN_HEARING = Write(
    lambda: ShareVisits.update({ShareVisits.hearing_until: given.until}).where(
        (ShareVisits.token_hash == given.token_hash)
        & (
            ShareVisits.hearing_until.is_null()
            | (ShareVisits.hearing_until <= given.now)
            | (ShareVisits.hearing_until > given.now + _LONGEST_HEARING_SECONDS)
        )
    )
)
_COUNT_PLAY = Write(
    lambda: ShareLinks.update({ShareLinks.played: ShareLinks.played + 1}).where(
        (ShareLinks.id == given.share) & (ShareLinks.played < ShareLinks.plays)
    )
)
_COUNT_WRONG_CODE = Write(
    lambda: ShareLinks.update({ShareLinks.wrong_codes: ShareLinks.wrong_codes + 1}).where(
        (ShareLinks.id == given.share) & (ShareLinks.wrong_codes < MOST_WRONG_CODES)
    )
)
_FORGIVE_CODE = Write(
    lambda: ShareLinks.update({ShareLinks.wrong_codes: ShareLinks.wrong_codes - 1}).where(ShareLinks.id == given.share)
)


def offered(store: Store, token: str) -> Share:
    """The share of a link; Refused("share-not-good") if nothing can be heard with the link. Asking changes nothing."""
    share = _open_share(store, tokens.look(store, tokens.TokenKind.SHARE, token))
    _recording(store, share)
    return share


def begin(store: Store, token: str, address: str, agent: str) -> str:
    """Begin a visit by this link; returns the visit's cookie. Refused as `offered`."""
    share = offered(store, token)
    cookie = tokens.new_token()
    with store.atomic():
        if _VISITS.one(store, share=share.id) >= MOST_VISITS:
            raise _not_good()
        _BEGIN.run(
            store,
            token_hash=tokens.hash_of(cookie),
            share=share.id,
            at=store.now(),
            address=clean(address),
            agent=clean(agent)[:200],
        )
        shares.audit(store, share, outsider(share.email), "share-visit", address=address)
    return cookie


def visited(store: Store, cookie: str) -> Visit:
    """The visit of this cookie; Refused("share-not-good") if nothing can be heard with it any more."""
    found = _VISIT.row(store, token_hash=tokens.hash_of(cookie))
    if found is None:
        raise _not_good()
    share = _open_share(store, Secret(found.company, found.share))
    access.playable(_recording(store, share))
    return Visit(share, found.proved_at is not None, found.hearing_until or 0.0)


def prove(store: Store, cookie: str, code: str, address: str) -> Visit:
    """Enter the code; Refused("code-wrong") if it is wrong. After ten wrong codes the share is closed; what is not even
    digits is no code, and does not count.
    """
    share = visited(store, cookie).share
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        raise _wrong_code()
    with store.atomic():
        # A code counts as wrong until it is known to be right, so that parallel guesses can't exceed ten.
        if not _COUNT_WRONG_CODE.run(store, share=share.id):
            raise _not_good()
        is_right = tokens.use(store, tokens.TokenKind.CODE, shares.code_token(share, typed)) == shares.secret_of(
            store, share
        )
        if is_right:
            _FORGIVE_CODE.run(store, share=share.id)
            _PROVE.run(store, now=store.now(), token_hash=tokens.hash_of(cookie))
        shares.audit(
            store, share, outsider(share.email), "share-code" if is_right else "share-code-refused", address=address
        )
    if not is_right:
        raise _wrong_code()
    return visited(store, cookie)


def ask_code(store: Store, token: str) -> None:
    """Send another code to the address that the link was mailed to; Refused("no-more-codes") if enough were sent, or if
    codes don't go by mail.
    """
    share = offered(store, token)
    with store.atomic():
        sent = _CODES_SENT.one(store, company=company_id(store, share.company), share=share.id)
        if share.code_by is not CodeBy.MAIL or sent >= MOST_CODES:
            raise Refused("no-more-codes", "no more codes are sent; ask the person who shared the recording")
        mails.queue(store, share.company, mails.MailKind.CODE, share.id, share.email, share.language)


def play(store: Store, cookie: str, address: str) -> Visit:
    """Begin to play, which uses one play; a visit that plays already goes on.

    Refused("plays-used") if none are left.
    """
    visit = visited(store, cookie)
    if not visit.proved:
        raise Refused("share-code-wanted", "type the code first")
    recording, now = access.playable(_recording(store, visit.share)), store.now()
    until = now + _HEARING_SECONDS + _TIMES * (recording.seconds or 0.0)
    with store.atomic():
        if _BEGIN_HEARING.run(store, until=until, token_hash=tokens.hash_of(cookie), now=now):
            if not _COUNT_PLAY.run(store, share=visit.share.id):
                raise Refused("plays-used", "this recording has been played as often as was agreed")
            shares.audit(store, visit.share, outsider(visit.share.email), "share-play", address=address)
    return visited(store, cookie)


def proved(store: Store, cookie: str) -> Recording:
    """The recording that a visitor who entered the code may play; Refused for everybody else."""
    visit = visited(store, cookie)
    if not visit.proved:
        raise Refused("share-code-wanted", "type the code first")
    return access.playable(_recording(store, visit.share))


def playing(store: Store, cookie: str) -> Recording:
    """The recording that is being played; Refused if it must not be heard, or no longer.

    Ask again while it is being sent.
    """
    visit = visited(store, cookie)
    if not visit.proved or not store.now() < visit.hearing_until < store.now() + _LONGEST_HEARING_SECONDS:
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


def _wrong_code() -> Refused:
    return Refused("code-wrong", "that is not the code, or it has been used; ask for a new one")


def _not_good() -> Refused:
    text = "nothing can be heard here any more: the link has expired, was withdrawn, or is incomplete"
    return Refused("share-not-good", text)
