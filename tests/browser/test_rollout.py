"""Hana plans two waves without a script, sees what speaks for the second, and gets a "hold" with its reason."""

from datetime import date

from playwright.sync_api import expect

from tests.staff import NORTH
from tests.staff import SOUTH


def plan(page, staff, name, team, days):
    page.get_by_role("link", name="Plan a wave").first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("First day").fill(date.fromordinal(staff.today + days).isoformat())
    page.get_by_role("checkbox", name=team).check()
    page.get_by_label("Champion").select_option("Alice")
    page.get_by_label("Supporter").select_option("Dana")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.get_by_role("link", name="Roll-out", exact=True).last.click()


def test_hana_plans_two_waves_and_is_advised_to_hold_the_second(site, visit):
    staff = site.staff
    page = visit("Hana", javascript=False)
    page.goto("/rollout")
    plan(page, staff, "North first", NORTH, -3)
    plan(page, staff, "South next", SOUTH, 11)

    page.goto("/rollout")
    expect(page.get_by_text("advice: hold")).to_be_visible()
    page.get_by_role("link", name="South next").first.click()
    expect(page.get_by_role("heading", name="Hold, for now")).to_be_visible()
    expect(page.get_by_text("0 whole weeks have passed since the wave before began")).to_be_visible()
    expect(page.get_by_text("Let three whole weeks pass after a wave has begun.")).to_be_visible()

    page.get_by_label("It waits").check()
    page.locator("#why").fill("North has only just begun")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("decided: hold").first).to_be_visible()
    expect(page.get_by_text("North has only just begun")).to_be_visible()
