"""Mail as text and HTML, from its facts to the message that is sent. This module makes no links and reads no store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from fsplug.errors import Invalid
from fsplug.policy.addresses import normalised
from fsplug.store.change.shown import ShownItem
from fsplug.store.outbox.mails import MailKind
from fsplug.words import changes
from fsplug.words.catalogue import Words

_HERE = Path(__file__).parent
# The sender's name as people see it (spec R11).
SENDER = "Notifications"
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in words."""

    subject: str
    paragraphs: tuple[str, ...]
    language: str
    link: str | None = None
    code: str | None = None
    # Who reads the answer; without one, nobody does.
    reply_to: str | None = None

    @property
    def text(self) -> str:
        """The letter as plain text."""
        return "\n\n".join(self.paragraphs) + "\n"

    @property
    def html(self) -> str:
        """The letter as HTML, with all outside text escaped."""
        source = (_HERE / "letter.html.j2").read_text(encoding="utf-8")
        page = Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
        facts = {"subject": self.subject, "paragraphs": self.paragraphs, "language": self.language}
        return page.render(**facts, link=self.link, code=self.code)


def letter(kind: MailKind, language: str, facts: Mapping[str, Any]) -> Letter:
    """The mail of this kind, in da, sv or en."""
    words = Words(language)
    said = {name: _one_line(value) if isinstance(value, str) else value for name, value in facts.items()}
    has_password, by_mail = said.get("has_password"), said.get("by_mail")
    said["password"] = words("letter-user-id-password-kept" if has_password else "letter-user-id-password-to-choose")
    said["code_comes"] = words("letter-share-code-by-mail" if by_mail else "letter-share-code-by-phone")
    if "company" in said:
        said["sender"] = words("person-of", **said) if said.get("who") else said["company"]
    if "takes_second" in said:
        said["who"] = changes.confirmers(words, bool(said.get("by_superuser")))
        said["waits"] = words("letter-change-second" if said.get("takes_second") else "letter-change-day", **said)
    said["dropped"] = words("letter-change-unconfirmed" if said.get("unconfirmed") else "letter-change-otherwise")
    said["times"] = words.count("letter-share-plays", facts.get("plays", 0))
    subject = words(f"letter-{kind}-subject", **said)
    # Text that other people wrote is kept on one line, so that it can't add paragraphs.
    paragraphs = words(f"letter-{kind}", **said).split("\n\n")
    # CPython decodes encoded words (RFC 2047) in header values, and writes the line ends they contain.
    subject = subject.replace("=?", "= ?")[:_LONGEST_SUBJECT]
    return Letter(subject, tuple(paragraphs), language, said.get("link"), said.get("code"), said.get("reply_to"))


def items(shown: Iterable[ShownItem], language: str) -> str:
    """What changes of a user, in one line."""
    words = Words(language)
    return "; ".join(changes.line(words, one.what, one.before, one.after) for one in shown)


def message(letter: Letter, sender: str, receiver: str, message_id: str, at: float) -> EmailMessage:
    """The message to send; Invalid("bad-address") if an address is malformed. `at` is in epoch seconds.

    The same mail has the same `message_id` however often it is sent, so that a receiver can recognise a repeated mail.
    """
    made = EmailMessage(policy=SMTP)
    made["From"] = _address(sender, SENDER)
    made["To"] = _address(receiver)
    if letter.reply_to and normalised(letter.reply_to):
        made["Reply-To"] = _address(letter.reply_to)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    made["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    # RFC 3834: no automatic reply answers it.
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made


def _address(text: str, name: str = "") -> Address:
    address = normalised(text)
    if address is None:
        raise Invalid("bad-address", f"{text[:100]!r} is not an address that mail can be sent to", address=text)
    return Address(name, addr_spec=address)


def _one_line(text: str) -> str:
    return " ".join(text.split())
