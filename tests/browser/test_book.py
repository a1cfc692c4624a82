"""Hana, new to the product, writes the book in a browser: from empty, with the keyboard, and without a script."""

from datetime import date
from datetime import datetime
from datetime import time

import pytest
import time_machine
from flask import current_app
from playwright.sync_api import expect
from sqlalchemy import select

from adoption.extensions import db
from adoption.models import Award
from adoption.models import PublishedDefinition
from rules import period
from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.browser.test_accessibility import violations

EMPTY = "# nothing is promised any more\n"


@pytest.fixture
def worked(site):
    """Return the site after a month in which people worked in the CRM: Alice has 25 contacts, Bob 20, Cora 15."""
    happened = [
        event
        for place, name in enumerate(("Alice", "Bob", "Cora"))
        for number in range(25 - 5 * place)
        for event in site.staff.contact(name, 1000 * (place + 1) + number, days=9)
    ]
    site.staff.send(happened)
    return site


def awards_of(site, name):
    db.session.rollback()
    query = select(Award.version, Award.period, Award.ordinal, Award.status, Award.reward)
    return sorted(map(tuple, db.session.execute(query.where(Award.holder == site.staff[name]))), key=repr)


def write(page, title, slots):
    """Give a definition its title, and choose in its slots."""
    page.get_by_label("Title", exact=True).fill(title)
    for label, nth, value in slots:
        slot = page.get_by_label(label, exact=True).nth(nth)
        slot.select_option(value) if slot.evaluate("one => one.tagName") == "SELECT" else slot.fill(value)
        settled(page)


def settled(page):
    """Wait until the words have followed what was typed."""
    if page.evaluate("'asks' in (document.querySelector('[data-builder]')?.dataset ?? {})"):
        page.wait_for_selector("[data-builder]:not([data-asks='yes'])")


def save(page, button):
    page.get_by_role("button", name=button, exact=True).last.press("Enter")
    page.wait_for_load_state("networkidle")


SENTENCE = (
    "Every 10 developed contacts in a week earn a free lunch or a lunch break 10 minutes earlier, at most twice a week."
)


def compose(page, *, javascript):
    """Write the incentive from its empty sentence; a metric, a milestone and two rewards come about on the way."""
    lunch = ("How many", 0, "10"), ("At most how many times; empty: without a limit", 0, "2")
    write(page, "Ten developed contacts", lunch)
    save(page, "Save and go on")  # something new to count, and a new reward, are all there is to choose

    expect(page.get_by_role("heading", level=1, name="New metric")).to_be_visible()
    write(page, "Developed contacts", [("Which activity or milestone", 0, "+new")])
    save(page, "Save and go back")

    expect(page.get_by_role("heading", level=1, name="New milestone")).to_be_visible()
    write(page, "Developed contact", [])
    needs = (
        ("an e-mail address", "contact.created"),
        ("a conversation", "email.sent"),
        ("a next step", "task.created"),
    )
    for number, (title, activity) in enumerate(needs):
        if number:
            page.get_by_role("button", name="Add something that it needs").press("Enter")
            page.locator(f"[name='needs.{number}.title']").wait_for()
        page.locator(f"[name='needs.{number}.title']").fill(title)
        page.locator(f"[name='needs.{number}.on[]']").first.select_option(activity)
        settled(page)
    save(page, "Save and go back")

    expect(page.get_by_role("heading", level=1, name="Developed contacts")).to_be_visible()
    save(page, "Save and go back")
    write(page, "Ten developed contacts", [("What is earned", 0, "+new")])
    save(page, "Save and go on")
    expect(page.get_by_role("heading", level=1, name="New reward")).to_be_visible()
    costs = ("What one costs; empty: nothing", 0, "9.50"), ("Budget; empty: without a limit", 0, "450")
    write(page, "Free lunch", costs)
    save(page, "Save and go back")
    write(page, "Ten developed contacts", [("What is earned", 1, "+new")])
    save(page, "Save and go on")
    write(page, "Lunch break 10 minutes earlier", [("What kind of reward", 0, "time_off")])
    if not javascript:
        page.get_by_role("button", name="Show the sentence again").click()
    page.get_by_label("How much", exact=True).fill("10")
    save(page, "Save and go back")


