"""The ruler below a drawing of some time: a few round times, each with its place."""

_STEPS_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400)
_MOST_STEPS = 4


def ticks(seconds: float) -> list[tuple[int, float]]:
    """Round seconds from 0 on, each with its place in percent of this length."""
    length = max(seconds, 1.0)
    step = next((one for one in _STEPS_SECONDS if length / one <= _MOST_STEPS), _STEPS_SECONDS[-1])
    return [(one, round(100.0 * one / length, 2)) for one in range(0, int(length) + 1, step)]
