"""Every command as everybody: who may run it does; nobody else changes or learns anything, here or elsewhere."""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from fsplug.cli.kernel.context import Verb
from fsplug.cli.kernel.toml_text import toml
from fsplug.lab.story.cast import ACME, BETA, EVERYTHING, MY_CONSOLE, NO_ROLE, SUPERUSER
from fsplug.store.accounts import sessions
from fsplug.store.calls import ledger
from fsplug.store.calls.conversation_entries import ConsentTaken
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import State
from tests.browser.site import NOW
from tests.cli.commandwalk import CHIEF, LINES, MINE, SUB, SUPER, Line, Who, missing, verbs
from tests.cli.conftest import Cli
from tests.stories import story_until
from tests.tables import table

NOWHERE = "nowhere.example"
WALKERS: Mapping[str, tuple[str, Who]] = {
    "no role": (NO_ROLE, frozenset()),
    "a right alone": ("9004", frozenset()),
    "my-console": (MY_CONSOLE, frozenset({MINE})),
    "superuser": (SUPERUSER, frozenset({SUPER})),
    "sub-admin": ("9007", frozenset({SUB})),
    "company-admin": ("9006", frozenset({CHIEF})),
    "superuser and sub-admin": ("9003", frozenset({SUPER, SUB})),
    "my-console and company-admin": ("1002", frozenset({MINE, CHIEF})),
    "superuser and company-admin": (EVERYTHING, frozenset({SUPER, CHIEF})),
}
# Those who reach furthest in their own company, and so have the most to try in another.
FAR = ("my-console", "sub-admin", "superuser and company-admin")
REFUSALS = {"not-allowed", "not-own", "other-company", "not-company-admin", "not-superuser", "no-files"}


@dataclass
class Walk:
    """A furnished data folder that is as it was before every step."""

    cli: Cli
    pristine: Path
    places: dict[str, dict[str, str]]
    # A recording and a call of their own, for those who hear no others.
    own: dict[str, dict[str, str]]
    _watch: sqlite3.Connection = field(init=False)
    _seen: int = field(init=False)

    def __post_init__(self) -> None:
        self._look()

    def run(self, line: Line, walker: str, place: Mapping[str, str]) -> Result:
        """The line as this walker."""
        username, _ = WALKERS[walker]
        stdin = line.stdin
        for name, value in place.items():
            stdin = stdin.replace(f"{{{name}}}", value)
        words = line.at({**place, "self": username})
        return self.cli.run("--as", f"{username}@{ACME}", "--json", *words, input=stdin)

    def changed(self) -> bool:
        """Whether the store was written to since the last look; then it is put back."""
        [now] = self._watch.execute("PRAGMA data_version").fetchone()
        if now == self._seen:
            return False
        self._watch.close()
        for end in ("-wal", "-shm"):
            Path(f"{self._store}{end}").unlink(missing_ok=True)
        shutil.copyfile(self.pristine, self._store)
        self._look()
        return True

    @property
    def _store(self) -> Path:
        return self.cli.data / "fsplug.db"

    def _look(self) -> None:
        self._watch = sqlite3.connect(self._store)
        [self._seen] = self._watch.execute("PRAGMA data_version").fetchone()


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The story's companies, with somebody of every kind, and something of every kind that nothing else needs."""
    folder = tmp_path_factory.mktemp("walk")
    cli = Cli(folder / "data")
    cli.ok("init")
    (folder / "story").mkdir()
    store = Store(story_until(NOW, folder / "story"))
    store.connect()
    for domain in (ACME, BETA):
        edit(store, domain, "operator", lambda draft, first="9" if domain == ACME else "8": _furnish(draft, first))
    edit(store, ACME, "operator", lambda draft: _raise(draft, "1002"))
    places = {domain: _place(store, domain, "9" if domain == ACME else "8") for domain in (ACME, BETA)}
    own = {name: _heard(store, ACME, username) for name, (username, parts) in WALKERS.items() if MINE in parts}
    store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    shutil.copyfile(folder / "story" / "fsplug.db", cli.data / "fsplug.db")
    nowhere = {name: _nothing(value) for name, value in places[BETA].items()}
    nowhere |= {"company": NOWHERE, "document": places[BETA]["document"].replace(BETA, NOWHERE)}
    yield Walk(cli, folder / "story" / "fsplug.db", {**places, NOWHERE: nowhere}, own)


def _furnish(draft: Draft, first: str) -> None:
    department = f"Walk {first}".replace(" ", "-")
    draft.put("department", {"name": department})
    own = {"department": department, "profile": [{"name": "available", "active": True}, {"name": "spare"}]}

    def add(number: str, **held: Any) -> None:
        username = f"{first}{number}"
        user = {"username": username, "extension": username, "name": f"Name of {username}", **own, **held}
        draft.put("user", {**user, "device": [{"kind": "desk", "sip_username": username}]})

    sub_admin = {"admin": "sub-admin", "admin_departments": [department]}
    add("003", role="superuser", email=f"{first}003@walk.example", **sub_admin)
    add("004", rights=["listen-in"])
    add("006", admin="company-admin")
    add("007", **sub_admin)
    add("009")
    add("011", role="my-console", email=f"{first}011@walk.example")
    draft.put("group", {"number": f"2{first}00", "name": "Walk", "members": [f"{first}004"]})
    to = {"user": f"{first}004"}
    draft.put("ivr", {"number": f"3{first}00", "name": "Walk", "default": to, "choices": {"1": to}})
    draft.put("range", {"first": f"+45301010{first}0", "last": f"+45301010{first}9"})
    draft.put("number", {"number": f"+45301010{first}1", "user": f"{first}004"})
    draft.put("excluded", {"number": f"+45301010{first}2"})


