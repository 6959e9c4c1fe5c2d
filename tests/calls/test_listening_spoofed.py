"""Forged requests to listen in, as datagrams to FreeSWITCH: not one packet of speech goes to the address they name."""

import random
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.media import Voice
from fsplug.lab.sip_message import HOST, Request, SipMessage, audio
from fsplug.lab.softphone import Softphone
from fsplug.policy.listening.gate import Door, Reason
from tests.calls.lines import REAL, why_not
from tests.calls.listeners import (
    ANNA,
    ANNAS_STAR,
    BO,
    DAVID,
    HERTZ,
    Listens,
    allowed,
    both,
    has_ended,
    until_heard,
    user_of,
)
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant
from tests.calls.realparty import RealParty

MOBILE = "+4520304050"
ELSEWHERE = "127.0.0.2"


@pytest.fixture(scope="session", params=[REAL])
def line(request: pytest.FixtureRequest) -> object:
    if reason := why_not(REAL):
        pytest.skip(reason)
    return request.getfixturevalue("real_line")


def mobiles(document: dict[str, Any]) -> None:
    user_of(document, BO).update(mobile_numbers=[MOBILE], verified_numbers=[MOBILE])


class Forger:
    """Sends INVITEs from one address, with an SDP that names another one's audio port."""

    def __init__(self, switch_port: int, source: str, stack: ExitStack) -> None:
        self._switch = (HOST, switch_port)
        self._socket = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._socket.bind((source, 0))
        self._socket.settimeout(5.0)
        self.victim = Voice(0)
        stack.callback(self.victim.close)

    def asks(self, caller: str, acknowledges: bool) -> int:
        """Dial the star code in this one's name; the final answer's status."""
        call, port = f"forged-{random.getrandbits(60):x}", self._socket.getsockname()[1]
        star = f"sip:{ANNAS_STAR}@{HOST}:{self._switch[1]}"
        own, kind = f"<sip:{caller}@{HOST}>;tag=forged", "Content-Type: application/sdp\r\n"
        request = Request("INVITE", star, own, f"<{star}>", call, 1, kind, audio(self.victim.port, 1), f"z9hG4bK{call}")
        self._socket.sendto(request.text(caller, port, "forger").encode(), self._switch)
        answer = self._final(call)
        if acknowledges:
            acked = Request("ACK", star, own, answer.header("To"), call, 1, branch=f"z9hG4bK{call}")
            self._socket.sendto(acked.text(caller, port, "forger").encode(), self._switch)
        return answer.status

    def _final(self, call: str) -> SipMessage:
        while True:
            answer = SipMessage(self._socket.recv(65_535).decode(), self._switch)
            if answer.header("Call-ID") == call and answer.status >= 200:
                return answer


@contextmanager
def forgers(port: int) -> Iterator[list[Forger]]:
    with ExitStack() as stack:
        yield [Forger(port, source, stack) for source in (HOST, ELSEWHERE)]


def test_forged_requests_from_the_trunk_and_from_elsewhere_get_no_packet_and_one_call_back(
    plant: Plant, people: RealParty, listens: Listens
) -> None:
    """The true owner of the number is called, once, however many are sent; who presses the key hears."""
    plant.apply(both(allowed, mobiles))
    talk = people.talk(CUSTOMER, ANNA)
    assert talk.dialogs[ANNA].state == "up"
    people.presses(MOBILE, "1")
    begun = time.monotonic()
    with forgers(people.trunk_side) as both_sides:
        for forger in both_sides:
            for acknowledges in (False, True) * 5:
                assert forger.asks(MOBILE, acknowledges) == 486
        bo = people.called_back(MOBILE)
        until_heard(bo, ANNA, CUSTOMER)
        wait_for(lambda: time.monotonic() > begun + 3.0, "what was forged to be sent to, if anything is")
        assert [forger.victim.packets(0) for forger in both_sides] == [0, 0]
    [row] = listens.until(lambda row: row.began_at is not None, "one row is written down")
    assert (row.listener, row.door) == (BO, Door.MOBILE)
    bo.hang_up()
    listens.until(has_ended, "it ends")


def test_a_desk_phone_that_sends_no_ack_gets_no_packet_and_a_row_says_so(people: RealParty, listens: Listens) -> None:
    people.talk(CUSTOMER, ANNA)
    secret = password(ACME, DAVID)
    with Softphone(people.phone_side, ACME, DAVID, secret, acknowledges=False) as phone:
        dialog = phone.call(ANNAS_STAR)
        [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
        assert (row.listener, row.reason, row.began_at) == (DAVID, Reason.NOT_CONFIRMED, None)
        assert dialog.answered_at > 0
        assert dialog.voice.packets(0) == 0


def test_a_phone_that_names_another_user_in_its_headers_is_who_its_password_says(
    people: RealParty, listens: Listens
) -> None:
    """Clara has no right; she says in every header that she is Bo."""
    people.talk(CUSTOMER, ANNA)
    named = f"P-Asserted-Identity: <sip:{BO}@{ACME}>\r\nRemote-Party-ID: <sip:{BO}@{ACME}>\r\n"
    named += f"X-fsplug_user: {BO}\r\nX-FS-Support: update_display\r\n"
    phone = people.phone("1003")
    dialog = phone.call(ANNAS_STAR, named)
    [row] = listens.until(lambda row: row.reason is not None, "a refusal is written down")
    assert (row.listener, row.reason) == ("1003", Reason.LISTENER_RIGHT)
    wait_for(lambda: dialog.state == "ended", "Clara to be refused")
    assert dialog.voice.level(HERTZ[ANNA]) < -40
