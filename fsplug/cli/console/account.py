"""`fsplug account`: who may sign in to the console, and who is signed in."""

from dataclasses import asdict
from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.options import company_option, password_options, yes_option
from fsplug.cli.kernel.output import table, when
from fsplug.cli.kernel.rules import ACCOUNT, INSTALLATION, OWN_ACCOUNT
from fsplug.cli.kernel.waiting import facts_of, lines_of
from fsplug.errors import Invalid
from fsplug.store.accounts import accounts, passkeys, sessions, sign_in_links
from fsplug.store.change import carrying

_USERNAME = click.argument("username")
_ONE_USER = click.option("--user", "username", metavar="USERNAME", help="Only this user.")


@click.group(cls=NounGroup)
def account() -> None:
    """Console accounts: a user has one as long as the user has a console role (fsplug user set --role)."""


@account.command(name="list", rule=OWN_ACCOUNT)
@company_option
@_ONE_USER
@pass_invocation
def list_(invocation: Invocation, company: str, username: str | None) -> None:
    """List the accounts."""
    with invocation.store() as store:
        found = [one for one in accounts.listed(store, company) if username in (None, one.username)]
    rows = [(one.username, one.name, one.email, one.role, when(one.password_at), one.totp) for one in found]
    titles = ("username", "name", "e-mail", "role", "password since", "one-time codes")
    empty = [f"no user of {company} has an account; give one with: fsplug user set --company {company} USER --role ..."]
    invocation.print([asdict(one) for one in found], *(table(titles, rows) if found else empty))


@account.command(rule=OWN_ACCOUNT)
@company_option
@_USERNAME
@pass_invocation
def show(invocation: Invocation, company: str, username: str) -> None:
    """Show an account."""
    with invocation.store() as store:
        facts = asdict(accounts.get(store, company, username))
        facts["sessions"] = len(sessions.listed(store, company, username))
    crud.print_one(invocation, {name: when(facts[name]) if name.endswith("_at") else facts[name] for name in facts})


@account.command(rule=ACCOUNT)
@company_option
@_USERNAME
@pass_invocation
def invite(invocation: Invocation, company: str, username: str) -> None:
    """Send the two mails again: the user ID, and a link to set a password."""
    with invocation.store() as store:
        sent = accounts.invite(store, company, username, invocation.author)
    invocation.print({"mails": sent}, f"two mails to {username} are queued; see: fsplug mail list --company {company}")


@account.command(rule=ACCOUNT)
@company_option
@_USERNAME
@pass_invocation
def reset(invocation: Invocation, company: str, username: str) -> None:
    """Send a link to set a new password; the old one stays good until then."""
    with invocation.store() as store:
        sent = accounts.ask_reset(store, company, username, invocation.author)
    invocation.print({"mails": [sent]}, f"a mail to {username} is queued; see: fsplug mail list --company {company}")


@account.command(rule=INSTALLATION)
@company_option
@_USERNAME
@password_options
@pass_invocation
def password(
    invocation: Invocation, company: str, username: str, password_file: str | None, ask_password: bool
) -> None:
    """Set a password directly, for when no mail can be sent. The user's sessions end."""
    from fsplug.store.accounts.passwords import Passwords

    given = crud.password(password_file, ask_password)
    if given is None:
        raise click.UsageError("add --ask-password, or --password-file FILE")
    with invocation.store() as store:
        accounts.give_password(store, company, username, given, Passwords(), invocation.author)
    invocation.print({"changed": True}, f"{username} has a new password")


@account.command(name="sign-in-link", rule=INSTALLATION)
@company_option
@_USERNAME
@pass_invocation
def sign_in_link(invocation: Invocation, company: str, username: str) -> None:
    """Make a link that signs the user in once, within ten minutes, without a password. The audit trail records it."""
    console = invocation.settings().console_url
    if not console:
        raise Invalid("no-console", "there is no console to sign in to: set web_url, and see: fsplug doctor")
    with invocation.store() as store:
        token = sign_in_links.make(store, company, username, invocation.author)
        expires_at = store.now() + sign_in_links.LINK_SECONDS
    link = f"{console}/sign-in/{token}"
    invocation.print({"link": link, "expires_at": expires_at}, link)


