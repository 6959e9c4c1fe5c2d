"""What the endpoint answers and what stands in the files is one and the same."""

from collections.abc import Iterator

import pytest

from fsplug.policy.dialling import dialling
from fsplug.store.config import companies, numbers, users
from fsplug.store.db.database import Store
from fsplug.xml.answers import Answers
from tests.xml import documents

DOMAINS = ("acme.example", "beta.example", "wide.example", "many.example", "usa.example")
ABROAD = ("+4670123456", "00467012345678", "01146701234567", "+15551234567", "0033123456789", "+99", "+0", "00", "0")
PREFIXED = (
    "#31#22334455",
    "*31*+4522334455",
    "*31#112",
    "#31#0701740605",
    "*672125550123",
    "#31#1001",
    "#31#",
    "#31#*28*1",
)
NEVER_A_NUMBER = (
    "",
    "x",
    "1001x",
    "*28*70501001",
    "*28*",
    "*",
    "#",
    "+",
    "++45",
    "${uuid}",
    "1" * 300,
    "１００１",
    "101\n",
)
SHORT = ("112", "114", "911", "90000", "113", "999", "1813", "1177", "118118", "411", "11", "1")


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_number_runs_the_same_extensions_by_both(
    domain: str, store: Store, answers: Answers, rendered: dict[str, str]
) -> None:
    files = documents.file(rendered[f"dialplan/{domain}.xml"])
    tried = 0
    for dialled in dialled_in(store, domain):
        by_files = [documents.canonical(one) for one in documents.extensions_run(files, dialled)]
        answered = documents.answer(answers.dialplan(domain, dialled))
        by_endpoint = [documents.canonical(one) for one in documents.extensions_run(answered, dialled)]
        assert by_endpoint == by_files, dialled
        tried += 1
    assert tried > 100


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_endpoint_answers_no_extension_that_the_number_does_not_run(
    domain: str, store: Store, answers: Answers
) -> None:
    for dialled in dialled_in(store, domain):
        answered = documents.answer(answers.dialplan(domain, dialled))
        extensions = [one for one in answered.iter("extension") if "listen" not in one.get("name", "")]
        assert all(documents.matches(one, dialled) for one in extensions), dialled


def test_every_number_from_outside_leads_the_same_way_by_both(
    store: Store, answers: Answers, rendered: dict[str, str]
) -> None:
    files = documents.file(rendered["dialplan/public.xml"])
    for number, _ in numbers.owners(store):
        digits = number.removeprefix("+")
        for dialled in (number, digits, f"00{digits}", f"{digits}0", digits[:-1], f"0{digits}"):
            answered = documents.answer(answers.dialplan("public", dialled))
            one, other = (documents.extensions_run(tree, dialled) for tree in (files, answered))
            if not other:
                # The switch goes on to its files then, and runs what they have for every call over a trunk.
                one = [each for each in one if not each.get("continue")]
            assert [documents.canonical(each) for each in one] == [documents.canonical(each) for each in other]


@pytest.mark.parametrize("domain", DOMAINS)
def test_everybody_who_signs_in_is_the_same_by_both(domain: str, answers: Answers, rendered: dict[str, str]) -> None:
    files = documents.users(documents.file(rendered[f"directory/{domain}.xml"]))
    assert files
    for name, entry in files.items():
        assert documents.users(documents.answer(answers.directory(domain, name))) == {name: entry}


def test_a_department_is_the_same_by_both(answers: Answers, rendered: dict[str, str]) -> None:
    files = documents.users(documents.file(rendered["directory/acme.example.xml"]))
    sales = documents.users(documents.answer(answers.directory("acme.example", department="Sales")))
    assert sales == {name: entry for name, entry in files.items() if entry[0] == "Sales"}
    assert set(sales) == {"1001", "1002"}


def test_the_check_is_the_same_by_both(answers: Answers, rendered: dict[str, str]) -> None:
    [one] = documents.answer(answers.dialplan("fsplug", "check")).iter("context")
    [other] = documents.file(rendered["dialplan/fsplug.xml"]).iter("context")
    assert documents.canonical(one) == documents.canonical(other)


def dialled_in(store: Store, domain: str) -> Iterator[str]:
    """Every number of a company in every spelling, and whatever else people may dial there."""
    company = companies.get(store, domain)
    yield from (*ABROAD, *PREFIXED, *NEVER_A_NUMBER, *SHORT)
    yield from (str(number) for number in range(100, 310))
    known = [number for user in users.users(store, domain, company.version) for number in user.numbers]
    known += [number for number, owner in numbers.owners(store) if owner == domain]
    for e164 in (*known, "+4522334455", "+46701234567", "+12125551234"):
        yield from spelled(e164, dialling(company.country).code)
    for user in users.users(store, domain, company.version):
        yield from (user.extension, f"{user.extension}0", f"0{user.extension}", user.username)


def spelled(e164: str, code: str) -> tuple[str, ...]:
    digits = e164.removeprefix("+")
    national = digits.removeprefix(code)
    return (
        e164,
        digits,
        f"00{digits}",
        f"011{digits}",
        national,
        f"0{national}",
        f"1{national}",
        f"{e164}9",
        e164[:-1],
    )
