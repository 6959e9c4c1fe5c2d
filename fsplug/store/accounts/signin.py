"""Signing in: guesses are counted before they are checked, and the answer never shows whether an account exists."""

from dataclasses import dataclass
from typing import Any

from peewee import Case

from fsplug.errors import Refused
from fsplug.policy.access import throttle as limits
from fsplug.policy.access.scopes import logged_name, outsider
from fsplug.policy.addresses import same
from fsplug.store.accounts import accounts, one_time_codes, sessions, throttle, tokens
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.db.text import clean
from fsplug.store.schema.accounts import ConsoleAccounts, KnownBrowsers
from fsplug.store.schema.companies import Companies, CompanyDetails
from fsplug.store.schema.history import is_current

LONGEST_TYPED = 300
# How many browsers of one account stay free of the lock that guessing elsewhere causes.
_KNOWN_BROWSERS = 20


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
                totp_secret=Case(None, [(ConsoleAccounts.totp_confirmed, ConsoleAccounts.totp_secret)]),
            )
        )
        .join(Companies, on=(Companies.id == ConsoleAccounts.company))
        .where((Companies.domain == given.domain) & (ConsoleAccounts.address == given.address))
    ),
)
_ITS_BROWSERS = (KnownBrowsers.company == given.company) & (KnownBrowsers.username == given.username)
_IS_KNOWN = Select(
    str,
    lambda: KnownBrowsers.select(KnownBrowsers.token_hash).where(
        _ITS_BROWSERS & (KnownBrowsers.token_hash == given.token_hash)
    ),
)
_FORGET_BROWSER = Write(lambda: KnownBrowsers.delete().where(KnownBrowsers.token_hash == given.token_hash))
_REMEMBER_BROWSER = Write(lambda: insert(KnownBrowsers, "token_hash company username made_at"))
_FORGET_OLDEST = Write(lambda: KnownBrowsers.delete().where(_ITS_BROWSERS & KnownBrowsers.token_hash.not_in(_newest())))


def _newest() -> Any:
    browsers = KnownBrowsers.alias()
    query = browsers.select(browsers.token_hash).order_by(browsers.made_at.desc()).limit(_KNOWN_BROWSERS)
    return query.where((browsers.company == given.company) & (browsers.username == given.username))


def sign_in(store: Store, typed: TypedCredentials, passwords: Passwords, secret_keys: SecretKeys) -> SignedIn:
    """Sign somebody in.

    Refused: "sign-in-later" after too many wrong guesses, with the seconds to wait in `facts`; "sign-in-refused" if
    something is wrong, without saying what; "code-wanted" if only the one-time code is missing.
    """
    domain, known = _known(store, typed)
    keys = (_key(store, typed, known), throttle.key("address", typed.address))
    for key, terms in zip(keys, (limits.OF_ACCOUNT, limits.OF_ADDRESS), strict=True):
        if seconds := throttle.take(store, key, terms):
            text = f"too many wrong tries; try again in {seconds:.0f} seconds"
            raise Refused("sign-in-later", text, seconds=seconds)
    kept = known.password_hash if known else None
    if not passwords.matches(kept, typed.password[: 4 * LONGEST_TYPED]) or known is None:
        raise _refused(store, domain, typed, "password")
    return _past_password(store, typed, known, keys, secret_keys)


def _past_password(
    store: Store, typed: TypedCredentials, known: _Known, keys: tuple[str, str], secret_keys: SecretKeys
) -> SignedIn:
    if known.totp_secret is not None and not typed.code.strip():
        for key in keys:
            throttle.give_back(store, key)
        raise Refused("code-wanted", "type the code that your authenticator shows")
    with store.atomic():
        if known.totp_secret is None or _is_code(store, known, secret_keys.open(known.totp_secret), typed.code):
            return _signed_in(store, typed, known, keys)
    raise _refused(store, known.company, typed, "code")


def _signed_in(store: Store, typed: TypedCredentials, known: _Known, keys: tuple[str, str]) -> SignedIn:
    throttle.forget(store, keys[0])
    throttle.give_back(store, keys[1])
    session = sessions.begin(store, known.company, known.username, typed.address, typed.agent)
    where = {"address": typed.address, "totp": known.totp_secret is not None}
    trail.add(
        store,
        known.company,
        logged_name(known.username, known.company),
        "sign-in",
        known.username,
        [known.username],
        **where,
    )
    return SignedIn(known.company, known.username, session, _remembered(store, typed, known))


def ask_reset(store: Store, customer_ref: str, email: str) -> None:
    """Send a link to set a new password, if there is such an account; the person who asks does not learn whether there
    is.
    """
    typed = TypedCredentials(customer_ref, email, "")
    domain, known = _known(store, typed)
    key = throttle.key("reset", *_words(typed))
    if throttle.take(store, key, limits.OF_RESETS) or domain is None:
        return
    with store.atomic():
        if known is not None:
            accounts.ask_reset(store, known.company, known.username, logged_name(known.username, known.company))
        else:
            trail.add(store, domain, outsider(_short(typed.email)), "password-reset-refused")


def _known(store: Store, typed: TypedCredentials) -> tuple[str | None, _Known | None]:
    """The company's domain and the account, each None if unknown."""
    customer_ref, address = _words(typed)
    domain, known = _COMPANY.row(store, domain=customer_ref), _KNOWN.row(store, domain=customer_ref, address=address)
    return domain, known if domain is not None else None


def _words(typed: TypedCredentials) -> tuple[str, str]:
    return clean(typed.customer_ref.strip().casefold()[:LONGEST_TYPED]), clean(
        same(typed.email.strip()[:LONGEST_TYPED])
    )


def _key(store: Store, typed: TypedCredentials, known: _Known | None) -> str:
    """A browser that signed in to this account before has its own count."""
    if known is not None and typed.browser:
        browser, company = tokens.hash_of(typed.browser), company_id(store, known.company)
        if _IS_KNOWN.row(store, token_hash=browser, company=company, username=known.username):
            return throttle.key("browser", browser)
    return accounts.throttle_key(*_words(typed))


def _is_code(store: Store, known: _Known, secret: str, typed: str) -> bool:
    return one_time_codes.use(store, company_id(store, known.company), known.username, secret, typed)


def _remembered(store: Store, typed: TypedCredentials, known: _Known) -> str:
    whose = {"company": company_id(store, known.company), "username": known.username}
    token = tokens.new_token()
    _FORGET_BROWSER.run(store, token_hash=tokens.hash_of(typed.browser))
    _REMEMBER_BROWSER.run(store, token_hash=tokens.hash_of(token), made_at=store.now(), **whose)
    _FORGET_OLDEST.run(store, **whose)
    return token


def _refused(store: Store, domain: str | None, typed: TypedCredentials, wrong: str) -> Refused:
    if domain is not None:
        who = _short(typed.email)
        people = _people(store, domain, typed)
        facts = {"address": typed.address, "wrong": wrong}
        trail.add(store, domain, outsider(who), "sign-in-refused", who, people, **facts)
    return Refused("sign-in-refused", "customer ref, e-mail address or password is wrong")


def _people(store: Store, domain: str, typed: TypedCredentials) -> list[str]:
    _, known = _known(store, typed)
    return [known.username] if known is not None and known.company == domain else []


def _short(text: str) -> str:
    return clean(text.strip())[:LONGEST_TYPED]
