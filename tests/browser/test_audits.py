"""What the dump lost: an audit from the upload to the last row closed, at a desk and on a phone."""

import re
import time

import pytest
from playwright.sync_api import expect

from adoption.audits import watching
from adoption.extensions import db
from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE
from tests.browser.test_accessibility import violations

SHEET = (
    "Kunde;Firma;E-Mail;Telefon;Betreuer;Umsatz;Farbe\n"
    "Anna Weber;Acme GmbH;anna@acme.example;030 1234567;Alice;12.500,00;rot\n"
    "Пётр Щукин;Сталь;;+7 495 123 45 67;Alice;990000;\n"
    "Ute Beck;Beta AG;ute@beta.example;;;5;\n"
    "Jan Roth;Gamma;;;;4;\n"
)


def give(page, name="alt.csv"):
    file = {"name": name, "mimeType": "text/csv", "buffer": SHEET.encode("cp1251")}
    page.get_by_label("The sheet with the customers").set_input_files(file)
    page.get_by_role("button", name="Look at the columns").click()


def step(page, words, who):
    """Return the button of a step with a row."""
    return page.get_by_role("button", name=re.compile(rf"^{words}\s*: {who}"))


def brought(site, who, number, **card):
    """Let somebody enter a contact in the CRM, and the service look for it."""
    site.staff.send([site.staff.event(who, "contact.created", f"contact/{number}", minutes=0, **card)])
    watching.watch(time.time_ns() // 1000)
    db.session.rollback()


def fits(page):
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without"])
def test_an_audit_from_the_upload_to_the_last_row_closed(site, visit, javascript):
    brought(site, "Bob", 1, name="Ute Sommer", company="Beta AG")
    page = visit("Leo", size=DESKTOP, javascript=javascript, allowed={422}, reduced=True)
    page.goto("/audits")
    expect(page.get_by_text("No sheet has been looked at yet.")).to_be_visible()
    give(page)
    expect(page.get_by_role("heading", name="Which column is which?")).to_be_visible()
    expect(page.get_by_text("written in an old way")).to_be_visible()
    expect(page.get_by_label("Kunde")).to_have_value("name")
    page.get_by_label("Umsatz").select_option("is not needed")
    page.get_by_label("Umsatz").select_option("Amount")
    page.get_by_label("Closing a row may be rewarded").check()
    page.get_by_role("button", name="Compare with the CRM").click()
    expect(page.get_by_role("heading", name="3 of 4 customers are not in the CRM.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has=page.get_by_role("checkbox")).first).to_contain_text("Пётр Щукин")
    if javascript:
        fits(page)
    page.get_by_role("button", name="Give all to whom the sheet names").click()
    expect(page.get_by_role("status").get_by_text("2 rows are given.")).to_be_visible()
    page.get_by_role("link", name="Probably found 1").click()
    expect(page.get_by_role("table", name="What the sheet and the CRM say of Ute Beck")).to_contain_text("Ute Sommer")
    step(page, "The same", "Ute Beck").click()
    expect(page.get_by_role("status").get_by_text("1 row is done.")).to_be_visible()

    phone = visit("Alice", size=PHONE, javascript=javascript, reduced=True)
    phone.goto("/audits/mine")
    phone.get_by_role("link", name="Show them").click()
    expect(phone.get_by_role("heading", name="2 customers wait for you.")).to_be_visible()
    if javascript:
        assert violations(phone) == []
    step(phone, "No customer of ours", "Пётр Щукин").click()
    expect(phone.get_by_role("heading", name="1 customer waits for you.")).to_be_visible()
    brought(site, "Alice", 2, name="Anna Weber", email="anna@acme.example")
    phone.reload()
    expect(phone.get_by_role("heading", name="All of your customers are in the CRM.")).to_be_visible()

    page.goto("/audits/1?show=closed")
    expect(page.get_by_text("by itself, when it came into the CRM")).to_be_visible()
    expect(page.get_by_text("counted for rewards")).to_be_visible()
    page.get_by_role("link", name="Missing 1").click()
    page.get_by_role("checkbox", name="Jan Roth").check()
    page.get_by_label("Give to").fill("nobody at all")
    page.get_by_role("button", name="Give", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("Nobody is called nobody at all")).to_be_visible()
    page.goto("/audits/1")
    page.get_by_role("checkbox", name="Jan Roth").check()
    page.get_by_role("button", name="No customers of ours").click()
    expect(page.get_by_role("heading", name="The last row is closed. Nothing is lost.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "contact/2" in download.value.path().read_text(encoding="utf-8-sig")
    if javascript:
        fits(page)


def test_a_list_of_ones_own_gives_what_is_missing_to_be_imported(site, visit):
    brought(site, "Bob", 1, name="Ute Beck", email="ute@beta.example")
    page = visit("Alice", size=PHONE, reduced=True)
    page.goto("/me")
    page.get_by_role("link", name="Bring your own list into the CRM").click()
    expect(page.get_by_text("Nobody is told that you uploaded it")).to_be_visible()
    give(page)
    expect(page.get_by_label("Closing a row may be rewarded")).to_have_count(0)
    fits(page)
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Compare with the CRM").click()
    expect(page.get_by_role("heading", name="3 of 4 customers are not in the CRM.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    written = download.value.path().read_text(encoding="utf-8-sig")
    assert written.count("\n") == 4
    assert "Ute" not in written
    page.get_by_text("Keep or delete").click()
    page.get_by_role("button", name="Delete it with all rows").click()
    expect(page.get_by_role("status").get_by_text("Deleted, with all rows.")).to_be_visible()
    expect(page.get_by_text("alt.csv")).to_have_count(0)
