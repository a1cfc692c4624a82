"""Cora asks from Home on the phone, her champion answers, it becomes help, and Bob finds it from the same page."""

import re

from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP
from tests.staff import NORTH


def test_a_question_becomes_help_for_the_next_one(site, visit):
    site.staff.begin_wave("First wave", NORTH, days=20)
    page = visit("Cora")
    page.goto("/")
    page.get_by_role("link", name="Ask a question").click()
    expect(page.get_by_text("Alice reads it, the champion of your wave.")).to_be_visible()
    expect(page.get_by_label("Say that it is about the page “Home”")).to_be_checked()
    page.get_by_label("What would you like to know?").fill("Cora here: what is a next step?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Your question is on its way.")).to_be_visible()
    expect(page.get_by_text("waits for an answer")).to_be_visible()

    alice = visit("Alice", size=DESKTOP)
    alice.goto("/questions")
    expect(alice.get_by_role("heading", level=1, name="1 question waits for your answer.")).to_be_visible()
    alice.get_by_role("link", name="Cora here: what is a next step?").click()
    alice.get_by_label("Your answer").fill("A task with a date, Cora.")
    alice.get_by_role("button", name="Answer").click()
    expect(alice.get_by_text("Sent. It stands on the page of whoever asked.")).to_be_visible()

    alice.get_by_role("link", name="Make help of it").click()
    title = alice.get_by_label(re.compile("^Title"))
    expect(title).to_have_value("… here: what is a next step?")
    title.fill("What is a next step?")
    alice.get_by_label("What helps").fill("A task with a date.")
    alice.get_by_role("button", name="Publish").click()
    expect(alice.get_by_text("Saved. It stands in the help list.")).to_be_visible()

    page.goto("/ask/mine")
    expect(page.get_by_text("A task with a date, Cora.")).to_be_visible()
    page.get_by_role("button", name="That helped").click()
    expect(page.get_by_text("Good to hear. Thank you for saying so.")).to_be_visible()

    bob = visit("Bob", javascript=False)
    bob.goto("/")
    bob.get_by_role("link", name="Help for this page (1)").click()
    expect(bob.get_by_role("heading", level=2, name="About “Home”")).to_be_visible()
    expect(bob.get_by_text("A task with a date.")).to_be_visible()
    bob.get_by_label("Search").fill("NEXT step")
    bob.get_by_role("button", name="Search").click()
    expect(bob.get_by_text("What is a next step?", exact=True)).to_be_visible()
    expect(bob.get_by_text("Cora")).to_have_count(0)
