"""Mail from the store to a real server: it is sent, tried again or given up, and its state is shown."""

import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.mail import smtp
from fsplug.mail.postman import GIVE_UP_SECONDS, Postman
from fsplug.mail.smtp import MailServer
from fsplug.policy.access.scopes import operator
from fsplug.store.accounts import accounts
from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.config import actors
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailState
from fsplug.store.recordings import share_visits, shares
from fsplug.store.recordings.shares import Offer
from tests.mail.conftest import POST, Mailbox
from tests.mail.postedmail import LINK, mail_states, text_of, token_of
from tests.store.accountcast import ANNA, BO, PASSWORD, Console
from tests.store.cast import ACME, BETA
from tests.store.story import recorded_call


def test_a_new_account_gets_its_two_mails_and_the_link_sets_the_password(
    console: Console, mailbox: Mailbox, postman: Postman
) -> None:
    console.give("1001", email=ANNA, role="superuser")
    assert postman.round() == 2
    user_id, password = mailbox.mails[1], mailbox.mails[0]
    assert (user_id["Subject"], password["Subject"]) == ("Your user ID for Acme", "Your password")
    assert "Customer ref: acme.example" in text_of(user_id)
    assert "set-password" not in text_of(user_id)
    accounts.set_password(console.store, token_of(password), PASSWORD, console.passwords)
    assert console.sign_in().username == "1001"
    assert mail_states(console) == {("sent", None)}
    assert postman.round() == 0


def test_who_played_unusually_many_recordings_is_named_to_superusers_and_told_themselves(
    console: Console, mailbox: Mailbox, postman: Postman
) -> None:
    console.give("1001", email=ANNA, role="superuser")
    console.give("1002", email=BO, role="superuser")
    assert postman.round() == 5, "and the first superuser is told of the second"
    for kind, receiver in ((mails.MailKind.PLAYS, ANNA), (mails.MailKind.OWN_PLAYS, BO)):
        mails.queue(console.store, ACME, kind, "1002", receiver, "en")
    assert postman.round() == 2
    by_receiver = {str(mail["To"]): text_of(mail) for mail in mailbox.mails if "recordings" in str(mail["Subject"])}
    name = accounts.get(console.store, ACME, "1002").name
    assert f"{name} (1002) has played unusually many recordings" in by_receiver[ANNA]
    assert "https://console.example/activity" in by_receiver[ANNA]
    assert "with your account" in by_receiver[BO] and "https://console.example/account" in by_receiver[BO]


def test_mail_behind_a_slow_one_is_free_for_another_to_send(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    free: list[list[str]] = []
    first = Postman(console.store, POST, lambda _: free.append([str(one.kind) for one in mails.due(console.store)]))
    assert first.round() == 2
    assert free == [["password"], []]


def test_the_language_is_the_company_s(console: Console, mailbox: Mailbox, postman: Postman) -> None:
    from fsplug.store.change.draft import Draft, edit

    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "language": "da", "languages": ["da"]})

    edit(console.store, ACME, "operator", change)
    console.give("1001", email=ANNA, role="superuser")
    postman.round()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Din adgangskode", "Dit bruger-id til Acme"]


def test_nothing_of_a_link_or_a_code_stands_in_the_store(console: Console, mailbox: Mailbox, postman: Postman) -> None:
    ledger.apply(console.store, recorded_call("a"))
    console.give("1001", email=ANNA, role="superuser")
    shares.create(console.store, ACME, Offer("a-rec", "c@outside.example", "Our call"), operator("root"))
    postman.round()
    [code] = next(
        re.findall(r"\b[0-9]{8}\b", text_of(mail)) for mail in mailbox.mails if mail["Subject"] == "Your code"
    )
    tokens = [token_of(mail) for mail in mailbox.mails if LINK.search(text_of(mail)) and "/set-" in text_of(mail)]
    dump = "".join(console.store._db.connection().iterdump()) if console.store._db.connect(True) else ""
    assert dump and tokens
    for secret in (code, *tokens):
        assert secret not in dump


