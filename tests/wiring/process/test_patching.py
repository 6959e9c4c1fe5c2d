"""Locks where the loop's greenlets meet threads of a pool."""

import importlib
import logging
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent import monkey
from gevent.threadpool import ThreadPool

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.wiring.process.patching import Lock

DEADLINE_SECONDS = PATIENCE_SECONDS
THREADS = 4

# These hold up a thread, as a disk does.
_native_sleep = monkey.get_original("time", "sleep")
_native_lock = monkey.get_original("_thread", "allocate_lock")


@pytest.fixture
def pool() -> ThreadPool:
    """One whose threads have waited by gevent before, and so have a loop that does not run."""
    pool = ThreadPool(THREADS)
    gevent.joinall([pool.spawn(gevent.sleep, 0.01) for _ in range(THREADS)], DEADLINE_SECONDS)
    return pool


@pytest.fixture(autouse=True)
def deadline() -> Iterator[None]:
    with gevent.Timeout(DEADLINE_SECONDS):
        yield


def _held_again_and_again(lock: Any, done: list[int]) -> None:
    for _ in range(20):
        with lock:
            _native_sleep(0.0002)
            done.append(1)


@pytest.mark.parametrize("make", [threading.Lock, threading.RLock, threading.Condition])
def test_threads_and_greenlets_that_want_one_lock_all_get_it(pool: ThreadPool, make: Callable[[], Any]) -> None:
    lock, done = make(), list[int]()
    wanting = [pool.spawn(_held_again_and_again, lock, done) for _ in range(THREADS)]
    wanting += [gevent.spawn(_held_again_and_again, lock, done) for _ in range(THREADS)]
    for one in wanting:
        one.get()
    assert len(done) == 2 * THREADS * 20


def test_a_module_that_several_threads_import_at_once_is_there_for_all(
    pool: ThreadPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for number in range(20):
        name = f"slow_to_import_{number}"
        text = "from gevent import monkey\nmonkey.get_original('time', 'sleep')(0.002)\n"
        (tmp_path / f"{name}.py").write_text(text, encoding="ascii")
        importlib.invalidate_caches()
        importing = [pool.spawn(importlib.import_module, name) for _ in range(2 * THREADS)]
        assert {one.get().__name__ for one in importing} == {name}
        del sys.modules[name]


def test_the_loop_goes_on_while_a_greenlet_waits_for_a_thread(pool: ThreadPool) -> None:
    lock, is_held, may_end = threading.Lock(), _native_lock(), _native_lock()
    is_held.acquire()
    may_end.acquire()

    def hold() -> None:
        with lock:
            is_held.release()
            may_end.acquire()

    holding = pool.spawn(hold)
    is_held.acquire()
    waiting = gevent.spawn(lock.acquire)
    gevent.sleep(0.01)
    assert not waiting.ready()
    may_end.release()
    assert waiting.get() is True
    holding.get()
    lock.release()


def test_a_thread_gets_what_a_greenlet_gives_back(pool: ThreadPool) -> None:
    lock = threading.Lock()
    lock.acquire()
    waiting = pool.spawn(lock.acquire)
    gevent.sleep(0.01)
    lock.release()
    assert waiting.get() is True and lock.locked()


def test_a_callback_of_the_loop_itself_waits_for_a_thread_too(pool: ThreadPool) -> None:
    lock, is_held, got = threading.Lock(), _native_lock(), list[bool]()
    is_held.acquire()

    def hold() -> None:
        with lock:
            is_held.release()
            _native_sleep(0.02)

    holding = pool.spawn(hold)
    is_held.acquire()
    gevent.get_hub().loop.run_callback(lambda: got.append(lock.acquire()))
    holding.get()
    assert got == [True]


def test_who_gave_up_waiting_takes_no_release_from_others() -> None:
    lock = threading.Lock()
    lock.acquire()
    assert lock.acquire(timeout=0.01) is False
    killed, waiting = gevent.spawn(lock.acquire), gevent.spawn(lock.acquire)
    gevent.sleep(0.01)
    killed.kill()
    lock.release()
    assert waiting.get() is True and lock.locked()


def test_what_a_thread_puts_into_a_queue_wakes_the_greenlet_that_waits_for_it(pool: ThreadPool) -> None:
    box: queue.Queue[str] = queue.Queue()
    waiting = gevent.spawn(box.get)
    gevent.sleep(0.01)
    pool.spawn(box.put, "mail").get()
    assert waiting.get() == "mail"


@pytest.mark.parametrize("is_held", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [(False,), (False, -1), (False, 1), (True, 0), (True, -2), (True, 0.01), (True, threading.TIMEOUT_MAX * 2)],
)
def test_it_answers_as_pythons_own(arguments: tuple[Any, ...], is_held: bool) -> None:
    answers = []
    for lock in (Lock(), _native_lock()):
        if is_held:
            lock.acquire()
        try:
            answers.append(lock.acquire(*arguments))
        except (ValueError, OverflowError) as error:
            answers.append(type(error))
        answers.append(lock.locked())
    assert answers[:2] == answers[2:]


def test_one_that_nobody_holds_is_not_given_back() -> None:
    with pytest.raises(RuntimeError):
        Lock().release()


def test_every_lock_that_is_made_or_was_there_is_one_of_these() -> None:
    assert type(threading.Lock()) is Lock
    assert type(threading.RLock()._block) is Lock
    assert type(logging._lock._block) is Lock
    assert type(importlib._bootstrap._ModuleLock("one").lock) is Lock
