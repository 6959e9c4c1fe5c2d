"""The folders that the switch and fsplug both write to: the spool, and the switch's call records."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.output import safe

if TYPE_CHECKING:
    from fsplug.wiring.settings import Settings
    from fsplug.wiring.switch_account import FolderRights


def shared_folders(settings: "Settings", group: int | None) -> list["FolderRights"]:
    """Those that must change their owner, group or mode for the switch's group."""
    from fsplug.wiring.switch_account import wanted_rights

    folders = dict.fromkeys((settings.spool, settings.records))
    return [one for folder in folders if (one := wanted_rights(folder, settings.data, group))]


def share(settings: "Settings", group: int | None) -> None:
    """Change them. Unavailable if this user may not."""
    from fsplug.wiring.switch_account import give

    for rights in shared_folders(settings, group):
        give(rights)


def show_folders(invocation: Invocation, rights: Sequence["FolderRights"]) -> None:
    """Print what changes."""
    for one in rights if not invocation.json else ():
        click.echo(safe(f"{one.path}: {one.before} -> {one.after} (the switch and fsplug both write there)"))


def warn_of_spool(invocation: Invocation, settings: "Settings") -> None:
    """Say so if the running switch can't write into the spool all the same."""
    from fsplug.media.access import kept_out
    from fsplug.wiring.switch_account import listening_at

    who = listening_at(settings.event_socket_port)
    if who is not None and (why := kept_out(settings.spool, who)):
        remedy = "set `spool` in fsplug.toml to a folder that it may enter, such as /var/spool/fsplug"
        invocation.note(f"warning: the switch can't record into {settings.spool}: {why}; {remedy}")
