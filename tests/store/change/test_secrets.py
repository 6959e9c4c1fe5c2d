"""Who may read, and who may write, what signs a phone in."""

import os
from pathlib import Path

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.change import planning
from fsplug.store.change.document.reader import Reader
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import devices, trunks
from fsplug.store.db.database import Store
from tests.store.whole import DOMAIN, whole
from tests.tables import table

_BY = "operator"


def _admin(scope: AdminScope, role: Role = Role.NONE, name: str = "boss") -> Actor:
    return Actor(name, scope, role, DOMAIN, frozenset({"Sales"}))


NOT_OPERATORS = [_admin(scope, role) for scope in AdminScope for role in Role]


def _secrets(store: Store) -> set[str]:
    phones = [one for user in ("anna", "bo") for one in devices.devices(store, DOMAIN, user, 1)]
    known = {one for phone in phones for one in (phone.password, phone.a1_hash)}
    return {one for one in (*known, *(trunk.password for trunk in trunks.trunks(store, DOMAIN, 1))) if one}


@pytest.fixture
def registered(store: Store) -> Store:
    """The whole company, with a trunk that signs in."""
    company = whole()
    company["trunk"][0] |= {"host": "sip.example", "username": "me", "password": "trunk-password"}
    company["department"].append({"name": "Legal"})
    company["policy"].append({"department": "Legal", "outgoing": True})
    planning.apply_plan(store, planning.plan(store, {"company": [company]}), _BY)
    return store


def test_an_export_by_anybody_but_an_operator_has_no_secret(registered: Store) -> None:
    known = _secrets(registered)
    assert len(known) > 3
    with table() as rows:
        for actor in NOT_OPERATORS:
            with rows.row(actor.scope, actor.role):
                said = str(planning.export(registered, DOMAIN, by=actor))
                assert [one for one in known if one in said] == []
                with pytest.raises(Refused):
                    planning.export(registered, DOMAIN, show_secrets=True, by=actor)
    whole_copy = str(planning.export(registered, DOMAIN, show_secrets=True, by=operator(_BY)))
    assert "trunk-password" in whole_copy


def test_a_trunk_s_password_is_read_by_an_operator_and_the_trail_says_so(registered: Store) -> None:
    trunk = whole()["trunk"][0]["name"]
    for actor in NOT_OPERATORS:
        with pytest.raises(Refused):
            Draft(registered, DOMAIN).entry_with_secrets("trunk", trunk, actor)
    asked = "SELECT count(*) FROM audit_entry WHERE act = 'secrets-shown'"
    assert registered.rows(asked) == [(0,)]
    shown = Draft(registered, DOMAIN).entry_with_secrets("trunk", trunk, operator(_BY))
    assert shown["password"] == "trunk-password"
    assert registered.rows(asked) == [(1,)]


def test_no_entry_of_a_draft_has_a_secret_and_each_keeps_its_own(registered: Store) -> None:
    known = _secrets(registered)
    draft = Draft(registered, DOMAIN)
    for kind in ("user", "trunk"):
        for name, entry in draft.entries(kind).items():
            assert not [one for one in known if one in str(entry)]
            draft.put(kind, entry, name)
    assert not draft.plan()


def test_who_exports_with_less_applies_the_same_without_a_change(registered: Store) -> None:
    for role in (Role.NONE, Role.SUPERUSER):
        chief = _admin(AdminScope.COMPANY_ADMIN, role)
        document = planning.export(registered, DOMAIN, by=chief)
        [company] = document["company"]
        assert "trunk" not in company and ("excluded" in company) is (role is Role.SUPERUSER)
        assert not planning.plan(registered, document, by=chief)
        company["user"][0]["name"] = f"New {role}"
        plan = planning.plan(registered, document, by=chief)
        assert [(one.noun.name, one.action) for one in plan.changes] == [("user", "change")]
        planning.apply_plan(registered, plan, chief)


def test_what_is_left_out_stays_whole(registered: Store) -> None:
    chief = _admin(AdminScope.COMPANY_ADMIN)
    document = planning.export(registered, DOMAIN, by=chief)
    [company] = document["company"]
    company["department"] = [one for one in company["department"] if one["name"] != "Legal"]
    with pytest.raises(Invalid, match="there is no department Legal"):
        planning.plan(registered, document, by=chief)


