"""Whatever company a document describes: exported and applied, it is the same company."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsplug.cli.kernel.toml_text import toml
from fsplug.store.change import planning
from fsplug.store.db.database import Store
from tests.store.change.documents import Company, apply_company, exported_company
from tests.store.whole import DOMAIN

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)
HOSTILE = st.sampled_from(["${system(touch x)}", "$${x}", '"', "\\", "'''", "#", "]]>", "<include>", "é🎧\u202e\u200d"])
USERNAMES = ["a", "b", "c"]


@st.composite
def documents(draw: st.DrawFn) -> Company:
    """Any company of three users, two groups and an IVR."""
    name = st.one_of(NAMES, HOSTILE)
    departments = draw(st.lists(name, unique=True, max_size=3))
    target = st.one_of(
        st.builds(lambda user: {"user": user}, st.sampled_from(USERNAMES)),
        st.just({"group": "2002"}),
        st.just({"number": "+4522334455"}),
    )
    languages = draw(st.lists(st.sampled_from(["da", "sv", "en", "nb-NO"]), unique=True, min_size=1))

    def user(username: str) -> dict[str, Any]:
        labels = draw(st.lists(name, unique=True, max_size=3))
        table = {
            "username": username,
            "extension": str(1000 + USERNAMES.index(username)),
            "name": draw(name),
            "email": f"{username}@example.net",
            "record": draw(st.booleans()),
            "role": draw(st.sampled_from(["none", "my-console", "superuser"])),
            "licences": draw(st.sampled_from([[], ["contact-pro"]])),
            "rights": draw(st.sampled_from([[], ["listen-in"]])),
            "device": [{"kind": kind} for kind in draw(st.sets(st.sampled_from(["desk", "app"])))],
            "profile": [
                {"name": one, "allow_listen": draw(st.booleans()), "active": not at} for at, one in enumerate(labels)
            ],
        }
        return table | ({"department": draw(st.sampled_from(departments))} if departments else {})

    terms = st.fixed_dictionaries(
        {},
        optional={
            "on_failure": st.sampled_from(["open", "closed"]),
            "channels": st.sampled_from(["stereo", "mono"]),
            "purpose": st.sampled_from(["quality", "evidence"]),
            "max_seconds": st.integers(1, 86_400),
            "agent_may": st.sampled_from(["nothing", "pause,stop", "keep"]),
            "announce": st.sampled_from(["nobody", "caller", "called", "both", "ask"]),
        },
    )
    leads = draw(st.sampled_from([{"user": "a"}, {"group": "2001"}, {"ivr": "3001"}]))
    numbered = {"number": "+4570501001", **leads}
    if draw(st.booleans()):
        numbered |= {"hours": ["mon-fri 08:00-16:00"], "closed": draw(target)}
    return {
        "domain": DOMAIN,
        "name": draw(name),
        "country": "DK",
        "languages": languages,
        "department": [{"name": one} for one in departments],
        "user": [user(one) for one in USERNAMES],
        "group": [
            {
                "number": "2001",
                **draw(terms),
                "name": draw(name),
                "members": draw(st.permutations(USERNAMES)),
                "overflow": draw(target),
            },
            {"number": "2002"},
        ],
        "ivr": [
            {
                "number": "3001",
                "default": draw(target),
                "choices": draw(st.dictionaries(st.sampled_from("0123456789*#"), target)),
                "prompts": draw(st.dictionaries(st.sampled_from(languages), st.just("a.wav"))),
            }
        ],
        "range": [{"first": "+4570500000", "last": "+4570509999"}],
        "number": [numbered],
        "trunk": [
            {
                "name": "t",
                "host": "192.0.2.1",
                "username": draw(st.sampled_from(["", "me"])),
                "prefixes": ["+45", "+46"],
            }
        ],
        "excluded": [{"number": "+4522334499", "note": draw(name)}],
        # A department may be called * itself; its boxes are then those of all that have none.
        "policy": [
            {"department": one, "incoming": draw(st.booleans()), **draw(terms)}
            for one in dict.fromkeys([*departments, "*"])
        ],
    }


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """Two stores that see one document after another."""
    folder = tmp_path_factory.mktemp("inverse")
    stores = Store(folder / "here.db"), Store(folder / "there.db")
    for store in stores:
        store.migrate()
    yield stores
    for store in stores:
        store.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(company=documents())
def test_export_and_apply_are_inverse_to_each_other(places: tuple[Store, Store], company: Company) -> None:
    here, there = places
    apply_company(here, company)
    assert not planning.plan(here, {"company": [company]})
    exported: dict[str, Any] = {}
    for show_secrets in (False, True):
        exported = tomllib.loads(toml({"company": [exported_company(here, show_secrets)]}))
        assert not planning.plan(here, exported)
    planning.apply_plan(there, planning.plan(there, exported), "operator")
    assert exported_company(there, show_secrets=True) == exported_company(here, show_secrets=True)
