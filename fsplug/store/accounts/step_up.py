"""Step-up: somebody who is signed in proves once more who they are, before acts that a stolen session must not make.

The proof is a second cookie, of this session alone, that is good for a few minutes.
"""

import hmac
from dataclasses import dataclass

from peewee import fn

from fsplug.errors import Refused
from fsplug.policy.access.scopes import logged_name
from fsplug.store.accounts import factors, passkeys, signin
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.accounts.sessions import Session
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.store.accounts.tokens import hash_of, new_token
from fsplug.store.accounts.webauthn import RelyingParty
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given
from fsplug.store.schema.accounts import ConsoleAccounts, ConsoleSessions

FRESH_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Ways:
    """What somebody can prove themselves with."""

    password: bool
    code: bool
    passkey: bool


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """A passkey's answer, for the console as it knows it; `address` is the network address it came from."""

    party: RelyingParty
    answer: passkeys.Answer
    address: str


@dataclass(frozen=True, slots=True)
class _Last:
    step_up_hash: str | None
    stepped_up_at: float | None


_LAST = Select(
    _Last,
    lambda: ConsoleSessions.select(*columns(_Last, ConsoleSessions)).where(ConsoleSessions.id == given.session),
)
_KEEP = Write(
    lambda: ConsoleSessions.update(
        {ConsoleSessions.step_up_hash: given.kept, ConsoleSessions.stepped_up_at: given.now}
    ).where(ConsoleSessions.token_hash == given.token_hash)
)
_WAYS = Select(
    Ways,
    lambda: ConsoleAccounts.select(
        fn.COALESCE(ConsoleAccounts.password_hash, "").__ne__("").alias("password"),
        factors.has_codes(ConsoleAccounts).alias("code"),
        factors.has_passkey(ConsoleAccounts).alias("passkey"),
    ).where((ConsoleAccounts.company == given.company) & (ConsoleAccounts.username == given.username)),
)


def ways(store: Store, session: Session) -> Ways:
    """What the session's user has to prove themselves with; nothing at all for one who only ever came by a link."""
    found = _WAYS.row(store, company=company_id(store, session.company), username=session.username)
    return found or Ways(password=False, code=False, passkey=False)


def is_fresh(store: Store, session: Session, proof: str) -> bool:
    """Whether `proof` is the session's last one and a few minutes old at most, whichever way the clock was put."""
    last = _LAST.row(store, session=session.id)
    if last is None or last.step_up_hash is None or last.stepped_up_at is None:
        return False
    is_last = hmac.compare_digest(last.step_up_hash, hash_of(proof))
    return is_last and abs(store.now() - last.stepped_up_at) < FRESH_SECONDS


def new_proof(store: Store, token: str) -> str:
    """A proof for the session of this cookie, whose user has just shown who they are; it replaces the one before."""
    proof = new_token()
    with store.atomic():
        _KEEP.run(store, kept=hash_of(proof), now=store.now(), token_hash=hash_of(token))
    return proof


def prove(
    store: Store,
    session: Session,
    token: str,
    shown: TypedCredentials | PasskeyAnswer,
    passwords: Passwords,
    secret_keys: SecretKeys,
) -> str:
    """A proof for the session, whose cookie is `token`, if the typed password or code is right, or the passkey.

    TryLater, and Refused: "step-up-refused", "passkey-late". Wrong guesses are counted with the failed sign-ins.
    """
    by, whose = logged_name(session.username, session.company), [session.username]
    try:
        if isinstance(shown, PasskeyAnswer):
            kind = _by_passkey(store, session, shown, secret_keys)
        else:
            kind = signin.prove(store, shown, passwords, secret_keys)
    except Refused as refused:
        if wrong := refused.facts.get("wrong"):
            facts = {"address": shown.address, "wrong": wrong}
            trail.add(store, session.company, by, "step-up-refused", session.username, whose, **facts)
        raise
    with store.atomic():
        facts = {"address": shown.address, "proved_by": kind}
        trail.add(store, session.company, by, "step-up", session.username, whose, **facts)
        return new_proof(store, token)


def _by_passkey(store: Store, session: Session, shown: PasskeyAnswer, secret_keys: SecretKeys) -> str:
    try:
        proved = passkeys.prove(store, shown.party, shown.answer, (passkeys.STEP_UP,), secret_keys)
    except Refused as refused:
        if refused.code == "passkey-late":
            raise
        raise Refused("step-up-refused", refused.text, wrong="passkey") from refused
    if (proved.company, proved.username) != (session.company, session.username):
        raise Refused("step-up-refused", "that passkey is another person's", wrong="passkey")
    return "passkey"
