"""The two guides that people know, walked to their ends: recording in Danish and listen-in in Swedish (spec R, L).

Each step has the number and the sentence of its row; fields, buttons and texts are found as a person finds them.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.lab.story.cast import ACME, COMPANY_ADMIN, EVERYTHING, MY_CONSOLE, SUB_ADMIN, SUPERUSER
from fsplug.policy.listening.live_calls import UserTalk
from fsplug.store.accounts import accounts
from fsplug.store.audit import trail
from fsplug.store.config import policies, user_list
from fsplug.store.outbox import mails
from fsplug.store.recordings import recordings, shares
from tests.browser.guide import Desk, step
from tests.browser.hearing import HEARD, LOUDEST, PLAYS
from tests.browser.looking import follow, until
from tests.browser.site import Site
from tests.browser.switchcalls import SwitchCalls, switch_calls

PASSWORD = "correct horse battery"
DAVID, CLARA, IDA, JENS, KAREN = "1004", "1003", "1009", "1010", "1011"


@pytest.fixture
def calls(site: Site) -> Iterator[SwitchCalls]:
    """The switch's."""
    with switch_calls(site.data) as found:
        yield found


def _acts(site: Site, act: str) -> int:
    return sum(one.act == act for one in trail.listed(site.store, ACME, 1_000))


