"""Who waits while passwords are hashed, and who does not."""

import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from typing import Any

import gevent
import pytest

from fsplug.errors import TooBusy
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
from fsplug.wiring.console.hashing import MOST_WAITING, THREADS, Marks, OneAtATime, QueuedPasswords, SignIns


def _in_thread(work: Any) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_known_browsers_password_goes_before_all_that_wait() -> None:
    one, free, done = OneAtATime(), threading.Event(), list[str]()
    is_begun = threading.Event()

    def first() -> None:
        is_begun.set()
        free.wait(PATIENCE_SECONDS)

    threads = [_in_thread(lambda: one.done(first, goes_first=False))]
    assert is_begun.wait(PATIENCE_SECONDS)
    for name, goes_first in (("a", False), ("b", False), ("known", True)):
        queue = one._first if goes_first else one._others
        before = len(queue)
        threads.append(_in_thread(lambda name=name, f=goes_first: one.done(lambda: done.append(name), f)))
        while len(queue) == before:
            threading.Event().wait(0.001)
    free.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert done == ["known", "a", "b"]


# gevent is not patched into the process for people, as it is here.
_PRIORITIES = """
import os
import threading

from fsplug.wiring.console.hashing import OneAtATime


def own():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


before = own()
print(OneAtATime().done(own, goes_first=True), own() - before)
"""


def test_hashing_has_the_lowest_priority_and_its_caller_keeps_its_own() -> None:
    found = subprocess.run([sys.executable, "-c", _PRIORITIES], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["19", "0"]


def test_a_process_without_threads_of_its_own_keeps_its_priority() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert OneAtATime().done(lambda: os.getpriority(os.PRIO_PROCESS, 0), goes_first=True) == own


def test_what_fails_fails_for_its_caller_alone() -> None:
    one = OneAtATime()
    with pytest.raises(ZeroDivisionError):
        one.done(lambda: 1 // 0, goes_first=False)
    assert one.done(lambda: 7, goes_first=False) == 7


def test_a_queued_password_matches_as_any_other() -> None:
    passwords = QueuedPasswords()
    kept = passwords.hash("correct horse battery")
    assert passwords.matches(kept, "correct horse battery", goes_first=True)
    assert not passwords.matches(kept, "another")
    assert not passwords.matches(None, "another")


def test_few_unknown_browsers_wait_and_the_next_is_refused_at_once_but_no_known_one() -> None:
    # gevent's events, which stand in for `threading.Event` in tests, must not be waited for by two threads of a pool.
    sign_ins, free = SignIns(), Future[None]()
    waiting = [gevent.spawn(sign_ins.done, False, lambda: free.result(PATIENCE_SECONDS)) for _ in range(MOST_WAITING)]
    gevent.idle()
    with pytest.raises(TooBusy) as busy:
        sign_ins.done(False, lambda: "in")
    assert busy.value.seconds == 2.0
    assert sign_ins.done(True, lambda: "in") == "in"
    free.set_result(None)
    assert len(gevent.joinall(waiting, PATIENCE_SECONDS)) == MOST_WAITING > THREADS
    assert sign_ins.done(False, lambda: "in") == "in"


def test_only_a_signed_mark_makes_a_browser_known() -> None:
    keys = SecretKeys([new_key()])
    marks = Marks("__Host-fsplug-browser", keys)
    good = f"token.{keys.sign('token')}"
    assert marks.knows(f"a=b; __Host-fsplug-browser={good}")
    for cookies in ("", "a=b", f"fsplug-browser={good}", "__Host-fsplug-browser=token.x", "__Host-fsplug-browser=x"):
        assert not marks.knows(cookies)


def test_a_key_that_was_replaced_still_knows_the_browsers_it_signed() -> None:
    old, new = new_key(), new_key()
    keys = [old]
    secret_keys = SecretKeys(lambda: keys)
    signature = secret_keys.sign("token")
    keys[:] = [new, old]
    assert SecretKeys(lambda: keys).has_signed("token", signature)
    keys[:] = [new]
    assert not SecretKeys(lambda: keys).has_signed("token", signature)
