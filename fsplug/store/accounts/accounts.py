"""Console accounts: one for each user with a console role, made and removed with the role."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import logged_name
from fsplug.policy.addresses import same
from fsplug.policy.entities import Role
from fsplug.store.accounts import factors, known_browsers, passwords, sessions, throttle, tokens
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sessions import Session
from fsplug.store.accounts.tokens import Secret, TokenKind
from fsplug.store.audit import trail
from fsplug.store.config import companies
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from fsplug.store.schema.accounts import ConsoleAccounts
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.history import is_current
from fsplug.store.schema.users import Users
from fsplug.words import catalogue

LINK_SECONDS = 86_400.0
BOTH_MAILS = (MailKind.USER_ID, MailKind.PASSWORD)


@dataclass(frozen=True, slots=True)
class Account:
    """A user's way into the console. Times are epoch seconds; without `password_at` there is no password yet.

    `language` and `speed` (of playing) are those that they chose, if they did.
    """

    company: str
    username: str
    name: str
    email: str
    role: Role
    made_at: float
    password_at: float | None
    totp: bool
    language: str | None = None
    speed: float | None = None


_ACCOUNTS = (
    ConsoleAccounts.select(
        *columns(
            Account,
            ConsoleAccounts,
            company=Companies.domain,
            name=Users.name,
            email=Users.email,
            role=Users.role,
            totp=factors.has_codes(ConsoleAccounts),
        )
    )
    .join_from(ConsoleAccounts, Companies, on=(Companies.id == ConsoleAccounts.company))
    .join_from(
        ConsoleAccounts,
        Users,
        on=(
            (Users.company == ConsoleAccounts.company)
            & (Users.username == ConsoleAccounts.username)
            & is_current(Users)
        ),
    )
    .where(ConsoleAccounts.company == given.company)
)
_IS_THEIRS = (ConsoleAccounts.company == given.company) & (ConsoleAccounts.username == given.username)
_GET = Select(Account, lambda: _ACCOUNTS.where(ConsoleAccounts.username == given.username))
_LISTED = Select(Account, lambda: _ACCOUNTS.order_by(ConsoleAccounts.username))
_LANGUAGE = Select(str, lambda: ConsoleAccounts.select(ConsoleAccounts.language).where(_IS_THEIRS))
_DOMAIN = Select(str, lambda: Companies.select(Companies.domain).where(Companies.id == given.company))
_CHOOSE = Write(lambda: ConsoleAccounts.update({ConsoleAccounts.language: given.language}).where(_IS_THEIRS))
_CHOOSE_SPEED = Write(lambda: ConsoleAccounts.update({ConsoleAccounts.speed: given.speed}).where(_IS_THEIRS))
_KEEP = Write(
    lambda: ConsoleAccounts.update(
        {ConsoleAccounts.password_hash: given.kept, ConsoleAccounts.password_at: given.now}
    ).where(_IS_THEIRS)
)


def get(store: Store, domain: str, username: str) -> Account:
    """The user's account; Invalid("no-account") if there is none."""
    found = _GET.row(store, company=company_id(store, domain), username=username)
    if found is None:
        remedy = f"give the user a console role: fsplug user set --company {domain} {username} --role my-console"
        text = f"{username} of {domain} has no console account; {remedy}"
        raise Invalid("no-account", text, company=domain, username=username)
    return found


def listed(store: Store, domain: str) -> list[Account]:
    """The company's accounts, by username."""
    return _LISTED.rows(store, company=company_id(store, domain))


def invite(store: Store, domain: str, username: str, by: str) -> list[str]:
    """Send both mails again; their ids."""
    account = get(store, domain, username)
    with store.atomic():
        trail.add(store, domain, by, "invite", username, [username])
        return send_welcome(store, account.company, username, account.email)


def ask_reset(store: Store, domain: str, username: str, by: str, address: str = "") -> str:
    """Send a link to set a new password; the mail's id."""
    account = get(store, domain, username)
    with store.atomic():
        facts = {"address": address} if address else {}
        trail.add(store, domain, by, "password-reset", username, [username], **facts)
        return mails.queue(store, domain, MailKind.RESET, username, account.email, language(store, domain, username))


def send_welcome(
    store: Store, domain: str, username: str, email: str, kinds: Iterable[MailKind] = BOTH_MAILS
) -> list[str]:
    """Queue these mails to somebody who has an account; their ids."""
    language_of_user = language(store, domain, username)
    return [mails.queue(store, domain, kind, username, email, language_of_user) for kind in kinds]


def new_link(store: Store, domain: str, username: str) -> str:
    """A token for setting a password once, within 24 hours. Earlier tokens stay valid until one is used."""
    token = tokens.new_token()
    tokens.make(store, tokens.TokenKind.PASSWORD, secret_of(store, domain, username), token, LINK_SECONDS)
    return token


def of_link(store: Store, token: str) -> Account:
    """The account whose password the token sets; Refused("link-not-good") if the token is no longer valid."""
    return of_secret(store, tokens.look(store, tokens.TokenKind.PASSWORD, token))


