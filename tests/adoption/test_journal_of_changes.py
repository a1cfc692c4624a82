"""What people change is in the journal: bonus runs step by step, amounts by hand, answers, devices."""

import json
import time

import pytest
from sqlalchemy import select

from adoption import journal
from adoption.bonuses import disputing
from adoption.bonuses import runs
from adoption.extensions import db
from adoption.models import BonusRun
from adoption.models import JournalEntry
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.staff import Staff
from tests.staff import email
from tests.staff import zone_at_noon
from tests.visitors import Visitor


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request, databases, tmp_path_factory):
    settings = {"PUBLIC_URL": "http://localhost", "ORGANISATION_ZONE": zone_at_noon()}
    for url in fresh(databases, request.param):
        with pushed(application(url, tmp_path_factory.mktemp("archive"), **settings)) as app:
            app.staff = Staff()
            app.has = app.staff.live()
            yield app


def now():
    return time.time_ns() // 1000


def told(thing):
    """Return (action, who) of what was done to a thing."""
    db.session.rollback()
    query = select(JournalEntry.action, JournalEntry.name).where(JournalEntry.thing == thing)
    return db.session.execute(query.order_by(JournalEntry.number)).all()


def last():
    db.session.rollback()
    row = db.session.execute(select(JournalEntry.__table__).order_by(JournalEntry.number.desc()).limit(1)).one()
    db.session.rollback()
    values = [None if one is None else json.loads(one) for one in (row.before, row.after)]
    return row.action, row.thing, row.name, *values, row.why


def run_of(month):
    (row,) = (one for one in runs.listed() if runs.find(one.id).period == month)
    return row


def test_every_step_of_a_run_is_there_with_who_took_it(house):
    thing = f"bonus-run/sales-bonus/{house.has.closed}"
    steps = [tuple(one) for one in told(thing)]
    assert steps == [
        ("sent", email("Hana")), ("approved", email("Ann")), ("closed", email("Hana")), ("exported", email("Hana")),
    ]  # fmt: skip


def test_a_step_that_is_refused_is_not(house):
    before = journal.head()
    row = run_of(house.has.month)
    with pytest.raises(runs.SecondPersonError):
        runs.take(row.id, "approve", who=house.staff["Hana"], now=now())
    db.session.rollback()
    assert journal.head() == before


def test_freezing_amounts_and_answers_are_there(house):
    hana, alice, month = house.staff["Hana"], house.staff["Alice"], house.has.month
    row = run_of(month)
    runs.take(row.id, "take back", who=hana, now=now())
    db.session.commit()
    assert last()[:3] == ("took back", f"bonus-run/sales-bonus/{month}", email("Hana"))
    assert Visitor(house, hana).post(f"/hr/bonuses/sales-bonus/{month}/freeze").status_code == 303
    assert last()[:3] == ("froze", f"bonus-run/sales-bonus/{month}", email("Hana"))
    number = disputing.adjust("sales-bonus", row.first, alice, 1250, "the fair", who=hana, now=now())
    db.session.commit()
    statement = f"statement/sales-bonus/{month}/{alice}"
    assert last() == ("adjusted", statement, email("Hana"), None, {"amount": "12.50"}, "the fair")
    disputing.withdraw(number, who=hana, now=now())
    db.session.commit()
    assert last()[:4] == ("withdrew", statement, email("Hana"), {"amount": "12.50", "reason": "the fair"})
    found = Visitor(house, house.staff["Ada"]).get(f"/hr/journal?about={email('Alice')}&action=changes")
    assert f"sales-bonus/{month}, Alice" in found.get_data(as_text=True)


def test_an_answer_is_there_with_the_question(house):
    alice, hana, month = house.staff["Alice"], house.staff["Hana"], house.has.closed
    row = run_of(month)
    number = disputing.ask(row.id, alice, 0, "Is that all?", now())
    db.session.commit()
    disputing.answer(number, "rejected", "Yes, it is.", 0, who=hana, now=now())
    db.session.commit()
    assert last() == (
        "answered", f"statement/sales-bonus/{month}/{alice}", email("Hana"), {"question": "Is that all?"},
        {"line": 0, "outcome": "rejected"}, "Yes, it is.",
    )  # fmt: skip


def test_devices_are_there(house):
    carl = Visitor(house, house.staff["Carl"])
    assert carl.post("/counter/register", {"canteen": "Canteen 9"}).status_code == 303
    assert last()[:3] == ("registered", "device/Canteen 9", email("Carl"))
    runner = house.test_cli_runner()
    assert runner.invoke(args=["devices", "add", "Canteen 10"]).exit_code == 0
    assert last()[:3] == ("registered", "device/Canteen 10", "flask devices add")
    number = runner.invoke(args=["devices", "list"]).output.split("\tCanteen 10")[0].splitlines()[-1]
    assert runner.invoke(args=["devices", "revoke", number]).exit_code == 0
    assert last()[:3] == ("revoked", "device/Canteen 10", "flask devices revoke")


def test_all_of_it_is_one_whole_chain(house):
    assert list(journal.verify()) == []
    assert db.session.scalar(select(BonusRun.id)) is not None
