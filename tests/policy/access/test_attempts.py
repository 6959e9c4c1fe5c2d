"""Which doors an attempt must pass."""

import pytest

from fsplug.policy.access.attempts import FREE, TERMS, Act, Attempt, Level, doors, own_door
from fsplug.policy.access.throttle import Count, failed, wait_seconds

ACME, ANNA = "acme.example", "anna@acme.example"
MARK = "a known browser's"


def _levels(attempt: Attempt, has_failed: bool = False) -> list[str]:
    return [door.key.split()[1] for door in doors(attempt, has_failed)]


@pytest.mark.parametrize(
    ("attempt", "levels"),
    [
        (Attempt(Act.SIGN_IN, "203.0.113.9", ACME, ANNA), "host /24 company all"),
        (Attempt(Act.SIGN_IN, "203.0.113.9"), "host /24 all"),
        (Attempt(Act.SIGN_IN, "2001:db8::1", ACME, ANNA), "host /56 /48 company all"),
        (Attempt(Act.SIGN_IN, "::ffff:203.0.113.9", ACME, ANNA), "host /24 company all"),
        (Attempt(Act.GIVE_CODE, "203.0.113.9", person="cookies"), "host /24 all"),
        # A proxy's perhaps.
        (Attempt(Act.SIGN_IN, "127.0.0.1", ACME, ANNA), "host shared company all"),
        (Attempt(Act.SIGN_IN, "fd00::7", ACME, ANNA), "host shared company all"),
        (Attempt(Act.OPEN_LINK, "::1"), "shared shared all"),
        (Attempt(Act.SIGN_IN, "10.0.0.7", ACME, ANNA), "host shared company all"),
        (Attempt(Act.SIGN_IN, "unknown", ACME, ANNA), "host shared company all"),
        (Attempt(Act.SIGN_IN, "", ACME, ANNA), "host shared company all"),
        # A known browser is not held up by what others do.
        (Attempt(Act.SIGN_IN, "203.0.113.9", ACME, ANNA, MARK), "browser"),
        (Attempt(Act.SIGN_IN, "127.0.0.1", ACME, ANNA, MARK), "browser"),
        (Attempt(Act.ASK_MAIL, "203.0.113.9", ACME, ANNA, MARK), "browser"),
        (Attempt(Act.PASSKEY, "203.0.113.9", browser=MARK), "browser"),
        (Attempt(Act.STEP_UP, "203.0.113.9", browser="session 1"), "browser"),
        # Links and codes of outsiders are not its person's.
        (Attempt(Act.GIVE_CODE, "203.0.113.9", browser=MARK), "host /24 all"),
    ],
)
def test_every_attempt_has_its_doors(attempt: Attempt, levels: str) -> None:
    assert _levels(attempt) == levels.split()
    assert _levels(attempt, has_failed=True) == levels.split()


def test_every_act_but_nothing_has_a_limit_at_every_level() -> None:
    assert set(FREE) == set(Act) - {Act.NOTHING}
    assert set(TERMS) == set(Level)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("203.0.113.9", "203.0.113.9", "host /24 company all"),
        ("203.0.113.9", "203.0.113.10", "/24 company all"),
        ("203.0.113.9", "203.0.114.9", "company all"),
        ("2001:db8:0:100::1", "2001:db8:0:100:ffff::2", "host /56 /48 company all"),
        ("2001:db8:0:100::1", "2001:db8:0:1ff::1", "/56 /48 company all"),
        ("2001:db8:0:100::1", "2001:db8:0:200::1", "/48 company all"),
        ("2001:db8:0:100::1", "2001:db8:1::1", "company all"),
        ("203.0.113.9", "::ffff:203.0.113.9", "host /24 company all"),
        ("fe80::1%eth0", "fe80::1%eth1", "host shared company all"),
    ],
)
def test_addresses_share_the_doors_of_their_networks(one: str, other: str, shared: str) -> None:
    keys = [{door.key for door in doors(Attempt(Act.SIGN_IN, each, ACME, ANNA), False)} for each in (one, other)]
    assert sorted(key.split()[1] for key in keys[0] & keys[1]) == sorted(shared.split())


def test_acts_are_counted_apart_and_so_are_companies() -> None:
    keys = [
        {door.key for door in doors(attempt, False)}
        for attempt in (
            Attempt(Act.SIGN_IN, "203.0.113.9", ACME, ANNA),
            Attempt(Act.ASK_MAIL, "203.0.113.9", ACME, ANNA),
        )
    ]
    assert not keys[0] & keys[1]
    acme, beta = (Attempt(Act.SIGN_IN, "203.0.113.9", one) for one in (ACME, "beta.example"))
    assert doors(acme, False)[-2].key != doors(beta, False)[-2].key


def test_those_who_keep_failing_are_not_in_the_way_of_those_who_come_first() -> None:
    attempt = Attempt(Act.SIGN_IN, "127.0.0.1", ACME, ANNA)
    first, again = ([door.key for door in doors(attempt, has_failed)] for has_failed in (False, True))
    assert first[0] == again[0] == own_door(attempt).key
    assert not set(first[1:]) & set(again[1:])


@pytest.mark.parametrize("level", [Level.SHARED, Level.COMPANY, Level.ALL])
def test_however_much_is_tried_a_level_of_many_people_opens_again_within_seconds(level: Level) -> None:
    terms, count = TERMS[level], Count()
    for _ in range(100_000):
        count = failed(count, 1000.0, terms)
    assert 0 < wait_seconds(count, 1000.0, terms) <= 5.0


def test_a_key_is_short_whatever_was_typed() -> None:
    for door in doors(Attempt(Act.SIGN_IN, "x" * 9_000, "\ud800" * 9_000, "é" * 9_000), False):
        assert len(door.key) < 60
