"""Points in time as operators type them."""

from datetime import UTC, datetime

import pytest

from fsplug.cli.kernel.moments import moment

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
HOUR = 3600.0


@pytest.mark.parametrize(
    ("text", "before_now"),
    [("now", 0.0), ("30m", HOUR / 2), ("24h", 24 * HOUR), ("7d", 168 * HOUR), ("2w", 336 * HOUR), ("90s", 90.0)],
)
def test_a_span_is_counted_back_from_now(text: str, before_now: float) -> None:
    assert moment(text, NOW) == NOW.timestamp() - before_now


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("1795357800", 1795357800.0),
        ("1795357800.25", 1795357800.25),
        ("2026-11-22T14:30:00Z", NOW.timestamp()),
        ("2026-11-22T15:30:00+01:00", NOW.timestamp()),
        ("2026-11-22 14:30+00:00", NOW.timestamp()),
    ],
)
def test_epoch_seconds_and_iso_times_are_taken(text: str, epoch: float) -> None:
    assert moment(text, NOW) == epoch


def test_a_time_without_a_zone_is_local() -> None:
    assert moment("2026-11-22T14:30", NOW) == datetime(2026, 11, 22, 14, 30).timestamp()
    assert moment("today", NOW) == moment("2026-11-22", NOW)
    assert moment("yesterday", NOW) == moment("2026-11-21", NOW)


@pytest.mark.parametrize("text", ["", "soon", "7y", "2026-13-01", "-1", "9" * 400, "1e5", "99999999w", "0001-01-01T00"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text, NOW) is None
