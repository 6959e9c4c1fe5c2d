"""Numbers that nobody has verified: they ring nobody, lead to nobody, and are shown to nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fsplug.xml.answers import Answers
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways
from tests.xml import documents
from tests.xml.installed import demo, stored

ACME, MOBILE = "acme.example", "+4520101002"


@pytest.fixture(params=[False, True], ids=["unverified", "verified"])
def answers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Answers, bool]]:
    """The demo, in which Bo has a mobile and no fixed number, and whether the mobile is verified."""
    document = demo()
    [bo] = [user for user in document["company"][0]["user"] if user["username"] == "1002"]
    del bo["fixed_number"]
    bo["mobile_numbers"] = [MOBILE]
    bo["verified_numbers"] = [MOBILE] if request.param else []
    bo["device"].append({"kind": "mobile", "number": MOBILE})
    with stored(tmp_path / "fsplug.db", document) as store:
        yield Answers(store, Templates(), Ways()), request.param


def test_a_mobile_that_nobody_has_verified_is_not_rung(answers: tuple[Answers, bool]) -> None:
    asked, is_verified = answers
    dialled = documents.answer(asked.dialplan(ACME, "1002"))
    [*_, found] = documents.extensions_run(dialled, "1002")
    assert (f"sofia/gateway/trunk/{MOBILE}" in str(documents.legs(found))) is is_verified


def test_whoever_dials_it_reaches_whose_it_is_and_not_who_claims_it(answers: tuple[Answers, bool]) -> None:
    asked, is_verified = answers
    [*_, found] = documents.extensions_run(documents.answer(asked.dialplan(ACME, MOBILE)), MOBILE)
    rings_bo = "sofia/internal/1002%acme.example" in str(documents.legs(found))
    assert rings_bo is is_verified


def test_somebody_without_a_number_calls_out_as_nobody(answers: tuple[Answers, bool]) -> None:
    asked, is_verified = answers
    said = asked.directory(ACME, "1002")
    shown = MOBILE if is_verified else "anonymous"
    assert f'<variable name="outbound_caller_id_number" value="{shown}"/>' in said
