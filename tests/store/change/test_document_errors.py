"""What is wrong in a company's tables: an error names its place and its remedy, and never a password."""

from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.store.change import planning
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from tests.store.change.documents import Change
from tests.store.whole import DOMAIN, whole
from tests.tables import table

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
