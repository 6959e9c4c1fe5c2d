"""Signing in: guesses are counted before they are checked, and the answer never shows whether an account exists."""

from dataclasses import dataclass

from peewee import JOIN

from fsplug.errors import Invalid, Refused, TooBusy, TryLater
from fsplug.policy.access import throttle as limits
from fsplug.policy.access.failures import Failure
from fsplug.policy.access.scopes import logged_name
from fsplug.policy.addresses import same
from fsplug.store.accounts import (
    accounts,
    factors,
    known_browsers,
    one_time_codes,
    passkeys,
    sessions,
    throttle,
    tokens,
)
from fsplug.store.accounts.known_browsers import Person
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.accounts.webauthn import RelyingParty
from fsplug.store.audit import failures, trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given
from fsplug.store.db.text import clean
from fsplug.store.schema.accounts import Authenticators, ConsoleAccounts
from fsplug.store.schema.companies import Companies, CompanyDetails
from fsplug.store.schema.history import is_current

LONGEST_TYPED = 300


@dataclass(frozen=True, slots=True)
class TypedCredentials:
    """What somebody typed, and where: `address` is the network address, `browser` the cookie of an earlier sign-in."""

    customer_ref: str
    email: str
    password: str
    code: str = ""
    address: str = ""
    agent: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The cookies of a browser that signed in: one for the session, one for the browser itself."""

    company: str
    username: str
    session: str
    browser: str


@dataclass(frozen=True, slots=True)
class _Known:
    company: str
    username: str
    password_hash: str | None
    totp_secret: str | None
    has_passkey: bool


# A removed company has no details any more.
_COMPANY = Select(
    str,
    lambda: (
        Companies.select(Companies.domain)
        .join(CompanyDetails, on=((CompanyDetails.company == Companies.id) & is_current(CompanyDetails)))
        .where(Companies.domain == given.domain)
    ),
)
_KNOWN = Select(
    _Known,
    lambda: (
        ConsoleAccounts.select(
            *columns(
                _Known,
                ConsoleAccounts,
                company=Companies.domain,
                totp_secret=Authenticators.secret,
                has_passkey=factors.has_passkey(ConsoleAccounts),
            )
        )
        .join_from(ConsoleAccounts, Companies, on=(Companies.id == ConsoleAccounts.company))
        .join_from(
            ConsoleAccounts,
            Authenticators,
            JOIN.LEFT_OUTER,
            on=factors.is_of(ConsoleAccounts, Authenticators) & Authenticators.confirmed,
        )
        .where((Companies.domain == given.domain) & (ConsoleAccounts.address == given.address))
    ),
)


def sign_in(store: Store, typed: TypedCredentials, passwords: Passwords, secret_keys: SecretKeys) -> SignedIn:
    """Sign somebody in.

    TryLater("sign-in-later") after too many wrong guesses. Refused: "sign-in-refused" if something is wrong, without
    saying what; "code-wanted" or "passkey-wanted" if only the second factor is missing, with the `company` and
    `username` in `facts`. TooBusy while too many passwords wait to be hashed.
    """
    domain, known = _known(store, typed)
    key, goes_first = _counted(store, typed, known, secret_keys)
    kept = known.password_hash if known else None
    if not _matches(store, kept, typed, passwords, key, goes_first) or known is None:
        raise _refused(store, domain, known, typed, "password")
    return _past_password(store, typed, known, key, secret_keys)


def prove(store: Store, typed: TypedCredentials, passwords: Passwords, secret_keys: SecretKeys) -> str:
    """Check the password or, if none is typed, the one-time code of somebody who is signed in; returns which it was.

    Wrong guesses count as those of `sign_in` do. TryLater and TooBusy as there; Refused("step-up-refused").
    """
    _, known = _known(store, typed)
    key, goes_first = _counted(store, typed, known, secret_keys)
    kind = "password" if typed.password else "code"
    if typed.password:
        is_proof = _matches(store, known.password_hash if known else None, typed, passwords, key, goes_first)
    else:
        is_proof = known is not None and _has_code(store, known, typed.code, secret_keys)
    if not is_proof:
        raise Refused("step-up-refused", f"that is not the right {kind}", wrong=kind)
    throttle.forget(store, key)
    return kind


def _counted(store: Store, typed: TypedCredentials, known: _Known | None, secret_keys: SecretKeys) -> tuple[str, bool]:
    """The key that counts this try until it proves right, and whether the browser is known; TryLater if it is shut."""
    is_known_browser = _is_theirs(store, typed, known, secret_keys)
    key = throttle.key("browser", tokens.hash_of(typed.browser)) if is_known_browser else _account_key(typed)
    if seconds := throttle.take(store, key, limits.OF_ACCOUNT):
        raise TryLater("sign-in-later", f"too many wrong tries; try again in {seconds:.0f} seconds", seconds)
    return key, is_known_browser


def _matches(
    store: Store, kept: str | None, typed: TypedCredentials, passwords: Passwords, key: str, goes_first: bool
) -> bool:
    try:
        return passwords.matches(kept, typed.password[: 4 * LONGEST_TYPED], goes_first=goes_first)
    except TooBusy:
        throttle.give_back(store, key)
        raise


def is_known_browser(store: Store, typed: TypedCredentials, secret_keys: SecretKeys) -> bool:
    """Whether the typed account's person has signed in with this browser before."""
    return known_browsers.is_mark(typed.browser, secret_keys) and _is_theirs(
        store, typed, _known(store, typed)[1], secret_keys
    )


