"""Mei reads her weekly letter, thanks somebody, moves it to another day, leaves with one click, and comes back."""

import re

from playwright.sync_api import expect

from adoption.extensions import db
from adoption.mail import sending
from adoption.models import Letter


def test_mei_lives_on_her_letter(site, visit):
    has = site.staff.live()
    page = visit("Mei")
    page.goto("/me")
    page.get_by_role("link", name="See it, and choose when it comes").click()
    expect(page.get_by_role("heading", level=1, name="Weekly letter")).to_be_visible()
    page.get_by_role("link", name="Open it by itself").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Developed contacts: 60")

    page.get_by_role("link", name="Open the team page").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(site.address)

    page.goto("/digest/letter")
    page.get_by_role("link", name="Say thanks").first.click()
    words = page.get_by_label("What you want to say")
    expect(words).to_have_value(re.compile("^Dear "))
    page.get_by_role("button", name="Send my thanks").click()
    expect(page.get_by_text("Your thanks are on their way to")).to_be_visible()
    sending.run(lambda *_: None)
    assert db.session.query(Letter.state).filter(Letter.kind == "thanks").all() == [("sent",)]
    db.session.rollback()

    page.get_by_label("Weekday").select_option("Wednesday")
    page.get_by_label("Hour").select_option("16:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The next letter comes on Wednesday")).to_be_visible()

    stranger = visit()
    way_out = f"{site.address}/letters/out/{has.way_out}"
    assert stranger.request.post(way_out, form={"List-Unsubscribe": "One-Click"}).status == 200
    page.goto("/digest")
    expect(page.get_by_text("It is switched off.")).to_be_visible()

    stranger.goto(f"/letters/out/{has.way_out}")
    stranger.get_by_role("button", name="Send them to me again").click()
    expect(stranger.get_by_role("button", name="Send me no more of them")).to_be_visible()
    page.goto("/digest")
    expect(page.get_by_text(re.compile("The next one comes on Wednesday"))).to_be_visible()


def test_alice_turns_on_the_letter_about_her_week(site, visit):
    site.staff.live()
    page = visit("Alice")
    page.goto("/me")
    page.get_by_role("link", name="Letter about my week").click()
    expect(page.get_by_role("heading", level=1, name="Letter about my week")).to_be_visible()
    page.get_by_label("Send me the letter about my week").check()
    page.get_by_label("Hour").select_option("07:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The next letter comes on Monday")).to_be_visible()
    page.get_by_role("link", name="Open it by itself").click()
    expect(page.get_by_role("heading", name="What you did")).to_be_visible()
    page.get_by_role("link", name="Open my week").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(site.address)


def test_hana_enters_a_reader_of_the_monthly_report(site, visit):
    site.staff.live()
    page = visit("Hana")
    page.goto("/hr/digests")
    page.get_by_role("link", name="Monthly report to the board of directors").click()
    page.get_by_label("E-mail address of somebody who works here").fill("dana@example.com")
    page.get_by_role("button", name="Enter", exact=True).click()
    expect(page.get_by_text("Dana reads the monthly report.")).to_be_visible()

    dana = visit("Dana")
    dana.goto("/directors")
    dana.get_by_label("After the month, on").select_option("working day 5")
    dana.get_by_role("button", name="Save").click()
    expect(dana.get_by_text("Saved. The next letter comes on")).to_be_visible()
