"""The first run in a browser without a script: steps put aside, a letter, a team, a pack, sample data."""

import re

import pytest
from playwright.sync_api import expect

from adoption import drafts
from adoption.extensions import db
from adoption.mail import sending
from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.browser.test_accessibility import violations
from tests.staff import NORTH


def step(page, name):
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=re.compile(f"^{name}")))


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_list_works_without_a_script(site, visit, size):
    page = visit("Hana", size=size, javascript=False)
    page.goto("/hr/start")
    expect(page.get_by_text("2 of 7 steps done")).to_be_visible()
    step(page, "Try it on last month").get_by_role("button", name="Skip").press("Enter")
    expect(page.get_by_text("2 of 7 steps done · 1 skipped")).to_be_visible()
    step(page, "Try it on last month").get_by_role("button", name="Take it up again").click()
    step(page, "A test letter").get_by_role("button", name="Send me a letter").click()
    expect(step(page, "A test letter").get_by_text("On its way")).to_be_visible()
    sending.run(lambda _done, _total: None)
    page.reload()
    expect(step(page, "A test letter").get_by_text("Sent")).to_be_visible()
    step(page, "Invite a pilot team").get_by_label("Team").select_option(label=f"{NORTH} (6 people)")
    step(page, "Invite a pilot team").get_by_role("button", name="Invite them").click()
    expect(step(page, "Invite a pilot team").get_by_text("6 people invited")).to_be_visible()
    expect(page.get_by_text("4 of 7 steps done")).to_be_visible()


def test_sample_data_is_loaded_looked_at_and_removed(site, visit):
    page = visit("Hana", size=PHONE, reduced=True)
    page.goto("/hr/start")
    page.get_by_role("button", name="Load sample data").click()
    banner = page.get_by_role("complementary", name="Sample data")
    expect(banner.get_by_text("Sample data:")).to_be_visible()
    page.goto("/boards/sample-contacts-this-week?period=2026-W01")
    expect(banner).to_be_visible()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        for path in ("/hr/start", "/hr/book/packs"):
            page.goto(path)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert violations(page) == [], (size, scheme, path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (size, path)
    page.goto("/hr/start")
    page.get_by_role("button", name="Remove the sample data").click()
    expect(page.get_by_role("complementary", name="Sample data")).to_have_count(0)
    expect(page.get_by_role("button", name="Load sample data")).to_be_visible()


def test_a_pack_is_put_into_a_draft_without_a_script(site, visit):
    page = visit("Hana", javascript=False)
    page.goto("/hr/book/packs")
    card = page.get_by_role("article", name="Customer care")
    expect(card.get_by_text("Every 20 solved requests in a week")).to_be_visible()
    card.get_by_role("button", name="Add to a draft").click()
    db.session.rollback()
    (draft,) = drafts.listed()
    assert draft.title == "Customer care"
