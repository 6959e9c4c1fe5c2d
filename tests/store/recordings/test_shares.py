"""Sharing a recording: a link that is useless alone, a code that is good once, so many plays, until it is revoked."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.audit import trail, verification
from fsplug.store.calls import ledger
from fsplug.store.change import planning
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.recordings import access, recordings, share_visits, shares
from fsplug.store.recordings.shares import CodeBy, Offer, Share
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import decided, recorded_call, seen, started

ROOT = operator("root")
SUPERUSER = Actor("1001", AdminScope.NONE, Role.SUPERUSER, ACME)
LISTENER = Actor("1001", AdminScope.NONE, Role.MY_CONSOLE, ACME)
OFFER = Offer("a-rec", "customer@outside.example", "Our call", code_by=CodeBy.PHONE)
DAY = 86_400.0


@pytest.fixture
def store(console: Console) -> Store:
    """One of Acme's calls is recorded and sealed, another is still going on."""
    ledger.apply(console.store, recorded_call("a"))
    ledger.apply(console.store, [seen("b"), decided("b"), started("b")])
    return console.store


def _shared(store: Store, actor: Actor = ROOT, **others: object) -> tuple[Share, str, str]:
    """A share, a link's token, a code."""
    given = {name: getattr(OFFER, name) for name in OFFER.__slots__} | others
    share, code = shares.create(store, ACME, Offer(**given), actor)
    return share, shares.new_link(store, share), code or shares.new_code(store, share)


def _proved(store: Store, **others: object) -> tuple[Share, str]:
    share, link, code = _shared(store, **others)
    cookie = share_visits.begin(store, link, "192.0.2.1", "Firefox")
    assert share_visits.prove(store, cookie, code, "192.0.2.1").proved
    return share, cookie


def _code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_the_link_and_the_code_together_play_the_recording(store: Store) -> None:
    _, cookie = _proved(store)
    assert share_visits.play(store, cookie, "192.0.2.1").share.played == 1
    assert share_visits.playing(store, cookie).id == "a-rec"


def test_two_mails_are_queued_and_the_code_is_shown_to_nobody(store: Store) -> None:
    share, code = shares.create(store, ACME, Offer("a-rec", "customer@outside.example", "Our call"), SUPERUSER)
    assert code is None
    found = sorted((str(mail.kind), mail.receiver, mail.subject) for mail in mails.listed(store, ACME))
    assert found == [(kind, "customer@outside.example", share.id) for kind in ("code", "share")]


def test_the_link_alone_plays_nothing(store: Store) -> None:
    _, link, _ = _shared(store)
    cookie = share_visits.begin(store, link, "", "")
    assert _code_of(lambda: share_visits.play(store, cookie, "")) == "share-code-wanted"
    assert _code_of(lambda: share_visits.playing(store, cookie)) == "not-hearing"


def test_a_forwarded_link_needs_a_code_of_its_own_in_the_second_browser(store: Store) -> None:
    _, link, code = _shared(store)
    first, second = (share_visits.begin(store, link, "", "") for _ in range(2))
    share_visits.prove(store, first, f" {code[:4]} {code[4:]} ", "")
    assert _code_of(lambda: share_visits.prove(store, second, code, "")) == "code-wrong"
    assert not share_visits.visited(store, second).proved


