"""Whose records are, at a browser: decided by whoever leads, one by one or all of a leaver's, never by anybody else."""

import csv
import io
import re
import time
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from adoption import ownership
from adoption import records
from adoption.extensions import db
from adoption.models import JournalEntry
from adoption.models import OwnershipDecision
from adoption.models import OwnershipGap
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.staff import Staff
from tests.staff import account
from tests.staff import zone_at_noon
from tests.visitors import Visitor


class Firm(Staff):
    """Lea of the north and Иван of the south have left deals behind; Alice and Bob work on one of Alice's."""

    def fill(self):
        deals = [
            self.event("Lea", "deal.created", f"deal/{n}", days=40, name=name, owner="lea", amount=n, currency="EUR")
            for n, name in ((1, "Orion"), (2, "=HYPERLINK(1)"), (3, "Vega"))
        ]
        deals += [self.event("Alice", "call.completed", "deal/3", days=days) for days in (30, 29)]
        deals += [self.event("Иван", "deal.created", "deal/7", days=40, name="Южный", owner=account("Иван"))]
        deals += [self.event("Alice", "deal.created", "deal/8", days=40, name="Shared", owner="alice")]
        for days in (9, 7, 5, 3):
            deals += [self.event(who, "call.completed", "deal/8", days=days) for who in ("Alice", "Bob")]
        self.send(deals)
        records.link("crm", "https://crm.example.com/{kind}s/{id}")
        db.session.commit()
        self.leave("Иван")
        self.night()
        return self

    def night(self):
        ownership.find(time.time_ns() // 1000)
        db.session.rollback()

    def gap(self, record, kind="left"):
        query = select(OwnershipGap.__table__).where(OwnershipGap.record == record, OwnershipGap.kind == kind)
        row = db.session.execute(query).one()
        db.session.rollback()
        return row


@pytest.fixture(params=["sqlite", "postgresql"])
def firm(request, databases, tmp_path):
    for url in fresh(databases, request.param):
        settings = {"PUBLIC_URL": "http://localhost", "ORGANISATION_ZONE": zone_at_noon()}
        with pushed(application(url, tmp_path, **settings)) as app:
            app.testing = False
            firm = Firm()
            firm.app = app
            yield firm.fill()


def read(firm, who, path):
    answer = Visitor(firm.app, firm[who]).get(path)
    db.session.rollback()
    return answer


def send(firm, who, path, form, status=303):
    answer = Visitor(firm.app, firm[who]).post(path, form)
    db.session.rollback()
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer


def decisions():
    found = [tuple(row) for row in db.session.execute(select(OwnershipDecision.record, OwnershipDecision.does))]
    db.session.rollback()
    return found


def test_a_manager_sees_the_records_of_those_they_lead_and_a_lead_all(firm):
    mei, olga, leo = (read(firm, who, "/ownership").get_data(as_text=True) for who in ("Mei", "Olga", "Leo"))
    assert "4 records wait for a decision" in mei
    assert "Orion" in mei
    assert "Южный" not in mei
    assert "Южный" in olga
    assert "Orion" not in olga
    assert "Orion" in leo
    assert "Южный" in leo
    assert "https://crm.example.com/deals/1" in mei
    assert "3 records of Lea" in mei
    assert "worked on it on 2 days" in mei


def test_the_most_valuable_is_on_top(firm):
    page = read(firm, "Mei", "/ownership?kind=left").get_data(as_text=True)
    places = [page.index(f">{name}") for name in ("Vega", "=HYPERLINK", "Orion")]
    assert places == sorted(places)


def test_one_click_assigns_to_whoever_is_suggested(firm):
    gap = firm.gap("deal/3")
    send(firm, "Mei", f"/ownership/{gap.id}", {"does": f"assign-{firm['Alice']}"})
    gap = firm.gap("deal/3")
    assert (gap.state, gap.does, gap.assigned, gap.arbiter) == ("decided", "assign", firm["Alice"], firm["Mei"])
    page = read(firm, "Mei", "/ownership/decided").get_data(as_text=True)
    assert "Vega" in page
    assert "assigned to Alice" in page
    page = read(firm, "Mei", "/ownership/history").get_data(as_text=True)
    assert "decided, not yet in the CRM" in page
    entry = db.session.execute(select(JournalEntry.__table__).where(JournalEntry.thing == "record/deal/3")).one()
    assert (entry.action, entry.participant) == ("decided", firm["Mei"])
    journal = read(firm, "Hana", "/hr/journal?action=changes").get_data(as_text=True)
    assert "was decided" in journal


def test_what_was_typed_stays_where_something_is_wrong(firm):
    gap = firm.gap("deal/1")
    page = send(firm, "Mei", f"/ownership/{gap.id}", {"does": "leave", "why": " "}, 422).get_data(as_text=True)
    assert "Say why" in page
    assert re.search(r'value="leave" checked', page)
    page = send(firm, "Mei", f"/ownership/{gap.id}", {"does": "assign", "to": "olga@example.com", "why": "Hm"}, 422)
    assert "whom you lead" in page.get_data(as_text=True)
    assert 'value="Hm"' in page.get_data(as_text=True)
    for form in ({}, {"does": "burn"}, {"does": "assign", "to": "9" * 30}, {"does": "assign--1"}, {"does": "ask"}):
        send(firm, "Mei", f"/ownership/{gap.id}", form, 422)
    assert decisions() == []


def test_of_two_who_decide_about_a_record_the_second_is_told(firm):
    gap = firm.gap("deal/1")
    page = read(firm, "Leo", f"/ownership/{gap.id}").get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    send(firm, "Mei", f"/ownership/{gap.id}", {"does": f"assign-{firm['Alice']}", "seen": seen})
    for _ in range(2):  # a double click, too
        page = send(firm, "Leo", f"/ownership/{gap.id}", {"does": "leave", "why": "Wait", "seen": seen}, 422)
        assert "This was settled meanwhile." in page.get_data(as_text=True)
    assert firm.gap("deal/1").assigned == firm["Alice"]
    seen = re.search(r'name="seen" value="(\d+)"', page.get_data(as_text=True))[1]
    send(firm, "Leo", f"/ownership/{gap.id}", {"does": "leave", "why": "Wait", "seen": seen})
    assert len(decisions()) == 2


def test_the_records_of_a_leaver_are_shared_out_once(firm, monkeypatch):
    """The second of two who share them out at the same moment overwrites nothing."""
    gives = shown(read(firm, "Mei", f"/ownership/leaver/{firm['Lea']}").get_data(as_text=True))
    decide, path = ownership.decide, f"/ownership/leaver/{firm['Lea']}"

    def second(*given, **more):
        monkeypatch.undo()
        send(firm, "Leo", path, {"give": gives})
        return decide(*given, **more)

    monkeypatch.setattr(ownership, "decide", second)
    assert "settled meanwhile" in send(firm, "Mei", path, {"give": gives}, 422).get_data(as_text=True)
    assert len(decisions()) == len(gives)


def test_an_address_does_as_well_as_a_choice(firm):
    gap = firm.gap("deal/1")
    send(firm, "Leo", f"/ownership/{gap.id}", {"does": "assign", "to": "Olga@example.com"})
    assert firm.gap("deal/1").assigned == firm["Olga"]


def test_both_people_are_asked(firm):
    gap = firm.gap("deal/8", "two")
    page = read(firm, "Mei", f"/ownership/{gap.id}").get_data(as_text=True)
    assert "Ask Alice and Bob to agree, by letter" in page
    send(firm, "Mei", f"/ownership/{gap.id}", {"does": "ask"})
    assert decisions() == [("deal/8", "ask")]


# --- a leaver


def shown(page):
    return re.findall(r'name="give" value="([\d-]+)"', page)


def test_the_records_of_a_leaver_are_shared_out_at_once_as_shown(firm):
    page = read(firm, "Mei", f"/ownership/leaver/{firm['Lea']}").get_data(as_text=True)
    assert "Who would get how many" in page
    gives = shown(page)
    assert len(gives) == 3
    send(firm, "Mei", f"/ownership/leaver/{firm['Lea']}", {"give": gives[:2], "why": "Lea has left."})
    assert len(decisions()) == 2
    page = read(firm, "Mei", f"/ownership/leaver/{firm['Lea']}").get_data(as_text=True)
    assert shown(page) == gives[2:]
    assert firm.gap("deal/3").assigned == firm["Alice"]


def test_what_was_settled_meanwhile_changes_nothing(firm):
    gives = shown(read(firm, "Mei", f"/ownership/leaver/{firm['Lea']}").get_data(as_text=True))
    send(firm, "Leo", f"/ownership/{gives[0].partition('-')[0]}", {"does": "leave", "why": "x"})
    page = send(firm, "Mei", f"/ownership/leaver/{firm['Lea']}", {"give": gives}, 422).get_data(as_text=True)
    assert "settled meanwhile" in page
    assert len(decisions()) == 1
    send(firm, "Mei", f"/ownership/leaver/{firm['Lea']}", {"give": ["x", "-", "1-", "9" * 40]}, 422)
    send(firm, "Mei", f"/ownership/leaver/{firm['Lea']}", {}, 422)
    send(firm, "Mei", f"/ownership/leaver/{firm['Lea']}", {"give": [gives[1].partition("-")[0] + "-99999"]}, 422)
    assert len(decisions()) == 1


# --- what is not one's own


def test_what_is_not_ones_own_looks_like_what_does_not_exist(firm):
    foreign, nothing = firm.gap("deal/7").id, 999_999
    for who in ("Mei", "Hana", "Alice", "Ada", "Carl"):
        pages = [read(firm, who, f"/ownership/{one}") for one in (foreign, nothing)]
        assert {one.status_code for one in pages} == ({404} if who == "Mei" else {403})
        texts = [
            re.sub(r'value="[^"]*"|urn:uuid:[\w-]+|/ownership/\d+', "", one.get_data(as_text=True)) for one in pages
        ]
        assert texts[0] == texts[1]
        for one in (foreign, nothing, 10**30):
            send(firm, who, f"/ownership/{one}", {"does": "leave", "why": "x"}, 404 if who == "Mei" else 403)
    for who, path in (("Mei", f"/ownership/leaver/{firm['Иван']}"), ("Olga", f"/ownership/leaver/{firm['Lea']}")):
        assert read(firm, who, path).status_code == 404
        send(firm, who, path, {"give": [f"{foreign}-{firm[who]}"]}, 404)
    gives = [f"{foreign}-{firm['Bob']}"]  # among one's own leaver's
    send(firm, "Mei", f"/ownership/leaver/{firm['Lea']}", {"give": gives}, 422)
    assert decisions() == []


def test_a_stand_in_does_not_decide(firm):
    from adoption import delegating  # noqa: PLC0415
    from adoption.journal import By  # noqa: PLC0415

    days = {"starts": firm.today, "last": firm.today + 5, "now": time.time_ns() // 1000}
    delegating.hand_over(firm["Mei"], firm["Olga"], None, by=By(firm["Mei"], "Mei"), **days)
    db.session.commit()
    assert read(firm, "Olga", f"/ownership/{firm.gap('deal/1').id}").status_code == 404


# --- files


def test_the_list_for_the_crm_is_text_in_both_forms_and_ones_own_alone(firm):
    for record in ("deal/2", "deal/3"):
        send(firm, "Mei", f"/ownership/{firm.gap(record).id}", {"does": "assign", "to": str(firm["Bob"]), "why": "+1"})
    send(firm, "Olga", f"/ownership/{firm.gap('deal/7').id}", {"does": "assign", "to": str(firm["Olga"])})
    text = read(firm, "Mei", "/ownership/decided.csv").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["record"] for row in rows] == ["deal/3", "deal/2"]
    assert rows[1]["name"] == "'=HYPERLINK(1)"
    assert rows[1]["why"] == "'+1"
    assert [rows[0][name] for name in ("new_owner_email", "new_owner_account", "owner_now", "decided_by")] == [
        "bob@example.com", "bob", "Lea", "Mei",
    ]  # fmt: skip  # one line
    raw = read(firm, "Leo", "/ownership/decided.xlsx").get_data()
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet] == ["record", "deal/3", "deal/2", "deal/7"]
    assert sheet[2][1] == "=HYPERLINK(1)"
    assert b"<f>" not in ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml")
    assert read(firm, "Mei", "/ownership/decided.exe").status_code == 404


