"""An inbound link that the switch drops, refuses, breaks or leaves silent is dialled again."""

import time
from collections.abc import Callable

import gevent
import gevent.event
import pytest

from fsplug.errors import Unavailable
from fsplug.esl.protocol.link import Link, Pace, pause_after
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.esl.peers import Switch, code_of, reply, until
from tests.esl.protocol.diary import DOUBTFUL, QUICK, Diary, emit

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


def test_while_it_is_down_commands_fail_at_once_and_say_why(diary: Diary, linking: Callable[..., Link]) -> None:
    link = linking(port=1)
    until(lambda: diary.reported)
    assert diary.reported == ["down switch-unreachable"]
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 is down \(switch-unreachable\)"):
        link.api("status", 5)
    assert not link.up


def test_who_waits_for_the_link_asks_over_it_the_moment_it_is_up(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    def ask(link: Link) -> str:
        while not link.up:
            gevent.sleep(0)
        return link.api("status", 60)

    for _ in range(5):
        link = linking()
        asking = [gevent.spawn(ask, link) for _ in range(20)]
        assert [one.get(timeout=PATIENCE_SECONDS) for one in asking] == ["said status"] * 20
        link.stop()


def test_a_switch_that_drops_the_link_fails_who_waits_and_is_dialled_again(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    link = linking()
    until(lambda: link.up)
    emit(switch, 1)
    until(lambda: "1" in diary.reported)
    switch.silent = True
    waiting = [gevent.spawn(code_of, lambda: link.api("status", 60)) for _ in range(3)]
    waiting.append(gevent.spawn(code_of, lambda: link.bgapi("status", 60)))
    until(lambda: len(switch.commands) == 6)
    switch.silent = False
    switch.hang_up()
    assert [greenlet.get(timeout=PATIENCE_SECONDS) for greenlet in waiting] == ["switch-gone"] * 4
    until(lambda: link.up)
    emit(switch, 2)
    until(lambda: "2" in diary.reported)
    assert diary.reported == ["up", "1", "down switch-gone", "up", "2"]


def test_a_switch_that_restarts_is_found_again_and_each_reason_is_reported_once(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    link = linking()
    until(lambda: link.up)
    switch.stop()
    until(lambda: "down switch-unreachable" in diary.reported)
    again = Switch(port=switch.port)
    until(lambda: diary.reported[-1] == "up")
    assert diary.reported == ["up", "down switch-gone", "down switch-unreachable", "up"]
    link.stop()
    again.stop()


def test_a_wrong_password_is_reported_as_such_and_retried_slowly(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    switch.password = "changed"
    began_at = time.monotonic()
    link = linking()
    until(lambda: diary.reported == ["down auth-refused"])
    assert not link.up
    switch.password = "ClueCon"
    until(lambda: link.up)
    assert time.monotonic() - began_at >= QUICK.refused_retry / 2
    assert len([command for command in switch.commands if command.startswith("auth")]) == 2


# Why and after how many seconds up the link was lost, and the pause that follows.
PAUSES = [
    ("switch-unreachable", 0, 0.2),
    ("switch-unreachable", 0, 0.4),
    ("switch-silent", 0, 0.8),
    ("switch-unreachable", 0, 1.6),
    ("switch-unreachable", 0, 3.2),
    ("switch-unreachable", 0, 5.0),
    ("switch-unreachable", 0, 5.0),
    ("switch-gone", 4.9, 5.0),
    ("switch-gone", 5.1, 0.2),
    ("switch-gone", 1.0, 0.4),
    ("auth-refused", 0, 30.0),
    ("access-refused", 0, 30.0),
    ("switch-gone", 0, 5.0),
]


def test_retries_grow_rarer_and_begin_anew_once_the_link_has_held() -> None:
    pause = 0.0
    for reason, up_seconds, expected in PAUSES:
        pause = pause_after(reason, up_seconds, pause, Pace())
        assert pause == pytest.approx(expected)


def test_a_reason_is_reported_once_however_often_it_is_met(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    switch.greeting = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"
    linking(pace=Pace(refused_retry=0.01))
    until(lambda: switch.accepted >= 4)
    assert diary.reported == ["down access-refused"]


def test_a_silent_line_is_probed_and_kept_when_it_answers(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    linking(pace=DOUBTFUL)
    until(lambda: switch.commands.count("api strepoch") >= 3)
    assert diary.reported == ["up"]


def test_a_probe_refused_by_the_switch_is_an_answer_too(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    switch.answers["api strepoch"] = reply("-ERR permission denied")
    linking(pace=DOUBTFUL)
    until(lambda: switch.commands.count("api strepoch") >= 3)
    assert diary.reported == ["up"]


def test_a_half_open_line_is_given_up_and_dialled_again(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    linking(pace=DOUBTFUL)
    until(lambda: diary.reported == ["up"])
    switch.silent = True
    until(lambda: "down switch-silent" in diary.reported)
    switch.silent = False
    until(lambda: diary.reported[-1] == "up")


def test_a_line_with_traffic_is_not_probed(switch: Switch, diary: Diary, linking: Callable[..., Link]) -> None:
    linking(pace=Pace(idle=0.5, probe=0.1))
    until(lambda: diary.reported == ["up"])
    ends_at = time.monotonic() + 1
    while time.monotonic() < ends_at:
        emit(switch, 1)
        gevent.sleep(0.02)
    assert "api strepoch" not in switch.commands


def test_a_switch_that_accepts_and_says_nothing_is_given_up(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    switch.greeting = b""
    linking(pace=Pace(answer=0.05, first_retry=0.01, last_retry=0.02))
    until(lambda: diary.reported == ["down switch-silent"])
    switch.greeting = b"Content-Type: auth/request\n\n"
    until(lambda: diary.reported[-1] == "up")


@pytest.mark.parametrize(
    "hostile",
    [
        b"Content-Type: text/event-plain\nContent-Length: -1\n\n",
        b"Content-Type: text/event-plain\nContent-Length: 10737418240\n\n",
        b"hello\n\n",
        b"Content-Type: api/response\nContent-Length: 3\n\n+OK",
    ],
)
def test_a_switch_that_breaks_the_framing_is_left_and_dialled_again(
    switch: Switch, diary: Diary, linking: Callable[..., Link], hostile: bytes
) -> None:
    linking()
    until(lambda: diary.reported == ["up"])
    switch.connections[0].say(hostile)
    until(lambda: len(diary.reported) == 3)
    assert diary.reported[1] in {"down bad-length", "down body-too-long", "down no-content-type", "down unasked-answer"}
    assert diary.reported[2] == "up"
