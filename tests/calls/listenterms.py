"""What an administrator changes about who may listen to whom, and why a listener is then refused."""

from typing import Any

from fsplug.policy.listening.gate import Reason
from tests.calls.listeners import (
    ANNA,
    BO,
    CLARA,
    Change,
    user_of,
    without_right,
)

MOBILE = "+4520304050"

REFUSALS: list[tuple[Reason, Change]] = [
    (Reason.LISTENER_LICENCE, lambda document: user_of(document, BO).update(licences=[])),
    (Reason.LISTENER_RIGHT, without_right),
    (Reason.TARGET_LICENCE, lambda document: user_of(document, ANNA).update(licences=[])),
    (Reason.PROFILE, lambda document: user_of(document, ANNA)["profile"][0].update(allow_listen=False)),
    (Reason.PROFILE, lambda document: user_of(document, ANNA).pop("profile")),
]

REVOCATIONS: list[tuple[Reason, Change]] = [
    *REFUSALS[:4],
    (Reason.NOT_IDENTIFIED, lambda document: user_of(document, BO).update(device=[])),
]


def in_a_meeting(document: dict[str, Any]) -> None:
    available, meeting = user_of(document, ANNA)["profile"]
    available.update(active=False)
    meeting.update(active=True)


def bos_mobile(document: dict[str, Any]) -> None:
    user_of(document, BO).update(mobile_numbers=[MOBILE], verified_numbers=[MOBILE])


def mobile_of(username: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        user_of(document, username).update(mobile_numbers=[MOBILE], verified_numbers=[MOBILE], rights=["listen-in"])

    return change


def distrust(document: dict[str, Any]) -> None:
    document["company"][0]["trunk"][0].update(caller_id_trusted=False)


def clara_must_allow(document: dict[str, Any]) -> None:
    document["company"][0].update(listen_consent=True)
    user_of(document, CLARA)["profile"][0].update(allow_listen=False)
