"""Handlers of an inbound link's events: what is slow, fails or never waits holds up nobody else."""

from collections.abc import Callable

import gevent
import gevent.event
import pytest

from fsplug.esl.protocol.inbox import Inbox
from fsplug.esl.protocol.link import Link
from fsplug.esl.protocol.wire import Event
from tests.esl.peers import Switch, until
from tests.esl.protocol.diary import Diary, emit

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


def test_a_slow_handler_holds_up_neither_answers_nor_reading(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    may_go_on = gevent.event.Event()

    def slow(event: Event) -> None:
        may_go_on.wait()
        diary.event(event)

    link = linking(on_event=slow)
    until(lambda: link.up)
    emit(switch, *range(1000))
    assert link.api("status", 5) == "said status"
    assert diary.reported == ["up"]
    may_go_on.set()
    until(lambda: len(diary.reported) == 1001)
    assert diary.reported[1:] == [str(number) for number in range(1000)]


def test_a_handler_that_never_waits_lets_others_run() -> None:
    others_turns = 0
    seen_at: list[int] = []
    inbox = Inbox(lambda event: seen_at.append(others_turns), 1000)
    for _ in range(1000):
        inbox.put(Event(b"Event-Name: CHANNEL_ANSWER\n\n"))
    delivering = gevent.spawn(inbox.deliver)
    while len(seen_at) < 1000:
        others_turns += 1
        gevent.sleep(0)
    delivering.kill()
    assert max(seen_at.count(turn) for turn in set(seen_at)) <= 32


def test_a_handler_that_fails_loses_only_its_own_event(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    def fail_on_two(event: Event) -> None:
        if event.get("N") == "2":
            raise RuntimeError("broken")
        diary.event(event)

    linking(on_event=fail_on_two)
    until(lambda: diary.reported)
    emit(switch, 1, 2, 3)
    until(lambda: len(diary.reported) == 3)
    assert diary.reported == ["up", "1", "3"]


def test_a_handler_of_up_may_use_the_link_and_may_fail(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    def on_up() -> None:
        diary.reported.append(link.api("show channels", 5))
        raise RuntimeError("broken")

    link = linking(on_up=on_up)
    until(lambda: diary.reported)
    emit(switch, 1)
    until(lambda: len(diary.reported) == 2)
    assert diary.reported == ["said show channels", "1"]


def test_more_events_than_may_wait_start_the_link_afresh(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    may_go_on = gevent.event.Event()

    def slow(event: Event) -> None:
        diary.event(event)
        may_go_on.wait()

    linking(on_event=slow, queued_events=50)
    until(lambda: diary.reported == ["up"])
    first = switch.connections[0]
    emit(switch, 0)
    until(lambda: diary.reported == ["up", "0"])
    emit(switch, *range(1, 100))
    until(lambda: switch.connections and switch.connections[0] is not first)
    may_go_on.set()
    until(lambda: diary.reported[-1] == "up")
    assert diary.reported == ["up", "0", "down events-overflow", "up"]
