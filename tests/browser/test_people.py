"""Hana uploads a list without JavaScript, sees what it changes, and stores it."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.browser.test_accessibility import violations

LIST = "E-Mail;Name;Team\nalice@example.com;Alice Novak;Sales North\nnoor@example.com;Noor;Lab\n"


@pytest.fixture
def page(visit):
    page = visit("Hana", size=DESKTOP, allowed={422}, reduced=True, javascript=False)
    page.goto("/hr/people")
    return page


def give(page, text):
    page.get_by_role("link", name="Upload a list").first.click()
    page.get_by_label("CSV file").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode("utf-16")}
    )
    page.get_by_role("button", name="See what it changes").press("Enter")


def test_a_list_is_seen_and_then_stored_without_a_script(page):
    give(page, LIST.replace("noor@example.com", "noor"))
    expect(page.get_by_role("alert").get_by_text("is no e-mail address")).to_be_visible()
    page.get_by_role("link", name="Choose another file").click()
    give(page, LIST)
    expect(page.get_by_text("1 person is new").first).to_be_visible()
    expect(page.get_by_text("Nothing is written yet.")).to_be_visible()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Store this list").press("Enter")
    expect(page.get_by_role("status").get_by_text("Stored: 1 person is new, 1 person changes")).to_be_visible()
    page.get_by_label("Name, address, team or manager").fill("noor")
    page.get_by_role("button", name="Find").press("Enter")
    page.get_by_role("link", name="Noor").click()
    expect(page.get_by_text("Lab").first).to_be_visible()
    expect(page.get_by_text("Why: list.csv sha256")).to_be_visible()


def test_a_preview_can_be_read_by_everybody(visit):
    page = visit("Hana", size=PHONE, reduced=True)
    page.goto("/hr/people")
    give(page, LIST)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme


def test_another_manager_is_named_from_a_day_on_without_a_script(page):
    page.get_by_label("Name, address, team or manager").fill("alice")
    page.get_by_role("button", name="Find").press("Enter")
    page.get_by_role("link", name="Alice").first.click()
    times = page.get_by_role("region", name="Managers over time")
    expect(times.get_by_role("link", name="Mei")).to_be_visible()
    times.get_by_text("Another manager from a day on").click()
    form = times.locator("#manager")
    form.locator("#manager-email").fill("alice@example.com")
    form.get_by_role("button", name="Save").press("Enter")
    expect(times.get_by_role("alert").get_by_text("a circle")).to_be_visible()
    form.locator("#manager-email").fill("olga@example.com")
    form.get_by_label("Why (for the journal)").fill("moves to Olga")
    form.get_by_role("button", name="Save").press("Enter")
    expect(times.get_by_role("listitem").first.get_by_text("now")).to_be_visible()
    expect(times.get_by_role("listitem").first.get_by_role("link", name="Olga")).to_be_visible()
    expect(page.get_by_text("Why: moves to Olga")).to_be_visible()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
