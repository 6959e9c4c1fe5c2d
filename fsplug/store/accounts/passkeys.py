"""Passkeys: registered by their owners, several each; they sign in instead of a password, or after it."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import logged_name
from fsplug.store.accounts import accounts, challenges, factor_notices, factors, sessions, webauthn
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.accounts.sessions import Session
from fsplug.store.accounts.tokens import Secret
from fsplug.store.accounts.webauthn import RelyingParty
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.db.text import clean
from fsplug.store.outbox.mails import MailKind
from fsplug.store.schema.accounts import ConsoleAccounts, Passkeys
from fsplug.store.schema.companies import Companies

MOST, LONGEST_NAME = 20, 60
REGISTER, STEP_UP, INSTEAD, SECOND = "register", "step-up", "instead of a password", "after the password of "


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey, as its owner called it. Times are epoch seconds; without `used_at` it was never used."""

    id: str
    username: str
    name: str
    made_at: float
    used_at: float | None


@dataclass(frozen=True, slots=True)
class PasskeyRequest:
    """What a page hands to the browser: the options, as JSON, and the sealed challenge to send back."""

    options: dict[str, Any]
    challenge: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sends: the sealed challenge, the passkey's answer as JSON, and whom it was given to."""

    challenge: str
    answer: str
    holder: str


@dataclass(frozen=True, slots=True)
class Proved:
    """The user whose passkey it was, and whether the passkey stood alone, without a password before it."""

    company: str
    username: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    id: str
    company: str
    domain: str
    username: str
    name: str
    public_key: str
    sign_count: int


_THEIRS = (Passkeys.company == given.company) & (Passkeys.username == given.username)
_LISTED = Select(
    Passkey,
    lambda: (
        Passkeys.select(*columns(Passkey, Passkeys))
        .join(ConsoleAccounts, on=factors.is_of(ConsoleAccounts, Passkeys))
        .where(Passkeys.company == given.company)
        .order_by(Passkeys.username, Passkeys.made_at, Passkeys.id)
    ),
)
_CREDENTIALS = Select(str, lambda: Passkeys.select(Passkeys.credential).where(_THEIRS).order_by(Passkeys.made_at))
_KEPT = Select(
    _Kept,
    lambda: (
        Passkeys.select(*columns(_Kept, Passkeys, domain=Companies.domain))
        .join(Companies, on=(Companies.id == Passkeys.company))
        .where(Passkeys.credential == given.credential)
    ),
)
_ADD = Write(
    lambda: insert(Passkeys, "id credential company username name public_key sign_count made_at", once_by="credential")
)
_USED = Write(
    lambda: Passkeys.update({Passkeys.sign_count: given.sign_count, Passkeys.used_at: given.now}).where(
        Passkeys.id == given.id
    )
)
_REMOVE = Write(lambda: Passkeys.delete().where(_THEIRS & (Passkeys.id == given.id)))


def listed(store: Store, domain: str, username: str | None = None) -> list[Passkey]:
    """The passkeys of the company's accounts, or of one user's, by user and then oldest first."""
    found = _LISTED.rows(store, company=company_id(store, domain))
    return [one for one in found if username in (None, one.username)]


def credentials(store: Store, domain: str, username: str) -> list[str]:
    """The ids that the user's authenticators know their passkeys by."""
    return _CREDENTIALS.rows(store, company=company_id(store, domain), username=username)


def ask_new(store: Store, party: RelyingParty, session: Session, secret_keys: SecretKeys) -> PasskeyRequest:
    """What the browser of this session makes a passkey with."""
    account = accounts.get(store, session.company, session.username)
    signed, sealed = challenges.new(store, REGISTER, session.id, secret_keys)
    handle, known = (
        _handle(store, account.company, account.username),
        credentials(store, account.company, account.username),
    )
    name = f"{account.email} ({account.company})"
    options = webauthn.creation_options(party, signed, handle, name, account.name or account.username, known)
    return PasskeyRequest(options, sealed)


def add(
    store: Store, party: RelyingParty, session: Session, name: str, answer: Answer, secret_keys: SecretKeys
) -> Passkey:
    """Keep the passkey that the browser has made.

    Invalid: "bad-passkey-name", "too-many-passkeys". Refused: "passkey-late", "passkey-refused".
    """
    called = clean(name).strip()
    if not 0 < len(called) <= LONGEST_NAME:
        raise Invalid("bad-passkey-name", f"give the passkey a name of 1 to {LONGEST_NAME} characters", name=called)
    challenge = challenges.opened(store, answer.challenge, answer.holder, secret_keys)
    if challenge.purpose != REGISTER or answer.holder != session.id:
        raise Refused("passkey-refused", "that answer is for another purpose")
    made = webauthn.made(party, challenge.signed, answer.answer)
    company = company_id(store, session.company)
    row = {"id": uuid.uuid4().hex[:12], "company": company, "username": session.username, "name": called}
    with store.atomic():
        challenges.spend(store, challenge, Secret(company, session.username))
        if len(credentials(store, session.company, session.username)) >= MOST:
            raise Invalid("too-many-passkeys", f"{session.username} has {MOST} passkeys; remove one first")
        kept = {"credential": made.credential, "public_key": made.public_key, "sign_count": made.sign_count}
        if _ADD.run(store, made_at=store.now(), **row, **kept) != 1:
            raise Refused("passkey-refused", "that passkey is registered already")
        by = logged_name(session.username, session.company)
        trail.add(store, session.company, by, "passkey-add", session.username, [session.username], passkey=called)
        factor_notices.tell(store, session.company, session.username, MailKind.PASSKEY_ADDED)
    return Passkey(row["id"], session.username, called, store.now(), None)


