"""What people come for, from the first click to the last, in a real browser."""

import json
import re
import time
import urllib.request
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import expect

from adoption import auth
from adoption import preferences
from adoption import rewards
from adoption.extensions import db
from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.staff import email

LINK = re.compile(r"http://\S+/sign-in/\S+")
both_databases = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def letter(site, name):
    """Let the letters go out, and return what the last one to somebody says."""
    site.staff.post()
    folder = Path(site.app.extensions["settings"].mail_folder)
    letters = (
        message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"), reverse=True)
    )
    return next(one for one in letters if email(name) in one["To"]).get_body(("plain",)).get_content()


def sign_in_by_letter(site, page, name):
    """Ask for a letter, read it, and follow its link."""
    page.goto("/")
    page.get_by_label("Your e-mail address at work").fill(email(name))
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("If that address works here, a letter is on its way.")
    page.goto(LINK.search(letter(site, name))[0])
    page.get_by_role("button", name=re.compile("Sign in as")).click()


@pytest.fixture
def crm(site):
    """Return how a CRM sends activities: over HTTP, with its token."""
    token = auth.create_token("crm", ("activities:write",), email=None, now=time.time_ns() // 1000)
    db.session.commit()

    def send(events):
        request = urllib.request.Request(  # noqa: S310  # our own address
            f"{site.address}/api/v1/activities",
            data=json.dumps(events).encode(),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/cloudevents-batch+json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            assert answer.status == 202
            assert json.load(answer) == {"accepted": len(events), "duplicates": 0, "refused": []}

    return send


def contacts(site, name, numbers, **more):
    return [event for number in numbers for event in site.staff.contact(name, number, **more)]


def headline(page):
    return page.get_by_role("heading", level=1)


# --- from an empty week to a lunch


@both_databases
def test_alice_comes_from_an_empty_week_to_a_lunch(site, visit, crm):
    alice = visit()
    sign_in_by_letter(site, alice, "Alice")
    expect(headline(alice)).to_have_text("Good that you are here. Three things first.")
    alice.get_by_role("button", name="Show my week").click()
    week = alice.get_by_role("region", name="Ten developed contacts")
    expect(week).to_contain_text("0 of 10")

    crm(contacts(site, "Alice", range(6)) + contacts(site, "Alice", [7, 8], needs=2))
    alice.reload()
    expect(week).to_contain_text("6 of 10")
    expect(headline(alice)).to_contain_text("4 more for “Ten developed contacts”")
    near = alice.locator("#near")
    expect(near).to_contain_text("Robin 7")
    expect(near.get_by_role("listitem").filter(has_text="Robin 7")).to_contain_text("missing: a next step")
    near.get_by_role("link", name="Robin 7", exact=True).click()
    expect(headline(alice)).to_contain_text("Still missing: a next step")

    crm(
        [
            *(site.staff.event("Alice", "task.created", f"contact/{number}", minutes=1) for number in (7, 8)),
            *contacts(site, "Alice", [9, 10]),
        ]
    )
    alice.goto("/")
    expect(headline(alice)).to_contain_text("You have earned it")
    choose_a_lunch(alice)
    code = alice.locator(".ticket .code").inner_text().splitlines()[0]

    carl = visit("Carl", size=DESKTOP)
    register_till(carl)
    show(carl, code)
    expect(carl.locator("[data-verdict=give]")).to_contain_text("Alice")
    carl.get_by_role("button", name=re.compile("Undo")).click()
    expect(carl.locator("[data-verdict=undone]")).to_contain_text("Taken back")
    assert lunch_of(site, "Alice").status == "issued"

    show(carl, token_of(site, "Alice"))
    expect(carl.locator("[data-verdict=give]")).to_be_visible()
    expect(alice.locator(".ticket .lead")).to_contain_text("Enjoy. Used at", timeout=20_000)  # without a click of hers
    expect(alice.locator(".ticket .qr")).to_have_count(0)
    carl.locator("[data-next]").first.click()
    show(carl, code)
    expect(carl.locator("[data-verdict=used]")).to_contain_text("Already used")
    assert lunch_of(site, "Alice").status == "redeemed"


def choose_a_lunch(page):
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Rewards").click()
    page.get_by_role("link", name=re.compile("^Choose Ten developed contacts")).first.click()
    page.get_by_role("radio", name=re.compile("Free lunch")).check()
    page.get_by_role("button", name="Choose this").click()
    expect(page.get_by_role("status").filter(has_text="It is yours.")).to_be_visible()
    expect(headline(page)).to_have_text("Free lunch")


def register_till(page):
    """Make a browser the till of a canteen, by whoever is signed in there."""
    page.goto("/counter")
    page.get_by_label("Where does it stand?").fill("Canteen 1")
    page.get_by_role("button", name="Register this device").click()
    expect(headline(page)).to_have_text("Canteen 1")


def show(page, text):
    """Type a code, or let a scanner type what it read: whatever is on the screen, it goes into the box."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def lunch_of(site, name):
    """Return the one lunch that somebody has, or had."""
    db.session.rollback()
    items = rewards.history([site.staff[name]], time.time_ns() // 1000).items
    (lunch,) = (one for one in items if one.reward and one.reward.key == "free-lunch")
    return lunch


def token_of(site, name):
    """Return what the QR code on somebody's phone holds now."""
    award = lunch_of(site, name).name
    ticket = rewards.ticket_of(db.session.connection(), award)
    return ticket.token(time.time_ns() // 1000)


# --- who is shown


def test_bob_is_hidden_from_the_board_and_keeps_what_he_earned(site, visit):
    site.staff.send(
        [event for place, name in enumerate(("Bob", "Alice", "Cora", "Dave", "Erin", "Finn", "Gwen"))
         for event in contacts(site, name, range(100 * place, 100 * place + 11 - place))]
    )  # fmt: skip  # one line each
    alice, bob = visit("Alice"), visit("Bob")
    alice.goto("/boards/contacts-this-week")
    expect(alice.get_by_role("rowheader", name="Bob", exact=True)).to_be_visible()

    bob.goto("/me")
    bob.get_by_role("radio", name=re.compile("Not at all")).check()
    bob.get_by_role("button", name="Save how you are shown").click()
    expect(headline(bob)).to_be_visible()
    alice.reload()
    expect(alice.locator("main")).not_to_contain_text("Bob")
    expect(alice.get_by_role("row").filter(has_text="You")).to_contain_text("2")  # the place stays his

    bob.goto("/boards/contacts-this-week")
    expect(bob.get_by_role("row").filter(has_text="You")).to_contain_text("1")
    choose_a_lunch(bob)
    assert lunch_of(site, "Bob").status == "issued"


# --- live, and quiet


def test_a_week_says_that_something_is_new_and_moves_nothing(site, visit):
    site.staff.send(contacts(site, "Alice", range(3)))
    page = visit("Alice")
    page.clock.install()
    put_away(site, "Alice")
    page.goto("/")
    week = page.get_by_role("region", name="Ten developed contacts")
    expect(week).to_contain_text("3 of 10")
    with page.expect_response(lambda answer: answer.status == 304):
        page.clock.fast_forward("00:40")
    expect(page.get_by_text("There is something new.")).to_be_hidden()
    site.staff.send(contacts(site, "Alice", [5]))
    page.clock.fast_forward("00:40")
    expect(page.get_by_text("There is something new.")).to_be_visible()
    expect(week).to_contain_text("3 of 10")
    page.get_by_role("link", name="Show it").click()
    expect(week).to_contain_text("4 of 10")


def put_away(site, name):
    """Let somebody have read the first words."""
    preferences.choose(site.staff[name], welcomed=1)
    db.session.commit()


# --- by the keyboard alone


def reach(page, locator):
    """Press Tab until something has the focus."""
    page.keyboard.press("Tab")
    for _ in range(200):
        if locator.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{locator} cannot be reached")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_language_and_appearance_are_chosen_by_the_keyboard_alone(site, visit, size):
    page = visit("Alice", size=size)
    page.goto("/what-we-count")
    reach(page, page.locator("header details.menu summary"))
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("button", name="Русский"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Русский")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Space")
    reach(page, page.get_by_role("button", name="Русский"))
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert page.url.endswith("/what-we-count")

    reach(page, page.locator("footer button[value=dark]"))
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("footer button[value=dark]")).to_have_attribute("aria-pressed", "true")
    assert ground(page) != ground(visit())

    elsewhere = visit("Alice")  # another browser of hers
    elsewhere.goto("/")
    expect(elsewhere.locator("html")).to_have_attribute("lang", "ru")
    expect(elsewhere.locator("html")).to_have_attribute("data-theme", "dark")


def ground(page):
    if page.url == "about:blank":
        page.goto("/sign-in")
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_first_stop_of_the_keyboard_leads_past_the_frame(visit):
    page = visit("Alice")
    page.goto("/what-we-count")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_light_beats_a_dark_system(visit):
    dark, light = visit(dark=True), visit()
    expected = ground(light)
    assert ground(dark) != expected
    dark.locator("footer button[value=light]").click()
    expect(dark.locator("html")).to_have_attribute("data-theme", "light")
    assert ground(dark) == expected


# --- without JavaScript


def test_everything_that_matters_works_without_javascript(site, visit):
    page = visit(javascript=False)
    sign_in_by_letter(site, page, "Alice")
    page.get_by_role("button", name="Show my week").click()
    expect(page.get_by_role("region", name="Ten developed contacts")).to_contain_text("0 of 10")

    site.staff.send(contacts(site, "Alice", range(20)))
    page.goto("/")
    choose_a_lunch(page)
    page.get_by_role("link", name="Choose another reward").click()
    page.get_by_role("radio", name=re.compile("Lunch break")).check()
    page.get_by_role("button", name="Choose this").click()
    page.get_by_role("button", name="Take it on this day").click()
    expect(page.get_by_role("status").filter(has_text="Noted:")).to_be_visible()
    assert "Alice takes" in letter(site, "Mei")

    page.goto("/me")
    page.get_by_role("radio", name=re.compile("By an alias")).check()
    page.get_by_label("Your alias").fill("Petrichor")
    page.get_by_role("button", name="Save how you are shown").click()
    expect(headline(page)).to_contain_text("Petrichor")

    page.goto("/records")
    page.get_by_role("searchbox").fill("Robin 12")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("main")).to_contain_text("Robin 12")

    page.locator("header summary").click()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.locator("footer button[value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("footer form[action='/sign-out'] button").click()
    page.locator("footer form[action='/sign-out']").wait_for(state="detached")
    page.goto("/")
    assert "/sign-in" in page.url
