"""Whether another user of this machine may write into a folder."""

import grp
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

_ACL = "system.posix_acl_access"


@dataclass(frozen=True, slots=True)
class SystemUser:
    """A user of this machine with the groups that it has by right."""

    name: str
    uid: int
    gids: frozenset[int]


def account(uid: int) -> SystemUser:
    """The user with this number; one that the machine does not know has no groups."""
    try:
        known = pwd.getpwuid(uid)
    except KeyError:
        return SystemUser(str(uid), uid, frozenset())
    return SystemUser(known.pw_name, uid, frozenset(os.getgrouplist(known.pw_name, known.pw_gid)))


def kept_out(folder: Path, who: SystemUser) -> str | None:
    """Why this user may not write into the folder; None if it may, or if its rights are not plain ones (an ACL)."""
    if who.uid == 0:
        return None
    try:
        for place in reversed([folder, *folder.parents]):
            wanted = stat.S_IRWXO & ~stat.S_IROTH if place == folder else stat.S_IXOTH
            found = place.stat()
            if _ACL in os.listxattr(place):
                return None
            if _rights(found, who) & wanted != wanted:
                act = "write into" if place == folder else "enter"
                return f"it runs as {who.name}, which may not {act} {place} ({owners(found)})"
    except OSError:
        return None
    return None


def may_read(file: Path, who: SystemUser) -> bool:
    """Whether this user may read the file itself, as far as its rights are plain ones."""
    try:
        return who.uid == 0 or _ACL in os.listxattr(file) or bool(_rights(file.stat(), who) & stat.S_IROTH)
    except OSError:
        return True


def owners(found: os.stat_result) -> str:
    """Owner, group and mode as people write them, such as `fsplug:freeswitch 2770`."""
    return f"{_user(found.st_uid)}:{_group(found.st_gid)} {stat.S_IMODE(found.st_mode):04o}"


def _rights(found: os.stat_result, who: SystemUser) -> int:
    if found.st_uid == who.uid:
        return found.st_mode >> 6
    return found.st_mode >> 3 if found.st_gid in who.gids else found.st_mode


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
