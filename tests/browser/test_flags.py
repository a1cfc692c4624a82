"""From a hint to recovered, a contest that was right, and a manager who sees nothing that is not hers to see."""

from playwright.sync_api import expect

from adoption.extensions import db
from adoption.models import Letter
from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.noticed import Nights

WEEKS = 21  # days, after which enough is known to say anything


def letters(name):
    found = db.session.query(Letter.kind).filter(Letter.address == f"{name}@example.com").order_by(Letter.id)
    kinds = [kind for (kind,) in found]
    db.session.rollback()
    return kinds


def champion(visit, lead, name):
    """Let a lead ask somebody whether colleagues may call them, and let them say yes."""
    lead.goto("/lead/flags")
    lead.get_by_label("Their e-mail address").fill(f"{name.lower()}@example.com")
    lead.get_by_role("button", name="Ask them").click()
    expect(lead.get_by_text("asked, no word yet")).to_be_visible()
    page = visit(name)
    page.goto("/me/evidence")
    page.get_by_role("button", name="Yes, gladly").click()
    expect(page.get_by_role("heading", name="Colleagues may call you")).to_be_visible()
    return page


def test_from_a_hint_to_recovered_with_help(site, visit):
    nights = Nights(site.staff, back=100, usual=("Alice", "Bob"))
    nights.go(WEEKS)
    alice, mei, leo = visit("Alice", size=PHONE), visit("Mei", size=DESKTOP), visit("Leo", size=DESKTOP)
    nights.until("Alice", "hint", Alice="both")
    reads_a_hint(alice)
    waits_five_days(nights, leo)
    mei.goto("/team")
    expect(mei.locator("h1")).to_be_visible()
    expect(mei.get_by_text("Could use a hand")).to_have_count(0)
    bob = champion(visit, leo, "Bob")
    is_confirmed(leo, mei)
    takes_help(alice, bob, mei)
    nights.until("Alice", "recovering")
    alice.reload()
    expect(alice.locator("h1")).to_contain_text("You are on the way")
    mei.reload()
    expect(mei.locator("#hands")).to_contain_text("It is getting better.")
    nights.until("Alice", "recovered")
    alice.reload()
    expect(alice.locator("h1")).to_contain_text("Well done")
    expect(alice.get_by_role("heading", name="Help under way")).to_have_count(0)
    mei.reload()
    expect(mei.locator("main")).not_to_contain_text("getting better")
    leo.goto("/lead/flags")
    expect(leo.get_by_text("Nobody at the moment.")).to_be_visible()
    assert letters("alice") == ["hint", "noticed", "offered", "help-chosen"]
    alice.goto("/me")
    expect(alice.locator("#looked")).to_contain_text("Leo")
    expect(alice.locator("#looked")).to_contain_text("Mei")


def reads_a_hint(alice):
    """Let Alice find it under "Me", and add up what it says."""
    alice.goto("/me")
    expect(alice.locator("#noticed")).to_contain_text("a quiet hint")
    alice.get_by_role("link", name="What we noticed").click()
    expect(alice.locator("h1")).to_contain_text("Some of your work may still live in a spreadsheet")
    expect(alice.get_by_text("“Contacts Q4” was edited by you on")).to_be_visible()
    alice.get_by_text("How it adds up").click()
    rows, total = alice.locator("table tbody td"), alice.locator("table tfoot td")
    expect(total).to_be_visible()
    assert sum(map(points, rows.all_inner_texts())) == points(total.inner_text())
    assert letters("alice") == ["hint"]


def waits_five_days(nights, leo):
    """Let the evidence speak, and nobody but Alice learn of it for five working days."""
    nights.until("Alice", "suspected", Alice="sheets")
    while nights.flag("Alice").waited < 5:
        leo.goto("/lead/flags")
        expect(leo.get_by_text("Nothing to confirm.")).to_be_visible()
        nights.go(1, Alice="sheets")


def is_confirmed(leo, mei):
    leo.goto("/lead/flags")
    expect(leo.locator("h1")).to_have_text("1 person waits for you.")
    leo.get_by_role("link", name="Alice").click()
    leo.get_by_role("button", name="Offer help").click()
    expect(leo.get_by_text("Confirmed. They got a letter")).to_be_visible()
    mei.goto("/team")
    expect(mei.locator("#hands")).to_contain_text("A registered customer list was edited on")
    expect(mei.locator("#hands")).to_contain_text("Help is offered")


