"""How a run of the bench goes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """`program` is how to run fsplug; `quick` trades certainty for time."""

    program: tuple[str, ...]
    quick: bool = False

    def rounds(self, full: int, quick: int) -> int:
        """How many rounds or calls: the one number or the other."""
        return quick if self.quick else full
