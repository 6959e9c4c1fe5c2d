"""Authenticators: the apps that show a user's one-time codes, set up by the user, and removed by the user or an
administrator.

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
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.outbox.mails import MailKind
from fsplug.store.schema.accounts import Authenticators


@dataclass(frozen=True, slots=True)
class _Sealed:
    company: str
    username: str
    secret: str


_IS_THEIRS = (Authenticators.company == given.company) & (Authenticators.username == given.username)
_IS_BEGUN = _IS_THEIRS & ~Authenticators.confirmed
_BEGIN = Write(lambda: insert(Authenticators, "company username secret", once_by="company username"))
_BEGUN = Select(str, lambda: Authenticators.select(Authenticators.secret).where(_IS_BEGUN))
_FORGET_BEGUN = Write(lambda: Authenticators.delete().where(_IS_BEGUN))
_CONFIRM = Write(
    lambda: Authenticators.update({Authenticators.confirmed: True}).where(
        _IS_THEIRS & (Authenticators.secret == given.sealed)
    )
)
_REMOVE = Write(lambda: Authenticators.delete().where(_IS_THEIRS))
_SEALED = Select(_Sealed, lambda: Authenticators.select(*columns(_Sealed, Authenticators)))
_SEAL_ANEW = Write(lambda: Authenticators.update({Authenticators.secret: given.sealed}).where(_IS_THEIRS))


def new(store: Store, domain: str, username: str, secret_keys: SecretKeys) -> str:
    """A new secret for the user's authenticator; it takes effect once `confirm` has accepted a code.

    Refused("totp-there") if a secret is already in effect: a stolen session must not be able to replace it.
    """
    accounts.get(store, domain, username)
    secret, whose = totp.new_secret(), {"company": company_id(store, domain), "username": username}
    with store.atomic():
        _FORGET_BEGUN.run(store, **whose)
        if _BEGIN.run(store, secret=secret_keys.seal(secret), **whose) != 1:
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
        if _CONFIRM.run(store, sealed=sealed, **whose):
            trail.add(store, domain, logged_name(username, domain), "totp-on", username, [username])
            factor_notices.tell(store, domain, username, MailKind.CODES_ON)


def remove(store: Store, domain: str, username: str, by: str) -> None:
    """From now on signing in requires no code; sessions end."""
    accounts.get(store, domain, username)
    with store.atomic():
        _REMOVE.run(store, company=company_id(store, domain), username=username)
        sessions.end_all(store, domain, username, by)
        trail.add(store, domain, by, "totp-off", username, [username])


def seal_anew(store: Store, secret_keys: SecretKeys) -> int:
    """Seal the secrets of every company that an older key sealed with the newest key; returns how many there were."""
    with store.atomic():
        old = [one for one in _SEALED.rows(store) if not secret_keys.is_newest(one.secret)]
        _SEAL_ANEW.run_many(
            store, [{**asdict(one), "sealed": secret_keys.seal(secret_keys.open(one.secret))} for one in old]
        )
    return len(old)


def _begun(store: Store, domain: str, username: str) -> str:
    found = _BEGUN.row(store, company=company_id(store, domain), username=username)
    if found is None:
        raise Refused("totp-not-begun", "there is no new authenticator to confirm; begin again", username=username)
    return found
