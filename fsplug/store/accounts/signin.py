"""Signing in: guesses are counted before they are looked at, and who does not exist is answered like who does."""

from dataclasses import dataclass

from fsplug.errors import Refused
from fsplug.policy.access import throttle as limits
from fsplug.policy.access import totp
from fsplug.policy.access.scopes import outsider, told
from fsplug.policy.addresses import same
from fsplug.store.accounts import accounts, sessions, throttle, tokens
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import Vault
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.text import clean

LONGEST_TYPED = 300
# Browsers of one account that guessing elsewhere does not lock out.
_KNOWN_BROWSERS = 20


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, and where: `address` is the network's, `browser` the cookie of one that signed in before."""

    customer_ref: str
    email: str
    password: str
    code: str = ""
    address: str = ""
    agent: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The cookies of a browser that signed in: of its session, and of the browser itself."""

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
    totp_step: int


_ACCOUNT = """SELECT c.domain, a.username, a.password_hash,
    CASE WHEN a.totp_confirmed THEN a.totp_secret END, a.totp_step FROM company c
    LEFT JOIN console_account a ON a.company = c.id AND a.address = ?
    WHERE c.domain = ? AND EXISTS (SELECT 1 FROM company_detail d WHERE d.company = c.id AND d.until IS NULL)"""


def sign_in(store: Store, typed: Typed, passwords: Passwords, vault: Vault) -> SignedIn:
    """Sign somebody in.

    Refused("sign-in-later") after too many wrong guesses, `facts` say in how many seconds; ("sign-in-refused") when
    something is wrong, and nobody learns what; ("code-wanted") when all is right but for the one-time code.
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
    return _past_password(store, typed, known, keys, vault)


def _past_password(store: Store, typed: Typed, known: _Known, keys: tuple[str, str], vault: Vault) -> SignedIn:
    step = 0
    if known.totp_secret is not None:
        if not typed.code.strip():
            for key in keys:
                throttle.give_back(store, key)
            raise Refused("code-wanted", "type the code that your authenticator shows")
        found = totp.step_of(vault.open(known.totp_secret), typed.code, store.now(), known.totp_step)
        if found is None:
            raise _refused(store, known.company, typed, "code")
        step = found
    with store.atomic():
        if known.totp_secret is None or _use_step(store, known, step):
            return _signed_in(store, typed, known, keys)
    raise _refused(store, known.company, typed, "code")


def _signed_in(store: Store, typed: Typed, known: _Known, keys: tuple[str, str]) -> SignedIn:
    throttle.forget(store, keys[0])
    throttle.give_back(store, keys[1])
    session = sessions.begin(store, known.company, known.username, typed.address, typed.agent)
    where = {"address": typed.address, "totp": known.totp_secret is not None}
    trail.add(
        store, known.company, told(known.username, known.company), "sign-in", known.username, [known.username], **where
    )
    return SignedIn(known.company, known.username, session, _remembered(store, typed, known))


def ask_reset(store: Store, customer_ref: str, email: str) -> None:
    """Send a link to set a new password, if there is such an account; who asks does not learn whether."""
    typed = Typed(customer_ref, email, "")
    domain, known = _known(store, typed)
    key = throttle.key("reset", *_words(typed))
    if throttle.take(store, key, limits.OF_RESETS) or domain is None:
        return
    with store.atomic():
        if known is not None:
            accounts.ask_reset(store, known.company, known.username, told(known.username, known.company))
        else:
            trail.add(store, domain, outsider(_short(typed.email)), "password-reset-refused")


def new_totp(store: Store, domain: str, username: str, vault: Vault) -> str:
    """A new secret for the user's authenticator; it counts once `confirm_totp` has seen a code of it.

    Refused("totp-there") when one counts already: who took over a session must not be able to change it.
    """
    secret = totp.new_secret()
    sql = """UPDATE console_account SET totp_secret = ? WHERE company = ? AND username = ? AND NOT totp_confirmed"""
    with store.atomic():
        if not store.run(sql, vault.seal(secret), company_id(store, domain), username):
            accounts.get(store, domain, username)
            text = f"{username} has an authenticator; remove it with: fsplug account totp-off"
            raise Refused("totp-there", text, username=username)
    return secret


def begun_totp(store: Store, domain: str, username: str, vault: Vault) -> str:
    """The secret that waits for its first code; Refused("totp-not-begun") when none does."""
    return vault.open(_begun_totp(store, domain, username)[0])


