"""Who is to blame that no sign of life comes: the process, or the machine that gives it no processor."""

import pytest

from fsplug.wiring.process.standstill import LONGEST_TICK_SECONDS, ProcessorWait, Standstill

# Each look: its time, the signs so far, and the seconds that the process has waited for a processor so far.
HISTORIES = {
    "it gives signs": ([(0.0, 1, 0.0), (0.25, 2, 0.0), (0.5, 3, 0.0)], 0.0),
    "it gives none yet": ([(0.0, 0, 0.0), (0.25, 0, 0.0), (0.5, 0, 0.0)], 0.0),
    "it is frozen": ([(0.0, 1, 0.0), (0.25, 1, 0.0), (0.5, 1, 0.0)], 0.5),
    "it is frozen, and goes on": ([(0.0, 1, 0.0), (0.25, 1, 0.0), (0.5, 2, 0.0)], 0.0),
    "it rests before its end": ([(0.0, 1, 0.0), (0.25, 1, 0.0), (0.5, 0, 0.0)], 0.0),
    "it waits for a processor all the time": ([(0.0, 1, 7.0), (0.25, 1, 7.25), (0.5, 1, 7.5)], 0.0),
    "several of its threads wait": ([(0.0, 1, 0.0), (0.25, 1, 1.0), (0.5, 1, 2.0)], 0.0),
    "it is starved, and frozen after that": ([(0.0, 1, 0.0), (0.25, 1, 0.25), (0.5, 1, 0.25)], 0.25),
    "it loops without end on half a processor": ([(0.0, 1, 0.0), (0.25, 1, 0.125), (0.5, 1, 0.25)], 0.25),
    "a thread that had waited has ended": ([(0.0, 1, 3.0), (0.25, 1, 1.0), (0.5, 1, 1.0)], 0.5),
    "the supervisor was starved itself": ([(0.0, 1, 0.0), (60.0, 1, 0.0)], LONGEST_TICK_SECONDS),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_only_time_that_the_process_could_have_used_counts(name):
    looks, expected = HISTORIES[name]
    standstill = Standstill()
    for at, signs, waited in looks:
        standstill.look(signs, at, waited)
    assert standstill.seconds == pytest.approx(expected)


def test_a_process_that_is_gone_has_not_waited():
    assert ProcessorWait(2**22 + 1).seconds(0.0) == 0.0


# What the system shows of a thread at each look, a quarter of a second after the other: its state, and the seconds for
# which it ran and, as far as they are over, waited.
VIEWS = {
    "it sleeps": ([("S", 1.0, 2.0), ("S", 1.0, 2.0), ("S", 1.0, 2.0)], 0.0),
    "it is stopped": ([("T", 1.0, 2.0), ("T", 1.0, 2.0), ("T", 1.0, 2.0)], 0.0),
    "it runs all the time": ([("R", 1.0, 2.0), ("R", 1.25, 2.0), ("R", 1.5, 2.0)], 0.0),
    "it waits in one long wait": ([("R", 1.0, 2.0), ("R", 1.0, 2.0), ("R", 1.0, 2.0)], 0.5),
    "its long wait ends": ([("R", 1.0, 2.0), ("R", 1.0, 2.0), ("S", 1.01, 2.45)], 0.45),
    "it waits in many short waits": ([("R", 1.0, 2.0), ("R", 1.05, 2.2), ("R", 1.1, 2.4)], 0.4),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_wait_that_is_not_over_counts_as_one(name, tmp_path, monkeypatch):
    views, expected = VIEWS[name]
    thread = tmp_path / "17"
    thread.mkdir()
    wait = ProcessorWait(17)
    monkeypatch.setattr(wait, "_folder", str(tmp_path))
    seconds = []
    for number, (state, ran, waited) in enumerate(views):
        (thread / "schedstat").write_text(f"{round(ran * 1e9)} {round(waited * 1e9)} 5")
        (thread / "stat").write_text(f"17 (a name) with) {state} 1 1")
        seconds.append(wait.seconds(100.0 + number / 4))
    assert seconds[-1] - seconds[0] == pytest.approx(expected)
