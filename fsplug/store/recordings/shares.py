"""Recordings shared with people outside: a link by mail, useless without a code that works once."""

import secrets
import uuid
from dataclasses import dataclass, replace
from enum import StrEnum

from fsplug.errors import Invalid
from fsplug.policy.access.clock import is_ahead
from fsplug.policy.access.scopes import Actor, Need, check_may, logged_name
from fsplug.policy.addresses import SAYS, normalised
from fsplug.policy.one_line import text_trouble
from fsplug.store.accounts import accounts, tokens
from fsplug.store.accounts.tokens import Secret
from fsplug.store.audit import trail
from fsplug.store.config import user_list
from fsplug.store.config.user_list import Person
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.outbox import mails
from fsplug.store.recordings import access, recordings
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.recordings import ShareLinks
from fsplug.words.catalogue import LANGUAGES

DAY_SECONDS = 86_400.0
MOST_DAYS, MOST_PLAYS, LONGEST_SUBJECT = 30, 100, 200
USUAL_DAYS, USUAL_PLAYS = 7, 3
# The limit of wrong codes for a share, from all visitors: one code in ten million is right.
MOST_WRONG_CODES, CODE_DIGITS = 10, 8


class CodeBy(StrEnum):
    """How the code reaches the person: in a second mail, or read out on the phone by the person who shares."""

    MAIL = "mail"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Share:
    """One recording shared with one address. Times are epoch seconds; `played` of `plays` are used."""

    id: str
    company: str
    recording: str
    made_by: str
    at: float
    email: str
    subject: str
    language: str
    code_by: CodeBy
    expires_at: float
    plays: int
    played: int
    wrong_codes: int
    revoked_at: float | None
    revoked_by: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this share ends."""
        return (self.at, self.id)

    def is_open(self, now: float) -> bool:
        """Whether the recording can be heard with this share. Setting the clock back does not revive an old share."""
        in_time = now < self.expires_at and not is_ahead(self.at, now)
        return self.revoked_at is None and in_time and self.wrong_codes < MOST_WRONG_CODES


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer to share: what, with whom, for how long and how often."""

    recording: str
    email: str
    subject: str
    days: int = USUAL_DAYS
    plays: int = USUAL_PLAYS
    code_by: CodeBy = CodeBy.MAIL
    language: str | None = None


_SHARES = ShareLinks.select(*columns(Share, ShareLinks, company=Companies.domain)).join(
    Companies, on=(Companies.id == ShareLinks.company)
)
_LISTED = Listing(
    Share,
    ShareLinks,
    lambda: _SHARES.where(ShareLinks.company == given.company),
    person=ShareLinks.made_by == given.person,
    numbers=ShareLinks.recording.in_(recordings.with_numbers()),
)
_SHARE = Select(Share, lambda: _SHARES.where((ShareLinks.company == given.company) & (ShareLinks.id == given.share)))
_OF_RECORDING = Select(
    Share,
    lambda: (
        _SHARES.where((ShareLinks.company == given.company) & (ShareLinks.recording == given.recording))
        .order_by(ShareLinks.at.desc(), ShareLinks.id)
        .limit(given.limit)
    ),
)
_OPEN_OF = Select(
    Share,
    lambda: _SHARES.where(
        (ShareLinks.company == given.company)
        & (ShareLinks.made_by == given.made_by)
        & ShareLinks.revoked_at.is_null()
        & (ShareLinks.expires_at > given.now)
    ),
)
_ADD = Write(
    lambda: insert(ShareLinks, "id company recording made_by at email subject language code_by expires_at plays")
)
_REVOKE = Write(
    lambda: ShareLinks.update({ShareLinks.revoked_at: given.now, ShareLinks.revoked_by: given.by}).where(
        (ShareLinks.id == given.share) & ShareLinks.revoked_at.is_null()
    )
)


def create(store: Store, domain: str, offer: Offer, actor: Actor) -> tuple[Share, str | None]:
    """Share a recording and queue the mail with its link; returns the share, and the code if it will be read out by
    phone. Invalid names what is wrong with the offer; Refused("not-playable") if there is nothing to hear.
    """
    found = access.playable(access.recording(store, domain, offer.recording, actor, Need.SHARING))
    email, subject = _checked(offer)
    share, now = uuid.uuid4().hex[:16], store.now()
    language = offer.language or accounts.language(store, domain)
    expires_at = now + offer.days * DAY_SECONDS
    with store.atomic():
        _ADD.run(
            store,
            id=share,
            company=company_id(store, domain),
            recording=found.id,
            made_by=actor.logged_name,
            at=now,
            email=email,
            subject=subject,
            language=language,
            code_by=offer.code_by,
            expires_at=expires_at,
            plays=offer.plays,
        )
        people = access.people_of(store, found)
        facts = {"email": email, "share": share, "expires_at": expires_at, "plays": offer.plays}
        trail.add(store, domain, actor.logged_name, "share", found.id, people, code_by=str(offer.code_by), **facts)
        mails.queue(store, domain, mails.MailKind.SHARE, share, email, language)
        if offer.code_by is CodeBy.MAIL:
            mails.queue(store, domain, mails.MailKind.CODE, share, email, language)
        made = get(store, domain, share)
        return made, new_code(store, made) if offer.code_by is CodeBy.PHONE else None


