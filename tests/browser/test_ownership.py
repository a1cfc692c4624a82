"""The way of a record from a leaver to a colleague: found, decided, carried out in the CRM, closed by what it shows."""

import re

from playwright.sync_api import expect

from adoption import jobs
from adoption import records
from adoption.extensions import db
from tests.browser.chromium import DESKTOP


def deals(staff, names):
    told = [
        staff.event("Lea", "deal.created", f"deal/{number}", days=40, name=name, owner="lea", amount=number)
        for number, name in enumerate(names, start=1)
    ]
    staff.send(told)


def night(_site):
    jobs.run("find-gaps", lambda _done, _total: None)
    db.session.rollback()


def test_a_manager_shares_out_the_records_of_a_leaver_and_the_crm_closes_them(site, visit):
    staff = site.staff
    deals(staff, ("Orion", "Vega", "Deneb"))
    staff.send([staff.event("Bob", "call.completed", "deal/1", days=days) for days in (9, 8)])
    records.link("crm", f"{site.address}/what-we-count?{{id}}")
    db.session.commit()
    night(site)

    page = visit("Mei", allowed={422})
    page.goto("/")
    page.get_by_role("link", name="Owners").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 records wait for a decision")
    page.get_by_role("link", name="Share them out").click()
    expect(page.get_by_role("checkbox")).to_have_count(3)
    expect(page.get_by_role("listitem").filter(has_text="Orion")).to_contain_text("Bob")
    page.get_by_role("checkbox", name="Deneb").uncheck()
    page.get_by_label("Why").fill("Lea has left.")
    page.get_by_role("button", name="Assign what is ticked").click()
    expect(page.get_by_role("status")).to_contain_text("2 records are assigned.")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 decisions are not in the CRM yet")
    with page.expect_download() as given:
        page.get_by_role("link", name="Download for Excel").click()
    assert given.value.suggested_filename == "owners.xlsx"

    page.get_by_role("link", name="To decide").click()
    page.get_by_text("Decide otherwise").click()
    page.get_by_role("radio", name="Leave it as it is").check()
    page.get_by_role("button", name=re.compile("^Decide ?: Deneb")).click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.get_by_label("Why").fill("They are with an agency.")
    page.get_by_role("button", name=re.compile("^Decide ?: Deneb")).click()
    expect(page.get_by_text("Every record has an owner who is here")).to_be_visible()

    staff.send([staff.event("Mei", "deal.updated", "deal/1", minutes=-1, owner="bob")])  # who runs the CRM entered it
    night(site)
    page.get_by_role("link", name="What was decided").click()
    expect(page.get_by_role("listitem").filter(has_text="Orion")).to_contain_text("the CRM shows it")
    expect(page.get_by_role("listitem").filter(has_text="Vega")).to_contain_text("decided, not yet in the CRM")


def test_a_lead_decides_by_keyboard_alone(site, visit):
    deals(site.staff, ("Orion",))
    night(site)
    page = visit("Leo", size=DESKTOP)
    page.goto("/ownership")
    button = page.get_by_role("button", name="Assign to")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Decided: assigned to")
