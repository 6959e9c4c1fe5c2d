"""Which e-mail addresses will do."""

import pytest

from fsplug.policy.addresses import normalised, same


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("anna@acme.example", "anna@acme.example"),
        ("Anna.Holm+x@ACME.example", "Anna.Holm+x@acme.example"),
        ("o'brien@acme.example", "o'brien@acme.example"),
        ("anna@blåbær.dk", "anna@xn--blbr-roah.dk"),
        (f"{'a' * 64}@acme.example", f"{'a' * 64}@acme.example"),
    ],
)
def test_an_address_is_brought_to_the_form_that_mail_is_sent_to(text: str, address: str) -> None:
    assert normalised(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "anna", "@acme.example", "anna@", "anna@acme", "a@b@acme.example", "anna@.example", "anna@acme..example"),
        *(
            "anna@acme.example\n",
            "anna\n@acme.example",
            "anna@acme.example\r\nBcc: all@acme.example",
            " a@acme.example",
        ),
        *(
            '"anna holm"@acme.example',
            '"a"@acme.example',
            "<anna@acme.example>",
            "=?utf-8?q?=0ABcc=3A?=@b.example",
            "a,b@acme.example",
            "æ@acme.example",
        ),
        *("anna@127.0.0.1", "anna@[127.0.0.1]", "a..b@acme.example", ".a@acme.example", "a\0@acme.example"),
        *(f"{'a' * 65}@acme.example", f"a@{'b' * 300}.example", f"a@{'.'.join(['b' * 60] * 5)}.example"),
        # IDNA 2003 makes strasse and acme of these, which may be somebody else's.
        *("anna@stra\u00dfe.example", "anna@STRA\u1e9eE.example", "anna@ac\u200dme.example"),
        *("anna@acme.example\u2028", "anna@ac\u200bme", "a@\ud800.example", "a@-acme.example"),
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert normalised(text) is None


def test_spellings_of_one_address_are_the_same() -> None:
    assert same("ANNA@Blåbær.dk") == same("anna@xn--blbr-roah.dk")
    assert same("no address") == "no address"
