"""What mail says, in three languages, and that nobody's words become more than words."""

from email import message_from_bytes
from email.policy import default

import pytest

from fsplug.errors import Invalid
from fsplug.mail.letters import letter, message
from fsplug.store.outbox.mails import MailKind
from fsplug.words.catalogue import LANGUAGES

FACTS = {
    "name": "Anna",
    "username": "1001",
    "when": "2026-11-19 15:20 CET",
    "company": "Acme",
    "url": "https://c.example/",
    "customer_ref": "acme.example",
    "email": "a@acme.example",
    "link": "https://c.example/set-password/abc",
    "code": "12345678",
    "subject": "Our call",
    "plays": 3,
    "until": "2026-11-30 12:00 CET",
    "by_mail": True,
    "has_password": False,
    "by": "Bo (1002)",
    "items": "E-mail: a@acme.example → b@acme.example",
    "takes_second": True,
}


def _read(written: object) -> object:
    return message_from_bytes(bytes(written), policy=default)


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_is_written_in_every_language_as_text_and_html(kind: MailKind, language: str) -> None:
    made = letter(kind, language, FACTS)
    sent = _read(message(made, "n@c.example", "a@acme.example", "id", 0.0))
    text, html = (sent.get_body((part,)).get_content() for part in ("plain", "html"))
    assert "{{" not in text + html
    for paragraph in made.paragraphs:
        assert paragraph in text
    assert f'lang="{language}"' in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_user_id_promises_a_link_to_who_has_no_password_yet_alone(language: str) -> None:
    without, with_one = (letter(MailKind.USER_ID, language, FACTS | {"has_password": has}) for has in (False, True))
    assert without.paragraphs[:-1] == with_one.paragraphs[:-1]
    assert without.paragraphs[-1] != with_one.paragraphs[-1]
    assert "\n" not in without.paragraphs[-1]


def test_the_three_languages_differ() -> None:
    for kind in MailKind:
        assert len({letter(kind, language, FACTS).text for language in LANGUAGES}) == 3


def test_sender_receiver_and_message_id_are_as_given() -> None:
    sent = message(letter(MailKind.CODE, "en", FACTS), "n@c.example", "Anna@BLÅBÆR.dk", "id7", 0.0)
    assert str(sent["From"]) == "Notifications <n@c.example>"
    assert str(sent["To"]) == "Anna@xn--blbr-roah.dk"
    assert (sent["Message-ID"], sent["Auto-Submitted"]) == ("<id7@c.example>", "auto-generated")


@pytest.mark.parametrize(
    "text", ["x\r\nBcc: all@acme.example", "x\nBcc: y", "x\u2028Bcc: y", "=?utf-8?q?=0ABcc:_y?=", "é" * 300]
)
def test_a_subject_is_one_header_and_no_more(text: str) -> None:
    made = letter(MailKind.SHARE, "en", FACTS | {"subject": text})
    sent = _read(message(made, "n@c.example", "a@acme.example", "id", 0.0))
    assert sorted(set(sent.keys()) - {"MIME-Version", "Content-Type"}) == [
        *("Auto-Submitted", "Date", "From", "Message-ID", "Subject", "To")
    ]


@pytest.mark.parametrize(
    "address", ["a\n@b.example", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", ""]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    for sender, receiver in ((address, "a@acme.example"), ("n@c.example", address)):
        with pytest.raises(Invalid, match="not an address"):
            message(letter(MailKind.CODE, "en", FACTS), sender, receiver, "id", 0.0)


def test_names_are_text_in_html_and_no_template() -> None:
    made = letter(MailKind.USER_ID, "en", FACTS | {"name": "<script>{{ 7 * 7 }}", "company": "A & B\n\nC"})
    assert "&lt;script&gt;{{ 7 * 7 }}" in made.html
    assert "<script>" not in made.html
    assert "A &amp; B C" in made.html