def _past_password(store: Store, typed: TypedCredentials, known: _Known, key: str, secret_keys: SecretKeys) -> SignedIn:
    if (known.totp_secret is not None and not typed.code.strip()) or (known.totp_secret is None and known.has_passkey):
        throttle.give_back(store, key)
        code, what = ("passkey-wanted", "passkey") if known.totp_secret is None else ("code-wanted", "one-time code")
        raise Refused(code, f"your {what} is required, too", company=known.company, username=known.username)
    with store.atomic():
        if known.totp_secret is None or _has_code(store, known, typed.code, secret_keys):
            throttle.forget(store, key)
            return _begun(store, typed, known.company, known.username, secret_keys, totp=known.totp_secret is not None)
    raise _refused(store, known.company, known, typed, "code")


def sign_in_by_passkey(
    store: Store, typed: TypedCredentials, party: RelyingParty, answer: passkeys.Answer, secret_keys: SecretKeys
) -> SignedIn:
    """Sign somebody in by a passkey, after the right password or in place of one.

    Refused: "sign-in-refused" if it is not that of the person whose customer ref and e-mail address were typed, if any
    were, or not right; "passkey-late" if it comes too late.
    """
    try:
        proved = passkeys.prove(store, party, answer, (passkeys.INSTEAD, passkeys.SECOND), secret_keys)
        account = accounts.get(store, proved.company, proved.username)
    except (Refused, Invalid) as error:
        if error.code == "passkey-late":
            raise
        domain, username = (str(error.facts.get(name, "")) for name in ("company", "username"))
        raise _refused_person(store, domain, Failure(typed.address, username, "", "passkey")) from error
    wanted, own = words(typed), words(TypedCredentials(account.company, account.email, ""))
    if any(word and word != its for word, its in zip(wanted, own, strict=True)):
        raise _refused_person(store, account.company, Failure(typed.address, account.username, typed.email, "passkey"))
    with store.atomic():
        return _begun(store, typed, account.company, account.username, secret_keys, passkey=True)


def _begun(
    store: Store, typed: TypedCredentials, domain: str, username: str, secret_keys: SecretKeys, **how: bool
) -> SignedIn:
    session = sessions.begin(store, domain, username, typed.address, typed.agent)
    by, facts = logged_name(username, domain), {"address": typed.address, **how}
    trail.add(store, domain, by, "sign-in", username, [username], **facts)
    person = Person(company_id(store, domain), username)
    return SignedIn(domain, username, session, known_browsers.remember(store, person, typed.browser, secret_keys))


def ask_reset(store: Store, customer_ref: str, email: str, address: str = "") -> None:
    """Send a link to set a new password, if there is such an account; the person who asks does not learn whether there
    is.
    """
    typed = TypedCredentials(customer_ref, email, "")
    domain, known = _known(store, typed)
    key = throttle.key("reset", *words(typed))
    if throttle.take(store, key, limits.OF_RESETS) or domain is None:
        return
    with store.atomic():
        if known is not None:
            accounts.ask_reset(
                store, known.company, known.username, logged_name(known.username, known.company), address
            )
        else:
            failures.add(store, domain, "password-reset-refused", Failure(address, typed=email))


def _known(store: Store, typed: TypedCredentials) -> tuple[str | None, _Known | None]:
    """The company's domain and the account, each None if unknown."""
    customer_ref, address = words(typed)
    domain, known = _COMPANY.row(store, domain=customer_ref), _KNOWN.row(store, domain=customer_ref, address=address)
    return domain, known if domain is not None else None


def words(typed: TypedCredentials) -> tuple[str, str]:
    """The customer ref and the e-mail address as they are looked for."""
    return clean(typed.customer_ref.strip().casefold()[:LONGEST_TYPED]), clean(
        same(typed.email.strip()[:LONGEST_TYPED])
    )


def _account_key(typed: TypedCredentials) -> str:
    return accounts.throttle_key(*words(typed))


def _is_theirs(store: Store, typed: TypedCredentials, known: _Known | None, secret_keys: SecretKeys) -> bool:
    """A browser that signed in to this account before has its own count."""
    person = known_browsers.whose(store, typed.browser, secret_keys) if known is not None else None
    return known is not None and person is not None and person == _person(store, known)


def _person(store: Store, known: _Known) -> Person:
    return Person(company_id(store, known.company), known.username)


def _has_code(store: Store, known: _Known, typed: str, secret_keys: SecretKeys) -> bool:
    if known.totp_secret is None:
        return False
    secret = secret_keys.open(known.totp_secret)
    return one_time_codes.use(store, company_id(store, known.company), known.username, secret, typed)


def _refused(store: Store, domain: str | None, known: _Known | None, typed: TypedCredentials, wrong: str) -> Refused:
    person = known.username if known is not None else ""
    return _refused_person(store, domain, Failure(typed.address, person, typed.email, wrong))


def _refused_person(store: Store, domain: str | None, failure: Failure) -> Refused:
    if domain:
        failures.add(store, domain, "sign-in-refused", failure)
    return Refused("sign-in-refused", "customer ref, e-mail address or password is wrong")