def test_a_share_is_heard_by_the_link_of_one_mail_and_the_code_of_another(
    console: Console, mailbox: Mailbox, postman: Postman
) -> None:
    ledger.apply(console.store, recorded_call("a"))
    shares.create(console.store, ACME, Offer("a-rec", "c@outside.example", "About Tuesday"), operator("root"))
    postman.round()
    link, code = mailbox.mails
    assert (link["Subject"], code["Subject"]) == ("About Tuesday", "Your code")
    for mail in (link, code):
        assert "+4522334455" not in text_of(mail) and "a-rec" not in text_of(mail) and "Anna" not in text_of(mail)
    cookie = share_visits.begin(console.store, token_of(link), "", "")
    [typed] = re.findall(r"\b[0-9]{8}\b", text_of(code))
    share_visits.prove(console.store, cookie, typed, "")
    share_visits.play(console.store, cookie, "")
    assert share_visits.playing(console.store, cookie).id == "a-rec"


def test_what_the_server_refuses_for_good_has_failed_with_its_words(
    console: Console, mailbox: Mailbox, postman: Postman
) -> None:
    mailbox.mood("refuse")
    console.give("1001", email=ANNA, role="superuser")
    postman.round()
    [mail, _] = mails.listed(console.store, ACME)
    assert (mail.state, mail.code) == (MailState.FAILED, "mail-no-mailbox")
    assert "550" in str(mail.reason) and "no such mailbox" in str(mail.reason)
    mailbox.mood("")
    mails.retry(console.store, ACME, mail.id)
    assert postman.round() == 1
    assert mails.get(console.store, ACME, mail.id).state is MailState.SENT


@pytest.mark.parametrize("mood", ["delay", "drop", "hang"])
def test_what_may_work_later_is_tried_later(console: Console, mailbox: Mailbox, postman: Postman, mood: str) -> None:
    mailbox.mood(mood)
    console.give("1001", email=ANNA, role="superuser")
    postman.round()
    assert {state for state, _ in mail_states(console)} == {"queued"}
    assert postman.round() == 0, "not at once"
    mailbox.mood("")
    console.clock.turn(30)
    assert postman.round() == 2
    assert mail_states(console) == {("sent", None)}
    assert len(mailbox.mails) == (4 if mood == "hang" else 2)


def test_a_server_that_is_away_for_a_day_gets_its_mail_and_the_links_are_good(
    console: Console, mailbox: Mailbox
) -> None:
    console.give("1001", email=ANNA, role="superuser")
    away = Postman(console.store, POST, partial(smtp.send, MailServer("127.0.0.1", 1, "none"), seconds=1.0))
    tries = 0
    for _ in range(24 * 12):
        console.clock.turn(300)
        tries += away.round()
    assert 2 * 20 < tries < 2 * 40
    assert mail_states(console) == {("queued", "smtp-away")}
    console.clock.turn(3600)
    back = Postman(console.store, POST, partial(smtp.send, MailServer("127.0.0.1", mailbox.port, "none")))
    back.round()
    password = next(mail for mail in mailbox.mails if mail["Subject"] == "Your password")
    console.clock.turn(23 * 3600)
    assert accounts.of_link(console.store, token_of(password)).username == "1001"