def _raise(draft: Draft, username: str) -> None:
    draft.put("user", {**draft.entry("user", username), "role": "my-console", "admin": "company-admin"}, username)


def _place(store: Store, domain: str, first: str) -> dict[str, str]:
    company = company_id(store, domain)
    sessions.begin(store, domain, f"{first}011", "192.0.2.1", "walker")

    def newest(columns: str, source: str, which: str = "company = ?") -> tuple[Any, ...]:
        found: tuple[Any, ...] = store.row(f"SELECT {columns} FROM {source} WHERE {which} LIMIT 1", company)
        return found

    [share], [mail] = newest("id", "share_link"), newest("id", "mail")
    [session] = newest("id", "console_session", "company = ? ORDER BY made_at DESC")
    return {
        "company": domain,
        "user": f"{first}009",
        "holder": f"{first}011",
        "department": f"Walk-{first}",
        "group": f"2{first}00",
        "ivr": f"3{first}00",
        "number": f"+45301010{first}1",
        "excluded": f"+45301010{first}2",
        "range": f"+45301010{first}0",
        "free": f"+45301010{first}5",
        "trunk": "trunk",
        **_heard(store, domain, MY_CONSOLE),
        "share": share,
        "mail": mail,
        "session": session,
        "document": toml(planning.export(store, domain)),
    }


def _heard(store: Store, domain: str, username: str) -> dict[str, str]:
    sealed = (one for one in recordings.listed(store, domain, 1000) if one.state is State.SEALED)
    found = next({"recording": one.id, "call": str(one.call)} for one in sealed if one.user == username)
    consent = f"{found['call']}-consent-0"
    told = ConsentTaken(consent, domain, found["call"], "leg", "+4522334455", None, "announcement", "announced", NOW)
    ledger.apply(store, [told])
    return {**found, "consent": consent}


def _nothing(value: str) -> str:
    """Something of the same shape that nobody has: of digits 7 for each 8, and of an id the first digit changed."""
    if len(value) > 20:
        return f"{'0' if value[0] != '0' else '1'}{value[1:]}"
    return value.replace("8", "7")


def _code(result: Result) -> str:
    # With 1 a check found something wrong, which is no error.
    return str(json.loads(result.stderr)["error"]["code"]) if result.exit_code > 1 else ""


def test_every_command_stands_in_the_walk_and_has_a_rule() -> None:
    assert missing(lambda words: bool(words)) == [], "say in tests/cli/commandwalk.py who may run these"
    named = dict(verbs())
    assert [name for name, command in named.items() if getattr(command, "rule", None) is None] == []
    assert all(isinstance(command, Verb) or name == "listen" for name, command in named.items())


@pytest.mark.parametrize("walker", WALKERS)
def test_who_may_run_a_command_does_and_nobody_else_changes_anything(walk: Walk, walker: str) -> None:
    with table() as rows:
        for line in LINES:
            with rows.row(walker, line.words):
                result = walk.run(line, walker, {**walk.places[ACME], **walk.own.get(walker, {})})
                is_changed, code = walk.changed(), _code(result)
                if line.may(WALKERS[walker][1]):
                    assert (result.exit_code, code) == (0, "") or result.exit_code in line.also, result.stderr
                    assert code not in REFUSALS, result.stderr
                elif WALKERS[walker][1] & line.unseen:
                    assert (result.exit_code, code[:8], is_changed) == (2, "unknown-", False), result.output
                else:
                    assert (result.exit_code, result.stdout, is_changed) == (3, "", False), result.output
                    assert code in REFUSALS, result.stderr


@pytest.mark.parametrize("walker", FAR)
def test_in_another_company_nothing_is_done_and_nothing_is_told(walk: Walk, walker: str) -> None:
    """Whether there is such a company, such a user, recording or number there: the words are the same."""
    with table() as rows:
        for line in LINES:
            with rows.row(walker, line.words):
                theirs, nobodys = (_told(walk, line, walker, walk.places[domain]) for domain in (BETA, NOWHERE))
                assert theirs == nobodys
                code, *_ = theirs
                assert code == 3 or (code == 2 and "{company}" not in line.words + line.stdin), theirs


@pytest.mark.parametrize("walker", FAR)
def test_what_is_anothers_is_not_there_in_ones_own_company(walk: Walk, walker: str) -> None:
    named = {name for name in walk.places[ACME] if name not in ("company", "document", "trunk")}
    with table() as rows:
        for line in LINES:
            if not any(f"{{{name}}}" in line.words + line.stdin for name in named):
                continue
            with rows.row(walker, line.words):
                mixed = ({**walk.places[domain], "company": ACME} for domain in (BETA, NOWHERE))
                theirs, nobodys = (_told(walk, line, walker, place) for place in mixed)
                assert theirs == nobodys


def _told(walk: Walk, line: Line, walker: str, place: Mapping[str, str]) -> tuple[object, ...]:
    """How the line ended, whether it changed anything, and all it said, with the names taken out."""
    result = walk.run(line, walker, place)
    said = result.output
    for name, value in sorted(place.items(), key=lambda one: -len(one[1])):
        said = said.replace(value, f"<{name}>")
    return result.exit_code, walk.changed(), said
