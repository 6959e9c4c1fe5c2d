"""Mail as the mailbox has it, and how mail stands in the store."""

import re

from fsplug.store.outbox import mails
from tests.store.accountcast import Console
from tests.store.cast import ACME

LINK = re.compile(r"https://console\.example/[a-z-]+/\S+")


def mail_states(console: Console) -> set[tuple[str, str | None]]:
    return {(str(mail.state), mail.code) for mail in mails.listed(console.store, ACME)}


def text_of(mail: object) -> str:
    return str(mail.get_body(("plain",)).get_content())


def token_of(mail: object) -> str:
    return LINK.findall(text_of(mail))[-1].rpartition("/")[2]
