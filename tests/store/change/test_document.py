"""The whole company: every table of the document reads into rows, and every row is written back."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from fsplug.cli.kernel.toml_text import toml
from fsplug.errors import Invalid
from fsplug.policy.entities import DeviceKind, Licence, Right
from fsplug.policy.hours import opening
from fsplug.store.change import planning
from fsplug.store.config import companies, devices, grants, groups, ivrs, numbers, policies, profiles, trunks
from fsplug.store.config.destinations import Target, TargetKind
from fsplug.store.config.nouns import SECRET
from fsplug.store.db.database import Store
from tests.store.change.documents import apply_company, exported_company
from tests.store.whole import DOMAIN, whole


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
    assert apply_company(furnished, company) == {DOMAIN: 2}
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
    said = f"{plan} {exported_company(store)} {policies.history(store, DOMAIN)} {trunks.trunks(store, DOMAIN, 1)}"
    assert not [password for password in known if password and password in said]


def test_a_password_is_forgotten_when_its_device_ends(furnished: Store) -> None:
    company = whole()
    company["user"][0]["device"].pop(0)
    apply_company(furnished, company)
    rows = furnished.rows("SELECT name, password, a1_hash FROM device WHERE until IS NOT NULL")
    assert rows == [("desk", None, None)]


@pytest.mark.parametrize("show_secrets", [False, True])
def test_an_export_has_nothing_to_change(furnished: Store, show_secrets: bool) -> None:
    text = toml({"company": [exported_company(furnished, show_secrets)]})
    assert not planning.plan(furnished, tomllib.loads(text))


def test_an_export_with_secrets_makes_the_same_company_elsewhere(furnished: Store, empty_url: str) -> None:
    other = Store(empty_url)
    other.migrate()
    apply_company(other, exported_company(furnished, show_secrets=True))
    assert exported_company(other, show_secrets=True) == exported_company(furnished, show_secrets=True)
    other.close()


def test_an_export_without_secrets_lets_the_same_phones_in_elsewhere(furnished: Store, empty_url: str) -> None:
    other = Store(empty_url)
    other.migrate()
    apply_company(other, exported_company(furnished))
    found = [devices.by_sip_username(store, DOMAIN, "1001", 1) for store in (furnished, other)]
    assert found[0] and found[1] and found[0].a1_hash == found[1].a1_hash
    other.close()


def test_a_removed_company_is_gone_and_its_past_is_not(furnished: Store) -> None:
    planning.apply_plan(furnished, planning.removal(furnished, DOMAIN), "operator")
    assert not companies.exists(furnished, DOMAIN)
    for look in (companies.get, policies.snapshot, planning.export):
        with pytest.raises(Invalid, match=r"there is no company whole\.example"):
            look(furnished, DOMAIN)
    assert policies.snapshot(furnished, DOMAIN, 1).groups["2001"].mode == "always"
    assert apply_company(furnished, whole()) == {DOMAIN: 3}
    assert policies.snapshot(furnished, DOMAIN).version == 3


def test_a_removed_companys_number_may_be_anothers(furnished: Store) -> None:
    planning.apply_plan(furnished, planning.removal(furnished, DOMAIN), "operator")
    apply_company(
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
