"""What an installation mends on the switch's disk: the modes of files that hold secrets."""

from pathlib import Path

from fsplug.cli.kernel.context import Invocation

# Where the switch's copy of its configuration is: FreeSWITCH's own place, and that of its packages.
_LOG_FOLDERS = ("/var/log/freeswitch", "/usr/local/freeswitch/var/log/freeswitch", "/usr/local/freeswitch/log")


def close_secrets(invocation: Invocation, conf: Path) -> None:
    """Close every file with a secret to other users, where this user may, and say which."""
    from fsplug.wiring import open_secrets

    found = open_secrets.of_configuration(conf)
    for folder in (*_LOG_FOLDERS, str(conf.parent / "log")):
        found += open_secrets.of_log_folder(Path(folder))
    for path in open_secrets.close(found):
        invocation.note(f"closed to other users: {path}")
