"""The audit trail, and how far it was checked."""

from peewee import CompositeKey

from fsplug.store.schema.base import Table, index, real, reference, text, whole
from fsplug.store.schema.companies import Companies


class AuditEntries(Table):
    """One act. `before` is the hash of the entry before, `hash` that of this one.

    `signature` is None where no key was there to sign with.
    """

    company = reference(Companies)
    number = whole()
    at = real()
    actor = text()
    act = text()
    subject = text()
    people = text()
    facts = text()
    before = text()
    hash = text()
    signature = text(null=True)

    class Meta:
        table_name = "audit_entry"
        primary_key = CompositeKey("company", "number")


index(AuditEntries, "audit_entry_at", "company at number")
index(AuditEntries, "audit_entry_plays", "company subject number", where="act IN ('play', 'share-play')")
index(AuditEntries, "audit_entry_act", "company act number")
index(AuditEntries, "audit_entry_actor", "company actor number")


class AuditHeads(Table):
    """The number and hash of a company's last entry."""

    company = reference(Companies, key=True)
    number = whole()
    hash = text()

    class Meta:
        table_name = "audit_head"


class AuditAbout(Table):
    """One user whose calls or rights an entry is about."""

    company = text()
    username = text()
    number = whole()

    class Meta:
        table_name = "audit_about"
        primary_key = CompositeKey("company", "username", "number")


index(AuditAbout, "audit_about_number", "company number")


class FailedTries(Table):
    """What people tried in vain in a window of time; `entry` is set once the trail has it."""

    company = reference(Companies)
    act = text()
    time_window = whole()
    first_at = real()
    last_at = real()
    tries = whole()
    summary = text()
    entry = whole(null=True)

    class Meta:
        table_name = "failed_try"
        primary_key = CompositeKey("company", "act", "time_window")


index(FailedTries, "failed_try_open", "time_window", where="entry IS NULL")


class AuditChecks(Table):
    """The last check of a company's trail in the console, which goes through a long trail in several steps."""

    company = reference(Companies, key=True)
    at = real()
    number = whole()
    hash = text()
    entries = whole()
    wrong_number = whole(null=True)
    fault = text(null=True)
    detail = text(null=True)

    class Meta:
        table_name = "audit_check"