@pytest.mark.parametrize(
    "held",
    [{"rights": ["listen-in"]}, {"role": "my-console"}, {"role": "superuser"}, {"admin": "company-admin"}],
    ids=str,
)
def test_who_may_not_grant_gives_no_phone_to_who_holds_something(store: Store, held: dict[str, object]) -> None:
    company = whole()
    company["user"] = [
        {"username": "anna", "extension": "1001", "email": "a@whole.example", "department": "Sales", **held},
        {"username": "bo", "extension": "1002", "department": "Sales"},
    ]
    for user in company["user"]:
        user["device"] = [{"kind": "desk"}]
    for kind in ("group", "ivr", "number"):
        company[kind] = []
    planning.apply_plan(store, planning.plan(store, {"company": [company]}), _BY)
    sub_admin, chief = _admin(AdminScope.SUB_ADMIN), _admin(AdminScope.COMPANY_ADMIN)
    changes = {
        "password": {"device": [{"name": "desk", "kind": "desk", "password": "evil-password"}]},
        "hash": {"device": [{"name": "desk", "kind": "desk", "a1_hash": "0" * 32}]},
        "name": {"device": [{"name": "desk", "kind": "desk", "sip_username": "mine"}]},
        "another": {"device": [{"name": "desk", "kind": "desk"}, {"name": "mine", "kind": "app"}]},
        "none": {"device": []},
        "mobile": {"mobile_numbers": ["+4520101099"]},
        "fixed": {"fixed_number": "+4570502098"},
    }

    def changed(username: str, change: dict[str, object], actor: Actor) -> bool:
        def put(draft: Draft) -> None:
            draft.put("user", {**draft.entry("user", username), **change}, username)

        return edit(store, DOMAIN, actor, put, dry_run=True).changed

    with table() as rows:
        for name, change in changes.items():
            with rows.row(name):
                assert changed("bo", change, sub_admin)
                assert changed("anna", change, chief)
                with pytest.raises(Refused, match="the phones of anna, who holds"):
                    changed("anna", change, sub_admin)
    if "rights" not in held:
        # What one holds oneself one needs not take over.
        assert changed("anna", changes["password"], _admin(AdminScope.SUB_ADMIN, name="anna"))


def test_a_document_s_secret_file_stands_below_the_document_and_is_a_plain_one(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "secret").write_text("below-secret\n")
    (tmp_path / "outside").write_text("outside-secret\n")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "near").symlink_to("below/secret")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "long").write_text("x" * 5000)
    (folder / "bytes").write_bytes(b"\xff\xfehush")
    os.mkfifo(folder / "pipe")

    def read(file: str, where: Path | None = folder) -> tuple[str | None, list[str]]:
        reader = Reader(where)
        return reader.secret("here", "password_file", file), reader.errors

    with table() as rows:
        for file in ("below/secret", str(folder / "below" / "secret"), "./below/secret"):
            with rows.row(file):
                assert read(file) == ("below-secret", [])
        refused = ("../outside", str(tmp_path / "outside"), "below/../../outside", "link", "near", "linked/outside")
        for file in (*refused, "long", "bytes", "pipe", "below", "/dev/zero", "nowhere", "", ".", "a\0b", "/"):
            with rows.row(file):
                found, [error] = read(file)
                assert found is None
                assert "outside-secret" not in error and "hush" not in error
        for file in ("below/secret", "nowhere", "/etc/hostname"):
            with rows.row("on somebody's behalf", file):
                found, [error] = read(file, None)
                assert found is None and "only the operator's own documents may name files" in error


def test_a_document_on_somebody_s_behalf_names_no_file(registered: Store, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret-enough\n")
    company = whole()
    company["user"][0]["device"][0]["password_file"] = "secret"
    document = {"company": [company]}
    assert planning.plan(registered, document, tmp_path)
    chief = _admin(AdminScope.COMPANY_ADMIN, Role.SUPERUSER)
    for plan in (
        lambda: planning.plan(registered, document, tmp_path, chief),
        lambda: planning.drafted_policy(registered, document, DOMAIN, tmp_path, chief),
    ):
        with pytest.raises(Invalid, match="only the operator's own documents may name files"):
            plan()