def of_dead_link(store: Store, kind: TokenKind, token: str) -> Account | None:
    """The account that a link of this kind was for, if it is known and there still is one; else None."""
    with suppress(Refused):
        return of_secret(store, tokens.owner(store, kind, token))
    return None


def set_password(store: Store, token: str, password: str, hasher: Passwords) -> Account:
    """Set the password that the token is for. This uses up all tokens of the account and ends its sessions. After
    Invalid("bad-password") the token stays valid.
    """
    account = of_link(store, token)
    _check_password(account, password)
    kept = hasher.hash(password)
    with store.atomic():
        of_secret(store, tokens.use(store, tokens.TokenKind.PASSWORD, token))
        _keep_password(store, account, kept, logged_name(account.username, account.company))
    return account


def give_password(store: Store, domain: str, username: str, password: str, hasher: Passwords, by: str) -> None:
    """Set a password without a link, as an operator."""
    account = get(store, domain, username)
    _check_password(account, password)
    kept = hasher.hash(password)
    with store.atomic():
        _keep_password(store, account, kept, by)


def change_password(store: Store, session: Session, password: str, hasher: Passwords) -> None:
    """Set the password of whoever has this session, which goes on; their others end. Invalid("bad-password")."""
    account = get(store, session.company, session.username)
    _check_password(account, password)
    kept = hasher.hash(password)
    with store.atomic():
        _keep_password(store, account, kept, logged_name(account.username, account.company), besides=session.id)


def spoken(company: companies.Company) -> str:
    """The language of the company's mail and pages."""
    return catalogue.spoken(company.language)


def language(store: Store, domain: str, username: str = "") -> str:
    """This user's language: the one chosen for the account, else the company's."""
    chosen = _LANGUAGE.row(store, company=company_id(store, domain), username=username)
    return chosen or spoken(companies.get(store, domain))


def choose_language(store: Store, domain: str, username: str, language: str) -> None:
    """From now on the user's pages and mails are in this language; Invalid("unknown-language") if fsplug does not speak
    it.
    """
    if language not in catalogue.LANGUAGES:
        text = f"the console does not speak {language}; it speaks {', '.join(catalogue.LANGUAGES)}"
        raise Invalid("unknown-language", text, language=language)
    with store.atomic():
        _CHOOSE.run(store, language=language, company=company_id(store, domain), username=username)


def choose_speed(store: Store, domain: str, username: str, speed: float) -> None:
    """From now on recordings are played to the user at this speed."""
    with store.atomic():
        _CHOOSE_SPEED.run(store, speed=speed, company=company_id(store, domain), username=username)


def unlock(store: Store, domain: str, username: str, by: str) -> None:
    """Forget the wrong guesses at this account."""
    account = get(store, domain, username)
    with store.atomic():
        throttle.forget(store, throttle_key(domain, account.email))
        trail.add(store, domain, by, "unlock", username, [username])


def throttle_key(domain: str, email: str) -> str:
    """The key by which wrong guesses at an account are counted, whether or not the account exists."""
    return throttle.key("account", domain.strip().casefold(), same(email.strip()))


def of_secret(store: Store, found: Secret | None) -> Account:
    """The account that a link's secret belongs to; Refused("link-not-good") if there is no such
    account, or no longer.
    """
    if found is not None:
        domain = _DOMAIN.row(store, company=found.company)
        with suppress(Invalid):
            return get(store, domain or "", found.subject)
    text = "this link has been used, is too old or was withdrawn; have a new one sent"
    raise Refused("link-not-good", text)


def secret_of(store: Store, domain: str, username: str) -> Secret:
    """The owner of this user's links."""
    return Secret(company_id(store, domain), username)


def void_links(store: Store, whose: Secret) -> None:
    """Withdraw all links by which this account could be opened or its password set."""
    for kind in (tokens.TokenKind.PASSWORD, tokens.TokenKind.SIGN_IN):
        tokens.void(store, kind, whose)


def _keep_password(store: Store, account: Account, kept: str, by: str, besides: str = "") -> None:
    whose = secret_of(store, account.company, account.username)
    _KEEP.run(store, kept=kept, now=store.now(), company=whose.company, username=whose.subject)
    void_links(store, whose)
    sessions.end_all(store, account.company, account.username, by, besides)
    known_browsers.forget_all(store, whose.company, whose.subject)
    throttle.forget(store, throttle_key(account.company, account.email))
    trail.add(store, account.company, by, "password-set", account.username, [account.username])
    if account.password_at is not None:
        spoken_by = language(store, account.company, account.username)
        mails.queue(store, account.company, MailKind.PASSWORD_CHANGED, account.username, account.email, spoken_by)


def _check_password(account: Account, password: str) -> None:
    passwords.check_good(password, *_words(account))


def _words(account: Account) -> Iterator[str]:
    yield from (account.username, account.name, account.email, account.email.partition("@")[0], account.company)
