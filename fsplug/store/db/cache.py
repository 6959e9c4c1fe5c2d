"""Caches of values that never change: a company's id, its policy as of one version."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """The `limit` most recently used values. Threads may share it: every step is atomic, and there is no lock."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, load: Callable[[], Value]) -> Value:
        """The value of `key`; `load` makes it the first time. Errors of `load` are not kept."""
        # KeyError: another thread dropped it just now.
        with suppress(KeyError):
            self._values.move_to_end(key)
            return self._values[key]
        value = self._values[key] = load()
        while len(self._values) > self._limit:
            with suppress(KeyError):
                self._values.popitem(last=False)
        return value

    def known(self, key: Hashable) -> Value | None:
        """The value of `key` if it is cached."""
        return self._values.get(key)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
