"""What leaves: mail, and recordings on their way into the archive. See `fsplug.store.outbox.queue` for the columns."""

from fsplug.store.schema.base import Table, index, real, reference, text, whole
from fsplug.store.schema.companies import Companies


class Mails(Table):
    """A mail to be sent, or sent."""

    id = text(key=True)
    company = reference(Companies)
    kind = text()
    subject = text()
    receiver = text()
    language = text()
    state = text()
    at = real()
    next_at = real()
    tries = whole(default="0")
    leased_until = real(default="0")
    sent_at = real(null=True)
    code = text(null=True)
    reason = text(null=True)

    class Meta:
        table_name = "mail"


index(Mails, "mail_at", "company at id")
index(Mails, "mail_due", "next_at", where="state = 'queued'")
index(Mails, "mail_subject", "company subject")


class Sealings(Table):
    """A recording that the switch has finished, and that is to be sealed into the archive by the fsplug beside it."""

    recording = text(key=True)
    switch = text()
    at = real()
    next_at = real()
    tries = whole(default="0")
    leased_until = real(default="0")
    code = text(null=True)
    reason = text(null=True)

    class Meta:
        table_name = "sealing"


index(Sealings, "sealing_switch", "switch")
