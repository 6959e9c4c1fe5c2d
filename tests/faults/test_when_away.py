"""Without fsplug the switch arms calls by itself, never for an excluded number; fsplug judges what it made."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

from fsplug.lab.freeswitch import FIXTURE, RealSwitch
from fsplug.lab.ports import free_ports
from fsplug.policy.recording.away import CHECK
from fsplug.store.calls import witnessed
from fsplug.store.change import planning
from fsplug.store.config import away_check
from fsplug.store.recordings.recordings import State
from fsplug.xml.files import Files, Folder
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways
from tests.calls.aftermath import is_long, not_sealed
from tests.calls.foldereye import FolderEye
from tests.calls.lines import REAL, RealLine, why_not
from tests.calls.listeners import BO
from tests.calls.people import ANNA, CLARA, CUSTOMER
from tests.calls.plant import ACME, ROOT, Plant
from tests.calls.realparty import RealCaller, RealParty
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
        away_check.confirm(conf / "away", lambda: {ACME: 1}, time.time(), 0)
        planning.apply_plan(made.store, planning.plan(made.store, document), "test")
        try:
            yield made
        finally:
            made.serving.end()
            made.store.close()


@dataclass(frozen=True, slots=True)
class Absence:
    """What came of the calls that were placed while fsplug was away.

    By kind: how many were placed, and the files that the switch made meanwhile. `went_on` is the file of the call that
    was still up when fsplug was back. Nothing is decided twice: each talk is in one kind.
    """

    placed: dict[str, int]
    files: dict[str, list[str]]
    went_on: str
    since: float


@pytest.fixture(scope="module")
def absence(plant: Plant) -> Iterator[Absence]:
    """All kinds of calls at the same time, while fsplug is away; it has come back, and everything is settled."""
    with ExitStack() as stack, FolderEye(plant.spool) as eye:
        walk = Walk(plant, RealParty(plant, stack), eye)
        walk.another_partner()
        walk.asked_again()
        walk.unknown_policy()
        walk.excluded()
        walk.wanted()
        lasting = walk.lasting()
        recorded = [plant.spool / file for kind in ("wanted", "lasting") for file in walk.files[kind]]
        plant.until(lambda: all(map(is_long, recorded)), "a second of audio of each")
        for caller in walk.callers:
            caller.hang_up()
        plant.until(lambda: plant.line.legs() == 2, "all calls but one to end")
        plant.serving.start()
        [went_on] = (name.removesuffix(".wav") for name in walk.files["lasting"])
        plant.until(lambda: went_on in {one.id for one in plant.recordings()}, "the talk that goes on to be decided")
        lasting.hang_up()
        talks = sum(walk.placed.values())
        plant.until(lambda: witnessed.account(plant.store, ACME, walk.since).answered >= talks, "the records")
        plant.until_settled()
        plant.until(lambda: not plant.files(), "every file to be judged")
        yield Absence(walk.placed, walk.files, went_on, walk.since)


class Walk:
    """Places the calls; `callers` hang up before fsplug is back. Each kind's calls are up when its step is over."""

    def __init__(self, plant: Plant, people: RealParty, eye: FolderEye) -> None:
        self.since = time.time()
        self.callers: list[RealCaller] = []
        self.placed: dict[str, int] = {}
        self.files: dict[str, list[str]] = {}
        self._plant, self._people, self._eye = plant, people, eye
        people.is_ready(ANNA)
        people.is_ready(CUSTOMER)

    def another_partner(self) -> None:
        """Clara's phone is armed for Anna, and answers a customer who is never recorded."""
        people, plant = self._people, self._plant
        people.only_rings(CLARA)
        self.callers.append(people.dial_in("+4522334499", SALES))
        anna = people.phone(ANNA)
        talk = anna.until_up()
        ringing = people.ring(ANNA, CLARA)
        anna.connect(talk, ringing.dialogs[ANNA])
        plant.until(lambda: plant.line.legs() == 3, "Anna's phone to have left")
        ringing.answer(CLARA)
        clara = RealCaller(people.phone(CLARA), people.phone(CLARA).dialog)
        # The phone records from its answer on, and is connected a little later: until then there is no second talk.
        plant.until(lambda: clara.hears("trunk"), "the customer to talk to Clara")
        plant.until(lambda: plant.line.legs() == 2, "Anna's call to Clara to end")
        self._up("another partner", talks=2, files=1)

    def asked_again(self) -> None:
        """Anna's own leg records her talk to a customer, and is sent on to Bo: that talk must not be in the file."""
        people, plant = self._people, self._plant
        people.is_ready(BO)
        legs, before = plant.line.legs(), self._callers_legs()
        caller = people.dial(ANNA, CUSTOMER)
        plant.until(lambda: caller.hears(CUSTOMER), "the customer to talk to Anna")
        # The switch writes its list of channels a little later.
        plant.until(lambda: len(self._callers_legs() - before) == 1, "Anna's leg to be listed")
        [leg] = self._callers_legs() - before
        self._up("first talk", talks=1, files=1)
        [file] = self.files["first talk"]
        plant.until(lambda: is_long(plant.spool / file), "a second of audio")
        plant.line.api(f"uuid_transfer {leg} {BO} XML {ACME}")
        plant.until(lambda: caller.hears(BO), "Anna to talk to Bo")
        plant.until(lambda: file not in plant.line.api(f"uuid_buglist {leg}"), "the first talk's recording to end")
        plant.until(lambda: plant.line.legs() == legs + 2, "the customer's leg to end")
        self._up("second talk", talks=1, files=0)
        self.callers.append(caller)

    def _callers_legs(self) -> set[str]:
        rows = json.loads(self._plant.line.api("show channels as json")).get("rows", [])
        return {row["uuid"] for row in rows if row["direction"] == "inbound"}

    def unknown_policy(self) -> None:
        """The switch doesn't surely know who must not be recorded."""
        policy, check = self._plant.policies, self._plant.policies.with_name(CHECK)
        whole, sure = policy.read_text(), check.read_text()
        outdated = sure.replace(f'"{ACME}": 1', f'"{ACME}": 2')
        assert outdated != sure
        damaged = ("", whole[:-2], whole.replace("acme.example", "beta.example"), None)
        unsure = ("", outdated, None)
        for path, texts, right in ((policy, damaged, whole), (check, unsure, sure)):
            for text in texts:
                path.unlink(missing_ok=True)
                if text is not None:
                    path.write_text(text)
                legs = self._plant.line.legs()
                self.callers.append(self._people.dial_in(CUSTOMER, SALES))
                self._plant.until(lambda legs=legs: self._plant.line.legs() == legs + 2, "the call to be up")
            path.write_text(right)
        self._up("unknown policy", talks=len(damaged) + len(unsure), files=0)

    def excluded(self) -> None:
        """An excluded number in every header, and dialled."""
        legs = self._plant.line.legs()
        for headers in KNOWN:
            self._dial_in(CUSTOMER, headers)
        for number in SPELLED:
            self._dial_in(number, [])
            self.callers.append(self._people.dial(ANNA, number))
        talks = len(KNOWN) + 2 * len(SPELLED)
        self._plant.until(lambda: self._plant.line.legs() == legs + 2 * talks, "every excluded call to be up")
        self._up("excluded", talks, files=0)

    def wanted(self) -> None:
        """Numbers that policy wants recorded."""
        for headers in HARMLESS:
            self._dial_in(CUSTOMER, headers)
        self.callers.append(self._people.dial(ANNA, "22334455"))
        self._up("wanted", len(HARMLESS) + 1, len(HARMLESS) + 1)

    def lasting(self) -> RealCaller:
        """A call that goes on."""
        caller = self._people.dial_in(CUSTOMER, SALES)
        self._up("lasting", 1, 1)
        return caller

    def _dial_in(self, number: str, headers: list[str]) -> None:
        self.callers.append(self._people.dial_in(number, SALES, "".join(f"{line}\r\n" for line in headers)))

    def _up(self, kind: str, talks: int, files: int) -> None:
        """The calls of this kind are up, or come up with as many files."""
        seen: list[str] = []

        def recorded() -> bool:
            seen.extend(self._eye.seen())
            return len(seen) >= files

        self._plant.until(recorded, f"the switch to record: {kind}")
        self.placed[kind], self.files[kind] = talks, seen