def takes_help(alice, bob, mei):
    alice.goto("/me/evidence")
    alice.get_by_role("button", name="Ask Bob").click()
    expect(alice.get_by_text("Both of you get a letter.")).to_be_visible()
    alice.get_by_role("button", name="A short training").click()
    expect(alice.get_by_text("Work in the CRM on five days")).to_be_visible()
    bob.reload()
    expect(bob.get_by_text("alice@example.com")).to_be_visible()
    mei.reload()
    expect(mei.locator("#hands")).to_contain_text("Help is under way.")
    expect(mei.locator("#hands")).not_to_contain_text("A registered customer list")


def points(text):
    return int(text.replace("\N{MINUS SIGN}", "-").replace("+", ""))


def test_a_contest_that_is_right_takes_the_evidence_back(site, visit):
    nights = Nights(site.staff, back=100, usual=("Alice", "Bob"))
    nights.go(WEEKS)
    nights.until("Alice", "suspected", Alice="sheets")
    alice, leo, mei = visit("Alice", size=PHONE), visit("Leo", size=DESKTOP), visit("Mei")
    alice.goto("/me/evidence")
    alice.get_by_text("Not so?").click()
    alice.get_by_label("That file is no customer list").check()
    alice.get_by_label("In your words (optional)").fill("It is the seating plan for the trade fair.")
    alice.get_by_role("button", name="Send").click()
    expect(alice.get_by_role("heading", name="Case 1")).to_be_visible()
    nights.go(6, Alice="sheets")  # while it is open nothing goes on
    assert nights.flag("Alice").state == "contested"
    mei.goto("/team")
    expect(mei.get_by_text("Could use a hand")).to_have_count(0)

    leo.goto("/lead/flags")
    leo.get_by_role("link", name="Alice").click()
    expect(leo.get_by_text("It is the seating plan for the trade fair.")).to_be_visible()
    expect(leo.get_by_label("The file leaves the register")).to_be_checked()
    leo.get_by_label("Your answer; the person reads it").fill("You are right, it is no customer list.")
    leo.get_by_role("button", name="They are right").click()
    expect(leo.get_by_text("Accepted. What was misread counts no more")).to_be_visible()

    alice.reload()
    expect(alice.locator("h1")).to_contain_text("The question was withdrawn")
    expect(alice.locator("#case")).to_contain_text("You are right, it is no customer list.")
    expect(alice.get_by_text("“Contacts Q4” was edited by you")).to_have_count(0)
    nights.go(20, Alice="sheets")  # muted, and the file counts no more
    assert nights.flag("Alice").state == "dismissed"
    alice.reload()
    expect(alice.locator("main")).to_contain_text("Until")
    assert letters("alice")[-1] == "answered"


def test_without_javascript_a_contest_is_sent_and_taken_back(site, visit):
    nights = Nights(site.staff, back=70, usual=("Bob",))
    nights.go(WEEKS, Alice="crm")
    nights.until("Alice", "hint", Alice="both")
    alice = visit("Alice", size=PHONE, javascript=False)
    alice.goto("/me/evidence")
    alice.locator("#not-so summary").click()
    alice.get_by_label("Something else").check()
    alice.get_by_role("button", name="Send").click()
    expect(alice.get_by_role("heading", name="Case 1")).to_be_visible()
    alice.get_by_role("button", name="Take it back").click()
    expect(alice.locator("h1")).to_contain_text("Some of your work may still live in a spreadsheet")


def test_a_manager_sees_no_hint_by_any_page(site, visit):
    """Every page that Mei opens says the same whether Alice has a hint or none; exports are in test_flag_traces."""
    nights = Nights(site.staff, back=70, usual=("Alice", "Bob"))
    nights.go(WEEKS)
    mei = visit("Mei", size=DESKTOP)
    before = told(mei)
    nights.until("Alice", "hint", Alice="both")
    assert told(mei) == before
    alice = visit("Alice")
    alice.goto("/me/evidence")
    expect(alice.locator("h1")).to_contain_text("Some of your work may still live in a spreadsheet")


def told(mei):
    """Return what pages say that Mei opens."""
    found = {}
    for path in ("/", "/team", "/me", "/boards", "/bonus/team", "/stand-in"):
        mei.goto(path)
        found[path] = mei.locator("main").inner_text()
    return found