def test_pages_take_as_many_queries_for_much_as_for_little(firm):
    from sqlalchemy import event  # noqa: PLC0415

    def queries(path):
        seen = []
        visitor = Visitor(firm.app, firm["Mei"])
        visitor.get(path)

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        assert visitor.get(path).status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.rollback()
        return len(seen)

    paths = ("/ownership?kind=left", f"/ownership/leaver/{firm['Lea']}", "/ownership/decided", "/ownership/history")
    little = [queries(path) for path in paths]
    more = [self_owned(firm, number) for number in range(20, 40)]
    firm.send(more)
    firm.night()
    assert [queries(path) for path in paths] == little


def self_owned(firm, number):
    return firm.event("Lea", "deal.created", f"deal/{number}", days=40, name=f"Deal {number}", owner="lea")


def test_before_the_first_night_the_page_says_so(databases, tmp_path):
    for url in fresh(databases, "sqlite"):
        with pushed(application(url, tmp_path, PUBLIC_URL="http://localhost")) as app:
            firm = Firm()
            firm.app = app
            page = read(firm, "Mei", "/ownership").get_data(as_text=True)
            assert "were not looked through yet" in page
            for path in ("/ownership/decided", "/ownership/history"):
                assert 'class="empty"' in read(firm, "Mei", path).get_data(as_text=True)