def test_after_five_days_a_mail_is_given_up(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    away = Postman(console.store, POST, partial(smtp.send, MailServer("127.0.0.1", 1, "none"), seconds=1.0))
    console.clock.turn(GIVE_UP_SECONDS + 1)
    away.round()
    assert mail_states(console) == {("failed", "smtp-away")}


def test_mail_to_who_lost_the_role_or_moved_is_not_sent(console: Console, mailbox: Mailbox, postman: Postman) -> None:
    console.give("1001", email=ANNA, role="superuser")
    console.give("1001", email=BO)
    console.give("1002", email=ANNA, role="my-console")
    console.give("1002", role=None)
    postman.round()
    found = [(mail["To"], mail["Subject"]) for mail in mailbox.mails]
    assert [one for one in found if "changed" not in one[1]] == [
        (BO, "Your password"),
        (BO, "Your user ID for Acme"),
    ]
    assert {one for one in found if "changed" in one[1]} == {
        (ANNA, "The settings of Anna (1001) have been changed"),
        (ANNA, "The settings of Bo (1002) have been changed"),
    }
    assert mail_states(console) == {("sent", None), ("failed", "mail-withdrawn")}


def test_a_share_says_who_sends_it_and_when_it_ends_in_its_own_language_and_answers_go_to_them(
    console: Console, mailbox: Mailbox, postman: Postman
) -> None:
    console.made("1001", ANNA, "superuser")
    ledger.apply(console.store, recorded_call("a"))
    offer = Offer("a-rec", "c@outside.example", "Our call", language="da")
    shares.create(console.store, ACME, offer, actors.actor(console.store, ACME, "1001"))
    postman.round()
    found = {str(one["Subject"]): one for one in mailbox.mails if one["To"] == "c@outside.example"}
    assert {str(one["Reply-To"]) for one in found.values()} == {ANNA}
    assert ["Anna hos Acme" in text_of(found[subject]) for subject in ("Our call", "Din kode")] == [True, True]
    assert "indtil den 22. januar 2027 kl. 08:00 (UTC)" in text_of(found["Our call"])


def test_a_revoked_share_is_not_mailed(console: Console, mailbox: Mailbox, postman: Postman) -> None:
    ledger.apply(console.store, recorded_call("a"))
    offer = Offer("a-rec", "c@outside.example", "Our call")
    share, _ = shares.create(console.store, ACME, offer, operator("root"))
    shares.revoke(console.store, ACME, share.id, operator("root"))
    postman.round()
    assert (mailbox.mails, mail_states(console)) == ([], {("failed", "mail-withdrawn")})


def test_killed_between_send_and_record_it_is_sent_again_and_both_links_are_good(
    console: Console, mailbox: Mailbox, tmp_path: Path
) -> None:
    console.give("1001", email=ANNA, role="superuser")
    mailbox.mood("hang")
    command = [sys.executable, "-m", "tests.mail.postmanprocess", str(tmp_path / "fsplug.db"), str(mailbox.port)]
    dying = subprocess.Popen(command)
    first = mailbox.wait_for(1)
    os.kill(dying.pid, signal.SIGKILL)
    dying.wait()
    mailbox.mood("")
    assert mail_states(console) == {("queued", None)}
    alive = Postman(console.store, POST, partial(smtp.send, MailServer("127.0.0.1", mailbox.port, "none")))
    console.clock.turn(mails.LEASE_SECONDS + 1)
    alive.round()
    assert len(mailbox.mails) == 3
    [again] = [mail for mail in mailbox.mails if mail["Message-ID"] == first[0]["Message-ID"]][1:]
    assert mail_states(console) == {("sent", None)}
    for mail in (first[0], again):
        if mail["Subject"] == "Your password":
            assert accounts.of_link(console.store, token_of(mail))


def test_two_postmen_send_a_mail_once(console: Console, mailbox: Mailbox, postman: Postman) -> None:
    console.give("1001", email=ANNA, role="superuser")
    due = mails.due(console.store)
    assert all(mails.take(console.store, mail.id) for mail in due)
    assert postman.round() == 0
    assert mails.due(console.store) == []


def test_a_clock_that_is_put_back_holds_no_mail_back(console: Console, mailbox: Mailbox, postman: Postman) -> None:
    console.give("1001", email=ANNA, role="superuser")
    console.clock.turn(-86_400)
    assert postman.round() == 2


def test_another_company_sees_and_retries_no_mail(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    [mail, _] = mails.listed(console.store, ACME)
    assert mails.listed(console.store, BETA) == []
    for act in (mails.get, mails.retry):
        with pytest.raises(Invalid, match="has no mail"):
            act(console.store, BETA, mail.id)


def test_what_was_sent_is_not_sent_again(console: Console, mailbox: Mailbox, postman: Postman) -> None:
    console.give("1001", email=ANNA, role="superuser")
    postman.round()
    ledger.apply(console.store, recorded_call("a"))
    shares.create(console.store, ACME, Offer("a-rec", "c@outside.example", "Our call"), operator("root"))
    postman.round()
    remedies = {mails.MailKind.USER_ID: "account invite", mails.MailKind.PASSWORD: "account invite"}
    for mail in mails.listed(console.store, ACME):
        with pytest.raises(Refused, match=f"was sent.*{remedies.get(mail.kind, 'share create')}"):
            mails.retry(console.store, ACME, mail.id)


def test_mail_makes_no_entry_in_the_trail_and_the_invitation_does(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    accounts.invite(console.store, ACME, "1001", "root")
    assert [entry.act for entry in trail.listed(console.store, ACME, limit=2)] == ["invite", "rights"]
