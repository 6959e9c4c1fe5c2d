"""Who has a page of the console open: such a page shows at once who listens to its viewer."""

from collections.abc import Collection

# A user: company and username.
Viewer = tuple[str, str]


class OpenPages:
    """The viewers of every console process, as each process reports them."""

    def __init__(self) -> None:
        self._viewers: dict[object, frozenset[Viewer]] = {}

    def report(self, console: object, viewers: Collection[Viewer]) -> None:
        """`viewers` are all the users who have a page of this console open; none if the console is gone."""
        self._viewers[console] = frozenset(viewers)
        if not viewers:
            del self._viewers[console]

    def has_one(self, company: str, username: str) -> bool:
        """Whether this user has a page open, in any console."""
        return any((company, username) in viewers for viewers in self._viewers.values())
