"""The first run in a browser without a script: steps put aside, a letter, a team, a pack, sample data."""

import re

import pytest

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
    assert page.get_by_text("2 of 7 steps done").is_visible()
    step(page, "Try it on last month").get_by_role("button", name="Skip").press("Enter")
    assert page.get_by_text("2 of 7 steps done · 1 skipped").is_visible()
    step(page, "Try it on last month").get_by_role("button", name="Take it up again").click()
    step(page, "A test letter").get_by_role("button", name="Send me a letter").click()
    assert step(page, "A test letter").get_by_text("On its way").is_visible()
    sending.run(lambda _done, _total: None)
    page.reload()
    assert step(page, "A test letter").get_by_text("Sent").is_visible()
    step(page, "Invite a pilot team").get_by_label("Team").select_option(label=f"{NORTH} (6 people)")
    step(page, "Invite a pilot team").get_by_role("button", name="Invite them").click()
    assert step(page, "Invite a pilot team").get_by_text("6 people invited").is_visible()
    assert page.get_by_text("4 of 7 steps done").is_visible()


def test_sample_data_is_loaded_looked_at_and_removed(site, visit):
    page = visit("Hana", size=PHONE, reduced=True)
    page.goto("/hr/start")
    page.get_by_role("button", name="Load sample data").click()
    banner = page.get_by_role("complementary", name="Sample data")
    assert banner.get_by_text("Sample data:").is_visible()
    page.goto("/boards/sample-contacts-this-week?period=2026-W01")
    assert banner.is_visible()
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
    assert page.get_by_role("complementary", name="Sample data").count() == 0
    assert page.get_by_role("button", name="Load sample data").is_visible()


def test_a_pack_is_put_into_a_draft_without_a_script(site, visit):
    page = visit("Hana", javascript=False)
    page.goto("/hr/book/packs")
    card = page.get_by_role("article", name="Customer care")
    assert card.get_by_text("Every 20 solved requests in a week").is_visible()
    card.get_by_role("button", name="Add to a draft").click()
    db.session.rollback()
    (draft,) = drafts.listed()
    assert draft.title == "Customer care"
