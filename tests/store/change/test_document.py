"""The whole company: every table of the document reads into rows, and every row is written back."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsplug.cli.kernel.toml_text import toml
from fsplug.errors import Invalid, Refused
from fsplug.policy.access import scopes
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, DeviceKind, Licence, Right
from fsplug.policy.hours import opening
from fsplug.store.change import carrying, planning, waiting_rows
from fsplug.store.config import companies, devices, grants, groups, ivrs, numbers, policies, profiles, trunks
from fsplug.store.config.destinations import Target, TargetKind
from fsplug.store.config.nouns import SECRET
from fsplug.store.db.database import Store
from tests.store.whole import DOMAIN, whole
from tests.tables import table

Company = dict[str, Any]


@pytest.fixture
def furnished(store: Store) -> Store:
    """A store with the whole company at version 1."""
    _apply(store, whole())
    return store


def _apply(store: Store, company: Company, by: str | Actor = "operator") -> dict[str, int]:
    return planning.apply_plan(store, planning.plan(store, {"company": [company]}), by)


def _exported(store: Store, show_secrets: bool = False) -> Company:
    [company] = planning.export(store, DOMAIN, show_secrets)["company"]
    return company


def test_a_second_plan_has_nothing_to_change(furnished: Store) -> None:
    assert not planning.plan(furnished, {"company": [whole()]})


def test_everything_can_be_read_back(furnished: Store) -> None:
    assert companies.get(furnished, DOMAIN).languages == ("da", "sv", "en")
    assert grants.licences(furnished, DOMAIN, "anna", 1) == {Licence.CONTACT_PRO}
    assert grants.rights(furnished, DOMAIN, "anna", 1) == {Right.LISTEN_IN}
    assert grants.rights(furnished, DOMAIN, "bo", 1) == frozenset()
    assert grants.administered(furnished, DOMAIN, "anna", 1) == {"Sales", "Support"}
    assert profiles.active(furnished, DOMAIN, "anna", 1) == profiles.Profile("available", True, True)
    assert profiles.active(furnished, DOMAIN, "bo", 1) is None
    assert [one.name for one in profiles.profiles(furnished, DOMAIN, "anna", 1)] == ["available", "meeting"]
    group = groups.group_at(furnished, DOMAIN, "2002", 1)
    assert group is not None and group.overflow == Target(TargetKind.NUMBER, "+4522334455")
    [ivr] = ivrs.ivrs(furnished, DOMAIN, 1)
    assert ivr == ivrs.ivr_at(furnished, DOMAIN, "3001", 1)
    assert ivr.choices["1"] == Target(TargetKind.GROUP, "2001")
    assert ivr.default == Target(TargetKind.GROUP, "2002")
    assert ivr.prompts == {"da": "samtykke.wav", "en": "consent.wav"}
    hours = tuple(map(opening, ("mon-fri 08:00-16:00", "sat 10:00-24:00")))
    closed = Target(TargetKind.USER, "bo")
    route = numbers.route_at(furnished, DOMAIN, "+4570502001", 1)
    assert route == numbers.Route("+4570502001", ivr="3001", closed=closed, hours=hours)


def test_devices_sign_in_as_their_user_or_as_the_user_and_their_name(furnished: Store) -> None:
    app, desk, mobile = devices.devices(furnished, DOMAIN, "anna", 1)
    assert (app.sip_username, desk.sip_username, mobile.sip_username) == ("anna-app", "1001", None)
    assert (mobile.kind, mobile.number) == (DeviceKind.MOBILE, "+4520101001")
    assert devices.by_sip_username(furnished, DOMAIN, "1001", 1) == desk
    assert devices.by_sip_username(furnished, DOMAIN, "anna", 1) is None
    assert desk.password and desk.a1_hash == devices.a1_hash("1001", DOMAIN, desk.password)


def test_many_users_devices_are_read_at_once(furnished: Store) -> None:
    found = devices.of_users(furnished, DOMAIN, ["bo", "nobody", "anna"], 1)
    assert found == {name: devices.devices(furnished, DOMAIN, name, 1) for name in ("anna", "bo")}
    assert [device.name for device in found["anna"]] == ["app", "desk", "mobile"]


def test_every_number_s_target_and_owner_are_listed_in_order(furnished: Store) -> None:
    routes = list(numbers.routes(furnished, DOMAIN, 1))
    assert [route.number for route in routes] == ["+4570501001", "+4570502001"]
    assert routes == [numbers.route_at(furnished, DOMAIN, route.number, 1) for route in routes]
    assert [(route.number, DOMAIN) for route in routes] == [
        owned for owned in numbers.owners(furnished) if owned[1] == DOMAIN
    ]


def test_the_a1_hash_is_that_of_the_rfc() -> None:
    # RFC 2617 3.5: the example's user, realm and password.
    assert devices.a1_hash("Mufasa", "testrealm@host.com", "Circle Of Life") == "939e7578ed9e3c518a452acee763bce9"


def test_passwords_made_are_long_and_differ(furnished: Store) -> None:
    found = [one.password for one in devices.devices(furnished, DOMAIN, "anna", 1) if one.password]
    [trunk] = [one for one in trunks.trunks(furnished, DOMAIN, 1) if one.username]
    assert len({*found, trunk.password}) == 3
    assert all(len(password or "") >= 20 for password in (*found, trunk.password))


def test_a_password_stays_as_it_is_when_the_document_is_applied_again(furnished: Store) -> None:
    [before] = [one for one in devices.devices(furnished, DOMAIN, "anna", 1) if one.name == "desk"]
    company = whole()
    company["user"][0]["device"][0]["kind"] = "app"
    company["user"][0]["device"][0]["name"] = "desk"
    assert _apply(furnished, company) == {DOMAIN: 2}
    [after] = [one for one in devices.devices(furnished, DOMAIN, "anna", 2) if one.name == "desk"]
    assert (after.kind, after.password) == (DeviceKind.APP, before.password)


def test_a_password_in_a_file_is_read_from_beside_the_document(store: Store, tmp_path: Path) -> None:
    company = whole()
    (tmp_path / "secret").write_text("s3cret-enough\n")
    company["user"][0]["device"][0]["password_file"] = "secret"
    planning.apply_plan(store, planning.plan(store, {"company": [company]}, tmp_path), "operator")
    desk = devices.by_sip_username(store, DOMAIN, "1001", 1)
    assert desk is not None and desk.password == "s3cret-enough"


def test_no_secret_stands_in_a_plan_an_export_or_the_history(store: Store) -> None:
    plan = planning.plan(store, {"company": [whole()]})
    assert f"password {SECRET}" in str(plan)
    planning.apply_plan(store, plan, "operator")
    known = [one.password for one in devices.devices(store, DOMAIN, "anna", 1)]
    known += [one.password for one in trunks.trunks(store, DOMAIN, 1)]
    said = f"{plan} {_exported(store)} {policies.history(store, DOMAIN)} {trunks.trunks(store, DOMAIN, 1)}"
    assert not [password for password in known if password and password in said]


def test_a_password_is_forgotten_when_its_device_ends(furnished: Store) -> None:
    company = whole()
    company["user"][0]["device"].pop(0)
    _apply(furnished, company)
    rows = furnished.rows("SELECT name, password, a1_hash FROM device WHERE until IS NOT NULL")
    assert rows == [("desk", None, None)]


@pytest.mark.parametrize("show_secrets", [False, True])
def test_an_export_has_nothing_to_change(furnished: Store, show_secrets: bool) -> None:
    text = toml({"company": [_exported(furnished, show_secrets)]})
    assert not planning.plan(furnished, tomllib.loads(text))


def test_an_export_with_secrets_makes_the_same_company_elsewhere(furnished: Store, empty_url: str) -> None:
    other = Store(empty_url)
    other.migrate()
    _apply(other, _exported(furnished, show_secrets=True))
    assert _exported(other, show_secrets=True) == _exported(furnished, show_secrets=True)
    other.close()


def test_an_export_without_secrets_lets_the_same_phones_in_elsewhere(furnished: Store, empty_url: str) -> None:
    other = Store(empty_url)
    other.migrate()
    _apply(other, _exported(furnished))
    found = [devices.by_sip_username(store, DOMAIN, "1001", 1) for store in (furnished, other)]
    assert found[0] and found[1] and found[0].a1_hash == found[1].a1_hash
    other.close()


Change = Callable[[Company], object]
SUB_ADMIN = Actor("sub", AdminScope.SUB_ADMIN, company=DOMAIN, departments=frozenset({"Sales"}))
CHIEF = Actor("chief", AdminScope.COMPANY_ADMIN, company=DOMAIN)


ERRORS: tuple[tuple[Change, str], ...] = (
    (lambda c: c.update(language="nb"), "company whole.example: languages: nb is missing"),
    (lambda c: c.update(languages=["Danish"]), "languages: 'Danish' is not valid; use a code"),
    (lambda c: c["user"][0].update(role="boss"), "role: 'boss' is not known; use none or my-console or superuser"),
    (lambda c: c["user"][0].update(email=""), "user anna: email: a console role needs an address"),
    (
        lambda c: c["user"][1].update(role="my-console", email="ANNA@whole.example"),
        "user bo: email: user anna signs in to the console as anna@whole.example already",
    ),
    (lambda c: c["user"][0].update(admin="none"), "admin_departments: a sub-admin has some, nobody else does"),
    (lambda c: c["user"][0].update(admin_departments=[]), "a sub-admin has some"),
    (lambda c: c["user"][0].update(admin_departments=["Slaes"]), "admin_departments: there is no department Slaes"),
    (lambda c: c["user"][0].update(licences=["gold"]), "licences: 'gold' is not known; use contact-pro"),
    (lambda c: c["user"][0].update(rights=["listen-in"] * 2), "the right listen-in occurs twice"),
    (lambda c: c["user"][0]["device"].append({"kind": "fax"}), "device: kind: 'fax' is not known"),
    (lambda c: c["user"][0]["device"].append({"kind": "app"}), "the device app occurs twice"),
    (lambda c: c["user"][0]["device"].append("desk"), "device: 'desk' is not a table"),
    (
        lambda c: c["user"][0]["device"][2].update(number="+4520101002"),
        "device mobile: number: +4520101002 is not one of the user's; add it to mobile_numbers",
    ),
    (lambda c: c["user"][0]["device"][2].pop("number"), "device mobile: number is missing; write it with +"),
    (lambda c: c["user"][0]["device"][2].update(sip_username="x"), "a mobile does not sign in"),
    (lambda c: c["user"][0]["device"][0].update(number="1"), "only a mobile has one"),
    (lambda c: c["user"][0]["device"][0].update(sip_username="bo"), "device desk has bo already; give it another"),
    (lambda c: c["user"][0]["device"][1].update(sip_username="bo"), "sip_username: user bo already has this name"),
    (lambda c: c["user"][0]["device"][0].update(password="short"), "password: the given value is not valid"),
    (lambda c: c["user"][0]["device"][0].update(password_file="nowhere"), "password_file: nowhere can't be read"),
    (lambda c: c["user"][1]["device"][0].update(password="long enough"), "password: the given value is not valid"),
    (lambda c: c["user"][1]["device"][0].update(password="longenough"), "both there; keep one of them"),
    (lambda c: c["user"][0]["profile"][0].update(active=False), "0 profiles are active; set active = true in one"),
    (lambda c: c["user"][0]["profile"][1].update(active=True), "2 profiles are active"),
    (lambda c: c["user"][0]["profile"][1].update(name="a\u2028b"), "holds a control character"),
    (lambda c: c["group"][0].update(overflow={"group": "2009"}), "group 2001: overflow: there is no group 2009"),
    (lambda c: c["group"][0].update(overflow={"grp": "1"}), "overflow: grp is not known; did you mean group?"),
    (lambda c: c["group"][0].update(overflow={}), "overflow: leads nowhere or to two places"),
    (lambda c: c["group"][0].update(overflow="2002"), "overflow: '2002' must be a table"),
    (
        lambda c: c["group"][1].update(overflow={"group": "2001"}),
        "overflow: it goes round in a circle, 2001 to 2002 to 2001",
    ),
    (lambda c: c["group"][0].update(overflow={"group": "2001"}), "it goes round in a circle, 2001 to 2001"),
    (lambda c: c["ivr"][0].update(number="2001"), "ivr 2001: group 2001 has 2001 already"),
    (lambda c: c["ivr"][0].pop("default"), "default is missing"),
    (lambda c: c["ivr"][0].update(tries=11), "tries: 11 must lie from 1 to 10"),
    (lambda c: c["ivr"][0]["choices"].update({"10": {"user": "bo"}}), "'10' is not a key of a telephone"),
    (lambda c: c["ivr"][0]["choices"].update({"3": {"user": "nobody"}}), "choice 3: there is no user nobody"),
    (lambda c: c["ivr"][0]["choices"].update({"3": "2001"}), "choices: '2001' must be a table"),
    (lambda c: c["ivr"][0]["choices"].update({"3": {"number": "112"}}), "'112' is not a phone number in DK"),
    (lambda c: c["ivr"][0]["prompts"].update(nb="a.wav"), "ivr 3001: prompts: the company does not speak nb"),
    (lambda c: c["ivr"][0]["prompts"].update(sv="../../etc/passwd"), "prompts: '../../etc/passwd' is not valid"),
    (lambda c: c["number"][0].update(user="bo"), "leads nowhere or to two places"),
    (lambda c: c["number"][0].update(ivr="3009"), "ivr: there is no IVR 3009"),
    (lambda c: c["number"][0].pop("closed"), "hours and closed go together"),
    (lambda c: c["number"][0].pop("hours"), "hours and closed go together"),
    (lambda c: c["number"][0].update(hours=["always"]), "hours: 'always' is not valid; write them like mon-fri"),
    (lambda c: c["trunk"][0].pop("host"), "trunk out: register: to sign in it needs a host and a username"),
    (lambda c: c["trunk"][0].update(prefixes=["45"]), "prefixes: '45' is not valid; write + and the first digits"),
    (lambda c: c["trunk"][0].update(port=70_000), "port: 70000 must lie from 1 to 65535"),
    (lambda c: c["trunk"][0].update(host="a b"), "host: 'a b' is not valid"),
    (lambda c: c["trunk"][1].update(password="longenough"), "there is nobody to sign in as; add a username"),
)


def test_an_error_names_its_place_and_its_remedy(store: Store) -> None:
    with table() as rows:
        for change, error in ERRORS:
            company = whole()
            change(company)
            with rows.row(error):
                with pytest.raises(Invalid) as refused:
                    planning.plan(store, {"company": [company]})
                assert refused.value.code == "invalid-document"
                assert error in refused.value.text
                assert not companies.exists(store, DOMAIN)


def test_an_error_never_repeats_a_password(store: Store, tmp_path: Path) -> None:
    company = whole()
    company["user"][0]["device"][0]["password"] = "hush \n"
    (tmp_path / "secret").write_text("hush")
    company["trunk"][0]["password_file"] = "secret"
    with pytest.raises(Invalid) as refused:
        planning.plan(store, {"company": [company]}, tmp_path)
    assert len(refused.value.facts["errors"]) == 2
    assert "hush" not in refused.value.text


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["user"][0].update(rights=[]),
        lambda c: c["user"][1].update(licences=["contact-pro"]),
        lambda c: c["user"][1].update(role="my-console", email="bo@whole.example"),
        lambda c: c["user"][1].update(admin="company-admin"),
        lambda c: c["user"][0].update(admin_departments=["Sales"]),
        lambda c: c["user"].append({"username": "eva", "extension": "1009", "admin": "company-admin"}),
    ],
)
def test_what_is_granted_is_changed_by_operators_and_company_admins_only(furnished: Store, change: Change) -> None:
    company = whole()
    change(company)
    with pytest.raises(Refused, match="sub is not allowed to change"):
        _apply(furnished, company, SUB_ADMIN)
    assert policies.current_version(furnished, DOMAIN) == 1
    _apply(furnished, company, CHIEF)
    _confirmed(furnished)
    assert not planning.plan(furnished, {"company": [company]})
    assert policies.history(furnished, DOMAIN)[0].by == f"chief@{DOMAIN}"


def _confirmed(store: Store) -> None:
    """The operator is the second person to everything that waits."""
    for one in waiting_rows.listed(store, DOMAIN, scopes.operator("root")):
        if one.is_waiting:
            carrying.confirm(store, DOMAIN, one.id, scopes.operator("root"))


def test_a_sub_admin_may_change_what_is_not_granted(furnished: Store) -> None:
    company = whole()
    company["user"][0]["name"] = "Anna Holm"
    company["user"].append({"username": "eva", "extension": "1009", "department": "Sales"})
    assert _apply(furnished, company, SUB_ADMIN) == {DOMAIN: 2}


def test_a_removed_company_is_gone_and_its_past_is_not(furnished: Store) -> None:
    planning.apply_plan(furnished, planning.removal(furnished, DOMAIN), "operator")
    assert not companies.exists(furnished, DOMAIN)
    for look in (companies.get, policies.snapshot, planning.export):
        with pytest.raises(Invalid, match=r"there is no company whole\.example"):
            look(furnished, DOMAIN)
    assert policies.snapshot(furnished, DOMAIN, 1).groups["2001"].mode == "always"
    assert _apply(furnished, whole()) == {DOMAIN: 3}
    assert policies.snapshot(furnished, DOMAIN).version == 3


def test_a_removed_companys_number_may_be_anothers(furnished: Store) -> None:
    planning.apply_plan(furnished, planning.removal(furnished, DOMAIN), "operator")
    _apply(
        furnished,
        {
            "domain": "new.example",
            "name": "New",
            "country": "DK",
            "user": [{"username": "x", "extension": "1"}],
            "range": [{"first": "70502001"}],
            "number": [{"number": "70502001", "user": "x"}],
        },
    )
    assert numbers.owner(furnished, "+4570502001") == "new.example"


def test_the_longest_prefix_leads_out_first(furnished: Store) -> None:
    found = trunks.trunks(furnished, DOMAIN, 1)
    assert [one.name for one in trunks.towards(found, "+4570101155")] == ["out", "world"]
    assert [one.name for one in trunks.towards(found, "+4681001001")] == ["world"]


def test_no_call_goes_on_from_a_trunk_that_encrypts_to_one_that_does_not(furnished: Store) -> None:
    by_name = {one.name: one for one in trunks.trunks(furnished, DOMAIN, 1)}
    encrypting = [replace(by_name["out"], srtp=True), by_name["world"]]
    assert [one.name for one in trunks.towards(encrypting, "+4570101155")] == ["out"]
    assert [one.name for one in trunks.towards(encrypting, "+4681001001")] == ["world"]
    last = [by_name["out"], replace(by_name["world"], srtp=True)]
    assert [one.name for one in trunks.towards(last, "+4570101155")] == ["out", "world"]


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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=documents())
def test_export_and_apply_are_inverse_to_each_other(places: tuple[Store, Store], company: Company) -> None:
    here, there = places
    _apply(here, company)
    assert not planning.plan(here, {"company": [company]})
    exported: dict[str, Any] = {}
    for show_secrets in (False, True):
        exported = tomllib.loads(toml({"company": [_exported(here, show_secrets)]}))
        assert not planning.plan(here, exported)
    planning.apply_plan(there, planning.plan(there, exported), "operator")
    assert _exported(there, show_secrets=True) == _exported(here, show_secrets=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda user: user["device"][0].update(password="a-password-of-mine"),
        lambda user: user["device"].append({"kind": "desk", "name": "mine", "sip_username": "mine"}),
        lambda user: user["mobile_numbers"].append("20999999"),
        lambda user: user.update(email="mine@whole.example"),
    ],
)
def test_a_sub_admin_takes_over_nobody_who_holds_a_right_or_a_role(
    furnished: Store, change: Callable[[dict[str, Any]], object]
) -> None:
    company = whole()
    change(company["user"][0])
    with pytest.raises(Refused, match=r"the phones of anna, who holds a right|the e-mail address of anna"):
        _apply(furnished, company, SUB_ADMIN)
    assert _apply(furnished, company, CHIEF) == {DOMAIN: 1}, "a second person is asked"
    _confirmed(furnished)
    assert policies.current_version(furnished, DOMAIN) == 2
