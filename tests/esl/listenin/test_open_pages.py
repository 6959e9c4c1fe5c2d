"""Whose console shows who listens, as several consoles report it."""

from fsplug.esl.listenin.open_pages import OpenPages

ANNA, BO = ("acme.example", "1001"), ("acme.example", "1002")


def test_a_page_in_any_console_counts_until_that_console_reports_another_state() -> None:
    pages, first, second = OpenPages(), object(), object()
    pages.report(first, [ANNA, BO])
    pages.report(second, [ANNA])
    pages.report(first, [BO])
    assert pages.has_one(*ANNA) and pages.has_one(*BO)
    pages.report(second, [])
    assert not pages.has_one(*ANNA) and pages.has_one(*BO)


def test_a_user_of_the_same_name_in_another_company_has_none() -> None:
    pages = OpenPages()
    pages.report("console", [ANNA])
    assert not pages.has_one("beta.example", "1001")


def test_a_console_that_goes_before_it_has_reported_anybody_leaves_nothing() -> None:
    pages = OpenPages()
    pages.report("console", ())
    assert not pages.has_one(*ANNA)
