"""The inbound link against a scripted event socket."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import gevent.event
import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.protocol import exchange
from fsplug.esl.protocol.inbox import Inbox
from fsplug.esl.protocol.link import Link, Pace, pause_after
from fsplug.esl.protocol.wire import Event
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.esl.peers import Switch, api_response, event_frame, reply, until

pytestmark = pytest.mark.usefixtures("nothing_left_behind")

QUICK = Pace(answer=0.5, first_retry=0.01, last_retry=0.04, refused_retry=0.2, idle=5.0, probe=0.1)
DOUBTFUL = Pace(answer=0.5, first_retry=0.01, last_retry=0.04, refused_retry=0.2, idle=0.05, probe=0.1)


class Diary:
    """What a link told, in order."""

    def __init__(self) -> None:
        self.reported: list[str] = []

    def event(self, event: Event) -> None:
        self.reported.append(event.get("N") or event.name)

    def up(self) -> None:
        self.reported.append("up")

    def down(self, reason: str) -> None:
        self.reported.append(f"down {reason}")


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def switch() -> Iterator[Switch]:
    switch = Switch()
    yield switch
    switch.stop()


@pytest.fixture
def linking(switch: Switch, diary: Diary) -> Iterator[Callable[..., Link]]:
    links: list[Link] = []

    def link(**changed: Any) -> Link:
        wanted: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": switch.port,
            "password": "ClueCon",
            "events": ["CHANNEL_ANSWER", "CUSTOM", "sofia::register"],
            "on_event": diary.event,
            "on_up": diary.up,
            "on_down": diary.down,
            "pace": QUICK,
        }
        links.append(Link(**wanted | changed))
        links[-1].start()
        return links[-1]

    yield link
    for link_ in links:
        link_.stop()


def emit(switch: Switch, *numbers: object) -> None:
    for number in numbers:
        switch.emit({"Event-Name": "CHANNEL_ANSWER", "N": str(number)})


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Unavailable) as caught:
        act()
    return caught.value.code


def test_it_signs_in_subscribes_and_says_so(switch: Switch, diary: Diary, linking: Callable[..., Link]) -> None:
    link = linking()
    until(lambda: diary.reported == ["up"])
    assert link.up
    assert switch.commands == ["auth ClueCon", "event plain BACKGROUND_JOB CHANNEL_ANSWER CUSTOM sofia::register"]


def test_events_that_nobody_wants_are_kept_back_by_the_switch(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    linking(unwanted={"Direction": "SEND"})
    until(lambda: diary.reported == ["up"])
    assert switch.commands[1:3] == ["filter Event-Name /./", "filter Direction -SEND"]


def test_events_come_in_order_after_the_link_is_up(switch: Switch, diary: Diary, linking: Callable[..., Link]) -> None:
    subscription = "event plain BACKGROUND_JOB CHANNEL_ANSWER CUSTOM sofia::register"
    early = event_frame({"Event-Name": "CHANNEL_ANSWER", "N": "early"})
    switch.answers[subscription] = early + reply("+OK event listener enabled plain") + early
    linking()
    until(lambda: diary.reported)
    emit(switch, *range(500))
    until(lambda: len(diary.reported) == 503)
    assert diary.reported == ["up", "early", "early", *map(str, range(500))]


def test_nobody_who_asks_waits_for_events_to_gather(
    switch: Switch, diary: Diary, linking: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "GATHER_SECONDS", 60)
    link = linking()
    until(lambda: link.up)
    emit(switch, 1)
    until(lambda: "1" in diary.reported)
    assert [link.api(f"thing {which}", 5) for which in range(3)] == [f"said thing {which}" for which in range(3)]
    assert link.bgapi("job", 5) == "did job"


def test_commands_are_answered_to_whoever_asked(switch: Switch, linking: Callable[..., Link]) -> None:
    link = linking()
    until(lambda: link.up)
    asking = [gevent.spawn(link.api, f"thing {who}", 5) for who in range(50)]
    working = [gevent.spawn(link.bgapi, f"job {who}", 5) for who in range(50)]
    assert [greenlet.get(timeout=PATIENCE_SECONDS) for greenlet in asking] == [f"said thing {who}" for who in range(50)]
    assert [greenlet.get(timeout=PATIENCE_SECONDS) for greenlet in working] == [f"did job {who}" for who in range(50)]


def test_commands_given_together_are_sent_before_the_first_is_answered(
    switch: Switch, linking: Callable[..., Link]
) -> None:
    link = linking()
    until(lambda: link.up)
    asked = [f"uuid_dump {number}" for number in range(25)]
    # The first answer comes with the last, so it must not be waited for before the others are sent.
    switch.answers |= {f"api {one}": b"" for one in asked[:-1]}
    switch.answers[f"api {asked[-1]}"] = b"".join(map(api_response, asked))
    assert link.apis(asked, 60) == asked


def test_of_commands_given_together_all_fail_when_one_is_not_answered(
    switch: Switch, linking: Callable[..., Link]
) -> None:
    link = linking()
    until(lambda: link.up)
    switch.answers |= {"api one": api_response("1"), "api two": b"", "api three": api_response("2 and 3")}
    assert code_of(lambda: link.apis(["one", "two", "three"], 0.2)) == "switch-silent"
    switch.answers["api last"] = api_response("3") + api_response("4")
    assert link.api("last", 60) == "4", "the answers that come late are nobody else's"


def test_a_background_job_done_before_its_reply_is_not_missed(switch: Switch, linking: Callable[..., Link]) -> None:
    link = linking()
    until(lambda: link.up)
    switch.silent = True
    job = gevent.spawn(link.bgapi, "originate x y", 5)
    until(lambda: any(command.startswith("bgapi") for command in switch.commands))
    (peer,) = switch.connections
    done = {"Event-Name": "BACKGROUND_JOB", "Job-UUID": peer.header(switch.commands[-1], "Job-UUID")}
    peer.say(event_frame(done, b"+OK done"), reply("+OK Job-UUID: x"))
    assert job.get(timeout=PATIENCE_SECONDS) == "+OK done"


def test_anothers_background_job_is_no_event_of_ours(
    switch: Switch, diary: Diary, linking: Callable[..., Link]
) -> None:
    linking()
    until(lambda: diary.reported)
    switch.emit({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "another's"})
    emit(switch, 1)
    until(lambda: len(diary.reported) == 2)
    assert diary.reported == ["up", "1"]


def test_a_leg_runs_an_application(switch: Switch, linking: Callable[..., Link]) -> None:
    link = linking()
    until(lambda: link.up)
    link.execute("b-leg", "record_session", "/spool/1.wav", 5)
    assert switch.commands[-1].split("\n")[0] == "sendmsg b-leg"
    switch.answers["sendmsg gone"] = reply("-ERR invalid session id [gone]")
    assert code_of(lambda: link.execute("gone", "record_session", "/spool/1.wav", 5)) == "switch-refused"


def test_an_err_of_the_api_is_its_answer_and_of_a_command_is_unavailable(
    switch: Switch, linking: Callable[..., Link]
) -> None:
    switch.answers["api uuid_dump x"] = api_response("-ERR No such channel!\n")
    switch.answers["filter"] = reply("-ERR invalid syntax")
    link = linking()
    until(lambda: link.up)
    assert link.api("uuid_dump x", 5) == "-ERR No such channel!\n"
    assert code_of(lambda: link.command("filter", 5)) == "switch-refused"


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


def test_stopping_leaves_the_switch_and_fails_who_waits(switch: Switch, linking: Callable[..., Link]) -> None:
    link = linking()
    until(lambda: link.up)
    switch.silent = True
    waiting = gevent.spawn(code_of, lambda: link.api("status", 60))
    until(lambda: len(switch.commands) == 3)
    link.stop()
    assert waiting.get(timeout=PATIENCE_SECONDS) == "switch-gone"
    until(lambda: not switch.connections)
    assert not link.up
    link.stop()


def test_a_password_with_a_line_break_is_refused_before_anything_is_dialled(switch: Switch) -> None:
    with pytest.raises(Invalid):
        Link("127.0.0.1", switch.port, "a\n\napi shutdown", [], print, print, print)
