"""The settings of a run of the bench."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """`program` is the command that runs fsplug; with `quick` the run is shorter and its figures are less certain."""

    program: tuple[str, ...]
    quick: bool = False

    def rounds(self, full: int, quick: int) -> int:
        """The number of rounds or calls: the first number, or the second with `quick`."""
        return quick if self.quick else full
