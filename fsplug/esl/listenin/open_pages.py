"""Who has a page of the console in sight: such a page says who listens to its viewer as soon as that changes."""

from collections.abc import Collection

# A user: company and username.
Viewer = tuple[str, str]


class OpenPages:
    """The viewers of every console, as each console reports them."""

    def __init__(self) -> None:
        self._viewers: dict[object, frozenset[Viewer]] = {}

    def report(self, console: object, viewers: Collection[Viewer]) -> None:
        """These have a page of this console open, and nobody else has; none when the console is gone."""
        self._viewers[console] = frozenset(viewers)
        if not viewers:
            del self._viewers[console]

    def has_one(self, company: str, username: str) -> bool:
        """Whether this user has a page open, in any console."""
        return any((company, username) in viewers for viewers in self._viewers.values())
