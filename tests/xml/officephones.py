"""What phones of the office do and get: keys that are pressed, who rings in what order, headers that are passed on."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import RealSwitch, wait_for
from tests.switches.barephone import BarePhone, Message
from tests.xml.keypad import press
from tests.xml.office import Office


def rings_while_pressing(phone: BarePhone, port: int, key: str) -> Message:
    for _ in range(12):
        if key:
            press("127.0.0.1", port, key)
        with suppress(Unavailable):
            return phone.hear("INVITE", 0.7)
    raise AssertionError("the phone did not ring")


def audio_port(answered: Message) -> int:
    found = re.search(r"^m=audio (\d+)", answered.text, re.MULTILINE)
    assert found
    return int(found[1])


def ringing_order(office: Office, phones: dict[str, BarePhone], caller: BarePhone) -> list[str]:
    def busy(user: str) -> tuple[float, str]:
        invite = phones[user].hear("INVITE")
        phones[user].answer(invite, "486 Busy Here")
        return invite.at, user

    with ThreadPoolExecutor(len(phones)) as ringing:
        caller.call(office.switch.ports.external_port, "+4570104004")
        order = sorted(ringing.map(busy, phones))
    caller.hear("SIP/2.0 4")
    return [user for _, user in order]


# What makes phones pick up by themselves or ring otherwise, and what trunks believe of whoever calls.
_OF_THE_CALLER = {
    "Alert-Info": "<http://127.0.0.1/Bellcore-dr4>;info=alert-autoanswer;answer-after=0",
    "Call-Info": "<sip:c.example>;answer-after=0",
    "Answer-Mode": "Auto",
    "Priv-Answer-Mode": "Auto",
    "P-Auto-Answer": "normal",
    "X-AutoAnswer": "TRUE",
    "Diversion": "<sip:+4587654323@c.example>;reason=unconditional",
    "History-Info": "<sip:+4587654324@c.example>;index=1",
    "P-Charge-Info": "<sip:+4587654325@c.example>",
    "P-Served-User": "<sip:+4587654326@c.example>",
    "User-to-User": "1234;encoding=hex",
    "Referred-By": "<sip:+4587654327@c.example>",
    "CC-Diversion": "<sip:+4587654328@c.example>",
    "On-Behalf-Of": "<sip:+4587654329@c.example>",
}
BROUGHT = "".join(f"{name}: {value}\r\n" for name, value in _OF_THE_CALLER.items())


def passed_on(invite: Message) -> dict[str, str]:
    """Those of the caller's headers that an INVITE of the switch's has."""
    return {name: invite.header(name) for name in _OF_THE_CALLER if invite.header(name)}


def legs_up(switch: RealSwitch) -> list[str]:
    """The legs there are."""
    wait_for(lambda: '"uuid"' in switch.api("show channels as json"), "a leg to be listed")
    return [row["uuid"] for row in json.loads(switch.api("show channels as json"))["rows"]]
