"""What a call that asks is told: the variables that arm it, and the policy they are decided by."""

import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.terms import Channels, Terms
from fsplug.store.change import edit_policy
from tests.esl.story import ACME, BETA
from tests.policysets import set_department_policy


def test_each_leg_is_armed_with_a_file_of_its_own_and_the_recording_carries_our_id(story):
    variables = story.asks("1001,1002", fsplug_group="2001")
    files = [story.recording_of(leg) for leg in ("1001", "1002")]
    assert len(set(files)) == 2
    assert f"fsplug_recording%3D{files[0]}" in variables["fsplug_arm_1001"]
    assert "RECORD_STEREO%3Dtrue" in variables["fsplug_arm_1001"]


def test_a_leg_that_is_not_recorded_is_unset_which_undoes_what_an_earlier_ring_had_set(story):
    variables = story.asks("1001,1004", fsplug_group="2001")
    assert (variables["fsplug_arm_1004"], variables["execute_on_answer"]) == ("", "")


def test_an_outgoing_call_is_armed_on_the_callers_leg_alone(story):
    variables = story.asks("trunk", fsplug_user="1001")
    assert story.recording_of("A")
    assert variables["fsplug_arm_trunk"] == ""


@pytest.mark.parametrize("channels", [Channels.STEREO, Channels.MONO])
def test_a_caller_who_is_answered_already_is_left_in_the_file_of_the_other_leg(story, channels):
    boxes = DepartmentPolicy("Sales", outgoing=True, terms=Terms(channels=channels))
    set_department_policy(story.store, ACME, boxes, by="test")
    variables = story.asks("trunk", fsplug_user="1001", **{"Answer-State": "answered"})
    assert variables["execute_on_answer"] == ""
    assert ("RECORD_STEREO_SWAP%3Dtrue" in variables["fsplug_arm_trunk"]) == (channels is Channels.STEREO)


def test_an_excluded_caller_arms_nothing_at_all(story):
    doctor = {"Caller-Caller-ID-Number": "tel:22-33-44-99;phone-context=+45"}
    variables = story.asks("1001,1002,1003", fsplug_group="2001", **doctor)
    assert {value for name, value in variables.items() if "arm" in name or "execute" in name} == {""}


@pytest.mark.parametrize(
    "header",
    [
        "variable_sip_P-Asserted-Identity",
        "variable_sip_from_user",
        "variable_sip_Remote-Party-ID",
        "Caller-ANI",
        "variable_sip_h_Diversion",
        "variable_sip_history_info",
        "variable_sip_referred_by_user_stripped",
        "Caller-RDNIS",
    ],
)
@pytest.mark.parametrize("spelling", ["+4522334499", "22334499", "<sip:004522334499@trunk;user=phone>;reason=x"])
def test_an_excluded_number_is_seen_wherever_the_switch_puts_it(story, header, spelling):
    assert story.asks("1001", **{header: spelling})["fsplug_arm_1001"] == ""


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("variable_sip_h_Referred-By", "<sip:1003@acme.example>"),
        ("variable_sip_i_diversion", "ARRAY::<sip:1002@acme.example>|:<sip:1003@acme.example>;reason=no-answer"),
        ("Caller-RDNIS", "1003"),
    ],
)
def test_an_excluded_colleague_counts_as_the_one_who_sent_the_call_on(story, header, value):
    assert story.asks("1001", **{header: value})["fsplug_arm_1001"]
    edit_policy.exclude(story.store, ACME, {"+4570101003": None}, by="test")
    story.start()
    assert story.asks("1001", **{header: value})["fsplug_arm_1001"] == ""


def test_a_change_works_from_the_next_call_on(story):
    assert story.asks("1001")["fsplug_arm_1001"]
    set_department_policy(story.store, ACME, DepartmentPolicy("Sales"), by="test")
    assert story.asks("1001")["fsplug_version"] == f"1@{ACME}"
    story.start()
    assert story.asks("1001")["fsplug_arm_1001"] == ""


def test_a_call_that_asks_again_is_decided_by_the_policy_it_began_under(story):
    first = story.asks("1001")
    set_department_policy(story.store, ACME, DepartmentPolicy("Sales"), by="test")
    again = story.asks("1002", fsplug_version=first["fsplug_version"])
    assert again["fsplug_arm_1002"]


def test_mono_is_recorded_in_mono(story):
    boxes = DepartmentPolicy("Sales", incoming=True, terms=Terms(channels=Channels.MONO))
    set_department_policy(story.store, ACME, boxes, by="test")
    assert "RECORD_STEREO%3Dfalse" in story.asks("1001")["fsplug_arm_1001"]


def test_a_fail_closed_call_is_refused_while_nothing_can_be_recorded(story):
    story.spool.trouble = "spool-full"
    assert story.asks("1001", fsplug_company=BETA)["fsplug_refuse"] == "true"
    assert story.asks("1001")["fsplug_refuse"] == ""


def test_a_fail_closed_call_that_is_not_to_be_recorded_is_not_refused(story):
    story.spool.trouble = "spool-full"
    assert story.asks("1002", fsplug_company=BETA, fsplug_user="1001")["fsplug_refuse"] == ""


def test_hostile_text_from_the_dialplan_reaches_no_variable(story):
    for marks in ({"fsplug_group": "2001;x=1"}, {"fsplug_group": "${system(id)}"}):
        with pytest.raises(Invalid):
            story.switch_takes(story.asks("1001", **marks))
    with pytest.raises(Invalid):
        story.switch_takes(story.asks("1001 x"))


def test_a_store_that_is_away_is_answered_for_by_what_was_read_last(story, monkeypatch):
    armed = story.asks("1001")["fsplug_arm_1001"]

    def away(*_):
        raise Unavailable("store-gone", "the store does not answer")

    monkeypatch.setattr(story.store, "fetch", away)
    assert story.asks("1001")["fsplug_arm_1001"].split("/")[0] == armed.split("/")[0]
    with pytest.raises(Unavailable):
        story.asks("1002")


def test_a_talk_the_store_could_not_be_asked_about_is_decided_when_it_is_back(story, monkeypatch):
    def away(*_):
        raise Unavailable("store-gone", "the store does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(story.store, "fetch", away)
        story.receives(
            (1.0, "B1001", "CHANNEL_ANSWER"),
            (1.0, "A", "CHANNEL_BRIDGE", {"Bridge-A-Unique-ID": "A", "Bridge-B-Unique-ID": "B1001"}),
            (4.0, "B1001", "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "NORMAL_CLEARING"}),
            (4.0, "A", "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "NORMAL_CLEARING"}),
        )
        with pytest.raises(Unavailable):
            story.reconciler.look()
    story.reconciler.look()
    assert story.verdicts() == [(True, "department-policy", "1001")]
    assert (story.gaps(), story.open_calls()) == (["store-away"], [])


@pytest.mark.parametrize(
    ("group", "more", "is_recorded"),
    [
        ("2001", {}, True),
        ("2002", {}, False),
        ("2001", {"Caller-Destination-Number": "+4522334499"}, False),
        ("2001", {"fsplug_user": ""}, False),
    ],
)
def test_policy_goes_with_a_call_that_a_group_leads_outside(story, group, more, is_recorded):
    """A colleague called the group, so it goes out by the caller's department. A group that is never recorded and an
    excluded number count wherever the call is led, and a customer who is led outside is no user.
    """
    story.asks("trunk", **{"fsplug_user": "1001", "fsplug_groups": group, **more})
    assert bool(story.variables["execute_on_answer"] or story.variables["fsplug_arm_trunk"]) is is_recorded
