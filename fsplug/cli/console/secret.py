"""`fsplug secret`: the key that encrypts what the store must not read."""

import os

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.cli.operate import settings_edit
from fsplug.errors import Invalid
from fsplug.wiring.settings import ENVIRONMENT_PREFIX

_NAME = f"{ENVIRONMENT_PREFIX}SECRET_KEY"


@click.group(cls=NounGroup)
def secret() -> None:
    """Secrets of this installation."""


@secret.command(rule=INSTALLATION)
@pass_invocation
def rotate(invocation: Invocation) -> None:
    """Replace secret_key in fsplug.toml and reseal every sealed secret. Nobody is signed out; no restart is needed.

    The old key stays in secret_keys_before until every secret is sealed with the new key. A console on another
    machine has its own fsplug.toml, which needs the new key as well.
    """
    from fsplug.store.accounts import authenticators
    from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key

    before = invocation.settings()
    _check_in_file()
    key = new_key()
    with invocation.store() as store:
        SecretKeys(before.secret_keys)
        # A setting is never empty; listing a key twice does no harm.
        settings_edit.put(before.data, {"secret_key": key, "secret_keys_before": " ".join(before.secret_keys) or key})
        count = authenticators.seal_anew(store, SecretKeys((key, *before.secret_keys)))
    settings_edit.put(before.data, {"secret_keys_before": key})
    line = f"a new secret_key is in use, {count} secrets were resealed"
    invocation.print({"sealed_anew": count}, line)


def _check_in_file() -> None:
    """Before anything is written: a key kept in the environment must not get into the file."""
    if not {_NAME, f"{_NAME}_FILE"}.isdisjoint(os.environ):
        text = "the environment sets FSPLUG_SECRET_KEY, which overrides fsplug.toml; replace the key in the environment"
        raise Invalid("key-elsewhere", text)
