"""A quarter of bonuses in a real browser: from the plan and the estimate to payroll, with a question and a correction.

Months are reckoned from today: the first and the second of the quarter are over, the third one runs.
"""

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import rescoring
from adoption import rulebook
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Participant
from rules import period
from tests.browser.chromium import DESKTOP
from tests.browser.chromium import PHONE

ROOT = Path(__file__).parents[2]
BOOK = """
[metric.calls]
title = "Calls"
counts = "call.completed"
[metric.revenue]
title = "Revenue won"
counts = "deal.won"
measure = "sum"
of = "amount"

[plan.sales]
title = "Sales bonus"
currency = "EUR"
per = "month"
element = "1420"
[[plan.sales.components]]
key = "calls"
title = "Calls"
kind = "marginal"
of = "calls"
tiers = [ { from = 0, pays = 6 }, { from = 10, pays = 9 } ]
[[plan.sales.components]]
key = "revenue"
title = "Revenue"
kind = "percent"
of = "revenue"
percent = 2.5
"""
NUMBERS = 2100  # employee numbers begin above


@pytest.fixture
def quarter(site):
    """Put the plan in force since the quarter began; return its months (``2026-09``), the running one last."""
    running = period.start("month", site.staff.today)
    second = period.start("month", running - 1)
    first = period.start("month", second - 1)
    rulebook.publish(BOOK, today=site.staff.today, since=first, name="book", now=site.staff.now)
    db.session.commit()
    connection = begin_write()
    facts.changed(connection, rescore=False)
    for number in connection.execute(select(Participant.id)).scalars().all():
        connection.execute(
            update(Participant).where(Participant.id == number).values(employee_no=f"0{NUMBERS + number}")
        )
    db.session.commit()
    rescoring.run_to_end()
    return [period.text("month", one) for one in (first, second, running)]


def did(site, who, month, what, times=1, **data):
    """Let somebody do something on the first days of a month; it becomes known now."""
    first = datetime.strptime(month, "%Y-%m").toordinal()  # noqa: DTZ007  # a local day
    days = site.staff.today - first
    site.staff.send([site.staff.event(who, what, f"contact/{number}", days=days, **data) for number in range(times)])


def headline(page):
    return page.get_by_role("heading", level=1)


def step(page, name):
    """Take a step of the run that a page shows."""
    page.get_by_role("button", name=name, exact=True).click()


def said(page, text):
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


def close(hana, ann, run):
    """Lead a run that is worked out to its close: two people look at it."""
    hana.goto(run)
    step(hana, "Send to review")
    said(hana, "Sent to review. Somebody else approves it.")
    expect(hana.get_by_role("button", name="Approve")).to_have_count(0)
    ann.goto(run)
    step(ann, "Approve")
    said(ann, "Approved.")
    hana.reload()
    step(hana, "Close the period")
    said(hana, "Closed. Its statements never change from now on.")


