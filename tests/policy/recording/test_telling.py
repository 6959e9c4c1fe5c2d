"""Who hears what before a recording begins, and that nothing is recorded before."""

import json

import pytest

from fsplug.policy.consent import ANSWERER, CALLER, Consent
from fsplug.policy.entities import DepartmentPolicy, Direction, GroupMode, Party
from fsplug.policy.recording.conference import part_of
from fsplug.policy.recording.facts import talk_facts, talk_from
from fsplug.policy.recording.legs import TRUNK, Leg, Ringing, arms, talk_between
from fsplug.policy.recording.telling import Tell, called_hears, caller_hears
from fsplug.policy.recording.verdict import Rule, VerdictReason, verdict
from fsplug.policy.terms import Announce, Terms
from tests.policy.recording.test_verdict import ANNA, BO, CUSTOMER, group, incoming, snapshot, talk

COMPANY = "acme.example"
YES = f"/1:{COMPANY}:question:da:ab:1:1:2"
NO = f"/1:{COMPANY}:question:da:ab:1::2"
HEARD = f"/1:{COMPANY}:announcement:da:ab:::2"


def sales(announce: Announce) -> DepartmentPolicy:
    return DepartmentPolicy("Sales", outgoing=True, internal=True, incoming=True, terms=Terms(announce=announce))


@pytest.mark.parametrize(
    ("announce", "consent", "agreed_or_told", "reason"),
    [
        (Announce.NOBODY, Consent.NOT_ASKED, (), None),
        (Announce.CALLER, Consent.NOT_ASKED, (), VerdictReason.NOT_ANNOUNCED),
        (Announce.CALLER, Consent.NOT_ASKED, (ANSWERER,), VerdictReason.NOT_ANNOUNCED),
        (Announce.CALLER, Consent.NOT_ASKED, (CALLER,), None),
        (Announce.CALLED, Consent.NOT_ASKED, (CALLER,), VerdictReason.NOT_ANNOUNCED),
        (Announce.CALLED, Consent.NOT_ASKED, (ANSWERER,), None),
        (Announce.BOTH, Consent.NOT_ASKED, (CALLER,), VerdictReason.NOT_ANNOUNCED),
        (Announce.BOTH, Consent.NOT_ASKED, (CALLER, ANSWERER), None),
        (Announce.ASK, Consent.NOT_ASKED, (CALLER, ANSWERER), VerdictReason.CONSENT_MISSING),
        (Announce.ASK, Consent.YES, (CALLER,), None),
        (Announce.ASK, Consent.YES, (CALLER, ANSWERER), None),
        # The yes of the recorded user is nobody else's.
        (Announce.ASK, Consent.YES, (ANSWERER,), VerdictReason.CONSENT_MISSING),
        (Announce.ASK, Consent.NO, (), VerdictReason.CONSENT_REFUSED),
        (Announce.NOBODY, Consent.NO, (), VerdictReason.CONSENT_REFUSED),
        (Announce.NOBODY, Consent.WITHDRAWN, (), VerdictReason.CONSENT_WITHDRAWN),
        (Announce.ASK, Consent.WITHDRAWN, (), VerdictReason.CONSENT_WITHDRAWN),
    ],
)
def test_nothing_is_recorded_before_all_have_heard_or_agreed(announce, consent, agreed_or_told, reason):
    said = {"agreed": agreed_or_told} if consent is Consent.YES else {"told": agreed_or_told}
    outcome = verdict(incoming(ANNA, consent=consent, **said), snapshot(sales(announce)))
    assert (outcome.record, outcome.reason) == (reason is None, reason or VerdictReason.BOX_TICKED)
    assert outcome.rule is (Rule.CONSENT if reason else Rule.DEPARTMENT_POLICY)
    assert outcome.user == ANNA.username


@pytest.mark.parametrize("consent", [Consent.YES, Consent.NO])
def test_never_wins_over_every_consent(consent):
    never = snapshot(sales(Announce.ASK), groups=[group(GroupMode.NEVER)], excluded=["+4522334455"])
    outcome = verdict(incoming(ANNA, consent=consent, groups=("2001",)), never)
    assert (outcome.record, outcome.rule) == (False, Rule.EXCLUDED_NUMBER)
    group_only = snapshot(sales(Announce.ASK), groups=[group(GroupMode.NEVER)])
    assert verdict(incoming(ANNA, consent=consent, groups=("2001",)), group_only).rule is Rule.GROUP_NEVER


