"""Hana plans two waves without a script, sees what speaks for the second, and gets a "hold" with its reason."""

from datetime import date

from playwright.sync_api import expect

from adoption import questions
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.questions.asking import Form
from rules.period import SECOND
from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.staff import NORTH
from tests.staff import SOUTH

BEYOND = """all => all.filter(one => { const words = document.createRange(); words.selectNodeContents(one);
  return words.getBoundingClientRect().right > one.parentElement.getBoundingClientRect().right + 1; })
  .map(one => one.textContent)"""


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


def test_the_report_of_the_diagnosis_is_printed_with_every_word(visit):
    page = visit("Hana", javascript=False)
    page.goto("/rollout/diagnosis")
    page.get_by_role("textbox", name="How are people measured and paid today?").fill(
        "\n".join(f"Target {one}." for one in range(1, 31))
    )
    page.get_by_role("button", name="Keep the answers").click()
    answer = page.locator(".printed")
    expect(answer).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_role("textbox")).to_have_count(0)
    expect(answer).to_be_visible()
    expect(answer).to_contain_text("Target 30.")


def test_times_until_an_answer_stand_beside_the_other_figures_of_a_wave(site, visit):
    staff = site.staff
    staff.begin_wave("First wave", NORTH, days=20)
    champion = questions.Reader(staff["Alice"], desk=False)
    for one, who in enumerate([staff["Bob"], staff["Cora"], staff["Bob"], staff["Cora"], staff["Bob"]]):
        form = Form(f"of {one}", "What is a next step?", "home.week", "/", "en", letters=False)
        questions.ask(begin_write(), who, form, staff.now - (19 - one) * 86_400 * SECOND)
        db.session.commit()
        number = questions.mine(who)[0][0].id
        questions.answer(begin_write(), champion, number, "A task.", back=False, once=str(one), now=staff.now)
        db.session.commit()
    page = visit("Hana")
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        page.goto("/rollout/wave?name=First wave")
        expect(page.get_by_text("working days", exact=False).first).to_be_visible()
        assert page.locator("dl.stats dd").evaluate_all(BEYOND) == []
