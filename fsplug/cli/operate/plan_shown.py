"""What an installation changes, as the operator sees it before saying yes."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from fsplug.cli.kernel.confirming import confirm
from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.output import safe
from fsplug.words.english import so_many

if TYPE_CHECKING:
    from fsplug.cli.operate.phones import Phones
    from fsplug.wiring.settings import Settings
    from fsplug.xml.install.installer import FileChange, InstallPlan
    from fsplug.xml.install.listing import SettingChange

_ACTIONS = {(False, True): "new", (True, True): "changed", (True, False): "removed", (False, False): "removed"}
_RECORDS = "the switch's call records come to fsplug"
# Why a setting of the operator's own changes. What comes in as a module or an include says it by its name.
REASONS = {
    "force-register-domain": "phones are looked up in the domain that they name, so that each company has its own",
    "force-register-db-domain": "phones are found under the domain that they name",
    "force-subscription-domain": "subscriptions belong to the domain that the phone names",
    "challenge-realm": "phones prove their password for the domain that they name",
    "inbound-reg-force-matching-username": "a phone must not sign in under another one's name",
    "presence-hosts": "every phone of the profile is found under these names, phones of companies too",
    "apply-inbound-acl": "calls come in over trunks from the trunks' addresses alone; phones prove a password",
    "apply-register-acl": "this list lets phones sign in without a password",
    "accept-blind-auth": "a call must prove a password",
    "accept-blind-reg": "a phone must prove its password",
    "auth-calls-acl-only": "phones prove a password, wherever they are",
    "auth-calls": "a call must prove a password",
    **dict.fromkeys(
        ("tls", "tls-only", "tls-bind-params", "tls-sip-port", "tls-cert-dir", "tls-version", "tls-verify-date"),
        "phones and trunks may use SIP over TLS",
    ),
    "tls-verify-policy": "trunks over TLS show a certificate, and that of a trunk's host names the host",
    "tls-always-nat": "a call to a phone over TLS takes the connection that the phone has made",
    "disable-transfer": "callers from outside must not transfer calls, also not through your own trunks (REFER)",
    "parse-all-invite-headers": "an excluded number can stand in any value of any header",
    "channel-xml-fetch-on-nightmare-transfer": "a phone must not make the switch call any address it names (REFER)",
    "enable-3pcc": "a call whose INVITE has no SDP is answered and recorded, not refused",
    "listen-ip": "the event socket can do everything; only this machine is let in already",
    "password": "everybody knows the default one",
    "url": _RECORDS,
    "cred": _RECORDS,
    "auth-scheme": _RECORDS,
    "timeout": _RECORDS,
    "disable-100-continue": _RECORDS,
    "encode": _RECORDS,
    "encode-values": _RECORDS,
    "log-b-leg": _RECORDS,
    "prefix-a-leg": _RECORDS,
    "log-http-and-disk": _RECORDS,
    "rotate": _RECORDS,
    "err-log-dir": _RECORDS,
}


def show(
    invocation: Invocation, plan: "InstallPlan", settings: "Settings | None" = None, found: "Phones | None" = None
) -> None:
    """Print the differences, each setting that changes with its reason, and whose phones can't sign in any more."""
    from fsplug.cli.operate.differences import shown
    from fsplug.xml.install.listing import setting_changes

    if invocation.json or not plan:
        return
    for line in shown(plan.changes):
        click.echo(line)
    changes = setting_changes(plan.changes)
    if changes and settings is not None:
        click.echo("your own settings that change:")
        for change in changes:
            click.echo(f"  {safe(_line(change, settings))}")
    for one in found.locked_out if found else ():
        click.echo(safe(f"warning: the phone of {one.user} will no longer be able to sign in: {one.why}"))
    if found and found.away:
        text = f"not signed in now: {', '.join(found.away)}; if their phones name other domains, add --phone-domain"
        click.echo(safe(f"warning: {text}"))
    for domain, name in found.rung_too if found else ():
        remedy = "give it another SIP username (fsplug device set --sip-username)"
        click.echo(safe(f"warning: a call to your own {name} rings the phone {name} of {domain} too; {remedy}"))


def agree(invocation: Invocation, plan: "InstallPlan", yes: bool, folders: Sequence[object] = ()) -> None:
    """Ask whether to write; Invalid if nobody can be asked."""
    if not (plan or folders):
        return
    what = so_many(len(plan.changes), "file") + (f" and {so_many(len(folders), 'folder')}" if folders else "")
    confirm(invocation, f"write {what}?", yes, f"changes {what}", has_dry_run=True, files=len(plan.changes))


def facts(plan: "InstallPlan") -> dict[str, Any]:
    """The plan for programs."""
    from fsplug.cli.operate.differences import difference
    from fsplug.xml.install.listing import setting_changes

    changes = [{"path": one.path, "action": _action(one), "difference": difference(one)} for one in plan.changes]
    settings = [
        {"path": one.file, "place": one.place, "kind": one.kind, "name": one.name, **_values(one)}
        for one in setting_changes(plan.changes)
    ]
    return {"changes": changes, "settings": settings, "by_hand": list(plan.by_hand)}


def lines(plan: "InstallPlan", dry_run: bool, steps: list[str]) -> list[str]:
    """What was done, and what comes next."""
    if not plan:
        return ["nothing to change"]
    counts: dict[str, int] = {}
    for change in plan.changes:
        counts[_action(change)] = counts.get(_action(change), 0) + 1
    said = ", ".join(f"{count} {action}" for action, count in counts.items())
    if dry_run:
        return [f"{said}; nothing was written (--dry-run)"]
    return [f"done: {safe(said)} files", "next:", *(f"  {step}" for step in steps)]


def _action(change: "FileChange") -> str:
    return _ACTIONS[change.before is not None, change.after is not None]


def _line(change: "SettingChange", settings: "Settings") -> str:
    what = " ".join(filter(None, (change.file, change.place, _named(change))))
    before, after = _values(change).values()
    if change.kind != "param":
        return f"{what}: {'comes in' if change.before is None else 'goes'}"
    moves = f"set to {after}" if before is None else f"{before}, goes" if after is None else f"{before} -> {after}"
    reason = REASONS.get(change.name, "")
    return f"{what}: {moves} ({'; '.join([reason, *_who_else(change, settings)])})"


def _named(change: "SettingChange") -> str:
    return change.name if change.kind in ("param", "load") else f"include {change.name}"


def _values(change: "SettingChange") -> dict[str, str | None]:
    """The values as they may be shown."""
    from fsplug.cli.operate.differences import ANOTHER
    from fsplug.store.config.nouns import SECRET
    from fsplug.xml.install.secrets import is_secret

    if not is_secret(change.name):
        return {"before": change.before, "after": change.after}
    before = None if change.before is None else SECRET
    return {"before": before, "after": None if change.after is None else ANOTHER if before else SECRET}


def _who_else(change: "SettingChange", settings: "Settings") -> Iterator[str]:
    """Who else must learn the event socket's new password."""
    from fsplug.wiring import socket_clients
    from fsplug.wiring.settings import FILE_NAME

    if change.name != "password" or "event_socket" not in change.place:
        return
    place = f"event_socket_password in {settings.data / FILE_NAME}"
    yield f"every other program that signs in to the event socket needs the new one, {place}"
    yield "fs_cli reads it from /etc/fs_cli.conf and ~/.fs_cli_conf"
    if clients := socket_clients.connected(settings.event_socket_port):
        yield f"connected now: {', '.join(clients)}"
