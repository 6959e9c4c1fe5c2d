"""Work that may wait for a disk, the store or a processor, run in a thread while calls go on."""

from collections.abc import Callable
from typing import Any

from gevent.threadpool import ThreadPool


def done_in(pool: ThreadPool, work: Callable[[], Any]) -> Any:
    """The result of `work` in a thread of the pool, or its exception; this greenlet waits while the loop goes on."""
    is_done, result = pool.apply(_tried, (work,))
    if not is_done:
        raise result
    return result


def in_its_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    """The same work, run in a thread kept for it."""
    pool = ThreadPool(1)
    return lambda: done_in(pool, work)


def _tried(work: Callable[[], Any]) -> tuple[bool, Any]:
    """The result or the exception, caught here because the threadpool would print it as well."""
    try:
        return True, work()
    except Exception as error:
        return False, error
