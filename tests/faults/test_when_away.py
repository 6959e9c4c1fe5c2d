"""Without fsplug the switch arms calls by itself, never for an excluded number; fsplug judges what it made."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

from fsplug.lab.freeswitch import FIXTURE, RealSwitch
from fsplug.lab.ports import free_ports
from fsplug.store.calls import witnessed
from fsplug.store.change import planning
from fsplug.store.recordings.recordings import State
from fsplug.xml.files import Files, Folder
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways
from tests.calls.foldereye import FolderEye
from tests.calls.lines import REAL, RealLine, why_not
from tests.calls.parties import RealParty
from tests.calls.people import ANNA, CLARA, CUSTOMER
from tests.calls.plant import ACME, ROOT, Plant
from tests.headersets import HARMLESS, KNOWN
from tests.xml.installed import demo, stored, tell_zones

SPELLED = ["+4522334499", "22334499", "004522334499", "4522334499"]
SALES = "+4570101001"


def judged(document: dict[str, Any]) -> None:
    """The switch arms Acme's calls by itself while fsplug is away."""
    next(one for one in document["company"] if one["domain"] == ACME)["when_away"] = "record-then-judge"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A switch on rendered files that has mod_python3, and an fsplug that does not serve yet."""
    if reason := why_not(REAL):
        pytest.skip(reason)
    data, conf = tmp_path_factory.mktemp("plant"), tmp_path_factory.mktemp("conf") / "conf"
    (data / "spool").mkdir()
    shutil.copytree(FIXTURE, conf, ignore=shutil.ignore_patterns("acme*", "beta*", "public*", "fsplug*"))
    tell_zones(conf / "freeswitch.xml")
    modules = (conf / "freeswitch.xml").read_text()
    dptools = '<load module="mod_dptools"/>'
    (conf / "freeswitch.xml").write_text(modules.replace(dptools, dptools + '<load module="mod_python3"/>'))
    ports, document = free_ports(), demo()
    judged(document)
    ways = Ways(listen_port=ports.fsplug_port, ring_seconds=30, spool=data / "spool", away=conf / "away")
    with stored(data / "fsplug.db", document) as store:
        Folder(conf).write(Files(store, Templates(), ways).every())
    libraries = Path(phonenumbers.__file__).parents[1]
    with RealSwitch(ports, conf, environment={"PYTHONPATH": f"{ROOT}:{libraries}"}) as switch:
        if switch.api("module_exists mod_python3") != "true":
            pytest.skip("skipped: this FreeSWITCH has no mod_python3")
        made = Plant(RealLine(switch), data)
        made.policies = conf / "away" / f"{ACME}.json"
        planning.apply_plan(made.store, planning.plan(made.store, document), "test")
        try:
            yield made
        finally:
            made.serving.end()
            made.store.close()


@pytest.fixture
def people(plant: Plant) -> Iterator[RealParty]:
    with ExitStack() as stack:
        party = RealParty(plant, stack)
        party.is_ready(ANNA)
        party.is_ready(CUSTOMER)
        yield party
    plant.line.api("hupall")


def test_the_switch_can_read_the_policy(plant: Plant) -> None:
    answer = plant.line.api(f"python fsplug.modpython away {plant.policies}")
    assert answer.startswith(f"+OK {ACME} version 1, "), answer


def test_what_policy_wants_is_recorded_and_kept_and_an_excluded_number_makes_no_file(
    plant: Plant, people: RealParty
) -> None:
    since = time.time()
    with FolderEye(plant.spool) as eye:
        for headers in KNOWN:
            people.dial_in(CUSTOMER, SALES, "".join(f"{line}\r\n" for line in headers))
        for number in SPELLED:
            people.dial_in(number, SALES)
            people.dial(ANNA, number)
        calls = len(KNOWN) + 2 * len(SPELLED)
        plant.until(lambda: plant.line.legs() == 2 * calls, "every excluded call to be up")
        assert eye.seen() == []
        for headers in HARMLESS:
            people.dial_in(CUSTOMER, SALES, "".join(f"{line}\r\n" for line in headers))
        people.dial(ANNA, "22334455")
        wanted = len(HARMLESS) + 1
        plant.until(lambda: plant.line.legs() == 2 * (calls + wanted), "every call to be up")
        plant.until(lambda: len(plant.files()) == wanted, "what policy wants to be recorded")
        plant.line.api("hupall")
        plant.until(lambda: plant.line.legs() == 0, "every call to end")
        assert len(eye.seen()) == wanted
    plant.serving.start()
    plant.until(lambda: witnessed.account(plant.store, ACME, since).answered >= calls + wanted, "the records")
    plant.until_settled()
    account = witnessed.account(plant.store, ACME, since)
    assert (account.answered, account.decisions, account.wanted, account.sealed) == (
        calls + wanted,
        calls + wanted,
        wanted,
        wanted,
    )
    assert account.unexplained == 0
    assert {one.rule for one in plant.decisions() if not one.record} == {"excluded-number"}
    assert (plant.gaps(), plant.files()) == ([], set())
    assert {one.state for one in plant.recordings()} == {State.SEALED}


def test_a_call_that_goes_on_when_fsplug_is_back_keeps_its_recording_from_the_first_word(
    plant: Plant, people: RealParty
) -> None:
    known = {one.id for one in plant.recordings()}
    plant.serving.stop()
    people.dial_in(CUSTOMER, SALES)
    plant.until(lambda: len(plant.files()) == 1, "the switch to record")
    [file] = plant.files()
    plant.serving.start()
    plant.until(lambda: any(one.id not in known for one in plant.recordings()), "the talk to be decided")
    plant.line.api("hupall")
    plant.until_settled()
    [kept] = [one for one in plant.recordings() if one.id not in known]
    assert (f"{kept.id}.wav", kept.state, kept.user) == (file, State.SEALED, ANNA)
    assert (plant.gaps(), plant.files()) == ([], set())


def test_what_policy_forbids_goes_when_fsplug_is_back(plant: Plant, people: RealParty) -> None:
    """Clara's phone is armed for Anna, and answers a customer who is never recorded."""
    known, gaps = {one.id for one in plant.recordings()}, len(plant.gaps())
    people.only_rings(CLARA)
    plant.serving.stop()
    before = {one.id for one in plant.decisions()}
    people.dial_in("+4522334499", SALES)
    anna = people.phone(ANNA)
    talk = anna.until_up()
    ringing = people.ring(ANNA, CLARA)
    anna.connect(talk, ringing.dialogs[ANNA])
    plant.until(lambda: plant.line.legs() == 3, "Anna's phone to have left")
    ringing.answer(CLARA)
    plant.until(lambda: len(plant.files()) == 1, "the switch to record")
    plant.line.api("hupall")
    plant.until(lambda: plant.line.legs() == 0, "every call to end")
    plant.serving.start()
    plant.until(lambda: len([one for one in plant.decisions() if one.id not in before]) == 2, "the two talks")
    plant.until(lambda: not plant.files(), "the file to be destroyed")
    assert {one.id for one in plant.recordings()} == known
    assert len(plant.gaps()) == gaps


def test_without_the_policy_nothing_is_recorded(plant: Plant, people: RealParty) -> None:
    whole, before = plant.policies.read_text(), {one.id for one in plant.decisions()}
    plant.serving.stop()
    with FolderEye(plant.spool) as eye:
        for text in ("", whole[:-2], whole.replace("acme.example", "beta.example"), None):
            plant.policies.unlink(missing_ok=True)
            if text is not None:
                plant.policies.write_text(text)
            caller = people.dial_in(CUSTOMER, SALES)
            plant.until(lambda: plant.line.legs() == 2, "the call to be up")
            caller.hang_up()
            plant.until(lambda: plant.line.legs() == 0, "the call to end")
        assert eye.seen() == []
    plant.policies.write_text(whole)
    plant.serving.start()
    plant.until(lambda: len([one for one in plant.decisions() if one.id not in before]) == 4, "the talks")
    assert [one.cause for one in plant.gaps()][-4:] == ["stopped"] * 4
