"""`fsplug init`: make a data folder that `fsplug serve` can start with."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.output import safe
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.cli.operate import joining, settings_edit, settings_file, trail_keys
from fsplug.cli.operate.settings_file import without_password
from fsplug.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from fsplug.wiring.settings import Settings

PRIVATE, SHARED = 0o700, 0o770


@click.command(cls=Verb, rule=INSTALLATION)
@click.option("--store", metavar="URL", help="A file, or postgresql://HOST/NAME  [fsplug.db in the data folder]")
@click.option(
    "--spool",
    metavar="DIR",
    help="The folder that the switch records into; the switch must be able to write to it  [spool]",
)
@click.option("--archive", metavar="DIR|s3://BUCKET/PREFIX", help="The archive for finished recordings  [archive]")
@click.option(
    "--join",
    metavar="FILE",
    help="Take the secrets from what fsplug secret export printed on another machine of this store; - reads them.",
)
@pass_invocation
def init(invocation: Invocation, store: str | None, spool: str | None, archive: str | None, join: str | None) -> None:
    """Make the data folder: settings, store, spool and archive.

    A second run makes whatever is missing, changes nothing else and lists what exists. A database password belongs in
    ~/.pgpass or in the file that FSPLUG_STORE_FILE names, not in --store. Machines that share a store share its
    secrets too: the first one makes them, and the others --join.
    """
    from fsplug.wiring import call_secret

    given = {
        "store": _place(store),
        "spool": spool and str(Path(spool).expanduser().absolute()),
        "archive": _place(archive),
    }
    flags = {name: value for name, value in given.items() if value is not None}
    settings = invocation.settings(**flags)
    joined = joining.read(join) if join is not None else joining.Joined()
    _check_places(settings)
    folder = ("data folder", settings.data, _folder(settings.data, PRIVATE))
    if settings_file.path(settings).exists():
        settings_file.check_same(invocation.settings(), settings, flags)
    made = [
        ("spool", settings.spool, _spool(settings)),
        ("archive", settings.archive, _archive(settings.archive)),
        ("store", *_migrated(settings)),
    ]
    # The store says whether its secrets are made already, on another machine.
    keys = joining.agreed(settings, joined.secret_keys)
    steps = [folder, ("settings", settings_file.path(settings), _settings(settings, flags, keys)), *made]
    facts = {"data": str(settings.data), "made": [what for what, _, made in steps if made]}
    facts |= {what: str(place) for what, place, _ in steps[1:]}
    call_secret.make(call_secret.path_in(settings.data))
    begun = trail_keys.begin(invocation.settings(**flags), joined.audit_keys)
    invocation.print(facts, *(_line(*step) for step in steps), *begun.lines, "", *_next_steps(settings))


def _place(text: str | None) -> str | None:
    """A URL unchanged; a folder or file as an absolute path."""
    return text if text is None or "://" in text else str(Path(text).expanduser().absolute())


def _check_places(settings: "Settings") -> None:
    """Before anything is made: check that the switch can record into the spool and that the archive can exist."""
    from fsplug.media.spool import checked_root
    from fsplug.wiring.archives import archive_at

    try:
        checked_root(settings.spool)
    except Invalid as error:
        raise Invalid(error.code, f"{error.text}; name it with --spool", **error.facts) from error
    archive_at(settings.archive)


def _folder(path: Path, mode: int) -> bool:
    """Make the folder; True if it was missing."""
    try:
        if path.is_dir():
            return False
        path.mkdir(mode=mode, parents=True)
        path.chmod(mode)
    except OSError as error:
        text = f"the folder {path} can't be made: {error.strerror}; make it by hand or choose another folder"
        raise Unavailable("folder-not-made", text, path=str(path)) from error
    return True


def _spool(settings: "Settings") -> bool:
    """Make the spool if it is missing, and give it to the switch's group if there is one that this user may give."""
    from fsplug.media.spool import Spool
    from fsplug.wiring.switch_account import give, switch_group, wanted_rights

    made = _folder(settings.spool, SHARED)
    Spool(settings.spool).check_writable()
    rights = wanted_rights(settings.spool, settings.data, switch_group(settings.event_socket_port)) if made else None
    if rights is not None:
        with suppress(Unavailable):
            give(rights)
    return made


def _archive(location: str) -> bool:
    from fsplug.wiring import archives

    made = False if archives.is_shared(location) else _folder(Path(location), PRIVATE)
    archives.check(location)
    return made


def _migrated(settings: "Settings") -> tuple[str, bool]:
    from fsplug.store.db.database import Store

    store = Store(settings.store)
    try:
        store.connect()
        return store.place, bool(store.migrate())
    finally:
        store.close()


def _settings(settings: "Settings", flags: Mapping[str, str], keys: Sequence[str]) -> bool:
    """Write the settings, or put new secrets into those that are there; whether anything was written."""
    if settings_file.path(settings).exists():
        return tuple(keys) != settings.secret_keys and bool(settings_edit.put(settings.data, joining.as_settings(keys)))
    password = settings.xml_password or secrets.token_urlsafe(24)
    whole = replace(settings, xml_password=password, secret_key=keys[0], secret_keys_before=" ".join(keys[1:]))
    named = ("xml_password", "secret_key", "secret_keys_before")
    made = {name: getattr(whole, name) for name in named if getattr(whole, name) != getattr(settings, name)}
    settings_file.write(whole, {**flags, **made})
    return True


def _line(what: str, place: object, made: bool) -> str:
    return f"{'made' if made else 'already there'}: {what} {safe(without_password(str(place)))}"


def _next_steps(settings: "Settings") -> list[str]:
    data = safe(settings.data)
    return [
        "next:",
        f"  1. write your companies down and load them: fsplug apply FILE.toml --data {data}",
        f"  2. {_spool_advice(settings)}",
        f"  3. put fsplug into FreeSWITCH's configuration: fsplug switch install --conf /etc/freeswitch --data {data}",
        f"     or, in your own dialplan, before the bridge: socket {settings.listen_host}:{settings.listen_port} full",
        f"  4. restart FreeSWITCH, then: fsplug serve --data {data}",
        f"  5. fsplug doctor --data {data}",
    ]


def _spool_advice(settings: "Settings") -> str:
    from fsplug.media.access import owners

    if settings.data in settings.spool.parents:
        return "run the switch as this user; for another user, set a spool outside the data folder, which is closed"
    return f"the switch's user must be able to write in {safe(settings.spool)} (now {owners(settings.spool.stat())})"