@pytest.mark.parametrize(
    ("customer", "colleague", "record"), [("", YES, False), (YES, "", False), (YES, NO, False), (YES, YES, True)]
)
def test_in_a_conference_nobody_agrees_for_another(customer, colleague, record):
    own = Leg("A", COMPANY, "A", username=ANNA.username, called_in=True, consents=YES)
    others = [Leg("C", COMPANY, "C", called_in=True, consents=customer)]
    others.append(Leg("B", COMPANY, "B", username=BO.username, called_in=True, consents=colleague))
    part = part_of(own, others, COMPANY, {one.username: one for one in (ANNA, BO)})
    assert verdict(part, snapshot(sales(Announce.ASK))).record is record


@pytest.mark.parametrize(("own", "other", "record"), [(YES, "", False), ("", YES, True), (YES, YES, True)])
def test_a_leg_that_agreed_in_an_earlier_talk_agrees_for_nobody_else(own, other, record):
    user = Leg("A", COMPANY, "A", username=ANNA.username, called_in=True, answered=True, consents=own)
    customer = Leg("C", COMPANY, "C", called_in=True, answered=True, consents=other)
    for legs in ((user, customer), (customer, user)):
        made = talk_between(*legs, {ANNA.username: ANNA})
        assert verdict(made, snapshot(sales(Announce.ASK))).record is record
        assert talk_from(json.loads(json.dumps(talk_facts(made)))) == made


def test_whoever_is_not_recorded_anyway_is_told_nothing():
    outcome = verdict(incoming(BO), snapshot(sales(Announce.ASK)))
    assert (outcome.record, outcome.reason) == (False, VerdictReason.USER_WITHOUT_FLAG)


@pytest.mark.parametrize(
    ("announce", "direction", "noted", "caller", "called"),
    [
        (Announce.NOBODY, Direction.INCOMING, "", Tell.NOTHING, Tell.NOTHING),
        (Announce.CALLER, Direction.INCOMING, "", Tell.SAY, Tell.NOTHING),
        (Announce.CALLER, Direction.OUTGOING, "", Tell.SAY, Tell.NOTHING),
        (Announce.CALLED, Direction.INCOMING, "", Tell.NOTHING, Tell.SAY),
        (Announce.BOTH, Direction.INCOMING, "", Tell.SAY, Tell.SAY),
        (Announce.BOTH, Direction.INCOMING, HEARD, Tell.NOTHING, Tell.SAY),
        (Announce.CALLER, Direction.INCOMING, HEARD, Tell.NOTHING, Tell.NOTHING),
        # Whoever talks to the recorded user is asked, whichever of the two calls.
        (Announce.ASK, Direction.INCOMING, "", Tell.ASK, Tell.NOTHING),
        (Announce.ASK, Direction.OUTGOING, "", Tell.NOTHING, Tell.ASK),
        (Announce.ASK, Direction.INCOMING, HEARD, Tell.ASK, Tell.NOTHING),
        # Nobody is asked twice.
        (Announce.ASK, Direction.INCOMING, YES, Tell.NOTHING, Tell.NOTHING),
        (Announce.ASK, Direction.INCOMING, NO, Tell.NOTHING, Tell.NOTHING),
    ],
)
def test_each_hears_what_the_recording_still_needs(announce, direction, noted, caller, called):
    calls = direction is Direction.OUTGOING
    leg = Leg("A", COMPANY, "A", username=ANNA.username if calls else "", called_in=True, consents=noted)
    ringing = Ringing(leg, ANNA if calls else None, {TRUNK: None} if calls else {"1001.desk": ANNA})
    decided = arms(ringing, snapshot(sales(announce)))
    assert caller_hears(ringing, decided) is caller
    assert [called_hears(ringing, one) for one in decided] == [called]


def test_of_a_group_the_caller_hears_what_any_member_needs_and_each_member_what_their_own_part_needs():
    leg = Leg("A", COMPANY, "A", called_in=True)
    ringing = Ringing(leg, None, {"1001": ANNA, "1002": BO})
    decided = arms(ringing, snapshot(sales(Announce.BOTH)))
    assert caller_hears(ringing, decided) is Tell.SAY
    assert [called_hears(ringing, one) for one in decided] == [Tell.SAY, Tell.NOTHING]


def test_a_recorded_colleague_is_asked_for_by_asking_the_other():
    outcome = verdict(talk(Party(ANNA), Party(BO), Direction.INTERNAL), snapshot(sales(Announce.ASK)))
    assert (outcome.reason, outcome.user) == (VerdictReason.CONSENT_MISSING, ANNA.username)
    assert CUSTOMER.user is None
