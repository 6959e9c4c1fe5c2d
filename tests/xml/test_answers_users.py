"""Which users, phones and departments the switch is told of, and who may sign in."""

from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.store.db.database import Store
from fsplug.xml.answers import Answers
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways
from tests.xml import documents
from tests.xml.dialled import ACME, BETA
from tests.xml.elaborate import DOMAIN as WIDE


def test_a_phone_s_entry_brings_its_call_home(answers: Answers) -> None:
    entry = documents.answer(answers.directory(WIDE, "anna-app"))
    known = documents.variables(entry)
    assert {name: known[name] for name in ("user_context", "fsplug_user", "fsplug_device")} == {
        "user_context": WIDE,
        "fsplug_user": "anna",
        "fsplug_device": "app",
    }
    assert known["outbound_caller_id_number"] == "+4570501001"
    assert known["effective_caller_id_name"] == "Anna Å. Holm"
    assert documents.params(entry)["dial-string"].endswith("]sofia/internal/anna-app%wide.example")


def test_a_person_rings_on_every_device_and_only_a_phone_signs_in(answers: Answers) -> None:
    anna = documents.params(documents.answer(answers.directory(WIDE, "anna")))
    assert anna["dial-string"].count("fsplug_leg=anna.") == 4
    assert len(anna["a1-hash"]) == 32
    bo = documents.params(documents.answer(answers.directory(WIDE, "bo")))
    assert "a1-hash" not in bo
    assert bo["allow-empty-password"] == "false"


def test_whom_a_company_has_not_it_has_not(answers: Answers) -> None:
    for name in ("nobody", "d2 ", "", "1001", "' OR 1=1 --"):
        document = answers.directory(WIDE, name)
        assert "<user " not in document
        assert '<domain name="wide.example">' in document


@pytest.mark.parametrize("action", ["sip_auth", "user_call", "message-count", "reverse-auth-lookup"])
def test_every_question_about_a_user_gets_the_user(action: str, answers: Answers) -> None:
    asked = {"section": "directory", "tag_name": "domain", "key_value": ACME, "user": "1001", "action": action}
    assert answers.answer(asked) == answers.answer({**asked, "domain": ACME}) == answers.directory(ACME, "1001")


@pytest.mark.parametrize(
    ("at", "may"),
    [(ACME, True), ("Acme.Example", True), ("192.0.2.1", True), (BETA, False), (BETA.upper(), False)],
)
def test_a_phone_registers_as_nobody_of_another_company(at: str, may: bool, answers: Answers) -> None:
    asked = {"section": "directory", "domain": ACME, "user": "1001", "action": "sip_auth", "ip": "192.0.2.9"}
    answer = answers.answer({**asked, "sip_auth_method": "REGISTER", "sip_to_user": "1001", "sip_to_host": at})
    assert ("sip-forbid-register" not in answer) == may
    assert answers.answer({**asked, "sip_auth_method": "INVITE", "sip_to_host": at}) == answers.directory(ACME, "1001")


def test_who_is_refused_is_so_while_the_store_is_away_whatever_their_name(tmp_path: Any) -> None:
    asked = {"section": "directory", "action": "sip_auth", "domain": "old.example", "ip": "192.0.2.9"}
    away = Store(tmp_path / "gone" / "fsplug.db")
    answers = Answers(away, Templates(), Ways(), refuses=lambda its: its.address == "192.0.2.9")
    assert "sip-forbid-register" in answers.answer({**asked, "user": "1001"})
    assert documents.users(documents.answer(answers.answer({**asked, "user": "Åse & Bo"}))) == {}
    with pytest.raises(Unavailable):
        answers.answer({**asked, "user": "1001", "ip": "192.0.2.8"})


def test_by_a_question_that_is_cut_nobody_signs_in(answers: Answers) -> None:
    begun = {"section": "directory", "tag_name": "domain", "key_value": ACME, "action": "sip_auth"}
    part = documents.answer(answers.of_part(begun) or "")
    assert [one.get("name") for one in part.iter("domain")] == [ACME] and documents.users(part) == {}
    assert answers.of_part({"section": "dialplan", "Caller-Context": ACME}) is None
    assert answers.of_part({}) is None


def test_a_group_call_gets_the_department(answers: Answers) -> None:
    asked = {"section": "directory", "domain": ACME, "group_name": "Support", "action": "group_call"}
    assert answers.answer(asked) == answers.directory(ACME, department="Support")
    assert set(documents.users(documents.answer(answers.answer(asked)))) == {"1003", "1004"}