def test_the_danish_guide_of_recording(visit: Callable[..., Any], site: Site, troubles: list[str]) -> None:
    page = visit(locale="da", script=HEARD)
    desk, main = Desk(page, site, troubles), page.get_by_role("main")
    with step("R3 R6 Make a superuser: a correct e-mail, call recording, the role superuser, save"):
        desk.sits(COMPANY_ADMIN)
        desk.ticks("Markér David Krogh")
        page.get_by_role("heading", name="David Krogh").wait_for()
        page.get_by_label("E-mail", exact=True).fill("david.krogh@acme.example")
        desk.chooses("Rolle i konsollen", "superbruger")
        desk.presses("Se ændringerne")
        desk.everybody_can_read_it()
        desk.reads("Træder i kraft, når en superbruger eller driften bekræfter det")
        desk.presses("Tildel og gem")
    with step("R2 A superuser is the person who has access to the company's recordings: one confirms another"):
        desk.sits(SUPERUSER)
        desk.opens("Ventende ændringer")
        desk.presses("Bekræft ændringen af David Krogh")
        desk.opens("Brugere")
        desk.ticks("Markér David Krogh")
        desk.chooses("Opkaldsoptagelse", "Slået til")
        desk.presses("Se ændringerne")
        desk.presses("Gem")
        [david] = user_list.of(site.store, ACME, [DAVID])
        assert (david.records, str(david.role)) == (True, "superuser")
    with step("R4 R5 R11 Two mails go out, and their state is visible"):
        desk.sits(COMPANY_ADMIN, "/people")
        desk.ticks("Markér David Krogh")
        for mail in ("Bruger-id", "Link til adgangskode"):
            page.get_by_role("listitem").filter(has_text=mail).get_by_text("på vej").wait_for()
    with step("R9 Only users with a role get mail"):
        assert {one.receiver for one in mails.listed(site.store, ACME)} >= {"david.krogh@acme.example"}
        assert not any(one.receiver == "ida@acme.example" for one in mails.listed(site.store, ACME))
    with step("R11 The mail's link sets a password"):
        desk.sits(None, f"/set-password/{accounts.new_link(site.store, ACME, DAVID)}")
        page.get_by_label("Ny adgangskode, mindst 12 tegn").fill(PASSWORD)
        page.get_by_label("Gentag adgangskoden").fill(PASSWORD)
        desk.presses("Gem")
    with step("R1 The sign-in page says who answers for lawful recording, with a link to the authority"):
        desk.sits(None, "/sign-in")
        desk.reads("Virksomheden er selv ansvarlig for, at samtaler optages lovligt.")
        link = page.get_by_role("link", name="Datatilsynet om optagelse af telefonsamtaler")
        assert link.get_attribute("href").startswith("https://www.datatilsynet.dk/")
    with step("R10 Sign-in asks three fields: customer ref, e-mail, password"):
        page.get_by_label("Kunde ref.").fill(ACME)
        page.get_by_label("E-mail").fill("david.krogh@acme.example")
        page.get_by_label("Adgangskode", exact=True).fill(PASSWORD)
        desk.presses("Log ind")
        page.get_by_role("banner").get_by_role("link", name="David Krogh").wait_for()
    with step("R14 Configuration > Policies, with the law's line; superusers only"):
        desk.opens("Politikker")
        desk.reads("Virksomheden er selv ansvarlig for, at samtaler optages lovligt.")
    with step("R15 R16 R17 R18 R19 Department policy: three boxes each, or all departments at once"):
        for box in ("Udgående opkald", "Interne opkald", "Indgående opkald"):
            assert page.get_by_role("checkbox", name=f"Sales: {box}").count() == 1
        desk.ticks("Markér alle: Interne opkald")
    with step("R22 R23 R24 Each ring group follows the department, is always or is never recorded"):
        desk.chooses("Support: Optagelse", "Optag altid (samtykke via IVR)")
        desk.chooses("Sales, not recorded: Optagelse", "Optag aldrig")
    with step("R25 R26 R27 A customer's number is added to those never recorded, and stands in the list"):
        page.get_by_label("Udelukket kundenummer").fill("21 21 21 21")
        desk.presses("Tilføj")
        page.get_by_role("row").filter(has_text="+4521212121").get_by_text("ikke gemt endnu").wait_for()
    with step("R21 R7 Nothing changes before it is applied"):
        assert not policies.snapshot(site.store, ACME).departments["Sales"].internal
        desk.presses("Gennemse og anvend")
        desk.everybody_can_read_it()
        desk.reads("Sådan havde de seneste 7 dage set ud")
        desk.presses("Gem")
    with step("R20 It works from the next call on, and the page says since when"):
        desk.reads("Politikken gælder fra næste opkald.")
        desk.reads("ændret af David Krogh")
        snapshot = policies.snapshot(site.store, ACME)
        assert all(one.internal for name, one in snapshot.departments.items() if name != "*")
        assert "+4521212121" in {one.number for one in policies.excluded(site.store, ACME)}
    with step("R12 R13 Whom the policy is about is chosen user by user, too: the page leads there"):
        follow(page, page.get_by_role("link", name="Vælg brugere, der optages"))
        desk.ticks("Markér Ida Møller")
        desk.ticks("Markér Jens Østergaard")
        page.get_by_role("heading", name="2 markerede brugere").wait_for()
        desk.chooses("Opkaldsoptagelse", "Slået fra")
        desk.presses("Se ændringerne")
        desk.presses("Gem")
        assert not any(one.records for one in user_list.of(site.store, ACME, [IDA, JENS]))
    with step("R28 R29 Call recordings shows today's; an empty list says to widen the period"):
        desk.opens("Opkaldsoptagelser")
        page.get_by_role("rowheader", name=re.compile("^I dag")).wait_for()
        page.get_by_label("Kundens nummer").fill("+4587654321")
        page.get_by_role("button", name="Anvend filtre").click()
        desk.reads("Udvid perioden for at se flere")
        page.get_by_role("link", name="Denne uge", exact=True).click()
        page.wait_for_url(lambda url: "period=week" in url and "number=" in url)
        desk.chooses("Periode", "Denne måned")
        page.get_by_label("Kundens nummer").fill("26 11 44 10")
        page.get_by_role("button", name="Anvend filtre").click()
        row = page.get_by_role("row").filter(has_text="+4526114410").first
        row.wait_for()
    with step("R30 A row opens the built-in player, and the call is heard"):
        before = _acts(site, "play")
        follow(page, row.get_by_role("link", name=re.compile("^Afspil ")))
        _plays(page, "Afspil")
        page.keyboard.press("ArrowRight")
        until(page, PLAYS.format(9))
        page.keyboard.press("Space")
        until(page, "heard[0].paused")
        assert _acts(site, "play") == before + 1, "one press, one entry"
    with step("R32 There is no download"):
        assert page.get_by_role("link", name=re.compile("download|hent", re.IGNORECASE)).count() == 0
        assert page.locator("a[download], a[href*=audio]").count() == 0
    with step("R33 For a third party: the customer's e-mail and a subject, Send"):
        page.get_by_label("Kundens e-mail").fill("kunde@outside.example")
        page.get_by_label("Emne").fill("Vores <samtale>")
        page.get_by_role("button", name="Send", exact=True).click()
        desk.reads("Delt med kunde@outside.example. Linket og koden sendes nu i hver sin mail.")
        [share] = [one for one in shares.listed(site.store, ACME) if one.email == "kunde@outside.example"]
        sent = {str(one.kind) for one in mails.listed(site.store, ACME) if one.subject == share.id}
        assert (share.subject, sent) == ("Vores <samtale>", {"share", "code"})
    recording = page.url
    with step("R33 The customer opens the link, types the code, and hears it"):
        desk.sits(None, f"/shared/{shares.new_link(site.store, share)}")
        page.get_by_label("Koden, du har fået").fill(shares.new_code(site.store, share))
        desk.presses("Fortsæt")
        _plays(page, "Afspil")
    with step("R33 The share is withdrawn again"):
        desk.sits(SUPERUSER, recording)
        row = page.get_by_role("row").filter(has_text="kunde@outside.example")
        row.get_by_text("Træk tilbage").first.click()
        row.get_by_role("button", name="Ja, træk tilbage").click()
        row.get_by_text("trukket tilbage", exact=True).wait_for()
        assert not shares.get(site.store, ACME, share.id).is_open(site.store.now())
    with step("R31 Configuration > Delete recordings: mark several, Delete selected"):
        desk.opens("Slet optagelser")
        boxes = main.get_by_role("checkbox", name=re.compile("^Markér .*, "))
        chosen = {boxes.nth(number).get_attribute("value") for number in (0, 1)}
        for number in (0, 1):
            boxes.nth(number).check()
        desk.presses("Slet markerede")
        desk.everybody_can_read_it()
        desk.presses("Slet 2 optagelser")
        assert not chosen & {one.id for one in recordings.listed(site.store, ACME, 1_000) if one.location}
        desk.presses("Fortryd")
        assert chosen <= {one.id for one in recordings.listed(site.store, ACME, 1_000)}
    with step("R8 R14 Who has My console hears their own recordings, and sees no configuration"):
        desk.sits(MY_CONSOLE, "/recordings?period=month")
        rows = page.get_by_role("row").filter(has=page.get_by_role("link", name=re.compile("^(Afspil|Hele samtalen)")))
        assert rows.count() and all("Anna Holm" in row for row in rows.all_inner_texts())
        assert page.get_by_text("Konfiguration").count() == 0