def weigh(page, *, javascript):
    """See the effect of the last month beside the rule, with what to look at."""
    if not javascript:
        page.get_by_role("button", name="Show the effect").click()
    effect = page.locator("[data-part=effect]")
    expect(effect.locator(".stats")).to_contain_text("3")  # all of them earn
    never = "15 of 18 had nothing that counts for “Developed contacts” at all, and could never have earned it."
    expect(effect.get_by_text(never)).to_be_visible()
    expect(page.get_by_text(SENTENCE).first).to_be_visible()
    expect(page.get_by_text("каждые 10 за неделю дают на выбор")).to_be_visible()
    if javascript:
        assert violations(page) == []


def publish(page, staff):
    """Publish the draft from next Monday on, and return that day."""
    save(page, "Save and go on")
    expect(page.get_by_text("It is ready: nothing is missing")).to_be_visible()
    page.get_by_label("next Monday").check()
    save(page, "Publish")
    expect(page.get_by_text("published by Hana").first).to_be_visible()
    db.session.rollback()
    table = PublishedDefinition
    query = select(table.starts).where(table.kind == "incentive", table.key == "ten-developed-contacts")
    monday = period.following("week", staff.today)
    assert db.session.scalar(query) == monday
    return monday


def noon(day):
    return datetime.combine(date.fromordinal(day), time(12), current_app.config["ORGANISATION_ZONE"])


@pytest.mark.parametrize("book", [""], ids=["no book"])
@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without"])
def test_hana_writes_the_first_incentive_where_no_book_ever_was(worked, visit, javascript):
    """The CRM has sent activities for a month, nothing was promised; a week after it began its effect speaks."""
    staff = worked.staff
    page = visit("Hana", size=DESKTOP, javascript=javascript, reduced=True)
    page.goto("/hr/book")
    expect(page.get_by_role("heading", name="The book is empty")).to_be_visible()
    page.get_by_role("button", name="Write the first incentive").click()
    compose(page, javascript=javascript)
    weigh(page, javascript=javascript)
    here = page.url
    page.get_by_role("link", name="Dry run by person").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dry run")
    page.goto(f"{page.url}?from={date.fromordinal(staff.today - 29)}&to={date.fromordinal(staff.today)}")
    expect(page.get_by_role("row", name="Alice")).to_contain_text("more: 2")
    page.goto(here)
    monday = publish(page, staff)
    assert awards_of(worked, "Alice") == [], "nothing was promised for the month that is over"

    with time_machine.travel(noon(monday + 1)):
        staff.send([event for number in range(10) for event in staff.contact("Cora", 9000 + number)])
        assert len(awards_of(worked, "Cora")) == 1, "from then on it is earned"
    with time_machine.travel(noon(monday + 7)):
        page = visit("Hana", size=PHONE, javascript=javascript, reduced=True)
        page.goto("/hr/book/incentive/ten-developed-contacts")
        page.get_by_role("link", name="What it has done").click()
        said = page.get_by_text("No effect visible yet: 1 whole week has passed, and three are needed.")
        expect(said).to_be_visible()


def test_what_was_earned_before_stays_as_it_was_when_a_book_begins_anew(worked, visit):
    """Alice has earned lunches by an older book, in which everything has ended since."""
    staff = worked.staff
    before = awards_of(worked, "Alice")
    assert len(before) == 2
    staff.publish_from_today(EMPTY)
    page = visit("Hana", size=DESKTOP, reduced=True)
    page.goto("/hr/book")
    page.get_by_role("button", name="New incentive").first.click()
    compose(page, javascript=True)
    weigh(page, javascript=True)
    monday = publish(page, staff)
    assert awards_of(worked, "Alice") == before
    with time_machine.travel(noon(monday + 1)):
        staff.send([event for number in range(10) for event in staff.contact("Alice", 9000 + number)])
        now = awards_of(worked, "Alice")
    assert len(now) == 3
    assert set(before) < set(now), "the new promise gives its own"


