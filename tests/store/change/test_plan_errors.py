"""What is wrong in the operator's document: every error said at once, with its place and its remedy."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fsplug.store.config import policies
from fsplug.store.db.database import Store
from tests.store.cast import ACME
from tests.store.change.documents import Document, errors_of
from tests.tables import table

Change = Callable[[dict[str, Any]], object]


ERRORS: tuple[tuple[Change, str], ...] = (
    (lambda c: c.update(contry="DK"), "company acme.example: contry is not known; did you mean country?"),
    (lambda c: c.pop("name"), "company acme.example: name is missing; name the company"),
    (
        lambda c: c.update(country="XX"),
        "company acme.example: country: 'XX' is not known; use a two-letter ISO code such as DK",
    ),
    (
        lambda c: c.update(timezone="Mars"),
        "timezone: 'Mars' is not known; use a name such as Europe/Copenhagen",
    ),
    (
        lambda c: c.update(domain="A B"),
        "domain: 'A B' is not valid; write it in lower case, such as acme.example",
    ),
    (lambda c: c.update(name="a\nb"), "holds a control character"),
    (lambda c: c.update(name="x" * 501), "is over 500 characters; remove it"),
    (lambda c: c.update(user="anna"), "company acme.example: user: 'anna' must be a list"),
    (lambda c: c["user"].append(7), "7 is not a table"),
    (lambda c: c["user"][0].update(extension=1001), "user 1001: extension: 1001 must be text in quotes"),
    (lambda c: c["user"][0].update(record="yes"), "user 1001: record: 'yes' must be true or false"),
    (lambda c: c["user"][0].update(record=1), "user 1001: record: 1 must be true or false"),
    (lambda c: c["user"][0].update(email="anna"), "email: 'anna' is not valid; write it like anna@acme.example"),
    (lambda c: c["user"][0].update(username="a,b"), "username: 'a,b' is not valid"),
    (lambda c: c["user"][0].update(department="Slaes"), "department: there is no department Slaes; add it"),
    (
        lambda c: c["user"][0].update(fixed_number="12"),
        "fixed number: '12' is not a phone number in DK",
    ),
    (lambda c: c["user"][0].update(mobile_numbers=[45]), "mobile_numbers: 45 must be text in quotes"),
    (lambda c: c["user"][1].update(extension="1001"), "user 1002: user 1001 has 1001 already; give it another"),
    (lambda c: c["user"][1].update(fixed_number="+4570101001"), "the user's number +4570101001 occurs twice"),
    (lambda c: c["user"].append(c["user"][0]), "user 1001: the user 1001 occurs twice; remove one of them"),
    (lambda c: c["group"][0].update(number="1001"), "group 1001: user 1001 has 1001 already; give it another"),
    (lambda c: c["group"][0].update(strategy="all"), "use simultaneous or sequential or random"),
    (lambda c: c["group"][0].update(mode="maybe"), "mode: 'maybe' is not known; use department or always or never"),
    (lambda c: c["group"][0].update(members=["nobody"]), "member: there is no user nobody"),
    (lambda c: c["group"][0].update(members=["1001", "1001"]), "the group member 1001 occurs twice"),
    (lambda c: c["group"][0].update(ring_seconds=0), "ring_seconds: 0 must lie from 1 to 3600"),
    (lambda c: c["group"][0].update(ring_seconds=True), "ring_seconds: true must be a whole number"),
    (lambda c: c["policy"][0].update(department="Slaes"), "policy Slaes: department: there is no department Slaes"),
    (lambda c: c["policy"][0].update(on_failure="shut"), "on_failure: 'shut' is not known; use open or closed"),
    (lambda c: c["policy"][0].update(purpose=" "), "purpose: ' ' is not valid"),
    (lambda c: c["policy"][0].update(agent_may="stop, fly"), "agent_may: 'stop, fly' is not known; use nothing, or"),
    (lambda c: c["group"][0].update(start="on-demand", agent_may="keep"), "start on-demand needs start among what"),
    (lambda c: c["excluded"].append({"number": "+4570101155"}), "the excluded number +4570101155 occurs twice"),
    (lambda c: c["excluded"].append({"number": "112"}), "number: '112' is not a phone number in DK"),
    (lambda c: c["number"][0].update(group="2001"), "leads nowhere or to two places"),
    (lambda c: c["number"][0].pop("user"), "leads nowhere or to two places"),
    (lambda c: c["number"][0].update(user="nobody"), "user: there is no user nobody"),
    (lambda c: c["number"].append(c["number"][0]), "the number +4570101001 occurs twice"),
)


def test_an_error_names_its_place_and_its_remedy(store: Store, document: Document) -> None:
    with table() as rows:
        for change, error in ERRORS:
            wrong = copy.deepcopy(document)
            change(wrong["company"][0])
            with rows.row(error):
                errors = errors_of(store, wrong)
                assert any(error in each for each in errors), errors
                assert policies.current_version(store, ACME) == 1


def test_every_error_is_said_at_once(store: Store, document: Document) -> None:
    acme, beta = document["company"]
    acme["user"][0]["extension"] = "x"
    acme["group"][0]["members"] = ["nobody"]
    beta["country"] = "Sweden"
    beta["number"] = [{"number": "+4570101001", "user": "1001"}]
    document["companies"] = []
    assert len(errors_of(store, document)) == 4


@pytest.mark.parametrize("shape", [{"company": {}}, {"company": [[]]}, {"company": 1}, {}, []])
def test_a_document_of_the_wrong_shape_is_invalid(store: Store, shape: object) -> None:
    assert errors_of(store, shape)


def test_a_domain_is_given_once(store: Store, document: Document) -> None:
    document["company"].append(document["company"][0])
    assert any("the domain occurs twice" in error for error in errors_of(store, document))


def test_a_number_leads_to_one_company(store: Store, document: Document) -> None:
    document["company"][1]["number"] = [{"number": "+4570101001", "user": "1001"}]
    [error] = errors_of(store, document)
    assert error == "company beta.example, number +4570101001: acme.example has it too; a number leads to one company"
