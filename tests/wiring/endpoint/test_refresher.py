"""The files in the switch's folder follow the store, and the switch rereads them once for each change."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fsplug.errors import Unavailable
from fsplug.policy.entities import WhenAway
from fsplug.store.change import edit_policy, planning
from fsplug.store.config import away_check
from fsplug.store.db.database import Store
from fsplug.wiring.endpoint.refresher import Refresher
from fsplug.xml.files import Files
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.installed_files import InstalledFiles
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways


def add(store: Store, domain: str, name: str, country: str) -> None:
    document = {"company": [{"domain": domain, "name": name, "country": country}]}
    planning.apply_plan(store, planning.plan(store, document), "test")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "fsplug.db")
    store.migrate()
    add(store, "acme.example", "Acme", "DK")
    yield store
    store.close()


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    return tmp_path / "conf"


def refresher(store: Store, conf: Path, reloads: list[str], clock: Callable[[], float] = time.time) -> Refresher:
    files = InstalledFiles(conf, store, Files(store, Templates(), Ways()), ConfText(), "public", clock)
    return Refresher(
        files, lambda gateways, lists: reloads.append(" ".join(["reload", *gateways, *(["lists"] if lists else [])]))
    )


def look(one: Refresher) -> None:
    one.write()
    one.have_read()


def test_a_new_company_has_its_files_and_the_switch_reads_them_once(store: Store, conf: Path) -> None:
    reloads: list[str] = []
    one = refresher(store, conf, reloads)
    look(one)
    look(one)
    assert reloads == ["reload lists"]
    add(store, "beta.example", "Beta", "SE")
    look(one)
    assert reloads == ["reload lists", "reload"]
    assert sorted(path.name for path in (conf / "fsplug/directory").iterdir()) == [
        "acme.example.xml",
        "beta.example.xml",
        # The accounts of trunks that prove a password.
        "trunks.fsplug.invalid.xml",
    ]


def test_a_folder_that_is_away_is_no_fault_and_is_written_when_it_is_back(store: Store, conf: Path) -> None:
    reloads: list[str] = []
    one = refresher(store, conf, reloads)
    conf.rmdir()
    look(one)
    assert reloads == []
    conf.mkdir()
    look(one)
    assert reloads == ["reload lists"]


def test_a_switch_that_could_not_read_is_asked_again(store: Store, conf: Path) -> None:
    def away(gateways: object, lists: bool) -> None:
        raise Unavailable("link-down", "away")

    reloads: list[str] = []
    one = refresher(store, conf, reloads)
    one._reload = away
    with pytest.raises(Unavailable):
        look(one)
    one._reload = lambda gateways, lists: reloads.append("lists" if lists else "reload")
    look(one)
    assert reloads == ["lists"]


def test_the_switch_reads_time_zones_again_when_a_rule_changes_and_not_before(store: Store, conf: Path) -> None:
    """Clocks in Morocco follow Ramadan: the next two changes have other days once one of them is over."""
    reloads: list[str] = []
    rules = []
    today = datetime(2027, 1, 20, tzinfo=UTC)
    one = refresher(store, conf, reloads, lambda: today.timestamp())
    for days in (0, 1, 18, 1, 34):
        today += timedelta(days)
        look(one)
        lines = (conf / "fsplug/timezones/zones.xml").read_text().splitlines()
        rules += [line.split('"')[3] for line in lines if '"Africa/Casablanca"' in line]
    assert rules == ["STD-1DST0,J38/3,J73/2"] * 2 + ["STD0DST-1,J73/2,J23/3"] * 2 + ["STD-1DST0,J23/3,J64/2"]
    assert reloads == ["reload lists", "reload", "reload"]


def test_the_switch_is_told_again_and_again_that_its_policy_is_the_store_s_and_not_by_a_copy(
    store: Store, conf: Path
) -> None:
    edit_policy.set_when_away(store, "acme.example", WhenAway.RECORD_THEN_JUDGE, "test")
    now = 1_800_000_000.0
    one = refresher(store, conf, [], lambda: now)

    def told() -> tuple[float, dict[str, int]] | None:
        look(one)
        check = away_check.checked(conf / away_check.FOLDER)
        return (check.at, dict(check.versions)) if check else None

    assert told() == (now, {"acme.example": 2})
    before, now = now, now + away_check.AGAIN_SECONDS / 2
    assert told() == (before, {"acme.example": 2})
    now += away_check.AGAIN_SECONDS
    assert told() == (now, {"acme.example": 2})
    before, now = now, now + away_check.AGAIN_SECONDS
    store.is_away = True
    assert told() == (before, {"acme.example": 2})
    store.is_away = False
    assert told() == (now, {"acme.example": 2})
    edit_policy.set_when_away(store, "acme.example", WhenAway.UNRECORDED, "test")
    assert told() is None
