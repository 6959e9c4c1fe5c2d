"""The gate of the agent's hand: every combination of its facts, held against a table that is written down twice."""

from dataclasses import replace
from itertools import product

import pytest

from fsplug.policy.recording.control import Act, ControlRequest, ControlTerms, Reason, Stage, act_of, keys_of, refusal
from fsplug.policy.recording.phone_keys import Key
from fsplug.policy.terms import Start
from tests.tables import table

ACTS = tuple(one for one in Act if one is not Act.RESUME)
ALL = frozenset(ACTS)

# Of somebody who may do everything: what the gate answers, by act, by how recording begins, and by its stage.
# In the columns for KEEP and PAUSE the second reason holds once it is kept or paused. None: it may be done.
ANSWERS = {
    (Act.START, Start.AUTOMATIC): (Reason.STARTS_BY_ITSELF, Reason.STARTS_BY_ITSELF, Reason.STARTS_BY_ITSELF),
    (Act.START, Start.ON_DEMAND): (None, Reason.STARTED, Reason.STOPPED),
    (Act.START, Start.KEEP_ON_DEMAND): (Reason.STARTS_BY_ITSELF, Reason.STARTS_BY_ITSELF, Reason.STARTS_BY_ITSELF),
    (Act.KEEP, Start.AUTOMATIC): (Reason.KEPT_BY_ITSELF, Reason.KEPT_BY_ITSELF, Reason.KEPT_BY_ITSELF),
    (Act.KEEP, Start.ON_DEMAND): (Reason.KEPT_BY_ITSELF, Reason.KEPT_BY_ITSELF, Reason.KEPT_BY_ITSELF),
    (Act.KEEP, Start.KEEP_ON_DEMAND): (Reason.NOT_STARTED, (None, Reason.KEPT), Reason.STOPPED),
    (Act.PAUSE, Start.AUTOMATIC): (Reason.NOT_STARTED, (None, Reason.PAUSED), Reason.STOPPED),
    (Act.PAUSE, Start.ON_DEMAND): (Reason.NOT_STARTED, (None, Reason.PAUSED), Reason.STOPPED),
    (Act.PAUSE, Start.KEEP_ON_DEMAND): (Reason.NOT_STARTED, (None, Reason.PAUSED), Reason.STOPPED),
    (Act.STOP, Start.AUTOMATIC): (Reason.NOT_STARTED, None, Reason.STOPPED),
    (Act.STOP, Start.ON_DEMAND): (Reason.NOT_STARTED, None, Reason.STOPPED),
    (Act.STOP, Start.KEEP_ON_DEMAND): (Reason.NOT_STARTED, None, Reason.STOPPED),
}
STAGES = (Stage.NOT_STARTED, Stage.RUNNING, Stage.STOPPED)


def answer(asked: ControlRequest) -> Reason | None:
    """What the table says of somebody who may do everything."""
    if asked.act is Act.RESUME:
        return None if asked.is_paused else Reason.NOT_PAUSED
    said = ANSWERS[asked.act, asked.terms.start][STAGES.index(asked.stage)]
    if not isinstance(said, tuple):
        return said
    is_done = asked.is_kept if asked.act is Act.KEEP else asked.is_paused
    return said[is_done]


def test_every_combination_of_facts_gets_the_answer_of_the_table() -> None:
    asked = 0
    for act, start, stage, is_kept, is_paused in product(Act, Start, STAGES, (False, True), (False, True)):
        request = ControlRequest(act, True, True, True, ControlTerms(start, ALL), stage, is_kept, is_paused)
        assert refusal(request) is answer(request), request
        asked += 1
    assert asked == 5 * 3 * 3 * 2 * 2


def test_reasons_about_who_asks_come_first_in_their_order() -> None:
    for act, start, stage, is_kept, is_paused in product(Act, Start, STAGES, (False, True), (False, True)):
        for in_call, is_recorded_user, is_wanted, may in product((False, True), repeat=4):
            terms = ControlTerms(start, ALL if may else frozenset())
            request = ControlRequest(act, in_call, is_recorded_user, is_wanted, terms, stage, is_kept, is_paused)
            objections = (
                (Reason.NOT_IN_CALL, in_call),
                (Reason.NOT_YOURS, is_recorded_user),
                (Reason.NOT_WANTED, is_wanted),
                (Reason.NOT_ALLOWED, may),
            )
            expected = next((reason for reason, holds in objections if not holds), answer(request))
            assert refusal(request) is expected, request


def test_each_act_needs_the_one_right_that_is_named_after_it_and_going_on_needs_that_to_pause() -> None:
    needed = {**{act: act for act in ACTS}, Act.RESUME: Act.PAUSE}
    with table() as rows:
        for act, right in product(Act, ACTS):
            request = ControlRequest(act, terms=ControlTerms(rights=frozenset({right})))
            with rows.row(f"{act} with {right}"):
                assert (refusal(request) is Reason.NOT_ALLOWED) is (right is not needed[act])


@pytest.mark.parametrize("act", Act)
def test_where_policy_says_nothing_of_it_the_agent_may_do_nothing(act: Act) -> None:
    assert refusal(ControlRequest(act)) is Reason.NOT_ALLOWED


def test_each_key_asks_for_what_the_terms_make_of_it() -> None:
    asked = {
        (Start.AUTOMATIC, False): (Act.START, Act.PAUSE, Act.STOP),
        (Start.ON_DEMAND, False): (Act.START, Act.PAUSE, Act.STOP),
        (Start.KEEP_ON_DEMAND, True): (Act.KEEP, Act.RESUME, Act.STOP),
    }
    for (start, is_paused), acts in asked.items():
        request = ControlRequest(Act.PAUSE, terms=ControlTerms(start, ALL), is_paused=is_paused)
        assert tuple(act_of(key, request) for key in Key) == acts


def test_the_switch_listens_for_no_key_that_could_do_nothing() -> None:
    with table() as rows:
        for start, rights, keys in (
            (Start.AUTOMATIC, frozenset[Act](), ""),
            (Start.AUTOMATIC, frozenset({Act.PAUSE}), "pause"),
            (Start.AUTOMATIC, ALL, "pause stop"),
            (Start.ON_DEMAND, frozenset({Act.START}), "start"),
            (Start.ON_DEMAND, frozenset({Act.KEEP, Act.STOP}), "stop"),
            (Start.KEEP_ON_DEMAND, ALL, "start pause stop"),
        ):
            with rows.row(start, sorted(rights)):
                assert " ".join(keys_of(ControlTerms(start, rights))) == keys


def test_the_customer_gets_the_same_answer_whatever_is_recorded() -> None:
    customer = ControlRequest(Act.PAUSE, is_recorded_user=False)
    for stage, is_wanted in product(Stage, (False, True)):
        assert refusal(replace(customer, stage=stage, is_wanted=is_wanted)) is Reason.NOT_YOURS
