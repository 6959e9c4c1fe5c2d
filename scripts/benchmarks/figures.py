"""Figures compared with their targets, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table: what was measured, the figure, its target, the result, and the reason for a miss.

    With `is_failed` the measurement itself broke off, so there is no figure. `table` says more of it, in the document
    `place`.
    """

    name: str
    measured: str
    beside: str
    target: str
    verdict: str
    why: str = ""
    is_failed: bool = False
    table: str = ""
    place: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.name, self.measured, self.beside, self.target, self.verdict)


@dataclass(frozen=True, slots=True)
class Target:
    """The limit for a figure: at most `limit`, or at least `limit` with `least`. `why` explains a known miss."""

    name: str
    limit: float
    unit: str = ""
    least: bool = False
    why: str = ""

    def judged(self, value: float, beside: str = "") -> Figure:
        """The figure for this value; `beside` is what to compare it with."""
        missing = self.limit - value if self.least else value - self.limit
        if missing <= 0:
            return Figure(self.name, self._said(value), beside, str(self), "met")
        return Figure(self.name, self._said(value), beside, str(self), f"missed by {self._said(missing)}", self.why)

    def skipped(self, why: str) -> Figure:
        """The figure for something that could not be measured here."""
        return Figure(self.name, "", "", str(self), f"skipped: {why}")

    def failed(self, error: Exception) -> Figure:
        """The figure for a measurement that broke off with this error."""
        # A program's output may contain characters that would end the row or the cell.
        said = " ".join(str(error).replace("|", "/").split()) or type(error).__name__
        return Figure(self.name, "", "", str(self), f"failed: {said}", is_failed=True)

    def _said(self, value: float) -> str:
        return f"{number(value)} {self.unit}".strip()

    def __str__(self) -> str:
        return f"{'at least' if self.least else 'at most'} {self._said(self.limit)}"


def number(value: float) -> str:
    """The number with three significant digits, but never fewer than all digits of a whole number."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    return markdown(("what", "measured", "beside it", "target", "verdict"), [figure.cells for figure in figures])


def markdown(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, ("---",) * len(titles), *rows))
