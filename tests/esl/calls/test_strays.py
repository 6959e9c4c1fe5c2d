"""What was prepared for a talk to come, and fsplug was started again before it came.

A is the customer's leg, B the one towards 1001, who asks 1003 by C and D; E is the leg of somebody else.
"""

from fsplug.esl.commands import recordings
from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.recording.control import Act, By
from fsplug.policy.terms import Terms
from tests.esl.calls.flowtables.foreseen import AB, CONSULTED, CONSULTS, DOCTOR, FETCHES, TALKS
from tests.esl.calls.test_foreseen import MAY_PAUSE
from tests.esl.flows import Flow, customer
from tests.esl.story import ACME
from tests.policysets import set_department_policy

FETCHED = f"""
    {TALKS}
    0.28  B  STOP     success-silence
    0.28  A  UNBRIDGE A-B
    0.30  B  HANGUP   NORMAL_CLEARING
    1.60  C  ANSWER
    1.68  A  VALET    C
    1.70  C  START
"""
LEGS = {**AB, "C": FETCHES, "E": customer(who=DOCTOR)}


def _early(story):
    [early] = story.spool.files - set(story.recordings())
    return early


def _killed_in_between(story):
    """1003 fetches the customer, and fsplug is killed before they are connected; the recording that had begun."""
    flow = Flow(story, LEGS)
    flow.begins(FETCHED)
    early = _early(story)
    story.switch.records, story.spool.written = {("C", f"/spool/{early}.wav")}, story.clock.now
    return flow, early


def _is_destroyed(story, early):
    told = [command for command in story.switch.commands if command[0] == "stop"]
    return ("stop", "C", early) in told and early not in story.spool.files


def test_what_had_begun_for_a_talk_that_never_came_is_stopped_and_destroyed(story):
    flow, early = _killed_in_between(story)
    flow.goes_unseen("1.72  A  HANGUP NORMAL_CLEARING")
    story.start_again()
    story.clock.run_until(story.clock.now + 11)
    assert _is_destroyed(story, early)
    assert early not in story.recordings()


def test_who_came_instead_and_is_never_recorded_is_in_no_file(story):
    flow, early = _killed_in_between(story)
    flow.goes_unseen("1.72  A  HANGUP NORMAL_CLEARING\n1.80  E  ANSWER\n1.82  C  BRIDGE  C-E")
    story.start_again()
    story.clock.run_until(story.clock.now + 1)
    story.reconciler.look()
    story.clock.run_until(story.clock.now + 0.1)
    assert flow.talks()[-1] == "C-E not-recorded 1003"
    assert _is_destroyed(story, early)


def test_what_begins_once_fsplug_is_back_is_known_by_its_name(story):
    flow, early = _killed_in_between(story)
    story.switch.records.clear()
    story.spool.files.discard(early)
    story.start_again()
    story.spool.files.add(early)
    started = {"Recording-Variable-fsplug_recording": early, "Record-File-Path": f"/spool/{early}.wav"}
    story.watch.see(story.event("C", "RECORD_START", marks_of_leg=False, **FETCHES, **started))
    flow.begins("1.90  E  ANSWER\n1.92  C  BRIDGE  C-E")
    story.clock.run_until(story.clock.now + 0.1)
    assert _is_destroyed(story, early)


def _armed(flow):
    return [told for told in flow.commanded() if told in ("arm D", "take back D")]


def _where_everybody_may_pause(story):
    boxes = DepartmentPolicy("Sales", outgoing=True, internal=True, incoming=True, terms=MAY_PAUSE)
    set_department_policy(story.store, ACME, boxes, by="test")
    return story


def test_in_a_pause_nothing_is_taken_over_that_nobody_has_masked(story):
    flow = Flow(_where_everybody_may_pause(story), LEGS)
    flow.begins(TALKS)
    story.control.do(Act.PAUSE, ACME, "A", "1001", By.COMMAND)
    flow.begins(FETCHED.replace(TALKS, ""))
    early = _early(story)
    story.switch.records, story.spool.written = {("C", f"/spool/{early}.wav")}, story.clock.now
    flow.goes_unseen("1.72  A  BRIDGE  A-C")
    story.switch.bridged = [("A", "C")]
    story.start_again()
    story.clock.run_until(story.clock.now + 1)
    story.reconciler.look()
    story.clock.run_until(story.clock.now + 1)
    assert _is_destroyed(story, early)
    assert [command[:2] for command in story.switch.commands][-1:] == [("start silent", "C")]


def test_after_a_restart_who_is_never_recorded_is_disarmed_once_they_say_who_they_are(story):
    flow = Flow(story, CONSULTS)
    flow.begins(CONSULTED)
    story.clock.run_until(story.clock.now + 0.1)
    story.switch.bridged = [("A", "B"), ("C", "D")]
    story.start_again()
    story.clock.run_until(story.clock.now + 0.1)
    assert _armed(flow) == ["arm D", "arm D"]
    flow.begins(f"1.20  A  NAMES  {DOCTOR}")
    story.clock.run_until(story.clock.now + 0.1)
    assert _armed(flow) == ["arm D", "arm D", "take back D"]


def test_what_a_leg_is_armed_with_for_a_consultation_that_is_over_is_taken_back(story):
    flow = Flow(story, CONSULTS)
    flow.begins(CONSULTED)
    story.clock.run_until(story.clock.now + 0.1)
    _, _, name, value = recordings.arm_for_partner("D", "A", "/spool/early-1.wav", "early-1", Terms()).split(" ", 3)
    flow.goes_unseen("1.00  C  UNBRIDGE C-D\n1.00  C  HANGUP NORMAL_CLEARING")
    story.switch.bridged = [("A", "B")]
    story.switch.live["D"] = story.event("D", "DUMP", marks_of_leg=False, **CONSULTS["D"], **{name: value})
    story.start_again()
    story.clock.run_until(story.clock.now + 0.1)
    assert _armed(flow) == ["arm D", "take back D"]
