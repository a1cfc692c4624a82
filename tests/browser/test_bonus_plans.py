"""A change to a bonus plan is tried in a browser, with the keyboard and without a script."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.browser.test_accessibility import violations

PATH = "/hr/plans/sales-bonus"


@pytest.fixture
def page(site, visit):
    """Open the plan as HR, after a month in which everybody did something."""
    names = ("Alice", "Bob", "Mei", "Cora", "Dave", "Erin")
    site.staff.send(
        [
            event
            for place, name in enumerate(names)
            for number in range(5 + 5 * place)
            for event in site.staff.contact(name, 1000 * (place + 1) + number, days=34)
        ]
    )
    page = visit("Hana", size=DESKTOP, allowed={422}, reduced=True)
    page.goto(PATH)
    return page


def looks_right(page):
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (size, scheme)


def test_a_number_is_changed_tried_and_made_a_draft_that_is_published(page):
    page.get_by_role("link", name="Try a change").click()
    rates = page.get_by_label("Rate", exact=True)
    rates.nth(1).fill("nine")
    page.get_by_role("button", name="Work it out").first.press("Enter")
    expect(page.get_by_text("Write a number that is not below zero, such as 7.50.")).to_be_visible()
    expect(rates.nth(1)).to_have_value("nine")
    looks_right(page)
    rates.nth(1).fill("10")
    page.get_by_role("button", name="Work it out").first.press("Enter")
    expect(page.get_by_role("heading", name="What it would have cost")).to_be_visible()
    expect(page.get_by_text("Nothing is written").first).to_be_visible()
    expect(page.get_by_text("The plan now pays 1143.50 here: correct the example, or the plan.")).to_be_visible()
    looks_right(page)
    with page.expect_download() as file:
        page.get_by_role("button", name="Everybody as CSV").first.click()
    assert file.value.suggested_filename.startswith("sales-bonus-")
    page.get_by_role("button", name="Make it a draft").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Change: Sales bonus")
    page.get_by_role("link", name="Sales bonus", exact=True).first.click()
    expect(page.get_by_text("It goes into the draft “Change: Sales bonus”.")).to_be_visible()
    page.get_by_role("group", name="Worked example 1").get_by_label("Pays", exact=True).fill("1143.50")
    page.get_by_role("button", name="Keep it in the draft").first.press("Enter")
    expect(page.get_by_role("button", name="Publish")).to_be_visible()
    page.get_by_role("button", name="Publish").press("Enter")
    expect(page.get_by_text("published by Hana").first).to_be_visible()


def test_a_change_by_text_is_tried_and_its_faults_are_told(page):
    page.get_by_role("link", name="Try a change").click()
    page.get_by_text("As text: everything else that a plan can say").press("Enter")
    text = page.get_by_label("The plan, as it stands in the book")
    written = text.input_value()
    text.fill(written.replace("pays = 9 }", "pays = nine }"))
    page.get_by_role("button", name="Work it out").last.press("Enter")
    expect(page.get_by_role("alert").get_by_text("this is not TOML")).to_be_visible()
    assert "pays = nine" in text.input_value()
    text.fill(written.replace("pays = 9 }", "pays = 10 }"))
    page.get_by_role("button", name="Work it out").last.press("Enter")
    expect(page.get_by_role("heading", name="What it would have cost")).to_be_visible()


def test_a_plan_is_worked_out_for_whoever_is_chosen(page):
    page.get_by_label("Who").select_option("Erin")
    page.get_by_role("button", name="Work it out").press("Enter")
    expect(page.get_by_text("Erin in ")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_text("As a table").first.press("Enter")
    expect(page.get_by_role("columnheader", name="At once").first).to_be_visible()