def saved(page, link, folder):
    """Download what a link gives, and return the file."""
    with page.expect_download() as found:
        link.click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_quarter_of_bonuses(site, quarter, visit, tmp_path):
    first, second, running = quarter
    did(site, "Alice", first, "call.completed", 12)
    did(site, "Alice", first, "deal.won", amount="1000.10", currency="EUR")
    did(site, "Bob", first, "call.completed", 3)
    did(site, "Alice", second, "call.completed", 5)
    did(site, "Alice", running, "call.completed", 9)
    hana, ann = visit("Hana", size=DESKTOP), visit("Ann", size=DESKTOP)
    alice, bob = visit("Alice", size=PHONE), visit("Bob", size=PHONE)
    run = f"/hr/bonuses/sales/{first}"

    reads_the_plan(hana)
    sees_an_estimate(alice)
    hana.goto(run)
    step(hana, "Freeze and work it out")
    said(hana, "Frozen and worked out.")
    step(hana, "Send to review")
    expect(hana.get_by_text("You sent it to review, so somebody else approves it.")).to_be_visible()
    expect(hana.get_by_role("button", name="Approve")).to_have_count(0)
    asks_about_a_line(alice, first)
    ann.goto(run)
    step(ann, "Approve")
    hana.goto(run)
    expect(hana.get_by_text("1 question still waits for an answer.")).to_be_visible()
    upholds_the_question(hana)

    hana.goto(run)  # what was upheld is a line of its own, so two people look once more
    expect(hana.get_by_text("Take the run back and freeze anew.")).to_be_visible()
    step(hana, "Take back")
    step(hana, "Freeze anew")
    close(hana, ann, run)
    alice.goto(f"/bonus/sales/{first}")
    expect(alice.locator(".total")).to_contain_text("112.00")
    expect(alice.get_by_role("region", name="My questions")).to_contain_text("in the log of the telephone")

    did(site, "Bob", first, "call.completed", 2)  # too late for the first month, which is closed and stays as it is
    hana.goto(f"/hr/bonuses/sales/{second}")
    step(hana, "Freeze and work it out")
    close(hana, ann, f"/hr/bonuses/sales/{second}")
    for month, total in ((second, "12.00"), (first, "18.00")):
        bob.goto(f"/bonus/sales/{month}")
        expect(bob.locator(".total")).to_contain_text(total)

    hana.goto(run)
    hands_to_payroll(hana, first, site.staff["Alice"], tmp_path)
    alice.goto(f"/bonus/sales/{first}")
    works_it_out_again(alice, tmp_path)


def reads_the_plan(page):
    page.goto("/hr/plans/sales")
    expect(headline(page)).to_have_text("Sales bonus")
    expect(page.get_by_role("region", name="In words")).to_contain_text("6 EUR each up to 10, 9 EUR each beyond 10")


def sees_an_estimate(page):
    page.goto("/bonus")
    expect(headline(page)).to_contain_text("54.00")
    expect(page.get_by_text("estimate, not a statement")).to_be_visible()
    expect(page.get_by_role("region", name="What would add more")).to_contain_text("6.00")


def asks_about_a_line(page, month):
    page.goto(f"/bonus/sales/{month}")
    expect(page.locator(".total")).to_contain_text("103.00")  # 10 × 6 + 2 × 9 + 2.5 % of 1000.10
    line = page.locator("#line-0")
    line.get_by_text("This line looks wrong").click()
    line.get_by_label("What looks wrong, and why?").fill("I made 13 calls, one of them from the train.")
    line.get_by_role("button", name="Ask HR").click()
    said(page, "Your question is with HR.")


def upholds_the_question(page):
    page.goto("/hr/bonuses/disputes")
    page.get_by_role("radio", name=re.compile("Right: the statement changes")).check()
    page.get_by_label(re.compile("By how much")).fill("9.00")
    page.get_by_label("Why, in words").fill("The call from the train is in the log of the telephone.")
    step(page, "Answer")


def hands_to_payroll(page, month, alice, folder):
    """Hand the run that a page shows to payroll: the same bytes whenever they are asked for."""
    page.get_by_role("link", name="Files for payroll").click()
    step(page, "Hand to payroll")
    one, other = (saved(page, page.get_by_role("link", name="CSV", exact=True), folder).read_bytes() for _ in range(2))
    assert one == other
    rows = [row.split(",") for row in one.decode().splitlines()]
    assert len(rows) == 1 + 2  # the heading, Alice and Bob
    number = f"0{NUMBERS + alice}"
    assert [row[:5] for row in rows if row[0] == number] == [[number, month, "1420", "112.00", "EUR"]]


def works_it_out_again(page, folder):
    """Download the statement that a page shows; Python and the rules alone say that it is right, or changed."""
    file = saved(page, page.get_by_role("link", name="Download"), folder)
    assert json.loads(file.read_text(encoding="utf-8"))["total"] == 11_200
    assert recomputed(file) == (0, "equal: every line, the total and the hash")
    file.write_text(file.read_text(encoding="utf-8").replace('"total":11200', '"total":11300'), encoding="utf-8")
    code, told = recomputed(file)
    assert code == 1
    assert told.startswith("DIFFERENT")


def recomputed(file):
    """Return how ``python -m rules`` ends, and the last line that it prints."""
    command = [sys.executable, "-m", "rules", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  # ours
    return done.returncode, done.stdout.splitlines()[-1]
