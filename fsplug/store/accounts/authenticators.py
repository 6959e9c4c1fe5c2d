"""Authenticators: the second factor of an account, set up by its owner, and removed by the owner or
an administrator.

Their secrets are kept sealed.
"""

from dataclasses import asdict, dataclass

from fsplug.errors import Refused
from fsplug.policy.access import totp
from fsplug.policy.access.scopes import logged_name
from fsplug.store.accounts import accounts, factor_notices, one_time_codes, sessions
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given
from fsplug.store.outbox.mails import MailKind
from fsplug.store.schema.accounts import ConsoleAccounts


@dataclass(frozen=True, slots=True)
class _Sealed:
    company: str
    username: str
    totp_secret: str


_IS_THEIRS = (ConsoleAccounts.company == given.company) & (ConsoleAccounts.username == given.username)
_IS_NOT_CONFIRMED = _IS_THEIRS & ~ConsoleAccounts.totp_confirmed
_HAS_SECRET = ConsoleAccounts.totp_secret.is_null(False)
_NEW_TOTP = Write(lambda: ConsoleAccounts.update({ConsoleAccounts.totp_secret: given.sealed}).where(_IS_NOT_CONFIRMED))
_BEGUN_TOTP = Select(
    str, lambda: ConsoleAccounts.select(ConsoleAccounts.totp_secret).where(_IS_NOT_CONFIRMED & _HAS_SECRET)
)
_CONFIRM_TOTP = Write(
    lambda: ConsoleAccounts.update({ConsoleAccounts.totp_confirmed: True}).where(
        _IS_THEIRS & (ConsoleAccounts.totp_secret == given.sealed)
    )
)
_REMOVE_TOTP = Write(
    lambda: ConsoleAccounts.update({ConsoleAccounts.totp_secret: None, ConsoleAccounts.totp_confirmed: False}).where(
        _IS_THEIRS
    )
)
_SEALED = Select(
    _Sealed,
    lambda: ConsoleAccounts.select(*columns(_Sealed, ConsoleAccounts)).where(_HAS_SECRET),
)
_SEAL_ANEW = Write(lambda: ConsoleAccounts.update({ConsoleAccounts.totp_secret: given.sealed}).where(_IS_THEIRS))


def new(store: Store, domain: str, username: str, secret_keys: SecretKeys) -> str:
    """A new secret for the user's authenticator; it takes effect once `confirm` has accepted a code.

    Refused("totp-there") if a secret is already in effect: a stolen session must not be able to replace it.
    """
    secret = totp.new_secret()
    with store.atomic():
        if not _NEW_TOTP.run(
            store, sealed=secret_keys.seal(secret), company=company_id(store, domain), username=username
        ):
            accounts.get(store, domain, username)
            text = f"{username} has an authenticator; remove it with: fsplug account totp-off"
            raise Refused("totp-there", text, username=username)
    return secret


def begun(store: Store, domain: str, username: str, secret_keys: SecretKeys) -> str:
    """The secret that waits for its first code; Refused("totp-not-begun") when none does."""
    return secret_keys.open(_begun(store, domain, username))


def confirm(store: Store, domain: str, username: str, code: str, secret_keys: SecretKeys) -> None:
    """From now on signing in requires a code; Refused("code-wrong") if this code is not one of the new secret's."""
    sealed = _begun(store, domain, username)
    whose = {"company": company_id(store, domain), "username": username}
    with store.atomic():
        if not one_time_codes.use(store, **whose, secret=secret_keys.open(sealed), typed=code):
            raise Refused("code-wrong", "that is not the current code; check the clock of your device")
        if _CONFIRM_TOTP.run(store, sealed=sealed, **whose):
            trail.add(store, domain, logged_name(username, domain), "totp-on", username, [username])
            factor_notices.tell(store, domain, username, MailKind.CODES_ON)


def remove(store: Store, domain: str, username: str, by: str) -> None:
    """From now on signing in requires no code; sessions end."""
    accounts.get(store, domain, username)
    with store.atomic():
        _REMOVE_TOTP.run(store, company=company_id(store, domain), username=username)
        sessions.end_all(store, domain, username, by)
        trail.add(store, domain, by, "totp-off", username, [username])


def seal_anew(store: Store, secret_keys: SecretKeys) -> int:
    """Seal the secrets of every company that an older key sealed with the newest key; returns how many there were."""
    with store.atomic():
        old = [one for one in _SEALED.rows(store) if not secret_keys.is_newest(one.totp_secret)]
        _SEAL_ANEW.run_many(
            store, [{**asdict(one), "sealed": secret_keys.seal(secret_keys.open(one.totp_secret))} for one in old]
        )
    return len(old)


def _begun(store: Store, domain: str, username: str) -> str:
    found = _BEGUN_TOTP.row(store, company=company_id(store, domain), username=username)
    if found is None:
        raise Refused("totp-not-begun", "there is no new authenticator to confirm; begin again", username=username)
    return found
