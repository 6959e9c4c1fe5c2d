"""The doors of the endpoint: the switch's XML, calls that mod_python3 brings, and fs_cli's questions."""

import json
import time
from collections.abc import Callable, Mapping

import structlog

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.calls.records import RECORD_BYTES
from fsplug.esl.protocol.event import Event
from fsplug.policy.hosts import is_loopback
from fsplug.store.db.database import Store
from fsplug.wiring.endpoint.fs_cli import Console
from fsplug.wiring.endpoint.questions import ARM, AWAITED_UNTIL, CONSOLE
from fsplug.wiring.endpoint.xml_ways import templates, trunk_addresses, ways
from fsplug.wiring.settings import Settings
from fsplug.xml.answers import Answers, HangsUp, Refuses, nobody, nothing
from fsplug.xml.endpoint import Endpoint, Responder
from fsplug.xml.posted import PostedForm
from fsplug.xml.trunk_places import TrunkPlaces

log = structlog.get_logger()

# The variables that lead this call on: to its recording, or to where a phone has sent it.
Led = Callable[[Event], Mapping[str, str]]

XML, RECORDS = "/", "/records"
# A caller chooses the headers of an INVITE, and all of them arrive with the channel: even a huge one must be armed.
CALL_BYTES = 1 << 20
# So do they with a question about a call, some of them ten times and each byte as three: of a SIP message in UDP this
# is the most. In TCP a message may have 2 MiB (sofia-sip).
QUESTION_BYTES = 1 << 22


def endpoint(
    settings: Settings,
    store: Store,
    led: Led,
    console: Console,
    keep: Callable[[bytes], None] | None = None,
    refuses: Refuses = nobody,
    hangs_up: HangsUp = nothing,
) -> Endpoint | None:
    """The endpoint of this installation; None without a password.

    `keep` takes the switch's call records; without it they are not taken. `refuses` tells who must not sign in,
    and `hangs_up` ends a leg.

    Invalid("xml-off-loopback") when other machines could reach the endpoint and the settings don't allow that.
    """
    if not settings.xml_password:
        log.warning("no-endpoint", remedy="set xml_password; fsplug init and fsplug switch install do")
        return None
    if not (is_loopback(settings.xml_host) or settings.xml_off_loopback):
        remedy = "set xml_host = 127.0.0.1, or xml_off_loopback = true if nobody else can listen on that network"
        text = f"xml_host = {settings.xml_host} would send passwords over a network; {remedy}"
        raise Invalid("xml-off-loopback", text, host=settings.xml_host)
    trunk_places = TrunkPlaces(store, trunk_addresses(settings))
    answers = Answers(store, templates(settings), ways(settings), refuses, trunk_places, hangs_up)
    behind = doors(answers, led, console, keep)
    return Endpoint(settings.xml_host, settings.xml_port, settings.xml_username, settings.xml_password, behind)


def doors(
    answers: Answers, led: Led, console: Console, keep: Callable[[bytes], None] | None = None
) -> Mapping[str, Responder]:
    """Every door of the endpoint, by its path."""
    return {
        XML: Responder(_document(answers), "text/xml", QUESTION_BYTES, _of_part(answers)),
        ARM: Responder(_led(led), "application/json", CALL_BYTES),
        CONSOLE: Responder(lambda body: console.answer(body.decode("utf-8", "replace"))),
        **({RECORDS: Responder(_kept(keep), body_bytes=RECORD_BYTES)} if keep else {}),
    }


def _document(answers: Answers) -> Callable[[bytes], str]:
    return lambda body: answers.answer(PostedForm(body))


def _of_part(answers: Answers) -> Callable[[bytes], str | None]:
    # The last field may be cut.
    return lambda part: answers.of_part(PostedForm(part.rpartition(b"&")[0]))


def _kept(keep: Callable[[bytes], None]) -> Callable[[bytes], str]:
    """What the switch posts is not understood here: it is kept first."""

    def answer(body: bytes) -> str:
        keep(body)
        return ""

    return answer


def _led(led: Led) -> Callable[[bytes], str]:
    def answer(body: bytes) -> str:
        channel = Event(body)
        _check_awaited(channel)
        return json.dumps(led(channel))

    return answer


def _check_awaited(channel: Event) -> None:
    """A process that stood still must not arm a call that has gone on without it."""
    until = float(channel.get(AWAITED_UNTIL) or "inf")
    if time.time() > until:
        raise Unavailable("call-gone-on", f"the call {channel.get('Unique-ID')} no longer waits for its verdict")
