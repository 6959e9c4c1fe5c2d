"""The gate of listen-in: every combination of its conditions, and the order in which it says no."""

from dataclasses import replace
from itertools import product

import pytest

from fsplug.policy.entities import DeviceKind, Licence, Right
from fsplug.policy.listening.gate import (
    Colleague,
    CompanyRules,
    Entitlements,
    Listener,
    ListenRequest,
    Reason,
    admission,
)

# The conditions and the reason each gives when it fails, in the order of precedence: written down twice on purpose.
CONDITIONS = (
    ("identified", Reason.NOT_IDENTIFIED),
    ("device", Reason.DEVICE),
    ("listener_licence", Reason.LISTENER_LICENCE),
    ("listener_right", Reason.LISTENER_RIGHT),
    ("known", Reason.UNKNOWN_PERSON),
    ("same_company", Reason.OTHER_COMPANY),
    ("somebody_else", Reason.ONESELF),
    ("line_free", Reason.LINE_BUSY),
    ("target_licence", Reason.TARGET_LICENCE),
    ("here", Reason.OTHER_NODE),
    ("in_call", Reason.NOT_IN_CALL),
    ("profile", Reason.PROFILE),
    ("colleague", Reason.COLLEAGUE),
)
PRO = frozenset({Licence.CONTACT_PRO})
MAY = frozenset({Right.LISTEN_IN})
OPEN = Entitlements(PRO, allows=True)


def asked_with(holds: dict[str, bool]) -> ListenRequest:
    """A request of which these conditions hold and the others don't."""
    listener = Listener(
        username="1001",
        company="acme.example",
        device=DeviceKind.DESK if holds["device"] else DeviceKind.APP,
        line_free=holds["line_free"],
        now=Entitlements(
            PRO if holds["listener_licence"] else frozenset(), MAY if holds["listener_right"] else frozenset()
        ),
    )
    entitled = Entitlements(PRO if holds["target_licence"] else frozenset(), allows=holds["profile"])
    target = Colleague(
        username="1002" if holds["somebody_else"] else "1001",
        company="acme.example" if holds["same_company"] else "beta.example",
        at_start=entitled,
        now=entitled,
    )
    consent = Entitlements(allows=holds["colleague"])
    return ListenRequest(
        listener=listener if holds["identified"] else None,
        target=target if holds["known"] else None,
        in_call=holds["in_call"] and holds["here"],
        node="" if holds["here"] else "sip2",
        other=Colleague("1003", "acme.example", consent, consent),
        rules=CompanyRules(colleagues_must_allow=True),
    )


def test_every_combination_of_conditions_gives_the_first_reason_or_admits() -> None:
    for values in product((True, False), repeat=len(CONDITIONS)):
        holds = {name: value for (name, _), value in zip(CONDITIONS, values, strict=True)}
        expected = next((reason for name, reason in CONDITIONS if not holds[name]), None)
        decided = admission(asked_with(holds))
        assert decided.reason is expected, holds
        assert decided.admitted is (expected is None)
        assert decided.node == ("sip2" if expected is Reason.OTHER_NODE else "")


def test_a_call_here_counts_even_if_there_is_another_elsewhere() -> None:
    asked = asked_with({name: True for name, _ in CONDITIONS})
    assert admission(replace(asked, node="sip2")).admitted


@pytest.fixture
def admitted() -> ListenRequest:
    asked = asked_with({name: True for name, _ in CONDITIONS})
    assert admission(asked).admitted
    return asked


def test_an_app_may_listen_where_the_company_says_so(admitted: ListenRequest) -> None:
    app = replace(admitted, listener=replace(admitted.listener, device=DeviceKind.APP))
    assert admission(app).reason is Reason.DEVICE
    assert admission(replace(app, rules=CompanyRules(apps_may_listen=True))).admitted


def test_a_mobile_may_listen_as_a_desk_phone_may(admitted: ListenRequest) -> None:
    assert admission(replace(admitted, listener=replace(admitted.listener, device=DeviceKind.MOBILE))).admitted


@pytest.mark.parametrize(("at_start", "now"), [(True, False), (False, True), (False, False)])
def test_the_profile_must_allow_it_at_the_calls_start_and_may_not_have_been_taken_away(
    admitted: ListenRequest, at_start: bool, now: bool
) -> None:
    target = replace(admitted.target, at_start=replace(OPEN, allows=at_start), now=replace(OPEN, allows=now))
    assert admission(replace(admitted, target=target)).reason is Reason.PROFILE


@pytest.mark.parametrize(("at_start", "now"), [(PRO, frozenset()), (frozenset(), PRO)])
def test_the_targets_licence_counts_from_the_next_call_on_and_its_loss_at_once(
    admitted: ListenRequest, at_start: frozenset, now: frozenset
) -> None:
    target = replace(admitted.target, at_start=Entitlements(at_start, allows=True), now=Entitlements(now, allows=True))
    assert admission(replace(admitted, target=target)).reason is Reason.TARGET_LICENCE


def test_a_colleague_at_the_other_end_is_asked_only_where_the_company_says_so(admitted: ListenRequest) -> None:
    unwilling = replace(admitted, other=Colleague("1003", "acme.example"))
    assert admission(unwilling).reason is Reason.COLLEAGUE
    assert admission(replace(unwilling, rules=CompanyRules())).admitted


def test_a_customer_at_the_other_end_is_not_asked(admitted: ListenRequest) -> None:
    assert admission(replace(admitted, other=None)).admitted


def test_who_is_known_by_a_phone_that_is_no_longer_theirs_is_not_identified(admitted: ListenRequest) -> None:
    taken = replace(admitted, listener=replace(admitted.listener, phone_is_theirs=False))
    assert admission(taken).reason is Reason.NOT_IDENTIFIED