@account.command(rule=ACCOUNT)
@company_option
@_USERNAME
@pass_invocation
def unlock(invocation: Invocation, company: str, username: str) -> None:
    """Forget an account's failed sign-ins, so that the user need not wait."""
    with invocation.store() as store:
        accounts.unlock(store, company, username, invocation.author)
    invocation.print({"changed": True}, f"{username} may sign in again at once")


@account.command(name="sessions", rule=OWN_ACCOUNT)
@company_option
@_ONE_USER
@pass_invocation
def sessions_(invocation: Invocation, company: str, username: str | None) -> None:
    """List who is signed in."""
    with invocation.store() as store:
        found = sessions.listed(store, company, username)
    rows = [(one.id, one.username, when(one.made_at), when(one.seen_at), one.address, one.agent) for one in found]
    titles = ("session", "username", "since", "seen", "address", "browser")
    lines = table(titles, rows) if found else ["nobody is signed in"]
    invocation.print([asdict(one) for one in found], *lines)


@account.command(name="sign-out", rule=OWN_ACCOUNT)
@company_option
@click.argument("session", metavar="[SESSION]", required=False)
@click.option("--user", "username", metavar="USERNAME", help="End every session of this user.")
@pass_invocation
def sign_out(invocation: Invocation, company: str, session: str | None, username: str | None) -> None:
    """End a session, or all sessions of a user."""
    if session is None and username is None:
        raise click.UsageError("give a session, or --user USERNAME; see: fsplug account sessions")
    with invocation.store() as store:
        theirs = [one.id for one in sessions.listed(store, company, username)]
        if session is not None and session not in theirs:
            text = f"{company} has no open session {session} here; see: fsplug account sessions --company {company}"
            raise Invalid("unknown-session", text, session=session)
        ended = [session] if session is not None else theirs
        for one in ended:
            sessions.end(store, company, one, invocation.author)
    invocation.print({"ended": ended}, f"{len(ended)} sessions ended")


@account.command(name="passkeys", rule=OWN_ACCOUNT)
@company_option
@_ONE_USER
@pass_invocation
def passkeys_(invocation: Invocation, company: str, username: str | None) -> None:
    """List the passkeys that users sign in with."""
    with invocation.store() as store:
        found = passkeys.listed(store, company, username)
    rows = [(one.id, one.username, one.name, when(one.made_at), when(one.used_at)) for one in found]
    lines = table(("passkey", "username", "name", "made", "used"), rows) if found else ["there is no passkey"]
    invocation.print([asdict(one) for one in found], *lines)


@account.command(name="passkey-remove", rule=INSTALLATION)
@company_option
@_USERNAME
@click.argument("passkey")
@yes_option
@pass_invocation
def passkey_remove(invocation: Invocation, company: str, username: str, passkey: str, yes: bool) -> None:
    """Remove a passkey, for a user who has lost it. The user's sessions end."""
    with invocation.store() as store:
        crud.confirm(invocation, f"the passkey {passkey} of {username}", yes)
        found = passkeys.remove(store, company, username, passkey, invocation.author)
    invocation.print(asdict(found), f"{username} can't sign in with {found.name} any more")


@account.command(name="totp-off", rule=ACCOUNT)
@company_option
@_USERNAME
@pass_invocation
def totp_off(invocation: Invocation, company: str, username: str) -> None:
    """Turn off one-time codes for a user whose authenticator is lost. The user's sessions end.

    An administrator's request waits until a second administrator or the operator confirms it.
    """
    with invocation.store() as store:
        waits = carrying.remove_codes(store, company, username, invocation.by)
    facts: dict[str, Any] = {"changed": waits is None}
    if waits is not None:
        invocation.print({**facts, "waiting": [facts_of(waits)]}, *lines_of([waits]))
        return
    invocation.print(facts, f"{username} signs in without one-time codes, until new ones are set up")
