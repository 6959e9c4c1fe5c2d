"""Tables come to be step by step, and a database of an earlier step keeps its rows."""

import configparser
import importlib
import json
import pkgutil
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

import fsplug
import fsplug.store
from fsplug.errors import Invalid
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.calls import gaps
from fsplug.store.change import planning
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from fsplug.store.migrations import runner
from fsplug.store.outbox import mails
from fsplug.store.outbox.queue import QueueState, Trouble
from fsplug.store.recordings import deletions, recordings
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter
from tests.store.migrations import seventh

BASE, GAPS, MODEL = "0001_base", "0002_gaps", "0003_model"
LATER = [name for name in runner.names() if name > MODEL]


def test_an_empty_database_takes_every_step_in_order(empty_url: str) -> None:
    store = Store(empty_url)
    assert store.pending() == [BASE, GAPS, MODEL, *LATER]
    assert store.migrate() == [BASE, GAPS, MODEL, *LATER]
    assert store.pending() == []
    store.close()


def test_a_second_run_has_nothing_to_do(store: Store) -> None:
    assert store.migrate() == []


def test_every_step_has_the_next_number() -> None:
    numbers = [int(name.split("_")[0]) for name in runner.names()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_database_of_the_first_step_keeps_its_rows_and_gets_gaps_for_what_was_lost(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(empty_url)
    with monkeypatch.context() as earlier:
        earlier.setattr(runner, "names", lambda: (BASE,))
        assert store.migrate() == [BASE]
    _write_rows_of_the_first_step(store)
    assert store.migrate() == [GAPS, MODEL, *LATER]
    assert policies.snapshot(store, "acme.example").excluded == {"+4570101155"}
    assert [(r.id, r.state) for r in recordings.listed(store, "acme.example")] == [("r2", "sealed"), ("r1", "lost")]
    assert [one.id for one in results.search(store, "acme.example", RecordingFilter()).recordings] == ["r2", "r1"]
    [gap] = gaps.listed(store, "acme.example")
    assert (gap.decision, gap.recording, gap.cause, gap.at) == ("d1", "r1", "disk-full", 3.0)
    store.close()


def _write_rows_of_the_first_step(store: Store) -> None:
    with store.atomic():
        store.run("INSERT INTO company (id, domain, version) VALUES ('c1', 'acme.example', 1)")
        store.run("INSERT INTO policy_version (company, version, at, author, what) VALUES ('c1', 1, 0.0, 'a', '{}')")
        store.run(
            "INSERT INTO company_detail (company, name, country, language, timezone, since) "
            "VALUES ('c1', 'Acme', 'DK', 'da', 'UTC', 1)"
        )
        store.run("INSERT INTO excluded_number (company, number, note, since) VALUES ('c1', '+4570101155', '', 1)")
        lost = ("r1", "c1", "call", "d1", 1.0, 3.0, "disk-full", None)
        sealed = ("r2", "c1", "call", "d2", 2.0, None, None, 4.0)
        store.run_many(
            "INSERT INTO recording (id, company, call, decision, decided_at, lost_at, lost_cause, sealed_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [lost, sealed],
        )


def test_a_database_of_the_second_step_is_the_same_company_afterwards(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(empty_url)
    with monkeypatch.context() as earlier:
        earlier.setattr(runner, "names", lambda: (BASE, GAPS))
        store.migrate()
    _write_rows_of_the_first_step(store)
    _write_people_of_the_second_step(store)
    assert store.migrate() == [MODEL, *LATER]
    [company] = planning.export(store, "acme.example")["company"]
    assert (company["language"], company["languages"]) == ("da", ["da"])
    assert company["user"] == [{"username": "1001", "extension": "1001", "name": "Anna", "email": "", "record": True}]
    assert (company["group"][0]["members"], company["number"]) == (
        ["1001"],
        [{"number": "+4570101001", "group": "2001"}],
    )
    assert not planning.plan(store, {"company": [company]})
    company["user"][0]["device"] = [{"kind": "desk"}]
    assert planning.apply_plan(store, planning.plan(store, {"company": [company]}), "a") == {"acme.example": 2}
    store.close()


def _write_people_of_the_second_step(store: Store) -> None:
    with store.atomic():
        store.run(
            """INSERT INTO "user" (company, username, extension, name, email, record, since)
            VALUES ('c1', '1001', '1001', 'Anna', '', true, 1)"""
        )
        store.run(
            """INSERT INTO ring_group (company, number, name, strategy, ring_seconds, since)
            VALUES ('c1', '2001', 'Sales', 'simultaneous', 20, 1)"""
        )
        store.run(
            "INSERT INTO group_member (company, grp, username, position, since) VALUES ('c1', '2001', '1001', 0, 1)"
        )
        store.run("INSERT INTO number (company, number, grp, since) VALUES ('c1', '+4570101001', '2001', 1)")
        terms = "on_failure, channels, purpose"
        store.run(
            f"INSERT INTO group_policy (company, grp, mode, {terms}, since) "
            "VALUES ('c1', '2001', 'always', 'open', 'stereo', 'quality', 1)"
        )


def test_a_database_of_the_seventh_step_is_filed_as_by_the_step_that_was_released(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, names = Store(empty_url), runner.names()
    with monkeypatch.context() as earlier:
        earlier.setattr(runner, "names", lambda: names[:7])
        store.migrate()
    seventh.furnish(store)
    with monkeypatch.context() as earlier:
        earlier.setattr(runner, "names", lambda: names[:8])
        assert store.migrate() == ["0008_keywords"]
    assert seventh.rows(store) == json.loads(seventh.FILED.read_text())
    store.close()


def test_what_waited_before_there_was_one_queue_waits_in_it(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, names = Store(empty_url), runner.names()
    with monkeypatch.context() as earlier:
        earlier.setattr(runner, "names", lambda: names[:11])
        store.migrate()
    seventh.furnish(store)
    mail = "id, company, kind, subject, receiver, language, state, at, next_at, tries, leased_until, code, reason"
    with store.atomic():
        store.run("UPDATE deletion SET tries = 3, trouble = 'archive-missing', begun_at = 3.0")
        store.run(
            f"""INSERT INTO mail ({mail}) VALUES ('m1', 'c1', 'reset', '1001', 'a@acme.example', 'da', 'queued', 1.0,
            2.0, 4, 3.0, 'smtp-away', 'nobody there')"""
        )
    assert store.migrate() == list(names[11:])
    deletion = deletions.get(store, "acme.example", "deleted")
    assert (deletion.tries, deletion.trouble, deletion.begun_at) == (3, "archive-missing", 3.0)
    assert deletions.QUEUE.state(store) == QueueState(1, 1, Trouble(3, 2.0, "archive-missing", None))
    assert mails.QUEUE.state(store) == QueueState(1, 1, Trouble(4, 2.0, "smtp-away", "nobody there"))
    lease = deletions.begin(store, deletion)
    assert lease is not None and lease.tries == 4
    assert [one.id for one in mails.due(store)] == ["m1"]
    store.close()


def test_a_call_that_was_led_to_another_company_is_that_companys_too_from_its_first_talk_there_on(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, names = Store(empty_url), runner.names()
    with monkeypatch.context() as earlier:
        earlier.setattr(runner, "names", lambda: names[:45])
        store.migrate()
    decision = "id, company, call, talk, at, version, record, rule, reason, direction, caller, answerer, inputs"
    with store.atomic():
        for company in ("acme", "beta"):
            store.run("INSERT INTO company (id, domain, version) VALUES (?, ?, 1)", company, f"{company}.example")
        store.run("INSERT INTO call (id) VALUES ('nobodys')")
        store.run(
            """INSERT INTO call (id, company, switch, version, caller, called, started_at, answered_at, ended_at, cause)
            VALUES ('a', 'acme', 'fs1', 4, '+4522334455', '+4570102001', 1.0, 2.0, 9.0, 'NORMAL_CLEARING')"""
        )
        for name, company, at in (("1", "acme", 2.0), ("2", "beta", 5.0), ("3", "beta", 7.0)):
            store.run(
                f"""INSERT INTO decision ({decision}) VALUES
                (?, ?, 'a', ?, ?, 3, TRUE, 'r', 'r', 'incoming', '+4522334455', ?, '{{}}')""",
                *(name, company, f"talk {name}", at, f"100{name}"),
            )
    assert store.migrate() == list(names[45:])
    told = "company, switch, version, called, started_at, answered_at, ended_at, cause, at"
    assert store.rows(f"SELECT {told} FROM call ORDER BY company") == [
        ("acme", "fs1", 4, "+4570102001", 1.0, 2.0, 9.0, "NORMAL_CLEARING", 1.0),
        ("beta", "fs1", 3, "1002", 5.0, 5.0, 9.0, "NORMAL_CLEARING", 5.0),
    ]
    store.close()


def test_a_step_that_fails_leaves_nothing_of_itself(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(empty_url)
    step = importlib.import_module(f"fsplug.store.migrations.{GAPS}")
    monkeypatch.setattr(step, "_STATEMENTS", (*step._STATEMENTS, "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(Exception, match="nowhere"):
        store.migrate()
    assert store.pending() == [GAPS, MODEL, *LATER]
    monkeypatch.undo()
    assert store.migrate() == [GAPS, MODEL, *LATER]
    store.close()


def test_a_database_of_a_newer_fsplug_is_refused_by_name(store: Store, url: str) -> None:
    with store.atomic():
        store.run("INSERT INTO migration (name, at) VALUES ('0009_later', 0.0)")
    for opening in (Store(url).connect, Store(url).migrate):
        with pytest.raises(Invalid, match=r"newer fsplug \(it has 0009_later\); upgrade fsplug") as refused:
            opening()
        assert refused.value.code == "store-newer"


def test_two_at_once_take_each_step_once(empty_url: str) -> None:
    stores = [Store(empty_url) for _ in range(2)]
    taken: list[str] = []
    threads = [Thread(target=lambda store=store: taken.extend(store.migrate())) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(taken) == [BASE, GAPS, MODEL, *LATER]
    for store in stores:
        store.close()


def test_the_contract_of_the_migrations_names_every_other_package() -> None:
    read = configparser.ConfigParser()
    read.read(Path(__file__).parents[3] / "setup.cfg")
    forbidden = read["importlinter:contract:migrations"]["forbidden_modules"].split()
    found = [*_modules_in(fsplug), *_modules_in(fsplug.store)]
    assert sorted(forbidden) == sorted({*found} - {"fsplug.errors", "fsplug.store", "fsplug.store.migrations"})


def _modules_in(package: ModuleType) -> list[str]:
    return [f"{package.__name__}.{one.name}" for one in pkgutil.iter_modules(package.__path__)]


def test_each_company_is_given_the_numbers_it_has_and_no_others(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(empty_url)
    with monkeypatch.context() as earlier:
        before = tuple(name for name in runner.names() if name < "0030")
        earlier.setattr(runner, "names", lambda: before)
        store.migrate()
    for company in ("a", "b"):
        store.run("INSERT INTO company (id, domain, version) VALUES (?, ?, 7)", company, f"{company}.example")
    routes = [("a", "+4570101001"), ("a", "+4570101003"), ("b", "+4681001001")]
    insert = "INSERT INTO number (company, number, grp, since, until) VALUES (?, ?, '2001', 1, ?)"
    store.run_many(insert, [*((*one, None) for one in routes), ("b", "+4670199999", 5)])
    # Both have the number; it leads to b's group.
    its = [("a", "+4570101002", "fixed"), ("a", "+4681001001", "fixed"), ("b", "+4681001002", "fixed")]
    its += [("a", "+4520101001", "mobile")]
    people = "INSERT INTO user_number (company, number, username, kind, position, since) VALUES (?, ?, 'x', ?, 0, 3)"
    store.run_many(people, its)
    store.migrate()
    rows = store.rows("SELECT company, first, last, since, until FROM number_range ORDER BY company, first")
    assert rows == [("a", "+4570101001", "+4570101003", 7, None), ("b", "+4681001001", "+4681001002", 7, None)]
    assert [bool(verified) for (verified,) in store.rows("SELECT verified FROM user_number")] == [True] * 4
    store.close()


def test_every_secret_of_one_time_codes_moves_with_whether_it_is_confirmed(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(empty_url)
    with monkeypatch.context() as earlier:
        before = tuple(name for name in runner.names() if name < "0035")
        earlier.setattr(runner, "names", lambda: before)
        store.migrate()
    store.run("INSERT INTO company (id, domain, version) VALUES ('a', 'a.example', 7)")
    insert = "INSERT INTO console_account (company, username, address, made_at, totp_secret, totp_confirmed)"
    for username, secret, confirmed in (("1", "one", "TRUE"), ("2", "two", "FALSE"), ("3", None, "FALSE")):
        store.run(f"{insert} VALUES ('a', ?, ?, 0, ?, {confirmed})", username, username, secret)
    store.migrate()
    rows = store.rows("SELECT username, secret, confirmed FROM authenticator ORDER BY username")
    assert [(*row[:2], bool(row[2])) for row in rows] == [("1", "one", True), ("2", "two", False)]
    store.close()
