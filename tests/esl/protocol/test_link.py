"""The inbound link against a scripted event socket."""

from collections.abc import Callable

import gevent
import gevent.event
import pytest

from fsplug.errors import Invalid
from fsplug.esl.protocol import exchange
from fsplug.esl.protocol.link import Link
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.esl.peers import Switch, api_response, code_of, event_frame, reply, until
from tests.esl.protocol.diary import Diary, emit

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


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
