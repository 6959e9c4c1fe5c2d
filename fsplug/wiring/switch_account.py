"""The user that FreeSWITCH runs as, and folders that it shares with fsplug."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from fsplug.errors import Unavailable
from fsplug.media.access import SystemUser, account, owners
from fsplug.wiring.tcp_table import LISTENING, tcp_sockets

USUAL_NAME = "freeswitch"
# The group is the switch's, and belongs to whatever is made there.
SHARED = stat.S_IRWXU | stat.S_IRWXG | stat.S_ISGID


@dataclass(frozen=True, slots=True)
class FolderRights:
    """A folder whose owner, group or mode must change, such as from `root:root 0770` to `fsplug:freeswitch 2770`."""

    path: Path
    uid: int
    gid: int
    before: str
    after: str


def listening_at(port: int) -> SystemUser | None:
    """The user whose program listens at this port of this machine, as Linux's /proc tells; None if nobody does."""
    its = (one.uid for one in tcp_sockets(LISTENING) if one.local_port == port)
    uid = next(its, None)
    return None if uid is None else account(uid)


def switch_group(port: int, conf: Path | None = None) -> int | None:
    """The group of the switch's user: of the running switch, of its configuration folder, or of the usual user.

    None if the switch runs as root, or if nobody knows.
    """
    running = listening_at(port)
    if running is not None:
        return None if running.uid == 0 else _main_group(running.uid)
    if conf is not None and conf.exists() and conf.stat().st_gid != 0:
        return conf.stat().st_gid
    try:
        return pwd.getpwnam(USUAL_NAME).pw_gid
    except KeyError:
        return None


def wanted_rights(folder: Path, data: Path, group: int | None) -> FolderRights | None:
    """How the folder becomes one that fsplug's user (who has the data folder) and the switch share; None if it is."""
    if group is None or not folder.is_dir():
        return None
    found = folder.stat()
    uid = data.stat().st_uid if os.geteuid() == 0 and data.exists() else found.st_uid
    after = os.stat_result((stat.S_IFDIR | SHARED, 0, 0, 0, uid, group, 0, 0, 0, 0))
    if owners(found) == owners(after):
        return None
    return FolderRights(folder, uid, group, owners(found), owners(after))


def give(rights: FolderRights) -> None:
    """Set them. Unavailable if this user may not."""
    try:
        os.chown(rights.path, rights.uid, rights.gid)
        rights.path.chmod(SHARED)
    except OSError as error:
        remedy = f"run this as root, or: chgrp {rights.gid} {rights.path}; chmod 2770 {rights.path}"
        text = f"{rights.path} can't be shared with the switch ({error.strerror}); {remedy}"
        raise Unavailable("folder-not-shared", text, path=str(rights.path)) from error


def _main_group(uid: int) -> int | None:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return None
