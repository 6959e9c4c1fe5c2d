"""The switch's records of legs: what is read from them, and what is no record of a leg."""

from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsplug.errors import Invalid
from fsplug.esl.calls.records import leg_record
from tests.esl.calls.legrecords import FLOWS, encoded, raw

_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(_PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=3)
# A call that was hung up by an operator before the switch had looked at whom it calls (1.11.1).
WITHOUT_A_FLOW = {
    "channel_data": {"state": "CS_REPORTING", "direction": "inbound"},
    "variables": {
        "direction": "inbound",
        "uuid": "8c8da14e-572c-4024-839e-cc125bc1a490",
        "sip_from_user": "+4522334455",
        "channel_name": "sofia/internal/+4522334455@127.0.0.1",
        "hangup_cause": "MANAGER_REQUEST",
    },
    "callflow": [],
}


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_a_leg_that_was_hung_up_before_it_came_to_the_dialplan_had_no_talk(direction: str) -> None:
    record = leg_record(encoded({**WITHOUT_A_FLOW, "channel_data": {"direction": direction}}))
    assert (record.uuid, record.cause) == (WITHOUT_A_FLOW["variables"]["uuid"], "MANAGER_REQUEST")
    assert (record.bridges, record.stay, record.refused_on, record.answered_at) == ((), None, None, 0.0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"variables": {}}',
        b'{"variables": {"uuid": "../../etc/passwd"}, "callflow": [], "channel_data": {"direction": "inbound"}}',
        b'{"variables": {"uuid": "a"}, "channel_data": {"direction": "inbound"}}',
        b'{"variables": {"uuid": "a"}, "callflow": null, "channel_data": {"direction": "inbound"}}',
        b'{"variables": {"uuid": "a"}, "callflow": 7, "channel_data": {"direction": "outbound"}}',
        b'{"variables": {"uuid": "a"}, "callflow": {"a": 1}, "channel_data": {"direction": "inbound"}}',
        b'{"variables": {"uuid": "a", "answer_uepoch": "17"}, "callflow": [], "channel_data": {"direction": "x"}}',
        b'{"variables": {"uuid": "a"}, "callflow": [], "channel_data": []}',
        b'{"variables": {"uuid": "a"}, "callflow": [{}], "channel_data": {"direction": "inbound"}}',
        b'{"variables": {"uuid": "a"}, "callflow": [{"caller_profile": 1}], "channel_data": {"direction": "inbound"}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_record_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="no record of a leg"):
        leg_record(body)


@settings(max_examples=40)
@given(flow=st.sampled_from(sorted(FLOWS)), at=st.randoms(use_true_random=False), value=JSON)
def test_a_record_with_any_one_value_changed_is_read_or_refused(flow: str, at: Random, value: object) -> None:
    facts = at.choice(raw(flow))
    place, key = at.choice(list(places(facts)))
    place[key] = value
    with suppress(Invalid):
        leg_record(encoded(facts))


def test_a_record_is_read_whatever_bytes_a_caller_sent_as_its_name() -> None:
    facts = raw("incoming-user")[0]
    facts["variables"]["effective_caller_id_name"] = "S@ren"
    whole = leg_record(encoded(facts))
    for name in (b"S\xf8ren", b"\xff\xfe", b"\xc3"):
        assert leg_record(encoded(facts).replace(b"S@ren", name)) == whole


@pytest.mark.parametrize("flow", FLOWS)
def test_a_record_that_is_cut_off_anywhere_is_refused(flow: str) -> None:
    whole = encoded(raw(flow)[0])
    for length in range(0, len(whole), 97):
        with pytest.raises(Invalid):
            leg_record(whole[:length])


def places(facts: Any) -> Iterator[tuple[Any, Any]]:
    """Where every value in it stands: the object or the list, and the name or the number in it."""
    for key, value in list(facts.items() if isinstance(facts, dict) else enumerate(facts)):
        yield facts, key
        if isinstance(value, dict | list):
            yield from places(value)