def confirm_totp(store: Store, domain: str, username: str, code: str, vault: Vault) -> None:
    """From now on a code is asked for; Refused("code-wrong") if this is none of the new secret's."""
    sealed, last_step = _begun_totp(store, domain, username)
    step = totp.step_of(vault.open(sealed), code, store.now(), last_step)
    if step is None:
        raise Refused("code-wrong", "that is not the code of this moment; check the clock of your device")
    update = """UPDATE console_account SET totp_confirmed = ?, totp_step = ? WHERE company = ? AND username = ?
        AND totp_secret = ?"""
    with store.atomic():
        if store.run(update, True, step, company_id(store, domain), username, sealed):
            trail.add(store, domain, told(username, domain), "totp-on", username, [username])


def remove_totp(store: Store, domain: str, username: str, by: str) -> None:
    """No code is asked for any more; sessions end."""
    accounts.get(store, domain, username)
    sql = """UPDATE console_account SET totp_secret = NULL, totp_confirmed = ? WHERE company = ? AND username = ?"""
    with store.atomic():
        store.run(sql, False, company_id(store, domain), username)
        sessions.end_all(store, domain, username, by)
        trail.add(store, domain, by, "totp-off", username, [username])


def seal_anew(store: Store, vault: Vault) -> int:
    """Seal with the newest key what was sealed with an older one, of every company; how many there were."""
    with store.atomic():
        rows = store.rows("SELECT totp_secret, company, username FROM console_account WHERE totp_secret IS NOT NULL")
        old = [row for row in rows if not vault.is_newest(row[0])]
        update = "UPDATE console_account SET totp_secret = ? WHERE company = ? AND username = ?"
        store.run_many(update, [(vault.seal(vault.open(sealed)), *whose) for sealed, *whose in old])
    return len(old)


def _begun_totp(store: Store, domain: str, username: str) -> tuple[str, int]:
    """The secret, sealed, and the step of the last code."""
    sql = "SELECT totp_secret, totp_step FROM console_account WHERE company = ? AND username = ? AND NOT totp_confirmed"
    found = store.row(sql, company_id(store, domain), username)
    if found is None or found[0] is None:
        raise Refused("totp-not-begun", "there is no new authenticator to confirm; begin again", username=username)
    return found[0], found[1]


def _known(store: Store, typed: Typed) -> tuple[str | None, _Known | None]:
    """The company's domain, if there is such a company, and the account, if there is one."""
    customer_ref, address = _words(typed)
    found = store.row(_ACCOUNT, address, customer_ref)
    if found is None:
        return None, None
    return found[0], _Known(*found) if found[1] is not None else None


def _words(typed: Typed) -> tuple[str, str]:
    return clean(typed.customer_ref.strip().casefold()[:LONGEST_TYPED]), clean(
        same(typed.email.strip()[:LONGEST_TYPED])
    )


def _key(store: Store, typed: Typed, known: _Known | None) -> str:
    """A browser that signed in to this account before is counted by itself."""
    if known is not None and typed.browser:
        sql = "SELECT 1 FROM known_browser WHERE token_hash = ? AND company = ? AND username = ?"
        browser = tokens.hash_of(typed.browser)
        if store.row(sql, browser, company_id(store, known.company), known.username):
            return throttle.key("browser", browser)
    return accounts.throttle_key(*_words(typed))


def _use_step(store: Store, known: _Known, step: int) -> bool:
    sql = "UPDATE console_account SET totp_step = ? WHERE company = ? AND username = ? AND totp_step < ?"
    return store.run(sql, step, company_id(store, known.company), known.username, step) == 1


def _remembered(store: Store, typed: Typed, known: _Known) -> str:
    company = company_id(store, known.company)
    token = tokens.new_token()
    store.run("DELETE FROM known_browser WHERE token_hash = ?", tokens.hash_of(typed.browser))
    sql = "INSERT INTO known_browser (token_hash, company, username, made_at) VALUES (?, ?, ?, ?)"
    store.run(sql, tokens.hash_of(token), company, known.username, store.now())
    oldest = """DELETE FROM known_browser WHERE company = ? AND username = ? AND token_hash NOT IN
        (SELECT token_hash FROM known_browser WHERE company = ? AND username = ? ORDER BY made_at DESC LIMIT ?)"""
    store.run(oldest, company, known.username, company, known.username, _KNOWN_BROWSERS)
    return token


def _refused(store: Store, domain: str | None, typed: Typed, wrong: str) -> Refused:
    if domain is not None:
        who = _short(typed.email)
        people = _people(store, domain, typed)
        facts = {"address": typed.address, "wrong": wrong}
        trail.add(store, domain, outsider(who), "sign-in-refused", who, people, **facts)
    return Refused("sign-in-refused", "customer ref, e-mail address or password is wrong")


def _people(store: Store, domain: str, typed: Typed) -> list[str]:
    _, known = _known(store, typed)
    return [known.username] if known is not None and known.company == domain else []


def _short(text: str) -> str:
    return clean(text.strip())[:LONGEST_TYPED]
