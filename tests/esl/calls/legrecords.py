"""The records in `records/`, read as the switch sends them, and what a story makes of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fsplug.esl.calls.records import LegRecord, leg_record
from fsplug.esl.calls.seen_talks import seen_talks
from fsplug.store.calls import decisions
from tests.esl.story import ACME, Story

RECORDS = Path(__file__).parent / "records"
CUSTOMER = "+4522334455"

# For each flow the talks of its calls: who called, who answered, whether it is recorded and by which rule, whose leg.
FLOWS: Mapping[str, list[tuple[str, str, bool, str, str | None]]] = {
    "incoming-user": [(CUSTOMER, "1001", True, "department-policy", "1001")],
    "outgoing": [("1001", CUSTOMER, True, "department-policy", "1001")],
    "internal": [("1001", "1003", True, "department-policy", "1003")],
    "group-first-answer-wins": [(CUSTOMER, "1003", True, "group-always", "1003")],
    "group-sequential": [(CUSTOMER, "1004", False, "department-policy", "1004")],
    "menu": [(CUSTOMER, "1001", True, "department-policy", "1001")],
    "blind-transfer": [
        (CUSTOMER, "1001", True, "department-policy", "1001"),
        (CUSTOMER, "1003", True, "department-policy", "1003"),
    ],
    "caller-transfers": [
        ("1001", CUSTOMER, True, "department-policy", "1001"),
        (CUSTOMER, "1003", True, "department-policy", "1003"),
    ],
    "colleague-transfers": [
        ("1001", "1002", False, "department-policy", "1001"),
        ("1002", "1003", True, "department-policy", "1003"),
    ],
    "attended-transfer": [
        (CUSTOMER, "1001", True, "department-policy", "1001"),
        ("1001", "1003", True, "department-policy", "1003"),
        (CUSTOMER, "1003", True, "department-policy", "1003"),
    ],
    "pick-up": [(CUSTOMER, "1002", True, "department-policy", "1002")],
    "uuid-bridge": [
        (CUSTOMER, "1001", True, "department-policy", "1001"),
        ("+4522334466", "1003", True, "department-policy", "1003"),
        (CUSTOMER, "+4522334466", False, "no-policy", None),
    ],
    "uuid-bridge-with-a-ringing-leg": [(CUSTOMER, "1001", True, "department-policy", "1001")],
    "queue-fifo": [(CUSTOMER, "1003", True, "department-policy", "1003")],
    "queue-fifo-agent-dials-in": [(CUSTOMER, "1001", True, "department-policy", "1001")],
    "queue-callcenter": [(CUSTOMER, "1003", True, "department-policy", "1003")],
    "park": [
        (CUSTOMER, "1001", True, "department-policy", "1001"),
        (CUSTOMER, "1003", True, "department-policy", "1003"),
    ],
    "park-outgoing": [
        ("1001", CUSTOMER, True, "department-policy", "1001"),
        ("1003", CUSTOMER, True, "department-policy", "1003"),
    ],
    "redirected": [(CUSTOMER, "1003", True, "department-policy", "1003")],
    "busy": [],
    "caller-cancels": [],
}


def raw(flow: str) -> list[dict[str, Any]]:
    return json.loads((RECORDS / f"{flow}.json").read_text(encoding="utf-8"))


def encoded(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts).encode()


def read(flow: str) -> dict[str, LegRecord]:
    return {one.uuid: one for one in map(leg_record, map(encoded, raw(flow)))}


def by_direction(flow: str, direction: str) -> list[LegRecord]:
    return [leg_record(encoded(one)) for one in raw(flow) if one["channel_data"]["direction"] == direction]


def decided(story: Story) -> list[decisions.Decision]:
    return sorted(decisions.listed(story.store, ACME), key=lambda one: (one.at, one.talk))


def rows(story: Story) -> list[tuple[str, str, bool, str, str | None]]:
    story.write_down()
    return [(_who(one, "caller"), _who(one, "answerer"), one.record, one.rule, one.user) for one in decided(story)]


def _who(decision: decisions.Decision, end: str) -> str:
    party = decision.inputs[end]
    return party["user"]["username"] if party["user"] else party["numbers"][0]


def tell(story: Story, records: Mapping[str, LegRecord]) -> None:
    """The events of these talks, as the switch sends them while they go on."""
    for seconds, talk in enumerate(seen_talks(records)):
        for leg in (talk.answerer, talk.caller):
            story.receives((seconds, leg.uuid, "CHANNEL_ANSWER", of_leg(leg)))
        pair = {"Bridge-A-Unique-ID": talk.caller.uuid, "Bridge-B-Unique-ID": talk.answerer.uuid}
        story.receives((seconds, talk.caller.uuid, "CHANNEL_BRIDGE", {**of_leg(talk.caller), **pair}))
    for uuid in records:
        story.receives((9.0, uuid, "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "NORMAL_CLEARING"}))


def of_leg(leg: Any) -> dict[str, str]:
    user, _, realm = leg.signed_in.partition("@")
    signed_in = ("sip_auth_username", "sip_auth_realm") if leg.called_in else ("dialed_user", "dialed_domain")
    marks = {
        **dict(zip(signed_in, (user, realm), strict=True)),
        "fifo_role": "consumer" if leg.serves else "",
        "valet_lot_extension": "any" if leg.is_parked else "",
        "fsplug_company": leg.company,
        "fsplug_call": leg.call if leg.call != leg.uuid else "",
        "fsplug_user": leg.username,
        "fsplug_leg": leg.name,
        "fsplug_legs": "any" if leg.call == leg.uuid else "",
        "fsplug_groups": ":".join(leg.groups),
        "current_application": "intercept" if leg.picks_up else "bridge",
    }
    return {
        **marks,
        "sip_to_user": "" if leg.called_in else next(iter(leg.numbers), ""),
        "Call-Direction": "inbound" if leg.called_in else "outbound",
        "Caller-Caller-ID-Number": next(iter(leg.numbers), "") if leg.called_in else "",
        "Caller-Destination-Number": next(iter(leg.dialled or leg.numbers), ""),
    }
