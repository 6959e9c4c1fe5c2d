"""Phones and trunks that name somebody else's call to FreeSWITCH (SIP Replaces): they get nothing of it."""

import numpy as np
import pytest

from fsplug.lab.exchange import password
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.softphone import Dialog, Softphone
from fsplug.store.schema.audit import FailedTries
from fsplug.store.schema.companies import Companies
from tests.calls.aftermath import until_heard as until_recorded
from tests.calls.lines import REAL, why_not
from tests.calls.listeners import ANNA, BO, CLARA, HERTZ, Listens, until_heard
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, BETA, Plant
from tests.calls.realparty import RealParty

# What nobody hears who is at the other end of a silent line.
LOUD = 1_000


@pytest.fixture(scope="session", params=[REAL])
def line(request: pytest.FixtureRequest) -> object:
    if reason := why_not(REAL):
        pytest.skip(reason)
    return request.getfixturevalue("real_line")


def replacing(dialog: Dialog) -> str:
    """The switch asks for the Call-ID alone."""
    return f"Replaces: {dialog.call_id};to-tag=1;from-tag=2\r\n"


def heard_nothing(dialog: Dialog) -> bool:
    heard = dialog.voice.heard()
    return not heard.size or int(np.abs(heard).max()) < LOUD


def refused(plant: Plant, company: str) -> set[str]:
    """The acts that the company's audit trail will tell of."""
    theirs = FailedTries.select(FailedTries.act).join(Companies, on=(Companies.id == FailedTries.company))
    return {act for (act,) in plant.store.query(theirs.where(Companies.domain == company))}


def a_phone(people: RealParty, user: str, company: str) -> Softphone:
    return Softphone(people.phone_side, company, user, password(company, user), hertz=HERTZ[BO])


@pytest.mark.parametrize("who", [(BO, ACME), (ANNA, BETA), None], ids=["a colleague", "another company", "a trunk"])
def test_who_names_a_talk_to_take_it_over_hears_nothing(
    who: tuple[str, str] | None, plant: Plant, people: RealParty
) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    until_recorded(plant)
    outsider = Softphone(people.trunk_side, ACME, "+4522334466", hertz=HERTZ[BO])
    with a_phone(people, *who) if who else outsider as taker:
        dialog = taker.call("9999" if who else "+4570101001", replacing(talk.dialogs[ANNA]))
        wait_for(lambda: dialog.state == "ended", "the phone to be hung up")
    assert heard_nothing(dialog)
    assert talk.dialogs[ANNA].state == "up"
    plant.until(lambda: "call-not-taken-over" in refused(plant, ACME), "the try to be counted")


def test_who_names_a_listener_s_call_to_take_it_over_hears_nothing(
    plant: Plant, people: RealParty, listens: Listens
) -> None:
    people.talk(CUSTOMER, ANNA)
    until_recorded(plant)
    listener = people.dial(BO, f"*28*{ANNA}")
    until_heard(listener, ANNA, CUSTOMER)
    with a_phone(people, ANNA, BETA) as taker:
        dialog = taker.call("9999", replacing(listener.dialog))
        wait_for(lambda: dialog.state == "ended", "the phone to be hung up")
    assert heard_nothing(dialog)


@pytest.mark.parametrize(("user", "other", "company"), [(BO, CLARA, ACME), (ANNA, BO, BETA)], ids=[ACME, BETA])
def test_a_phone_that_connects_somebody_with_another_s_call_ends_both(
    user: str, other: str, company: str, plant: Plant, people: RealParty
) -> None:
    talk = people.talk(CUSTOMER, ANNA)
    until_recorded(plant)
    with a_phone(people, user, company) as connecting, a_phone(people, other, company) as listening:
        own = connecting.until_up(connecting.call(other))
        theirs = listening.until_up()
        connecting.connect(own, talk.dialogs[ANNA])
        for dialog in (theirs, talk.dialogs[CUSTOMER]):
            wait_for(lambda one=dialog: one.state == "ended", "both sides to be hung up")
    plant.until(lambda: plant.line.legs() == 0, "the switch to be idle")