def test_the_switch_makes_a_file_only_of_what_its_policy_wants(absence: Absence) -> None:
    made = {kind: len(files) for kind, files in absence.files.items()}
    assert made == {
        "another partner": 1,
        "first talk": 1,
        "second talk": 0,
        "unknown policy": 0,
        "excluded": 0,
        "wanted": 6,
        "lasting": 1,
    }


def test_every_talk_has_its_decision_and_what_policy_wanted_is_kept(plant: Plant, absence: Absence) -> None:
    account, placed = witnessed.account(plant.store, ACME, absence.since), absence.placed
    wanted = ("first talk", "wanted", "lasting")
    talks, kept = sum(placed.values()), sum(placed[kind] for kind in wanted)
    assert (account.answered, account.decisions) == (talks, talks)
    assert (account.wanted, account.sealed, account.unexplained) == (kept + placed["unknown policy"], kept, 0)
    names = {f"{one.id}.wav" for one in plant.recordings()}
    assert names == {file for kind in wanted for file in absence.files[kind]}
    assert not_sealed(plant.recordings()) == []


def test_what_policy_forbids_is_gone(plant: Plant, absence: Absence) -> None:
    refused = [one.rule for one in plant.decisions() if not one.record]
    excluded = absence.placed["excluded"] + absence.placed["another partner"]
    assert refused.count("excluded-number") == excluded
    assert len(refused) == excluded + absence.placed["second talk"]
    assert plant.files() == set()


def test_a_call_that_goes_on_when_fsplug_is_back_keeps_its_recording_from_the_first_word(
    plant: Plant, absence: Absence
) -> None:
    [kept] = [one for one in plant.recordings() if one.id == absence.went_on]
    assert (kept.state, kept.user) == (State.SEALED, ANNA)


def test_where_the_policy_is_not_surely_known_gaps_say_so(plant: Plant, absence: Absence) -> None:
    """This fsplug never served before: it has no word for its absence."""
    assert [one.cause for one in plant.gaps()] == ["unheard"] * absence.placed["unknown policy"]


def test_the_switch_says_whether_it_can_read_the_policy(plant: Plant) -> None:
    answer = plant.line.api(f"python fsplug.modpython away {plant.policies}")
    assert answer.startswith(f"+OK {ACME} version 1, "), answer
    answer = plant.line.api(f"python fsplug.modpython away {plant.policies.with_name('beta.example.json')}")
    assert answer.startswith("-ERR "), answer
