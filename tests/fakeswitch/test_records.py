"""The fake switch's records of legs tell the same of each flow as FreeSWITCH's do (tests/esl/calls/records)."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gevent import pywsgi

from fsplug.esl.calls.records import leg_record
from fsplug.esl.calls.seen_talks import SeenTalk, seen_talks
from fsplug.fakeswitch.channel import Transfer
from fsplug.fakeswitch.lifecycle import transfer
from fsplug.fakeswitch.records import Records
from fsplug.fakeswitch.switch import FakeSwitch
from fsplug.lab.freeswitch import FIXTURE, wait_for
from tests.esl.calls.legrecords import read

Start = Callable[..., FakeSwitch]
CUSTOMER = "+4522334455"
OF_ANNA = {"context": "acme.example", "user": "1001", "domain": "acme.example"}


def incoming_user(switch: FakeSwitch) -> None:
    switch.place(CUSTOMER, "+4570101001").wait()


def outgoing(switch: FakeSwitch) -> None:
    switch.place("1001", "22334455", **OF_ANNA).wait()


def internal(switch: FakeSwitch) -> None:
    switch.place("1001", "1003", **OF_ANNA).wait()


def group_first_answer_wins(switch: FakeSwitch) -> None:
    switch.place(CUSTOMER, "+4570102001", answers={"1001": 3.0, "1002": 3.0, "1003": 0.1, "1004": 3.0}).wait()


def group_sequential(switch: FakeSwitch) -> None:
    switch.place(CUSTOMER, "+4570102003", answers={"1003": "busy", "1004": 0.1}).wait()


def blind_transfer(switch: FakeSwitch) -> None:
    call = switch.place(CUSTOMER, "+4570101001", talk=None)
    call.wait_bridged()
    call.blind_transfer("1003")
    wait_for(lambda: len(call.bridges) == 2, "the second talk")
    call.hang_up()
    call.wait()


def attended_transfer(switch: FakeSwitch) -> None:
    call = switch.place(CUSTOMER, "+4570101001", talk=None)
    call.wait_bridged()
    consultation = switch.place("1001", "1003", talk=None, **OF_ANNA)
    consultation.wait_bridged()
    call.attended_transfer(consultation)
    wait_for(lambda: len(call.bridges) == 2, "the talk of the two others")
    call.hang_up()
    call.wait()


def busy(switch: FakeSwitch) -> None:
    switch.place(CUSTOMER, "+4570101001", answers={"1001": "busy"}).wait()


def caller_cancels(switch: FakeSwitch) -> None:
    switch.place(CUSTOMER, "+4570101001", answers={"1001": "no-answer"}, cancel=0.5).wait()


FLOWS = (
    incoming_user,
    outgoing,
    internal,
    group_first_answer_wins,
    group_sequential,
    blind_transfer,
    attended_transfer,
    busy,
    caller_cancels,
)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
def test_a_flow_s_talks_are_those_of_freeswitch(
    flow: Callable[[FakeSwitch], None], start: Start, tmp_path: Path
) -> None:
    answers = {"1001": 0.1, "1002": 0.1, "1003": 0.1, "1004": 0.1, "trunk": 0.1}
    switch = start(
        FIXTURE / "dialplan", variables={"fsplug_port": "1"}, answers=answers, records=Records(folder=tmp_path)
    )
    flow(switch)
    wait_for(lambda: not switch.core.channels, "every leg to be gone")
    records = {one.uuid: one for one in map(leg_record, (path.read_bytes() for path in tmp_path.iterdir()))}
    real = read(flow.__name__.replace("_", "-"))
    assert [_said(one) for one in seen_talks(records)] == [_said(one) for one in seen_talks(real)]
    assert len(records) == len(real)
    assert all(one.until >= one.at >= one.began_at > 0.0 for one in seen_talks(records))


def _said(talk: SeenTalk) -> tuple[Any, ...]:
    return tuple(
        (leg.company, leg.username, leg.name, leg.called_in, leg.groups) for leg in (talk.caller, talk.answerer)
    )


def test_a_leg_that_was_transferred_by_the_operator_tells_of_both_parts(start: Start, tmp_path: Path) -> None:
    switch = start(
        FIXTURE / "dialplan", variables={"fsplug_port": "1"}, answers={"*": 0.1}, records=Records(folder=tmp_path)
    )
    call = switch.place(CUSTOMER, "+4570102001", talk=None)
    call.wait_bridged()
    transfer(switch.core, call.leg, Transfer("2003", "acme.example"))
    wait_for(lambda: len(call.bridges) == 2, "the second talk")
    call.hang_up()
    call.wait()
    wait_for(lambda: not switch.core.channels, "every leg to be gone")
    record = leg_record((tmp_path / f"{call.uuid}.cdr.json").read_bytes())
    assert [bridge.leg.groups for bridge in record.bridges] == [("2001",), ("2001", "2003")]


@pytest.fixture
def taking() -> Iterator[Callable[[str], tuple[str, list[tuple[str, bytes]]]]]:
    """Servers that answer with this status; each with its URL and what was posted to it, with its account."""
    servers: list[pywsgi.WSGIServer] = []

    def begin(status: str) -> tuple[str, list[tuple[str, bytes]]]:
        posted: list[tuple[str, bytes]] = []

        def answer(environ: Any, respond: Any) -> list[bytes]:
            posted.append((environ["HTTP_AUTHORIZATION"], environ["wsgi.input"].read()))
            respond(status, [])
            return []

        server = pywsgi.WSGIServer(("127.0.0.1", 0), answer, log=None)
        server.start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/records", posted

    yield begin
    for server in servers:
        server.stop(timeout=0)


@pytest.mark.parametrize(("status", "kept"), [("200 OK", 0), ("401 Unauthorized", 2), ("503 Service Unavailable", 2)])
def test_a_record_is_posted_and_kept_as_a_file_if_it_is_not_taken(
    status: str, kept: int, taking: Any, start: Start, tmp_path: Path
) -> None:
    url, posted = taking(status)
    switch = start(records=Records(url, "fsplug:secret", tmp_path / "kept"))
    switch.place("+4522334455", "1001").wait()
    wait_for(lambda: len(posted) == 2 and not switch.core.channels, "both records")
    assert {account for account, _ in posted} == {f"Basic {base64.b64encode(b'fsplug:secret').decode()}"}
    assert len({json.loads(body)["variables"]["uuid"] for _, body in posted}) == 2
    assert (switch.core.records.kept, switch.core.records.posted) == (kept, 2 - kept)


def test_without_a_server_records_are_kept(start: Start, tmp_path: Path) -> None:
    switch = start(records=Records("http://127.0.0.1:1/records", "a:b", tmp_path))
    switch.place("+4522334455", "1001").wait()
    wait_for(lambda: len(list(tmp_path.iterdir())) == 2, "both records")