def get(store: Store, domain: str, share: str) -> Share:
    """The company's share; Invalid("unknown-share") if there is none."""
    found = _SHARE.row(store, company=company_id(store, domain), share=share)
    if found is None:
        raise Invalid("unknown-share", f"{domain} has no share {share}; see: fsplug share list", share=share)
    return found


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Share]:
    """The company's shares, newest first. `person`: made by this user; `number`: at either end of the shared talk."""
    by = wanted if wanted.person is None else replace(wanted, person=logged_name(wanted.person, domain))
    return _LISTED.page(store, by, limit, before, company=company_id(store, domain))


def of_recording(store: Store, domain: str, recording: str, limit: int = 50) -> list[Share]:
    """The past and present shares of a recording, newest first."""
    return _OF_RECORDING.rows(store, company=company_id(store, domain), recording=recording, limit=limit)


def sharer(store: Store, share: Share) -> Person | None:
    """The user who shared, if it was one; an open share's user still is one."""
    username = share.made_by.rpartition("@")[0]
    found = user_list.of(store, share.company, [username]) if username else []
    return found[0] if found and share.made_by == logged_name(username, share.company) else None


def revoke(store: Store, domain: str, share: str, actor: Actor) -> Share:
    """From now on nobody can hear the recording with this share, not even a visitor who is playing it now.

    Revoking again changes nothing.
    """
    check_may(actor, Need.SHARING, domain)
    with store.atomic():
        found = get(store, domain, share)
        if _REVOKE.run(store, now=store.now(), by=actor.logged_name, share=share):
            audit(store, found, actor.logged_name, "share-revoke")
        return get(store, domain, share)


def revoke_of(store: Store, domain: str, made_by: str, by: str) -> None:
    """Revoke every open share that somebody (a logged name) made, in the caller's transaction."""
    now = store.now()
    for share in _OPEN_OF.rows(store, company=company_id(store, domain), made_by=made_by, now=now):
        if _REVOKE.run(store, now=now, by=by, share=share.id):
            audit(store, share, by, "share-revoke")


def new_link(store: Store, share: Share) -> str:
    """The token of a link, good while the share is."""
    token = tokens.new_token()
    tokens.make(store, tokens.TokenKind.SHARE, secret_of(store, share), token, share.expires_at - store.now())
    return token


def new_code(store: Store, share: Share) -> str:
    """A code, good once, while the share is."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    seconds = share.expires_at - store.now()
    tokens.make(store, tokens.TokenKind.CODE, secret_of(store, share), code_token(share, code), seconds)
    return code


def _checked(offer: Offer) -> tuple[str, str]:
    """The address and the subject as they are kept."""
    email, subject = normalised(offer.email.strip()), offer.subject.strip()
    troubles = {}
    if email is None:
        troubles["email"] = f"{offer.email[:60]!r} is not an address that mail can be sent to; {SAYS}"
    if not subject or text_trouble(subject) or len(subject) > LONGEST_SUBJECT:
        troubles["subject"] = f"the subject must be one line of up to {LONGEST_SUBJECT} characters"
    if not 1 <= offer.days <= MOST_DAYS:
        troubles["days"] = f"{offer.days} days must lie from 1 to {MOST_DAYS}"
    if not 1 <= offer.plays <= MOST_PLAYS:
        troubles["plays"] = f"{offer.plays} plays must lie from 1 to {MOST_PLAYS}"
    if offer.language not in (None, *LANGUAGES):
        troubles["language"] = f"{offer.language} is not known; use {', '.join(LANGUAGES)}"
    if troubles or email is None:
        raise Invalid("bad-share", "; ".join(troubles.values()), troubles=[*troubles.values()], wrong=[*troubles])
    return email, subject


def audit(store: Store, share: Share, by: str, act: str, **facts: object) -> None:
    """Write an act on the share into the audit trail."""
    found = recordings.get(store, share.company, share.recording)
    people = access.people_of(store, found) if found is not None else []
    trail.add(store, share.company, by, act, share.recording, people, share=share.id, **facts)


def of_secret(store: Store, secret: Secret) -> Share | None:
    """The share that a secret is of, or None."""
    return _SHARE.row(store, company=secret.company, share=secret.subject)


def secret_of(store: Store, share: Share) -> Secret:
    """Whose the share's links and codes are."""
    return Secret(company_id(store, share.company), share.id)


def code_token(share: Share, code: str) -> str:
    """The token of a code: it is good for this share alone."""
    return f"{share.id}:{code}"
