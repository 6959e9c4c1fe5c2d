"""What is forgotten, and what is not yet."""

import pytest

from fsplug.errors import Refused
from fsplug.store.accounts import accounts, housekeeping, sessions
from fsplug.store.accounts.housekeeping import FORGET_SECONDS, KEEP_SECONDS, delete_old
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from tests.store.accountcast import ANNA, Console
from tests.store.cast import ACME

DAY = 86_400.0


def test_old_guesses_and_expired_links_go_and_fresh_ones_stay(console: Console) -> None:
    def counts() -> list[int]:
        return [console.store.rows(f"SELECT COUNT(*) FROM {table}")[0][0] for table in ("throttle", "one_time")]

    console.give("1001", email=ANNA, role="superuser")
    token = accounts.new_link(console.store, ACME, "1001")
    with pytest.raises(Refused):
        console.sign_in()
    delete_old(console.store)
    assert counts() == [1, 1]
    assert accounts.of_link(console.store, token).username == "1001"
    console.clock.turn(FORGET_SECONDS + 86_401)
    delete_old(console.store)
    assert counts() == [0, 0]


def test_where_people_came_from_and_what_they_were_sent_is_forgotten_after_half_a_year(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    token = sessions.begin(console.store, ACME, "1001", "192.0.2.1", "Browser")
    mail = mails.queue(console.store, ACME, MailKind.RESET, "1001", ANNA, "en")
    mails.sent(console.store, mail)
    waiting = mails.queue(console.store, ACME, MailKind.RESET, "1001", ANNA, "en")
    visits = {"open": console.clock() + KEEP_SECONDS, "expired": console.clock()}
    for share, expires_at in visits.items():
        _visited(console.store, share, expires_at)
    console.clock.turn(KEEP_SECONDS - 60)
    delete_old(console.store)
    assert sessions.find(console.store, token) is None
    assert _left(console.store) == (1, 4, ["expired", "open"])
    console.clock.turn(DAY)
    delete_old(console.store)
    assert _left(console.store) == (0, 3, ["open"])
    assert mails.get(console.store, ACME, waiting).id == waiting


def test_many_old_rows_go_in_several_steps(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    console.give("1001", email=ANNA, role="superuser")
    for _ in range(5):
        sessions.begin(console.store, ACME, "1001", "192.0.2.1", "Browser")
    monkeypatch.setattr(housekeeping, "_AT_ONCE", 2)
    console.clock.turn(2 * KEEP_SECONDS)
    delete_old(console.store)
    assert _left(console.store)[0] == 0


def _visited(store: Store, share: str, expires_at: float) -> None:
    company, at = company_id(store, ACME), store.now()
    values = (share, company, "R", at, "1001", "x@y.example", "Subject", "en", "mail", expires_at, 3)
    columns = "id, company, recording, at, made_by, email, subject, language, code_by, expires_at, plays"
    with store.atomic():
        store.run(f"INSERT INTO share_link ({columns}) VALUES ({', '.join('?' * len(values))})", *values)
        visit = (
            "INSERT INTO share_visit (token_hash, share, at, address, agent) VALUES (?, ?, ?, '192.0.2.1', 'Browser')"
        )
        store.run(visit, share, share, at)


def _left(store: Store) -> tuple[int, int, list[str]]:
    """How many sessions and mails are left, and the visits' shares."""
    counts = [store.rows(f"SELECT COUNT(*) FROM {table}")[0][0] for table in ("console_session", "mail")]
    return counts[0], counts[1], [one for (one,) in store.rows("SELECT share FROM share_visit ORDER BY share")]
