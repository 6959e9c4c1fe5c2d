"""A change that waits, in a browser: asked for by one, confirmed by another, rejected by whom it concerns."""

from collections.abc import Callable
from typing import Any

from fsplug.lab.story.cast import ACME, COMPANY_ADMIN, EVERYTHING, MY_CONSOLE
from fsplug.store.accounts import accounts
from fsplug.store.change import rejecting, waiting_rows
from tests.browser.looking import follow
from tests.browser.site import Site


def _ask(page: Any, email: str, waits: str = "24") -> None:
    """Ask for another address, as an administrator does on the page of users."""
    page.goto(f"/people?marked={MY_CONSOLE}")
    page.fill("[name=email]", email)
    follow(page, page.locator("form[action='/people/summary'] button.first"))
    assert page.locator("p.notice").filter(has_text=waits).count() == 1
    follow(page, page.locator("form[action='/people/save'] button.first"))


def _change(site: Site) -> str:
    [found] = waiting_rows.of_users(site.store, ACME, [MY_CONSOLE])
    return found.id


def test_one_asks_another_confirms_and_whom_it_concerns_rejects(site: Site, visit: Callable[..., Any]) -> None:
    before = accounts.get(site.store, ACME, MY_CONSOLE).email
    admin, second, person, nobody = visit(COMPANY_ADMIN), visit(EVERYTHING), visit(MY_CONSOLE), visit()
    _ask(admin, "another@acme.example")
    admin.goto("/changes")
    assert admin.locator("form[action='/changes/confirm']").count() == 0, "who asked does not confirm"
    # By the person, on their own page.
    person.goto("/account")
    follow(person, person.locator("form[action='/changes/decline'] button"))
    assert person.url.endswith("/account")
    assert waiting_rows.of_users(site.store, ACME, [MY_CONSOLE]) == []
    # By the link in the mail, which does nothing until the button is pressed.
    _ask(admin, "another@acme.example")
    change = _change(site)
    nobody.goto(f"/changes/reject/{rejecting.new_link(site.store, ACME, change, MY_CONSOLE)}")
    assert nobody.url.endswith("/changes/reject") and _change(site) == change
    follow(nobody, nobody.locator("button.first"))
    assert waiting_rows.of_users(site.store, ACME, [MY_CONSOLE]) == []
    # By the second administrator it becomes true, there and back.
    # Whose address the one who asks has changed just now, is no witness to the next change.
    for email, waits in (("another@acme.example", "24"), (before, "driften")):
        _ask(admin, email, waits)
        second.goto("/changes")
        follow(second, second.locator("form[action='/changes/confirm'] button"))
        assert accounts.get(site.store, ACME, MY_CONSOLE).email == email
