"""Sign-ins as the switch tells of them: a phone keeps its Call-ID, and is known by it when its address is forged."""

from fsplug.esl.protocol.event import Event, plain_event
from fsplug.policy.access.sign_in_failures import FAILURES, SignIn
from fsplug.wiring.sign_ins import SignIns

WHERE = {"profile-name": "internal", "network-ip": "192.0.2.7", "network-port": "5060"}
WHO = {"username": "1001", "realm": "acme.example"}


def _event(subclass: str, call_id: str, **said: str) -> Event:
    kind = {"Event-Name": "CUSTOM", "Event-Subclass": subclass}
    return Event(plain_event({**kind, **WHERE, **WHO, "call-id": call_id, **said}))


def _asks(call_id: str) -> SignIn:
    return SignIn("internal", "192.0.2.7", "40000", "1001@acme.example", call_id)


def test_a_phone_is_known_by_the_call_id_that_it_registered_with_and_not_by_those_of_its_calls() -> None:
    sign_ins = SignIns(clock=lambda: 1_000.0)
    sign_ins.sees(_event("sofia::register_attempt", "of a call", **{"auth-result": "SUCCESS"}))
    sign_ins.sees(_event("sofia::register_attempt", "kept", **{"auth-result": "SUCCESS"}))
    assert sign_ins.sees(_event("sofia::register", "kept"))
    for number in range(FAILURES):
        sign_ins.sees(_event("sofia::register_attempt", f"forged {number}", **{"auth-result": "FORBIDDEN"}))
    refused = [one for one in ("kept", "of a call", "another") if sign_ins.refuses(_asks(one))]
    assert refused == ["of a call", "another"]
