"""How often Python searches for cycles of objects: seldom while a command runs, as usual while something is served."""

import gc

_OBJECTS_BETWEEN_SEARCHES = 100_000
_USUAL = gc.get_threshold()


def search_seldom() -> None:
    """For a program that ends soon. Imports, documents and rows are many objects, with hardly a cycle among them: to
    search them again and again is a fifth of the time that it takes to apply a document of 10,000 users.
    """
    _, *others = _USUAL
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES, *others)


def search_as_usual() -> None:
    """For a process that must stay small for months, and for those that it forks."""
    gc.set_threshold(*_USUAL)
