"""Acme with its administrators, superusers, and those who hear."""

from dataclasses import dataclass
from typing import Any

from fsplug.policy.access import totp
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.access.waiting import DAY_SECONDS
from fsplug.store.accounts import accounts, authenticators
from fsplug.store.change import carrying, waiting_rows
from fsplug.store.change.draft import Draft, edit
from fsplug.store.change.outcome import Outcome
from fsplug.store.change.waiting_rows import WaitingChange
from fsplug.store.config import actors, devices, grants, policies, users
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from tests.store.accountcast import Clock, Console
from tests.store.cast import ACME

ADMIN, OTHER, CHIEF, CLARA, BO, SECOND, DORA = "1001", "1004", "1005", "1003", "1002", "1010", "1011"
DESK = {"name": "desk", "kind": "desk"}
SPARE = "+45 20 10 10 98"
OLD, NEW, CHIEFS = "chief@acme.example", "mallory@evil.example", "second@acme.example"
CLARAS = "clara@acme.example"


@dataclass(frozen=True)
class Company:
    """Acme with two administrators, two superusers, somebody with their own recordings and somebody who listens in."""

    store: Store
    clock: Clock
    console: Console

    def actor(self, username: str) -> Actor:
        return actors.actor(self.store, ACME, username)

    def put(self, username: str, by: str | Actor = ADMIN, **given: Any) -> Outcome:
        """A user changed, or added."""

        def change(draft: Draft) -> None:
            is_known = draft.has("user", username)
            before = draft.entry("user", username) if is_known else {"username": username, "extension": username}
            draft.put("user", {**before, **given}, username if is_known else None)

        return edit(self.store, ACME, self.actor(by) if isinstance(by, str) else by, change)

    def remove(self, username: str) -> Outcome:
        return edit(self.store, ACME, self.actor(ADMIN), lambda draft: draft.remove("user", username))

    def row(self, username: str) -> Any:
        [found] = Draft(self.store, ACME).rows(users.USER, "username", username)
        return found

    def rights(self, username: str) -> set[str]:
        return {row.right_name for row in Draft(self.store, ACME).rows(grants.RIGHT, "username", username)}

    def phones(self, username: str) -> set[str]:
        rows = Draft(self.store, ACME).rows
        numbers = {row.number for row in rows(users.USER_NUMBER, "username", username)}
        return numbers | {row.name for row in rows(devices.DEVICE, "username", username)}

    def told(self, kind: MailKind) -> set[str]:
        return {mail.receiver for mail in mails.listed(self.store, ACME) if mail.kind is kind}

    def waits(self) -> list[WaitingChange]:
        return [one for one in waiting_rows.listed(self.store, ACME, operator("root")) if one.is_waiting]


def staffed(console: Console) -> Company:
    """Acme, where nobody has been changed lately."""
    everybody = (
        (ADMIN, {"email": "anna@acme.example", "admin": "company-admin"}),
        (OTHER, {"email": "ole@acme.example", "admin": "company-admin"}),
        (CHIEF, {"email": OLD, "role": "superuser"}),
        (SECOND, {"email": CHIEFS, "role": "superuser"}),
        (CLARA, {"email": "clara@acme.example", "role": "my-console", "record": False}),
        (DORA, {"email": "dora@acme.example"}),
        (BO, {"email": "bo@acme.example", "licences": ["contact-pro"], "rights": ["listen-in"]}),
    )
    company = Company(console.store, console.clock, console)
    for username, given in everybody:
        company.put(username, operator("root"), **given)
    # What was sent before is not what is told now.
    console.store.run("DELETE FROM mail")
    console.clock.turn(40 * DAY_SECONDS)
    return company


def codes_off(company: Company, username: str) -> None:
    """An administrator asks to turn off the codes that the user has just set up."""
    secret = authenticators.new(company.store, ACME, username, company.console.secret_keys)
    code = totp.code(secret, int(company.clock()) // 30)
    authenticators.confirm(company.store, ACME, username, code, company.console.secret_keys)
    carrying.remove_codes(company.store, ACME, username, company.actor(ADMIN))


def state(company: Company) -> tuple[object, ...]:
    """Who could hear, and by what."""
    everybody = policies.current_version(company.store, ACME)
    found = users.users(company.store, ACME, everybody)
    rows = [company.row(one.username) for one in found]
    return (
        [
            (row.username, row.role, row.admin, row.email if row.role != "none" or row.admin != "none" else "")
            for row in rows
        ],
        [(one.username, sorted(company.rights(one.username)), company.phones(one.username)) for one in found],
        [(one.username, one.totp) for one in accounts.listed(company.store, ACME)],
    )