def test_two_who_give_the_code_at_once_are_not_both_let_in(open_store: Callable[..., Store], store: Store) -> None:
    share, link, code = _shared(store)
    cookies = [share_visits.begin(store, link, "", "") for _ in range(6)]
    let_in: list[str] = []

    def give(cookie: str) -> None:
        own = open_store(clock=store.now)
        try:
            share_visits.prove(own, cookie, code, "")
            let_in.append(cookie)
        except Refused:
            pass

    threads = [Thread(target=give, args=(cookie,)) for cookie in cookies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(let_in) == 1
    assert shares.get(store, ACME, share.id).wrong_codes == 5


def test_who_presses_play_twice_at_once_uses_one_play_and_hears(open_store: Callable[..., Store], store: Store) -> None:
    share, cookie = _proved(store, plays=2)
    own = [open_store(clock=store.now) for _ in range(6)]
    together, hearing_until = Barrier(len(own)), list[float]()

    def press(own: Store) -> None:
        together.wait(PATIENCE_SECONDS)
        hearing_until.append(share_visits.play(own, cookie, "").hearing_until)

    threads = [Thread(target=press, args=(one,)) for one in own]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(hearing_until) == len(own) and len(set(hearing_until)) == 1
    assert shares.get(store, ACME, share.id).played == 1


def test_ten_wrong_codes_close_the_share_also_to_the_right_one(store: Store) -> None:
    _, link, code = _shared(store)
    cookie = share_visits.begin(store, link, "", "")
    codes = [_code_of(lambda n=n: share_visits.prove(store, cookie, f"{n:08}", "")) for n in range(11)]
    assert codes == [*["code-wrong"] * 10, "share-not-good"]
    assert _code_of(lambda: share_visits.prove(store, cookie, code, "")) == "share-not-good"


def test_plays_are_counted_and_going_on_hearing_is_none(store: Store, console: Console) -> None:
    share, cookie = _proved(store, plays=2)
    share_visits.play(store, cookie, "")
    share_visits.play(store, cookie, "")
    assert shares.get(store, ACME, share.id).played == 1
    console.clock.turn(700)
    assert _code_of(lambda: share_visits.playing(store, cookie)) == "not-hearing"
    share_visits.play(store, cookie, "")
    console.clock.turn(700)
    assert _code_of(lambda: share_visits.play(store, cookie, "")) == "plays-used"


def test_revocation_works_at_once_for_the_link_the_cookie_and_who_is_hearing(store: Store) -> None:
    share, cookie = _proved(store)
    link = shares.new_link(store, share)
    share_visits.play(store, cookie, "")
    assert shares.revoke(store, ACME, share.id, SUPERUSER).revoked_by == f"1001@{ACME}"
    for act in (
        lambda: share_visits.playing(store, cookie),
        lambda: share_visits.play(store, cookie, ""),
        lambda: share_visits.begin(store, link, "", ""),
    ):
        assert _code_of(act) == "share-not-good"
    assert shares.revoke(store, ACME, share.id, ROOT).revoked_by == f"1001@{ACME}"


@pytest.mark.parametrize("seconds", [7 * DAY, -3600.0])
def test_a_share_ends_with_its_days_and_when_the_clock_is_put_back(
    store: Store, console: Console, seconds: float
) -> None:
    share, cookie = _proved(store)
    link = shares.new_link(store, share)
    share_visits.play(store, cookie, "")
    console.clock.turn(seconds)
    assert _code_of(lambda: share_visits.playing(store, cookie)) == "share-not-good"
    assert _code_of(lambda: share_visits.begin(store, link, "", "")) == "share-not-good"


@pytest.mark.parametrize("token", ["", "x" * 43, "\ud800", "é" * 5000])
def test_what_is_no_token_is_refused_everywhere(store: Store, token: str) -> None:
    _shared(store)
    for act in (
        lambda: share_visits.begin(store, token, "", ""),
        lambda: share_visits.visited(store, token),
        lambda: share_visits.prove(store, token, "1", ""),
        lambda: share_visits.playing(store, token),
    ):
        assert _code_of(act) == "share-not-good"


def test_with_its_company_a_share_is_gone_at_once(store: Store) -> None:
    share, cookie = _proved(store)
    share_visits.play(store, cookie, "192.0.2.1")
    link = shares.new_link(store, share)
    planning.apply_plan(store, planning.removal(store, ACME), "operator")
    assert _code_of(lambda: share_visits.playing(store, cookie)) == "share-not-good"
    assert _code_of(lambda: share_visits.begin(store, link, "192.0.2.1", "Firefox")) == "share-not-good"


def test_a_code_of_one_share_is_none_of_another(store: Store) -> None:
    _, link, _ = _shared(store)
    _, _, others = _shared(store)
    cookie = share_visits.begin(store, link, "", "")
    assert _code_of(lambda: share_visits.prove(store, cookie, others, "")) == "code-wrong"


def test_more_codes_are_mailed_on_request_five_in_all(store: Store) -> None:
    _, link, _ = _shared(store, code_by=CodeBy.MAIL)
    for _ in range(4):
        share_visits.ask_code(store, link)
    assert _code_of(lambda: share_visits.ask_code(store, link)) == "no-more-codes"
    by_phone = _shared(store)[1]
    assert _code_of(lambda: share_visits.ask_code(store, by_phone)) == "no-more-codes"


def test_what_is_no_code_at_all_does_not_count_as_a_guess(store: Store) -> None:
    share, link, code = _shared(store)
    cookie = share_visits.begin(store, link, "", "")
    for typed in ("", "abc", "1234567x", "\u0661" * 8):
        assert _code_of(lambda typed=typed: share_visits.prove(store, cookie, typed, "")) == "code-wrong"
    assert shares.get(store, ACME, share.id).wrong_codes == 0
    assert share_visits.prove(store, cookie, code, "").proved


def test_a_link_is_opened_two_hundred_times_at_most(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_visits, "MOST_VISITS", 3)
    _, link, _ = _shared(store)
    for _ in range(3):
        share_visits.begin(store, link, "", "")
    assert _code_of(lambda: share_visits.begin(store, link, "", "")) == "share-not-good"


@pytest.mark.parametrize("recording", ["b-rec", "lost"])
def test_what_is_not_sealed_is_not_shared(store: Store, recording: str) -> None:
    with pytest.raises((Refused, Invalid)):
        _shared(store, recording=recording)
    assert mails.listed(store, ACME) == []


def test_what_is_deleted_afterwards_is_not_heard(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _, cookie = _proved(store)
    share_visits.play(store, cookie, "")
    monkeypatch.setattr(recordings, "get", lambda *_: None)
    assert _code_of(lambda: share_visits.playing(store, cookie)) == "share-not-good"


@pytest.mark.parametrize("actor", [LISTENER, Actor("1001", AdminScope.COMPANY_ADMIN, Role.NONE, ACME)])
def test_only_superusers_share_and_revoke(store: Store, actor: Actor) -> None:
    share, _, _ = _shared(store)
    assert _code_of(lambda: _shared(store, actor)) == "not-allowed"
    assert _code_of(lambda: shares.revoke(store, ACME, share.id, actor)) == "not-allowed"


def test_another_company_reaches_nothing_by_any_id(store: Store) -> None:
    share, _, _ = _shared(store)
    stranger = Actor("1001", AdminScope.COMPANY_ADMIN, Role.SUPERUSER, BETA)
    offer = Offer("a-rec", "x@outside.example", "Our call")
    assert _code_of(lambda: shares.create(store, ACME, offer, stranger)) == "other-company"
    assert _code_of(lambda: shares.revoke(store, ACME, share.id, stranger)) == "other-company"
    with pytest.raises(Invalid, match="there is no recording a-rec"):
        shares.create(store, BETA, offer, stranger)
    with pytest.raises(Invalid, match="has no share"):
        shares.revoke(store, BETA, share.id, stranger)
    with pytest.raises(Invalid, match="has no share"):
        shares.get(store, BETA, share.id)
    with pytest.raises(Invalid, match="there is no recording a-rec"):
        access.play(store, BETA, "a-rec", stranger)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"email": one} for one in ("", "a\n@b.example", 'a"@b.example', "a@b.example\r\nBcc: c@d.example")),
        *({"email": f"{'a' * 300}@b.example"}, {"email": "a b@c.example"}, {"language": "de"}),
        *({"subject": one} for one in ("", "  ", "x\r\nBcc: c@d.example", "x" * 201, "x\u2028y")),
        *({"days": 0}, {"days": 31}, {"plays": 0}, {"plays": 101}),
    ],
)
def test_a_bad_offer_is_named_and_queues_nothing(store: Store, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        _shared(store, **wrong)
    assert refused.value.code == "bad-share"
    assert (mails.listed(store, ACME), shares.listed(store, ACME)) == ([], [])


def test_every_step_is_in_the_trail_with_whose_call_it_is(store: Store) -> None:
    share, cookie = _proved(store)
    with pytest.raises(Refused):
        share_visits.prove(store, cookie, "0", "192.0.2.9")
    share_visits.play(store, cookie, "192.0.2.1")
    shares.revoke(store, ACME, share.id, ROOT)
    entries = trail.listed(store, ACME, limit=6)
    acts = ["share-revoke", "share-play", "share-code-refused", "share-code", "share-visit", "share"]
    assert [entry.act for entry in entries] == acts
    assert {entry.subject for entry in entries} == {"a-rec"}
    assert {entry.people for entry in entries} == {("1001",)}
    assert verification.verify(store, ACME).trouble is None