def _plays(page: Any, play: str) -> None:
    """Press Play; something is heard."""
    page.get_by_role("slider").wait_for()
    page.get_by_role("button", name=play, exact=True).click()
    until(page, PLAYS.format(0.5))
    assert page.evaluate(LOUDEST) > 0.05, "there is something to hear"


def test_the_swedish_guide_of_listening_in(
    visit: Callable[..., Any], site: Site, troubles: list[str], calls: SwitchCalls
) -> None:
    for username in (COMPANY_ADMIN, SUB_ADMIN, EVERYTHING, CLARA, KAREN):
        accounts.choose_language(site.store, ACME, username, "sv")
    calls.put()
    page = visit(locale="sv")
    desk = Desk(page, site, troubles)
    with step("L19 Admin pages: a list of users with check boxes, name and group, settings beside it"):
        desk.sits(COMPANY_ADMIN)
        table = page.get_by_role("table", name="Användare")
        assert [one.strip() for one in table.get_by_role("columnheader").all_inner_texts()][1:3] == [
            "Namn",
            "Svarsgrupp",
        ]
    with step("L2 L3 Listener and target need the licence: it is given to several marked users at once"):
        desk.ticks("Markera Clara Friis")
        desk.ticks("Markera Karen Sø")
        page.get_by_role("heading", name="2 markerade användare").wait_for()
        desk.chooses("Licens: Kundkontakt Pro", "Tilldelad")
        desk.presses("Se ändringarna")
        desk.presses("Tilldela och spara")
    with step("L4 L5 The right is the listener's alone, and given by administrators of the whole company"):
        desk.ticks("Markera Clara Friis")
        page.get_by_role("heading", name="Clara Friis").wait_for()
        desk.chooses("Rättighet: Medlyssning", "Tilldelad")
        desk.presses("Se ändringarna")
        desk.presses("Tilldela och spara")
        desk.sits(EVERYTHING, "/changes")
        desk.presses("Bekräfta ändringen av Clara Friis")
        desk.sits(SUB_ADMIN)
        desk.ticks("Markera Clara Friis")
        page.get_by_role("heading", name="Clara Friis").wait_for()
        assert page.get_by_label("Rättighet: Medlyssning").count() == 0
    with step("L6 Allow listen-in is a box of each profile of the target"):
        desk.sits(COMPANY_ADMIN)
        desk.ticks("Markera Karen Sø")
        desk.chooses("Tillåt medlyssning: Available", "Tillåten")
        desk.presses("Se ändringarna")
        desk.presses("Spara")
    with step("L7 The profile active when the call starts decides: the target sees which, and that others may listen"):
        desk.sits(KAREN, "/colleagues")
        chosen = page.get_by_label("Din profil").locator("option:checked")
        assert chosen.inner_text() == "Available (medlyssning tillåten)"
    with step("L8 L9 Beside a colleague in a call the handset's menu has Listen in as its last entry"):
        desk.sits(CLARA, "/colleagues")
        row = page.get_by_role("row", name=re.compile("Karen Sø"))
        page.locator("html[data-live=on]").wait_for()
        row.get_by_label("Ring Karen Sø, och fler alternativ").click()
        row.get_by_text("Din kollega talar inte i telefon.").wait_for()
        calls.put(UserTalk(KAREN, site.store.now()))
        row.get_by_text("I samtal sedan").wait_for()
        entry = row.get_by_role("button", name="Medlyssna")
        entry.and_(page.locator(":enabled")).wait_for()
    with step("L13 L14 Or one dials *28* and the number: the menu says so"):
        row.get_by_text(f"Eller ring *28*{KAREN} från din telefon.").wait_for()
    with step("L18 The listener's own line must be free, and the refusal says so"):
        calls.put(UserTalk(KAREN, site.store.now()), UserTalk(CLARA, site.store.now()))
        row.get_by_text("Avsluta ditt eget samtal först.").wait_for()
        calls.put(UserTalk(KAREN, site.store.now()))
        row.get_by_text("Avsluta ditt eget samtal först.").wait_for(state="detached")
        desk.everybody_can_read_it()
    with step("L1 The listener's phone rings, and plays the call"):
        entry.click()
        desk.reads("Du medlyssnar på Karen Sø.")
        assert calls.asked[-1] == (CLARA, KAREN)
    with step("L10 L12 The target sees in the console who listens, and that there are several"):
        desk.sits(KAREN, "/account")
        page.locator("html[data-live=on]").wait_for()
        calls.put(UserTalk(KAREN, site.store.now(), listeners=(CLARA,)))
        page.get_by_role("alert").get_by_text("Clara Friis medlyssnar på ditt samtal").wait_for()
        calls.put(UserTalk(KAREN, site.store.now(), listeners=(CLARA, EVERYTHING)))
        page.get_by_role("alert").get_by_text("Clara Friis, Henrik Juhl medlyssnar på ditt samtal").wait_for()
        desk.everybody_can_read_it()
        calls.put()
        page.get_by_role("alert").get_by_text("medlyssnar").wait_for(state="detached")
    with step("L11 L13 L15 L16 L17 The help says what the phones do: the tones, the star code, from which phone"):
        follow(page, page.get_by_role("banner").get_by_role("link", name="Hjälp"))
        for said in ("två korta toner", "Eller ring *28* och kollegans fasta nummer", "Från mobilappen"):
            desk.reads(said)


def test_from_the_sign_in_to_a_heard_sentence_by_keyboard_with_six_keys_from_the_list(
    visit: Callable[..., Any], site: Site
) -> None:
    site.set_password(SUPERUSER, PASSWORD)
    page = visit(locale="en", script=HEARD)
    page.goto("/sign-in")
    for field, typed in (("Customer ref", ACME), ("E-mail", "eva@acme.example"), ("Password", PASSWORD)):
        page.get_by_label(field).and_(page.locator(":focus")).wait_for()
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto("/recordings?period=month")
    for key in ("Tab", "Tab", "Enter", "Tab"):
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("slider").wait_for()
    wait_for(lambda: page.locator("[data-skip]:visible").count() > 0, "the player to be there")
    page.keyboard.press("Space")
    until(page, PLAYS.format(0.3))
