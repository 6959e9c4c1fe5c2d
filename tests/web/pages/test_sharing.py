"""Sharing from the player: who may share, what the pages show, and how a share is withdrawn."""

import re

import pytest

from fsplug.store.calls import ledger
from fsplug.store.outbox import mails
from fsplug.store.recordings import share_visits, shares
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.store.story import recorded_call
from tests.web.conftest import URL, Browser

PAGE = "/recordings/a-rec"
FORM = {"email": "customer@outside.example", "subject": "Our call", "days": "5", "plays": "2", "code_by": "mail"}


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """A superuser, signed in."""
    console.made()
    browser.sign_in()
    return browser


def test_address_subject_and_send_are_enough(anna: Browser, console: Console) -> None:
    answer = anna.post(f"{PAGE}/share", email=FORM["email"], subject=FORM["subject"])
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    [share] = shares.of_recording(console.store, ACME, "a-rec")
    assert (share.email, share.plays, share.made_by) == (FORM["email"], 3, "1001@acme.example")
    page = anna.get(PAGE).text
    assert "Shared with customer@outside.example. The link and the code are now being sent" in page
    assert "Shared with customer@outside.example. The link" not in anna.get(PAGE).text, "it is said once"


def test_the_mails_and_what_became_of_them_stand_under_it(anna: Browser, console: Console) -> None:
    anna.post(f"{PAGE}/share", **FORM)
    assert anna.get(PAGE).text.count("on its way") == 2
    [share] = shares.of_recording(console.store, ACME, "a-rec")
    link, code = mails.about(console.store, ACME, [share.id])[share.id]
    assert (link.kind, code.kind) == ("share", "code")
    mails.sent(console.store, link.id)
    mails.failed(console.store, code.id, "mail-refused", "550 no such <user>")
    page = anna.get(PAGE).text
    assert "not sent" in page and "The mail server rejected the e-mail." in page and "sent " in page


def test_a_code_to_read_out_is_shown_once(anna: Browser, console: Console) -> None:
    anna.post(f"{PAGE}/share", **{**FORM, "code_by": "phone"})
    shown, later = anna.get(PAGE).text, anna.get(PAGE).text
    said = shown.partition("shown only now: ")[2][:9]
    assert said.replace(" ", "").isdigit() and "shown only now" not in later
    [share] = shares.of_recording(console.store, ACME, "a-rec")
    visit = share_visits.begin(console.store, shares.new_link(console.store, share), "192.0.2.9", "Firefox")
    assert share_visits.prove(console.store, visit, said, "192.0.2.9").proved


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("email", "nobody"),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("subject", " "),
        ("subject", "x" * 201),
        ("subject", "two\nlines"),
        ("days", "31"),
        ("days", "0"),
        ("days", "1.5"),
        ("days", "9" * 4_000),
        ("plays", "101"),
        ("plays", "-1"),
        ("plays", "many"),
        ("language", "xx"),
    ],
)
def test_what_is_wrong_is_marked_and_all_that_was_typed_is_kept(
    anna: Browser, console: Console, name: str, typed: str
) -> None:
    answer = anna.post(f"{PAGE}/share", **{**FORM, name: typed})
    assert answer.status_code == 422
    assert f'id="wrong-{name}"' in answer.text and f'aria-describedby="wrong-{name}"' in answer.text
    kept = {**FORM, name: typed}
    assert all(f'value="{value}"' in answer.text for value in (kept["plays"], kept["days"], "mail"))
    assert shares.of_recording(console.store, ACME, "a-rec") == []


def test_a_hostile_subject_is_text(anna: Browser, console: Console) -> None:
    for typed in ('"><script>alert(1)</script>', "x" * 201 + '"><script>'):
        assert "<script>" not in anna.post(f"{PAGE}/share", **{**FORM, "subject": typed}).text
    page = anna.get(PAGE).text
    assert "&lt;script&gt;alert(1)" in page and "<script>" not in page


def test_withdrawn_it_is_closed_at_once(anna: Browser, console: Console) -> None:
    anna.post(f"{PAGE}/share", **FORM)
    [share] = shares.of_recording(console.store, ACME, "a-rec")
    assert f"{PAGE}/share/{share.id}/revoke" in anna.get(PAGE).text
    assert anna.post(f"{PAGE}/share/{share.id}/revoke").status_code == 303
    page = anna.get(PAGE).text
    assert "withdrawn" in page and "/revoke" not in page
    assert not shares.get(console.store, ACME, share.id).is_open(console.clock())


def test_a_share_is_withdrawn_from_its_own_recording_only(anna: Browser, console: Console) -> None:
    ledger.apply(console.store, recorded_call("b"))
    anna.post(f"{PAGE}/share", **FORM)
    [share] = shares.of_recording(console.store, ACME, "a-rec")
    assert anna.post(f"/recordings/b-rec/share/{share.id}/revoke").status_code == 404
    assert anna.post(f"{PAGE}/share/no-such/revoke").status_code == 404
    assert shares.get(console.store, ACME, share.id).is_open(console.clock())


def test_who_hears_their_own_only_neither_shares_nor_sees_shares(anna: Browser, console: Console) -> None:
    anna.post(f"{PAGE}/share", **FORM)
    assert FORM["email"] in anna.get(PAGE).text
    [share] = shares.of_recording(console.store, ACME, "a-rec")
    console.give("1001", role="my-console")
    anna.sign_in()
    page = anna.get(PAGE).text
    assert "Played by" in page and FORM["email"] not in page
    assert anna.post(f"{PAGE}/share", **FORM).status_code == 403
    assert anna.post(f"{PAGE}/share/{share.id}/revoke").status_code == 403
    assert len(shares.of_recording(console.store, ACME, "a-rec")) == 1


def test_what_a_customer_played_stands_under_the_recording(anna: Browser, console: Console) -> None:
    anna.post(f"{PAGE}/share", **FORM)
    [share] = shares.of_recording(console.store, ACME, "a-rec")
    visit = share_visits.begin(console.store, shares.new_link(console.store, share), "192.0.2.9", "Firefox")
    share_visits.prove(console.store, visit, shares.new_code(console.store, share), "192.0.2.9")
    share_visits.play(console.store, visit, "192.0.2.9")
    page = anna.get(PAGE).text
    assert "1 of 2" in page and "outside" in page


def test_a_script_gets_the_part_about_sharing_with_what_was_done_or_what_is_wrong(anna: Browser) -> None:
    def sent(path: str, **form: str) -> tuple[int, str]:
        headers = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
        answer = anna.client.post(f"{PAGE}{path}", base_url=URL, data=form, headers=headers)
        return answer.status_code, answer.text.partition('<div id="sharing">')[2]

    status, part = sent("/share", **FORM)
    assert status == 200 and "Shared with customer@outside.example. The link" in part
    [path] = re.findall(f'action="{PAGE}(/share/[^/"]+/revoke)"', part)
    status, part = sent("/share", **{**FORM, "days": "99"})
    assert status == 422 and "not shared yet" in part and 'aria-invalid="true"' in part
    status, part = sent(path)
    assert status == 200 and "has been withdrawn" in part
