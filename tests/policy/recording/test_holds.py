"""Where silence belongs in a recording that stood still, and how much of it."""

import pytest

from fsplug.policy.recording.holds import Hold, Holder, Silence, Span, silences, spans

USER, OTHER = Holder.USER, Holder.OTHER


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ([], ()),
        ([Hold(USER, 103.0, 105.0)], (Span(USER, 3.0, 5.0),)),
        ([Hold(USER, 98.0, 105.0)], (Span(USER, 0.0, 5.0),)),
        ([Hold(OTHER, 115.0, 190.0)], (Span(OTHER, 15.0, 20.0),)),
        ([Hold(USER, 103.0)], (Span(USER, 3.0, 20.0),)),
        ([Hold(USER, 90.0, 99.0), Hold(USER, 121.0, 130.0)], ()),
        ([Hold(USER, 105.0, 104.0)], ()),
        ([Hold(USER, 107.0, 109.0), Hold(USER, 103.0, 105.0)], (Span(USER, 3.0, 5.0), Span(USER, 7.0, 9.0))),
        ([Hold(USER, 103.0, 106.0), Hold(USER, 105.0, 107.0)], (Span(USER, 3.0, 7.0),)),
        ([Hold(USER, 103.0, 106.0), Hold(OTHER, 105.0, 107.0)], (Span(USER, 3.0, 6.0), Span(OTHER, 5.0, 7.0))),
    ],
)
def test_holds_are_measured_from_the_beginning_of_the_recording(holds: list[Hold], expected: tuple[Span, ...]) -> None:
    """The recording began at 100.0 and is 20 s long."""
    assert spans(holds, 100.0, 20.0) == expected


HELD = (Span(USER, 3.0, 8.0), Span(USER, 12.0, 14.0))


@pytest.mark.parametrize(
    ("held", "file_seconds", "talk_seconds", "expected"),
    [
        ((), 20.0, 20.0, []),
        # As told, where the length of the talk is not known.
        (HELD, 13.0, None, [(3.0, 5.0), (7.0, 2.0)]),
        (HELD, 13.0, 20.0, [(3.0, 5.0), (7.0, 2.0)]),
        # The file has a little more or less than the times of the events say.
        (HELD, 13.2, 20.0, [(3.0, 4.9), (7.1, 1.9)]),
        (HELD, 12.8, 20.0, [(3.0, 5.1), (6.9, 2.1)]),
        # Nothing is missing: it was filled already, or stood never still.
        (HELD, 20.0, 20.0, []),
        (HELD, 21.0, 20.0, []),
        # The last hold ended before anybody told.
        (HELD, 14.5, 20.0, [(3.0, 5.0), (7.0, 0.5)]),
        ((Span(USER, 3.0, 20.0),), 15.0, 20.0, [(3.0, 5.0)]),
        # More is missing than the holds explain: that is a loss and stays one.
        (HELD, 9.0, 20.0, [(3.0, 5.0), (7.0, 2.0)]),
        # The file ends before the hold begins.
        ((Span(USER, 3.0, 8.0),), 2.9, 8.0, [(2.9, 5.1)]),
        # One of them is too short to be shortened like the other.
        ((Span(USER, 3.0, 3.1), Span(USER, 8.0, 10.0)), 18.4, 20.0, [(8.0, 1.6)]),
    ],
)
def test_as_much_silence_is_put_in_as_the_holds_took(
    held: tuple[Span, ...], file_seconds: float, talk_seconds: float | None, expected: list[tuple[float, float]]
) -> None:
    found = silences(held, file_seconds, talk_seconds)
    assert [(one.at, one.seconds) for one in found] == [pytest.approx(pair) for pair in expected]


def test_a_silence_is_a_position_and_a_length() -> None:
    assert silences(HELD, 13.0, 20.0)[0] == Silence(3.0, 5.0)
