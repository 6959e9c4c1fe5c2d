"""Where a phone's 300, 301 or 302 leads: what of its Contact values is a number inside, and when that is followed."""

import pytest

from fsplug.policy.redirects import MOST_CONTACTS, MOST_REDIRECTS, contacts_inside, may_be_rung, may_redirect

HOSTS = ("acme.example", "192.0.2.7", "2001:db8::7")
READ = [
    ("<sip:1003@acme.example>", "1003"),
    ('"Clara, Juhl" <sip:1003@ACME.example:5060;user=phone;transport=udp>;expires=0', "1003"),
    ("sip:1003@acme.example;q=0.5", "1003"),
    ("<sips:1003@192.0.2.7>", "1003"),
    ("<sip:1003@[2001:db8::7]:5060>", "1003"),
    ("<sip:1003:secret@acme.example>", "1003"),
    ("<sip:1003;phone-context=acme.example@acme.example>", "1003"),
    ("<sip:%31003@acme.example>", "1003"),
    ("<sip:1003%0A@acme.example>", "1003"),
    ("<sip:+4570101003@acme.example>", "+4570101003"),
    ("<sip:+45%2070%2010%2010%2003@acme.example>", "+4570101003"),
    ("<tel:+45-70-10-10-03>", "+4570101003"),
    ("<tel:1003;phone-context=acme.example>", "1003"),
    ("<sip:1003@acme.example?Replaces=a%3Bto-tag%3Db>", "1003"),
]
NOT_INSIDE = [
    "",
    "1003",
    "<1003>",
    "<sip:acme.example>",
    "<sip:@acme.example>",
    "<sip:1003@elsewhere.example>",
    "<sip:1003@elsewhere.example;host=acme.example>",
    "<sip:1003@elsewhere.example?X=sip:1@acme.example>",
    "<sip:1003%40acme.example@elsewhere.example>",
    '"<sip:1003@acme.example>" <sip:1003@elsewhere.example>',
    "<sip:clara@acme.example>",
    "<sip:*28*1003@acme.example>",
    "<sip:%2A28%2A1003@acme.example>",
    "<sip:*31%23+4522334455@acme.example>",
    "<sip:${system(touch /tmp/x)}@acme.example>",
    "<http://acme.example/1003>",
    "<mailto:1003@acme.example>",
    f"<sip:{'1' * 16}@acme.example>",
    f"<sip:1003@acme.example;x={'y' * 5000}>",
]


@pytest.mark.parametrize(("contact", "number"), READ)
def test_a_number_at_the_company_or_the_switch_is_inside(contact: str, number: str) -> None:
    assert contacts_inside([contact], HOSTS) == (number,)


@pytest.mark.parametrize("contact", NOT_INSIDE)
def test_another_address_is_not(contact: str) -> None:
    assert contacts_inside([contact], HOSTS) == ()


def test_the_preferred_contacts_come_first_and_each_number_once() -> None:
    contacts = [
        "<sip:1@acme.example>;q=0.2",
        "<sip:2@acme.example>;q=0.9",
        "<sip:3@elsewhere.example>;q=1.0",
        "<sip:4@acme.example>",
        "<sip:2@192.0.2.7>;q=0.1",
        "<sip:5@acme.example>;q=7",
    ]
    assert contacts_inside(contacts, HOSTS) == ("4", "5", "2", "1")


def test_of_many_contacts_only_some_are_read() -> None:
    assert len(contacts_inside([f"<sip:{number}@acme.example>" for number in range(100)], HOSTS)) == MOST_CONTACTS


def test_each_user_s_phones_send_a_call_on_once_and_a_chain_ends() -> None:
    chain: list[str] = []
    for number in range(MOST_REDIRECTS):
        assert may_redirect(f"{number}", chain)
        chain.append(f"{number}")
        assert not may_redirect(f"{number}", chain)
    assert not may_redirect("another", chain)
    assert not may_redirect("", [])


@pytest.mark.parametrize(
    ("user", "may"),
    [("1003", True), (None, True), ("1001", False), ("1002", False), ("1004", False)],
    ids=["a-colleague", "a-group", "the-user-again", "one-of-the-chain", "the-caller"],
)
def test_a_call_goes_on_to_a_colleague_but_not_in_a_ring(user: str | None, may: bool) -> None:
    assert may_be_rung(user, "1001", ["1002"], "1004") is may
