"""The one queue, on both databases: each thing has one holder, whatever the processes' clocks say, and none is lost."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Thread

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails, sealings
from fsplug.store.outbox.queue import LONGEST_LEASE_SECONDS, Queue
from tests.store.cast import ACME, BETA
from tests.store.outbox.queued import PUT, QUEUES, keys, passed, skewed

DAY_SECONDS = 86_400.0
DEADLINE_SECONDS = PATIENCE_SECONDS
Open = Callable[..., Store]


@pytest.fixture(params=sorted(QUEUES))
def name(request: pytest.FixtureRequest) -> str:
    """The table of a queue."""
    return str(request.param)


@pytest.fixture
def queue(name: str) -> Queue:
    """The queue of that table."""
    return QUEUES[name]


def test_a_process_whose_clock_is_ahead_or_behind_takes_nothing_that_another_holds(
    open_store: Open, name: str, queue: Queue
) -> None:
    held, later = PUT[name](open_store(), 2)
    right, ahead, behind = (open_store(clock=skewed(seconds)) for seconds in (0.0, DAY_SECONDS, -DAY_SECONDS))
    assert queue.take(right, held) is not None
    assert [queue.take(store, held) for store in (ahead, behind, right)] == [None] * 3
    assert queue.take(ahead, later) is not None
    assert [queue.take(store, later) for store in (behind, right)] == [None] * 2


def test_of_many_threads_that_take_a_thing_at_once_one_has_it(open_store: Open, name: str, queue: Queue) -> None:
    things = PUT[name](open_store(), 5)
    stores = [open_store(clock=skewed(seconds)) for seconds in (-DAY_SECONDS, 0.0, 90.0, DAY_SECONDS)]
    took: list[str] = []
    starts = Barrier(len(stores))

    def work(store: Store) -> None:
        for thing in things:
            starts.wait(DEADLINE_SECONDS)
            if queue.take(store, thing):
                took.append(thing)

    threads = [Thread(target=work, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
    assert sorted(took) == sorted(things)


class Taker:
    """A process of its own that takes whatever it can."""

    def __init__(self, url: str, name: str, skew_seconds: float) -> None:
        command = [sys.executable, "-m", "tests.store.outbox.queued", url, name, str(skew_seconds)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._child = subprocess.Popen(command, text=True, cwd=Path(__file__).parents[3], **pipes)
        assert self._line() == "ready"

    def begin(self) -> None:
        self._child.stdin.write("\n")
        self._child.stdin.flush()

    def took(self) -> list[str]:
        return self._line().split()

    def kill(self) -> None:
        """As kill -9."""
        self._child.kill()
        self._child.wait()
        self._child.stdin.close()
        self._child.stdout.close()

    def _line(self) -> str:
        return str(self._child.stdout.readline()).strip()


@pytest.fixture
def taker(url: str, name: str) -> Iterator[Callable[[float], Taker]]:
    """Starts processes that are killed at the end."""
    with ExitStack() as ends:

        def start(skew_seconds: float) -> Taker:
            made = Taker(url, name, skew_seconds)
            ends.callback(made.kill)
            return made

        yield start


def test_two_processes_share_what_there_is_and_what_a_killed_one_held_is_another_s_after_the_lease(
    store: Store, taker: Callable[[float], Taker], name: str, queue: Queue
) -> None:
    things = PUT[name](store, 12)
    pair = [taker(DAY_SECONDS), taker(-DAY_SECONDS)]
    for one in pair:
        one.begin()
    first, second = (one.took() for one in pair)
    taken_at = time.monotonic()
    assert sorted(first + second) == sorted(things)
    pair[0].kill()
    pair[1].kill()
    heir = taker(0.0)
    # However long it took to start the heir, no lease has lapsed.
    passed(store, name, taken_at - time.monotonic())
    assert [queue.take(store, thing) for thing in things] == [None] * 12
    passed(store, name, queue.lease_seconds)
    heir.begin()
    assert sorted(heir.took()) == sorted(things)


def test_what_failed_is_tried_again_later_and_later(store: Store, name: str, queue: Queue) -> None:
    [thing] = PUT[name](store, 1)
    pauses = []
    for _ in range(12):
        lease = queue.take(store, thing)
        assert lease is not None
        pauses.append(queue.delay(store, lease, "archive-away", "it does not\nanswer"))
        passed(store, name, pauses[-1] - 0.5)
        assert queue.take(store, thing) is None, "not before its time"
        passed(store, name, 0.5)
    assert pauses == sorted(pauses) and 1.0 <= pauses[0] < pauses[-1] == pauses[-2] <= 3_600.0
    state = queue.state(store)
    assert (state.waiting, state.failing) == (1, 1)
    assert state.worst is not None
    assert (state.worst.tries, state.worst.code, state.worst.reason) == (
        12,
        "archive-away",
        "it does not answer",
    )


def test_who_lost_the_lease_does_not_delay_the_next_one_s_try(store: Store, name: str, queue: Queue) -> None:
    [thing] = PUT[name](store, 1)
    lapsed = queue.take(store, thing)
    assert lapsed is not None
    passed(store, name, queue.lease_seconds)
    # The test moves the row and not the clock: another length makes it another lease within the same millisecond.
    held = queue.take(store, thing, queue.lease_seconds + 1.0)
    assert held is not None and held.tries == 2
    queue.delay(store, lapsed, "late", "too late")
    assert queue.state(store).failing == 0
    assert queue.take(store, thing) is None, "the second one has it still"
    queue.delay(store, held, "archive-away", "it does not answer")
    assert queue.state(store).failing == 1


def test_a_clock_of_the_database_that_is_put_back_holds_nothing_back(store: Store, name: str, queue: Queue) -> None:
    held, waits = PUT[name](store, 2)
    assert queue.take(store, held) is not None
    passed(store, name, -DAY_SECONDS)
    assert queue.take(store, waits) is not None
    assert queue.take(store, held) is not None


def test_a_lease_is_as_long_as_it_is_taken_for_and_no_longer_than_any_may_be(store: Store) -> None:
    [thing] = PUT["sealing"](store, 1)
    assert sealings.take(store, [thing], size=10**12).keys() == {thing}
    passed(store, "sealing", LONGEST_LEASE_SECONDS - 5.0)
    assert sealings.take(store, [thing], size=0) == {}
    passed(store, "sealing", 5.0)
    assert sealings.take(store, [thing], size=0).keys() == {thing}


def test_things_taken_together_are_those_that_are_free_each_with_its_own_tries(store: Store, name: str) -> None:
    queue = QUEUES[name]
    first, second, third = PUT[name](store, 3)
    failed = queue.take(store, first)
    queue.delay(store, failed, "away", "nobody there", pause=False)
    assert queue.take(store, second) is not None
    leases = queue.take_all(store, [first, second, third], queue.lease_seconds)
    assert {key: lease.tries for key, lease in leases.items()} == {first: 2, third: 1}
    assert queue.take_all(store, [first, second, third], queue.lease_seconds) == {}


def test_things_given_back_untried_are_free_at_once_and_were_never_tried(store: Store, name: str) -> None:
    queue = QUEUES[name]
    things = PUT[name](store, 3)
    leases = queue.take_all(store, things, queue.lease_seconds)
    queue.give_back(store, [leases[one] for one in things[1:]])
    again = queue.take_all(store, things, queue.lease_seconds)
    assert {key: lease.tries for key, lease in again.items()} == dict.fromkeys(things[1:], 1)
    assert queue.state(store).failing == 0


def test_a_thing_that_is_put_twice_is_one(open_store: Open, name: str) -> None:
    stores = [open_store(), open_store(clock=skewed(DAY_SECONDS))]
    for store in stores:
        if name == "mail":
            for _ in range(2):
                mails.queue(store, ACME, mails.MailKind.RESET, "1001", "anna@acme.example", "da", mail="the-one")
        else:
            PUT[name](store, 2)
    assert len(keys(stores[0], name)) == (1 if name == "mail" else 2)


def test_a_mail_that_is_being_sent_stays_its_sender_s_when_somebody_wants_it_sent_again(store: Store) -> None:
    [mail] = PUT["mail"](store, 1)
    lease = mails.take(store, mail)
    assert lease is not None
    mails.retry(store, ACME, mail)
    assert mails.due(store) == []
    assert mails.take(store, mail) is None
    mails.delayed(store, lease, "smtp-away", "nobody there")
    assert (mails.get(store, ACME, mail).code, mails.due(store)) == ("smtp-away", [])
    mails.retry(store, ACME, mail)
    assert [one.id for one in mails.due(store)] == [mail]


def test_what_was_sent_late_is_sent_though_another_gave_it_up(store: Store) -> None:
    [mail] = PUT["mail"](store, 1)
    assert mails.take(store, mail) is not None
    mails.sent(store, mail)
    mails.failed(store, mail, "smtp-550", "no such mailbox")
    found = mails.get(store, ACME, mail)
    assert (found.state, found.code, found.tries) == (mails.MailState.SENT, None, 1)
    assert mails.take(store, mail) is None
    assert mails.listed(store, BETA) == []


def test_a_switch_s_sealings_are_followed_without_another_s(store: Store) -> None:
    sealings.follow(store, "fs1", ["a", "b"])
    sealings.follow(store, "fs2", ["x"])
    lease = sealings.take(store, ["b"], 0)["b"]
    sealings.failed(store, lease, "archive-away", "it does not answer")
    sealings.follow(store, "fs1", ["b", "c"])
    assert keys(store, "sealing") == ["b", "c", "x"]
    assert (sealings.due(store, "fs1"), sealings.due(store, "fs2")) == ({"c"}, {"x"})
    sealings.follow(store, "fs1", [])
    assert keys(store, "sealing") == ["x"]
