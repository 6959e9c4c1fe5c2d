"""What a transfer table says: a flow and its outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.esl.flows import Marks, called, customer

# 1001 talks to the customer, and then it goes on with 1003.
AB = {"A": customer(), "B": called("1001", by="A")}


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow, and its outcome: talks decided, recordings kept, commands given, and when a listener to B is cut.

    A listener hears B in its talk with A, or as `heard` says (leg, partner); `cut_at` is in seconds.
    """

    name: str
    legs: Mapping[str, Marks]
    events: str
    talks: str
    kept: str = ""
    commands: str = ""
    cut_at: float | None = None
    heard: tuple[str, str] = field(default=("B", "A"))