def test_a_rule_is_changed_with_the_keyboard_and_the_words_follow(site, visit):
    page = visit("Hana", size=DESKTOP, reduced=True)
    page.goto("/hr/book/incentive/ten-contacts-lunch")
    page.get_by_role("button", name="Change", exact=True).press("Enter")
    target = page.get_by_label("How many", exact=True)
    target.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("8")
    page.locator("[data-part=live] ins").wait_for()
    expect(page.get_by_text("Every 8 developed contacts in a week").first).to_be_visible()
    expect(page.locator("[data-part=example-0]").get_by_text("the rule gives 1")).to_be_visible()
    assert target.evaluate("one => one === document.activeElement"), "the focus stays where one types"
    page.locator("[data-part=example-0]").get_by_role("button", name="Take that").press("Enter")
    page.locator("[data-part=example-0]").get_by_text("holds").wait_for()
    page.get_by_role("button", name="Add an example").press("Enter")
    page.locator("[name='examples.3.value']").wait_for()
    assert page.evaluate("document.activeElement.name") == "examples.3.value"
    page.keyboard.type("16")
    page.locator("[data-part=example-3]").get_by_text("the rule gives 2").wait_for()
    how = page.get_by_label("How often it is earned")
    how.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("once a week").first.wait_for()
    assert page.evaluate("document.activeElement.id") == "f-how", "the sentence is drawn anew, the focus stays"
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (size, scheme)


def test_what_has_the_focus_stays_in_sight_when_the_effect_comes_above_it(site, visit):
    page = visit("Hana", size={"width": 1280, "height": 420}, reduced=True)
    page.goto("/hr/book/incentive/ten-contacts-lunch")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/effect", hold)
    page.get_by_role("button", name="Change", exact=True).press("Enter")
    button = page.get_by_role("button", name="Save and go on")
    button.focus()
    expect(button).to_be_in_viewport(ratio=0.95)
    before = button.bounding_box()["y"]
    page.wait_for_function("document.querySelector('[data-part=effect]').ariaBusy === 'true'")
    while not held:
        page.wait_for_timeout(50)
    held.pop().continue_()
    page.locator("[data-part=effect] .stats").wait_for()
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport(ratio=0.95)
    assert button.bounding_box()["y"] > before, "something has come above it"


def test_who_comes_second_is_told_and_chooses(site, visit):
    one, other = (visit("Hana", size=DESKTOP, reduced=True, allowed={409}) for _ in range(2))
    one.goto("/hr/book/incentive/ten-contacts-lunch")
    one.get_by_role("button", name="Change", exact=True).click()
    one.get_by_label("How many", exact=True).fill("9")
    save(one, "Save")
    other.goto(one.url)
    one.get_by_label("How many", exact=True).fill("8")
    save(one, "Save")
    other.get_by_label("How many", exact=True).fill("12")
    save(other, "Save")
    expect(other.get_by_role("heading", level=1, name="Somebody else changed this, too")).to_be_visible()
    expect(other.get_by_text("Every 8 developed contacts")).to_be_visible()
    expect(other.get_by_text("Every 12 developed contacts")).to_be_visible()
    assert violations(other) == []
    other.get_by_role("button", name="Take mine instead").press("Enter")
    expect(other.get_by_label("How many", exact=True)).to_have_value("12")


def test_nobody_approves_their_own_draft(site, visit):
    page = visit("Hana", size=PHONE, reduced=True)
    page.goto("/hr/book/reward/free-lunch")
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_label("Budget; empty: without a limit").fill("5000")
    save(page, "Save and go on")
    expect(page.get_by_text("A second person decides.")).to_be_visible()
    save(page, "Send for approval")
    expect(page.get_by_text("four eyes see more than two").first).to_be_visible()
    expect(page.get_by_role("button", name="Approve and publish")).to_have_count(0)
    second = visit("Ann", size=PHONE, reduced=True)
    second.goto(page.url)
    save(second, "Approve and publish")
    expect(second.get_by_text("published by Ann").first).to_be_visible()
