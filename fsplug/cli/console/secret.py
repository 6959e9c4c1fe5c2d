"""`fsplug secret`: the key that encrypts what the store must not read."""

import os

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.cli.operate import settings_edit
from fsplug.cli.operate.joining import AUDIT_MARK
from fsplug.errors import Invalid
from fsplug.wiring.settings import ENVIRONMENT_PREFIX
from fsplug.words.english import so_many

_NAME = f"{ENVIRONMENT_PREFIX}SECRET_KEY"


@click.group(cls=NounGroup)
def secret() -> None:
    """Secrets of this installation."""


@secret.command(rule=INSTALLATION)
@pass_invocation
def rotate(invocation: Invocation) -> None:
    """Replace secret_key in fsplug.toml and reseal every sealed secret. Nobody is signed out; no restart is needed.

    The old key stays in secret_keys_before until every secret is sealed with the new key. A console on another
    machine needs the new key as well: fsplug secret export, and there fsplug init --join.
    """
    from fsplug.store.accounts import authenticators
    from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
    from fsplug.store.nodes import secrets

    before = invocation.settings()
    _check_in_file()
    key = new_key()
    with invocation.store() as store:
        SecretKeys(before.secret_keys)
        if before.secret_keys and secrets.agreement(store, before.secret_keys) is secrets.Agreement.DIFFERENT:
            raise secrets.different()
        # A setting is never empty; listing a key twice does no harm.
        settings_edit.put(before.data, {"secret_key": key, "secret_keys_before": " ".join(before.secret_keys) or key})
        with store.atomic():
            count = authenticators.seal_anew(store, SecretKeys((key, *before.secret_keys)))
            secrets.replace(store, key, *before.place)
    settings_edit.put(before.data, {"secret_keys_before": key})
    line = f"a new secret_key is in use; resealed: {so_many(count, 'secret')}"
    invocation.print({"sealed_anew": count}, line)


@secret.command(name="rotate-calls", rule=INSTALLATION)
@pass_invocation
def rotate_calls(invocation: Invocation) -> None:
    """Replace the secret with which the switch marks calls. No call is harmed, and no restart is needed.

    The process for calls takes the new secret within seconds and gives it to the switch; calls that were marked with
    the old one are still answered for half a minute.
    """
    from fsplug.wiring import call_secret

    path = call_secret.path_in(invocation.settings().data)
    call_secret.make(path, again=True)
    invocation.print({"file": str(path)}, "a new secret marks calls from now on")


@secret.command(rule=INSTALLATION)
@pass_invocation
def export(invocation: Invocation) -> None:
    """Print the secrets of this installation, for fsplug init --join on another machine that shares the store.

    Anyone who has them can read the one-time codes' secrets and sign the audit trail: write them to a file that only
    you can read, or pipe them.
    """
    settings = invocation.settings()
    keys, audit_keys = settings.secret_keys, settings.trail_keys
    if not keys:
        raise Invalid("no-secret-key", "there is no secret_key in the settings; make one with: fsplug secret rotate")
    facts = {"secret_key": keys[0], "secret_keys_before": list(keys[1:]), "audit_keys": list(audit_keys)}
    invocation.print(facts, *keys, *(f"{AUDIT_MARK}{key}" for key in audit_keys))


def _check_in_file() -> None:
    """Before anything is written: a key kept in the environment must not get into the file."""
    if not {_NAME, f"{_NAME}_FILE"}.isdisjoint(os.environ):
        text = "the environment sets FSPLUG_SECRET_KEY, which overrides fsplug.toml; replace the key in the environment"
        raise Invalid("key-elsewhere", text)
