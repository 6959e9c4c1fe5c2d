"""A folder of rendered files: what is written, kept, removed and left alone."""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from fsplug.errors import Refused, Unavailable
from fsplug.policy.entities import WhenAway
from fsplug.policy.recording.away import away_policy
from fsplug.store.change import edit_policy, planning
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.xml.files import MANIFEST, File, Files, Folder, Outcome
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways
from tests.xml import documents
from tests.xml.installed import demo, stored

ACME = ("dialplan/acme.example.xml", "directory/acme.example.xml")
BETA = ("dialplan/beta.example.xml", "directory/beta.example.xml")
SHARED = ("dialplan/fsplug.xml", "dialplan/public.xml", "directory/trunks.fsplug.invalid.xml")


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    with stored(tmp_path / "fsplug.db", demo()) as store:
        yield store


def files(store: Store) -> list[File]:
    return Files(store, Templates(), Ways()).every()


def identity(path: Path) -> tuple[int, int]:
    return path.stat().st_ino, path.stat().st_mtime_ns


def test_everything_is_written_once_and_then_kept(own_store: Store, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    everything = tuple(sorted((*ACME, *BETA, *SHARED)))
    first = folder.write(files(own_store))
    assert tuple(sorted(first.written)) == everything
    before = [identity(tmp_path / "out" / place) for place in everything]
    assert folder.write(files(own_store)) == Outcome(kept=everything)
    assert [identity(tmp_path / "out" / place) for place in everything] == before


def test_every_file_is_whole_and_passes_the_preprocessor(rendered: dict[str, str]) -> None:
    for place, text in rendered.items():
        list(documents.preprocessed(text))
        assert documents.file(text).tag == "include", place


def test_only_the_owner_and_the_group_may_read_what_is_as_good_as_passwords(own_store: Store, tmp_path: Path) -> None:
    Folder(tmp_path / "out").write(files(own_store))
    for place in (*ACME, *BETA):
        assert stat.S_IMODE((tmp_path / "out" / place).stat().st_mode) & 0o027 == 0


def test_a_dry_run_reports_changes_and_writes_nothing(own_store: Store, tmp_path: Path) -> None:
    outcome = Folder(tmp_path / "out").write(files(own_store), dry_run=True)
    assert set(outcome.written) == {*ACME, *BETA, *SHARED}
    assert not (tmp_path / "out").exists()


def test_a_change_rewrites_only_what_it_changes(own_store: Store, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    folder.write(files(own_store))
    document = demo()
    document["company"][0]["user"][0]["name"] = "Anne"
    planning.apply_plan(own_store, planning.plan(own_store, document), "test")
    assert folder.write(files(own_store)).written == ("directory/acme.example.xml",)


def test_a_removed_company_s_files_go_and_nobody_else_s(own_store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    Folder(out).write(files(own_store))
    (out / "dialplan" / "own.xml").write_text("<include/>")
    planning.apply_plan(own_store, planning.removal(own_store, "beta.example"), "test")
    assert Folder(out).write(files(own_store)).removed == BETA
    assert {path.name for path in (out / "dialplan").iterdir()} == {
        "own.xml",
        "acme.example.xml",
        "public.xml",
        "fsplug.xml",
    }


def test_one_company_s_files_leave_the_others(own_store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    Folder(out).write(files(own_store))
    acme = Files(own_store, Templates(), Ways()).of(companies.get(own_store, "acme.example"))
    assert Folder(out).write(acme, ()) == Outcome(kept=ACME)
    assert (out / BETA[0]).exists()


def test_a_file_of_somebody_else_s_is_not_replaced(own_store: Store, tmp_path: Path) -> None:
    taken = tmp_path / "out" / ACME[0]
    taken.parent.mkdir(parents=True)
    taken.write_text("mine")
    with pytest.raises(Refused, match=r"acme\.example\.xml was not written by fsplug"):
        Folder(tmp_path / "out").write(files(own_store))
    assert taken.read_text() == "mine"
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == ["acme.example.xml"]


def test_a_manifest_can_t_make_us_remove_other_files(own_store: Store, tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other.xml"
    out.mkdir()
    other.write_text("mine")
    (out / MANIFEST).write_text(
        json.dumps(["../other.xml", "dialplan/../../other.xml", str(other), 7, "dialplan/.x.xml"])
    )
    assert Folder(out).write(files(own_store)).removed == ()
    assert other.read_text() == "mine"


def test_an_unreadable_manifest_is_reported(own_store: Store, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(Unavailable, match=MANIFEST):
        Folder(tmp_path).write(files(own_store))


def test_a_template_that_fails_midway_leaves_the_old_file(own_store: Store, tmp_path: Path) -> None:
    def failing() -> Iterator[str]:
        yield "<include>"
        raise OSError(28, "No space left on device")

    folder = Folder(tmp_path / "out")
    folder.write([File(ACME[0], lambda: iter(["old"]))])
    with pytest.raises(Unavailable, match="No space left"):
        folder.write([File(ACME[0], failing)])
    assert (tmp_path / "out" / ACME[0]).read_text() == "old"
    assert [path.name for path in (tmp_path / "out" / "dialplan").iterdir()] == ["acme.example.xml"]


def when_away(store: Store, value: str) -> list[File]:
    """The files, once this is what Acme wants while fsplug is away."""
    edit_policy.set_when_away(store, "acme.example", WhenAway(value), "test")
    ways = Ways(spool=Path("/var/spool/fsplug"), away=Path("/etc/freeswitch/fsplug/away"))
    return Files(store, Templates(), ways).every()


def test_the_switch_arms_calls_by_itself_only_where_the_company_wants_it(own_store: Store, tmp_path: Path) -> None:
    out, policy = tmp_path / "out", "away/acme.example.json"
    assert policy in Folder(out).write(when_away(own_store, "record-then-judge")).written
    assert away_policy((out / policy).read_text(), "acme.example").spool == "/var/spool/fsplug"
    step = '<action application="execute_extension" data="away XML fsplug"/>'
    dialplan = (out / ACME[0]).read_text()
    asked = len(re.findall(r"fsplug_legs=[0-9a-z]", dialplan))
    assert dialplan.count(step) == asked and step not in (out / BETA[0]).read_text()
    assert "fsplug.modpython away /etc/freeswitch/fsplug/away/${fsplug_company}.json" in (out / SHARED[0]).read_text()
    assert Folder(out).write(when_away(own_store, "unrecorded")).removed == (policy,)
    assert step not in (out / ACME[0]).read_text()


def test_a_company_that_wants_calls_refused_is_closed_where_it_records(own_store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    Folder(out).write(when_away(own_store, "unrecorded"))
    assert "fsplug_on_failure=closed" not in (out / ACME[0]).read_text()
    Folder(out).write(when_away(own_store, "refused"))
    closed = [line for line in (out / ACME[0]).read_text().splitlines() if "fsplug_on_failure=closed" in line]
    legs = {found[1] for line in closed if (found := re.search(r"fsplug_legs=([0-9]*)", line))}
    assert "1001" in legs and "1004" not in legs
