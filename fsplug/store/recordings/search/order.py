"""The orders that a list of recordings can have."""

from enum import StrEnum


class Order(StrEnum):
    """What comes first; the value is how an address says it."""

    NEWEST = ""
    OLDEST = "oldest"
    LONGEST = "longest"
    SHORTEST = "shortest"

    @property
    def is_by_length(self) -> bool:
        """Whether the length counts, which only sealed recordings have."""
        return self in (Order.LONGEST, Order.SHORTEST)

    @property
    def is_ascending(self) -> bool:
        """Whether what is smaller comes first."""
        return self in (Order.OLDEST, Order.SHORTEST)

    @property
    def turned(self) -> "Order":
        """The same from the other end."""
        return _TURNED[self]


_TURNED = {
    Order.NEWEST: Order.OLDEST,
    Order.OLDEST: Order.NEWEST,
    Order.LONGEST: Order.SHORTEST,
    Order.SHORTEST: Order.LONGEST,
}