def remove(store: Store, domain: str, username: str, passkey: str, by: str, session: str = "") -> Passkey:
    """Remove one passkey of the user's, and end the user's sessions besides this one.

    Invalid("unknown-passkey") if the user has no such passkey.
    """
    found = next((one for one in listed(store, domain, username) if one.id == passkey), None)
    if found is None:
        text = f"{username} of {domain} has no passkey {passkey}; see: fsplug account passkeys --company {domain}"
        raise Invalid("unknown-passkey", text, passkey=passkey)
    with store.atomic():
        _REMOVE.run(store, company=company_id(store, domain), username=username, id=passkey)
        sessions.end_all(store, domain, username, by, besides=session)
        trail.add(store, domain, by, "passkey-remove", username, [username], passkey=found.name)
        factor_notices.tell(store, domain, username, MailKind.PASSKEY_REMOVED)
    return found


def ask(
    store: Store, party: RelyingParty, purpose: str, holder: str, known: list[str] | None, keys: SecretKeys
) -> PasskeyRequest:
    """What a browser proves to have a passkey with: one of `known`, or without them one that its user chooses."""
    signed, sealed = challenges.new(store, purpose, holder, keys)
    verification = "preferred" if purpose.startswith(SECOND) else "required"
    return PasskeyRequest(webauthn.request_options(party, signed, known, verification), sealed)


def prove(store: Store, party: RelyingParty, answer: Answer, purposes: tuple[str, ...], keys: SecretKeys) -> Proved:
    """Whose passkey it is, if all is right; it must be for one of the `purposes`, or what begins with one of them.

    Instead of a password the authenticator must have verified its user. A passkey that counts its signatures and has
    counted backwards, as a copy of it would, is noted in the trail. Refused: "passkey-late", "passkey-refused".
    """
    challenge = challenges.opened(store, answer.challenge, answer.holder, keys)
    if not challenge.purpose.startswith(purposes):
        raise Refused("passkey-refused", "that answer is for another purpose")
    kept = _KEPT.row(store, credential=webauthn.credential_of(answer.answer))
    if kept is None:
        raise Refused("passkey-refused", "that passkey is not registered here, or no longer")
    facts = {"company": kept.domain, "username": kept.username}
    whose = Secret(kept.company, kept.username)
    challenges.spend(store, challenge, whose)
    is_second = challenge.purpose.startswith(SECOND)
    try:
        found = webauthn.shown(party, challenge.signed, kept.public_key, answer.answer, is_verified=not is_second)
        _check_whose(store, kept, found.user_handle, challenge.purpose)
    except Refused as refused:
        raise Refused(refused.code, refused.text, **facts) from refused
    with store.atomic():
        if found.sign_count <= kept.sign_count and (found.sign_count or kept.sign_count):
            by, counts = logged_name(kept.username, kept.domain), {"was": kept.sign_count, "now": found.sign_count}
            trail.add(
                store, kept.domain, by, "passkey-count", kept.username, [kept.username], passkey=kept.name, **counts
            )
        _USED.run(store, sign_count=max(found.sign_count, kept.sign_count), now=store.now(), id=kept.id)
    return Proved(kept.domain, kept.username, not is_second)


def second_of(domain: str, username: str) -> str:
    """The purpose of a passkey that follows this user's right password."""
    return SECOND + logged_name(username, domain)


def _check_whose(store: Store, kept: _Kept, handle: bytes | None, purpose: str) -> None:
    if purpose.startswith(SECOND) and purpose != second_of(kept.domain, kept.username):
        raise Refused("passkey-refused", "that passkey is another person's")
    # Where the browser chose the passkey it tells the user's handle (WebAuthn, 7.2, step 6).
    is_theirs = handle == _handle(store, kept.domain, kept.username)
    if not is_theirs and (handle is not None or purpose == INSTEAD):
        raise Refused("passkey-refused", "that passkey is another person's")


def _handle(store: Store, domain: str, username: str) -> bytes:
    """What authenticators know the user by: nothing that says who it is."""
    return hashlib.sha256(repr((company_id(store, domain), username)).encode()).digest()
