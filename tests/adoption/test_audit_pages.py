"""An audit at a browser: upload, columns, result, rows, files; who sees whose; and rows that close by themselves."""

# ruff: noqa: RUF001  # letters of other alphabets

import csv
import io
import re
import time
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from adoption import facts
from adoption import intake
from adoption import jobs
from adoption import preferences
from adoption.audits import comparing
from adoption.audits import crediting
from adoption.audits import keeping
from adoption.audits import matching
from adoption.audits import reading
from adoption.audits import rows
from adoption.audits import watching
from adoption.extensions import db
from adoption.models import Audit
from adoption.models import AuditFile
from adoption.models import AuditRow
from adoption.models import JournalEntry
from adoption.models import Letter
from adoption.models import StoredActivity
from rules.audit import closing
from tests.adoption.test_audits import workbook
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Visitor

SHEET = (
    "Name;Firma;E-Mail;Telefon;Betreuer;Umsatz;Letzter Kontakt;Farbe\n"
    "Anna Weber;Acme GmbH;anna@acme.example;030 1234567;Alice;12.500,50;12.03.2026;purple\n"
    "Пётр Щукин;АО «Сталь»;;+7 495 123 45 67;Bob;990000;01.06.2026;\n"
    "Ute Beck;Beta AG;ute@beta.example;;;5;;\n"
    "Jan Roth;Gamma;;;;4;;\n"
    "Anna Weber;Acme;anna@acme.example;;;1;;\n"
)
MAPPED = {
    "column-0": "name", "column-1": "company", "column-2": "email", "column-3": "phone", "column-4": "owner",
    "column-5": "value", "column-6": "last_contact", "column-7": "", "country": "49",
}  # fmt: skip  # as it is recognised


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request, databases, tmp_path_factory):
    """Return an application with the cast; the CRM knows one contact, who is like nobody."""
    for url in fresh(databases, request.param):
        settings = {"PUBLIC_URL": "http://localhost", "ORGANISATION_ZONE": zone_at_noon()}
        with pushed(application(url, tmp_path_factory.mktemp("archive"), **settings)) as app:
            app.staff = Staff()
            happened(app, "Bob", 1, name="Robin One", email="robin@one.example")
            yield app


def happened(app, who, number, *, what="contact.created", **data):
    """Let somebody do something about a contact in the CRM."""
    db.session.rollback()
    (one,) = app.staff.send([app.staff.event(who, what, f"contact/{number}", minutes=0, **data)])
    return one


def watched():
    db.session.rollback()
    return watching.watch(time.time_ns() // 1000)


def at(app, who):
    visitor = Visitor(app, app.staff[who], language="en")
    db.session.rollback()
    return visitor


def text(answer, status=200):
    found = answer.get_data(as_text=True)
    assert answer.status_code == status, found
    db.session.rollback()
    return found


def give(visitor, raw, *, name="kunden.csv", status=303, shared=False, **more):
    """Upload a file the way the page does; return the answer."""
    form = {"file": (io.BytesIO(raw), name), "shared": "1" if shared else "0", **more}
    answer = visitor.post("/audits", form, content_type="multipart/form-data")
    assert answer.status_code == status, answer.get_data(as_text=True)
    db.session.rollback()
    return answer


def uploaded(visitor, sheet=SHEET, *, shared=True, counts=True, **form):
    """Upload a sheet, confirm what was recognised; return the audit's number."""
    raw = sheet if isinstance(sheet, bytes) else sheet.encode()
    where = give(visitor, raw, shared=shared).headers["Location"]
    number = int(where.split("/")[2])
    asked = MAPPED | ({"counts": "1"} if counts else {}) | form
    answer = visitor.post(where, asked)
    assert answer.headers["Location"] == f"/audits/{number}", answer.get_data(as_text=True)
    db.session.rollback()
    return number


def states(number):
    query = select(AuditRow.line, AuditRow.state).where(AuditRow.audit == number).order_by(AuditRow.line)
    found = dict(db.session.execute(query).all())
    db.session.rollback()
    return found


def said(page):
    """Return the text of a page without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# --- from the upload to the last row closed


def test_columns_are_shown_with_samples_and_compared_once_they_are_confirmed(town):
    leo = at(town, "Leo")
    where = give(leo, SHEET.encode(), shared=True).headers["Location"]
    page = text(leo.get(where))
    assert "kunden.csv" in page
    assert "anna@acme.example" in page  # a sample
    assert re.search(r'name="column-2".*?<option value="email" selected>', page, re.DOTALL)
    number = uploaded(leo)
    page = said(text(leo.get(f"/audits/{number}")))
    assert "4 of 5 customers are not in the CRM." in page
    assert page.index("Пётр Щукин") < page.index("Anna Weber") < page.index("Ute Beck")  # by value
    assert "990,000" in page
    assert "In the sheet twice 1" in page
    assert "Nobody&#39;s 2" in page
    assert db.session.execute(select(AuditFile.audit).where(AuditFile.audit == number)).first() is None  # not kept
    stored = " ".join(db.session.scalars(select(AuditRow.sought + AuditRow.notes)))
    assert "purple" not in stored  # a column that nobody chose


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_every_page_is_there_in_every_language(town, language):
    number = uploaded(at(town, "Leo"))
    leo = Visitor(town, town.staff["Leo"], language=language)
    sheet = give(at(town, "Leo"), SHEET.encode(), shared=True).headers["Location"]
    for path in ("/audits", "/audits/mine", f"/audits/{number}", f"/audits/{number}?show=all", "/audits/rows", sheet):
        assert f'lang="{language}"' in text(leo.get(path))


def test_a_wrong_choice_of_columns_stands_beside_what_was_chosen(town):
    leo = at(town, "Leo")
    where = give(leo, SHEET.encode(), shared=True).headers["Location"]
    page = text(leo.post(where, {"column-5": "value", "country": "49"}), 422)
    assert "Say which column holds the name" in page
    page = text(leo.post(where, MAPPED | {"column-7": "name"}), 422)
    assert "Two columns cannot both hold this: Name." in page
    page = text(leo.post(where, MAPPED | {"country": "x"}), 422)
    assert "calling code as digits" in page
    assert re.search(r'name="column-2".*?<option value="email" selected>', page, re.DOTALL)  # kept


def test_another_row_may_hold_the_headings(town):
    sheet = "Name;E-Mail\nOur best customers;\nFull name;Mail\nAnna Weber;anna@acme.example\n"
    leo = at(town, "Leo")
    where = give(leo, sheet.encode(), shared=True).headers["Location"]
    assert "Full name" not in re.findall(r"<label[^>]*>([^<]*)</label>", text(leo.get(where)))
    leo.post(where, {"do": "heading", "heading": "2"})
    assert "Full name" in re.findall(r"<label[^>]*>([^<]*)</label>", text(leo.get(where)))


def test_a_sheet_may_have_no_headings(town):
    leo = at(town, "Leo")
    sheet = "Customer;Mail\nAnna Weber;anna@acme.example\n"
    where = give(leo, sheet.encode(), shared=True).headers["Location"]
    leo.post(where, {"do": "heading", "heading": "none"})
    page = text(leo.get(where))
    assert "2 rows" in page
    assert '<option value="none" selected>' in page
    assert "Customer · Anna Weber" in page
    leo.post(where, {"do": "compare", "column-0": "name", "column-1": "email", "country": "49"})
    assert "Anna Weber" in text(leo.get(where.removesuffix("/columns")))


def test_rows_are_given_to_people_who_are_told_by_one_letter(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    path = f"/audits/{number}/rows"
    form = {"show": "missing", "do": "assign", "to": "alice"}
    assert "Tick rows first" in text(leo.post(path, form), 422)
    assert "Nobody is called Zoe" in text(leo.post(path, form | {"line": "2", "to": "Zoe"}), 422)
    leo.post(path, form | {"line": ["2", "3"]})
    leo.post(path, form | {"line": ["4"], "to": "alice@example.com"})
    db.session.rollback()
    assert {row.line for row in rows.mine(town.staff["Alice"])} == {2, 3, 4}
    letters = db.session.execute(select(Letter.kind, Letter.address).where(Letter.kind == "audit-rows")).all()
    assert letters == [("audit-rows", "alice@example.com")]
    page = said(text(at(town, "Alice").get("/audits/rows")))
    assert "3 customers wait for you." in page
    preferences.choose(town.staff["Alice"], welcomed=1)
    db.session.commit()
    for path in ("/", "/audits/mine"):
        assert "3 customers were given to you to look after." in said(text(at(town, "Alice").get(path)))
    assert "Customers to look after 3" in said(text(at(town, "Alice").get("/me")))
    assert "No customer waits for you." in said(text(at(town, "Bob").get("/audits/rows")))


def test_rows_are_given_to_whom_the_sheet_names(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    leo.post(f"/audits/{number}/rows", {"show": "missing", "do": "as-written"})
    db.session.rollback()
    who = {row.line: row.assigned for row in rows.page(rows.matching(number, "all"), first=0, size=9)}
    assert who == {2: town.staff["Alice"], 3: town.staff["Bob"], 4: None, 5: None, 6: None}


def test_an_audit_shrinks_until_the_last_row_is_closed(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    path = f"/audits/{number}/rows"
    leo.post(path, {"show": "missing", "do": "assign", "to": "alice", "all": "1"})
    happened(town, "Alice", 10, name="Anna Weber", company="Acme", email="ANNA@acme.example")
    assert watched() == (1, 0, 0)
    assert states(number) == {2: "imported", 3: "open", 4: "open", 5: "open", 6: "twice"}
    row = rows.one(number, 2)
    assert (row.closed_by, row.closed_how, row.contact) == (town.staff["Alice"], "activity", "contact/10")
    alice = at(town, "Alice")
    alice.post("/audits/rows", {"one": f"{number}-3:not_ours"})
    alice.post("/audits/rows", {"one": f"{number}-4:put_off"})
    assert states(number)[4] == "put_off"
    leo.post(path, {"show": "put_off", "one": "4:again"})
    leo.post(path, {"show": "missing", "all": "1", "do": "not_ours"})
    page = text(leo.get(f"/audits/{number}"))
    assert "The last row is closed. Nothing is lost." in page
    kept = keeping.find(number)
    assert kept.until == town.staff.today + keeping.DAYS_DONE  # not needed any more


def test_who_is_probably_found_is_confirmed_or_becomes_missing_for_good(town):
    happened(town, "Bob", 20, name="Ute Sommer", company="Beta AG")
    happened(town, "Bob", 21, name="Jan Rothe", company="Gamma")
    leo = at(town, "Leo")
    number = uploaded(leo)
    page = text(leo.get(f"/audits/{number}?show=probable"))
    assert "Ute Sommer" in page
    assert "The CRM" in page
    leo.post(f"/audits/{number}/rows", {"show": "probable", "one": "4:confirm"})
    leo.post(f"/audits/{number}/rows", {"show": "probable", "one": "5:differs"})
    assert (states(number)[4], states(number)[5]) == ("confirmed", "open")
    assert rows.one(number, 5).verdict == "missing"
    db.session.rollback()
    leo.post(f"/audits/{number}/compare", {})
    row = rows.one(number, 5)
    assert (row.state, row.verdict) == ("open", "missing")  # not suggested once more
    assert states(number)[4] == "confirmed"


def test_what_changed_meanwhile_is_shown_side_by_side(town):
    happened(town, "Bob", 20, name="Ute Beck", company="Delta SE", email="ute@beta.example")
    leo = at(town, "Leo")
    number = uploaded(leo)
    page = text(leo.get(f"/audits/{number}?show=changed"))
    assert "<mark>Delta SE</mark>" in page
    leo.post(f"/audits/{number}/rows", {"show": "changed", "one": "4:agree"})
    assert states(number)[4] == "agreed"


def test_rows_are_searched_for_in_any_script_and_filtered_by_person(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    leo.post(f"/audits/{number}/rows", {"show": "missing", "do": "assign", "to": "Bob", "line": "4"})
    for search, found in (("shchukin", "Пётр"), ("щукин", "Пётр"), ("1234567", "Anna"), ("BETA", "Ute")):
        page = said(text(leo.get(f"/audits/{number}?show=all&q={search}")))
        assert found in page.split("Find")[-1], search
    page = said(text(leo.get(f"/audits/{number}?show=all&who=bob@example.com"))).split("Find")[-1]
    assert "Ute" in page
    assert "Anna" not in page
    page = said(text(leo.get(f"/audits/{number}?show=all&who=-&q=%25_"))).split("Find")[-1]
    assert "No row is like that." in page


# --- who sees whose


def test_a_list_of_ones_own_is_seen_by_nobody_else_and_no_journal_tells_of_it(town):
    alice = at(town, "Alice")
    number = uploaded(alice, shared=False)
    alice.post(f"/audits/{number}/rows", {"show": "missing", "one": "4:put_off"})
    text(alice.get(f"/audits/{number}/import.csv"))
    for name in ("Leo", "Hana", "Ada", "Mei", "Bob"):
        other = at(town, name)
        for path in (f"/audits/{number}", f"/audits/{number}/import.csv", f"/audits/{number}/columns"):
            assert other.get(path).status_code == 404, (name, path)
        assert other.post(f"/audits/{number}/rows", {"show": "missing", "one": "4:again"}).status_code == 404
        assert "kunden.csv" not in text(other.get("/audits", follow_redirects=True))
    assert db.session.scalars(select(JournalEntry.thing).where(JournalEntry.thing == f"audit/{number}")).all() == []
    assert "kunden.csv" in text(alice.get("/audits", follow_redirects=True))


def test_a_list_is_shared_by_its_owner_and_then_looked_after_together(town):
    alice = at(town, "Alice")
    number = uploaded(alice, shared=False)
    alice.post(f"/audits/{number}", {"do": "share"})
    leo = at(town, "Leo")
    assert "kunden.csv" in text(leo.get("/audits"))
    leo.post(f"/audits/{number}/rows", {"show": "missing", "do": "assign", "to": "bob", "line": "4"})
    assert (
        alice.post(f"/audits/{number}/rows", {"show": "missing", "do": "assign", "to": "bob", "line": "5"}).status_code
        == 403
    )
    assert keeping.find(number).counts is False  # a list of an employee's own is never rewarded


def test_nobody_uploads_for_the_organisation_who_does_not_look_after_audits(town):
    alice = at(town, "Alice")
    give(alice, SHEET.encode(), shared=True, status=403)
    where = give(alice, SHEET.encode()).headers["Location"]
    alice.post(where, MAPPED | {"counts": "1"})
    assert db.session.scalars(select(Audit.counts)).all() == [False]


def test_somebody_judges_only_rows_that_were_given_to_them(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    leo.post(f"/audits/{number}/rows", {"show": "missing", "do": "assign", "to": "bob", "line": "4"})
    assert at(town, "Alice").post("/audits/rows", {"one": f"{number}-4:not_ours"}).status_code == 404
    for wrong in ("x", f"{number}-999:put_off", f"{number}-4:explode", "9" * 30 + "-1:put_off"):
        assert at(town, "Bob").post("/audits/rows", {"one": wrong}).status_code == 404, wrong
    assert at(town, "Bob").post("/audits/rows", {"one": f"{number}-4:confirm"}).status_code == 409
    assert states(number)[4] == "open"


# --- files


def test_the_missing_come_as_a_list_that_a_crm_imports(town):
    happened(town, "Bob", 20, name="Ute Beck", email="ute@beta.example")
    leo = at(town, "Leo")
    evil = SHEET + '"=HYPERLINK(""http://x"")";;;;;;;\n'
    number = uploaded(leo, evil)
    raw = leo.get(f"/audits/{number}/import.csv?language=en").data
    assert raw.startswith(b"\xef\xbb\xbf")
    found = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    first = found[0]
    assert (first["First Name"], first["Last Name"], first["Phone"]) == ("Пётр", "Щукин", "+74951234567")
    assert [one["Full Name"] for one in found][1:3] == ["Anna Weber", "Jan Roth"]  # who is found is not in it
    assert found[1]["Phone"] == "+49301234567"
    assert found[-1]["Full Name"].startswith("'=")
    for language, heading in (("ru", "Фамилия"), ("zh", "姓氏")):
        assert heading in leo.get(f"/audits/{number}/import.csv?language={language}").get_data(as_text=True)
    book = CalamineWorkbook.from_filelike(io.BytesIO(leo.get(f"/audits/{number}/import.xlsx").data))
    assert book.get_sheet_by_index(0).to_python()[1][1] == "Щукин"
    everything = list(csv.DictReader(io.StringIO(leo.get(f"/audits/{number}/all.csv").data.decode("utf-8-sig"))))
    assert {one["line"]: one["state"] for one in everything}["4"] == "found"
    assert len(everything) == 6
    told = db.session.scalars(select(JournalEntry.action).where(JournalEntry.thing == f"audit/{number}")).all()
    assert told.count("exported") == 5


# --- files from outside, through the page


def bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", b"0" * (reading.UNPACKED // 2 + 1))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (bomb, "unpacks to"),
        (lambda: b"", "The file is empty. Its first rows must name the columns."),
        (lambda: b"\n\n", "The file is empty"),
        (lambda: b"PK\x03\x04 no zip", "damaged"),
        (lambda: b"\xd0\xcf\x11\xe0 no book", "cannot be opened"),
        (lambda: b'a;b\n"' + b"x" * 200_000, "quotation mark"),
    ],
    ids=["bomb", "nothing", "blank", "no zip", "no book", "quotation mark"],
)
def test_a_hostile_file_is_answered_beside_its_field_and_nothing_is_stored(town, raw, fault):
    page = text(give(at(town, "Alice"), raw(), name="x.xlsx", status=422), 422)
    assert fault in page
    assert 'id="file-fault"' in page
    assert db.session.scalars(select(Audit.id)).all() == []


def test_a_list_of_contacts_that_is_none_is_answered_beside_its_own_field(town):
    others = (io.BytesIO(b"colour;size\nred;3\n"), "contacts.csv")
    page = text(give(at(town, "Alice"), SHEET.encode(), status=422, contacts=others), 422)
    assert 'id="contacts-fault"' in page
    assert "Is it the right file?" in page


def merged(book):
    sheet = book.add_worksheet("customers")
    sheet.merge_range("A1:D1", "Customers of the north")
    sheet.write_row(1, 0, ["Name", "E-mail", "Value", "Last contact"])
    sheet.write_row(2, 0, ["Anna Weber", "anna@example.com"])
    sheet.write_formula(2, 2, "=1200+34", None, 1234)
    sheet.write_number(2, 3, 46146, book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_formula(3, 0, '=HYPERLINK("http://evil","x")', None, "Click me")
    book.add_worksheet("more").write(0, 0, "x")


def test_a_workbook_with_merged_headings_formulas_and_dates_as_numbers_is_read_right(town):
    leo = at(town, "Leo")
    where = give(leo, workbook(merged), name="book.xlsx", shared=True).headers["Location"]
    page = text(leo.get(where))
    assert "several sheets" in page
    number = uploaded(
        leo,
        workbook(merged),
        **{
            "column-0": "name",
            "column-1": "email",
            "column-2": "value",
            "column-3": "last_contact",
            "column-4": "",
            "column-5": "",
            "column-6": "",
        },
    )
    row = rows.one(number, 3)
    assert (row.value, row.last_contact) == ("1234", "2026-05-04")
    assert rows.one(number, 4).name == "Click me"


def test_a_thousand_columns_and_an_old_encoding_are_read_as_far_as_they_go_and_said_so(town):
    leo = at(town, "Leo")
    wide = "Name;" + ";".join(f"c{n}" for n in range(999)) + "\nAnna Weber" + ";x" * 999 + "\n"
    page = text(leo.get(give(leo, wide.encode(), shared=True).headers["Location"]))
    assert "1000 columns; only the first 200" in page
    old = "Имя;Телефон\nАнна Иванова;+7 912 3456789\n".encode("cp1251")
    page = text(leo.get(give(leo, old, shared=True).headers["Location"]))
    assert "cp1251" in page
    assert "Анна Иванова" in page


def test_without_any_contact_nothing_is_claimed_to_be_missing(databases, tmp_path_factory):
    for url in fresh(databases, "sqlite"):
        with pushed(application(url, tmp_path_factory.mktemp("archive"), PUBLIC_URL="http://localhost")) as app:
            app.staff = Staff()
            leo = at(app, "Leo")
            where = give(leo, SHEET.encode(), shared=True).headers["Location"]
            assert "told of nothing yet" in text(leo.get(where))
            page = text(leo.post(where, MAPPED, follow_redirects=True))
            assert "The CRM has told of no contact yet." in page
            others = (io.BytesIO(b"name;email\nUte Beck;ute@beta.example\n"), "crm.csv")
            where = give(leo, SHEET.encode(), shared=True, contacts=others).headers["Location"]
            page = said(text(leo.post(where, MAPPED, follow_redirects=True)))
            assert "3 of 5 customers are not in the CRM." in page


# --- by job


def test_a_large_sheet_is_left_to_a_job_and_shows_how_far_it_is(town, monkeypatch):
    monkeypatch.setattr(comparing, "QUICK_ROWS", 2)
    leo = at(town, "Leo")
    number = uploaded(leo)
    page = text(leo.get(f"/audits/{number}"))
    assert "data-refresh" in page
    assert jobs.JOBS["compare-audits"].needed()
    assert "1 sheets compared" in jobs.JOBS["compare-audits"].run(lambda _done, _total: None)
    fragment = leo.get(f"/audits/{number}", headers={"X-Fragment": "1"}).get_data(as_text=True)
    assert "It is done." in fragment
    assert "4 of 5" in text(leo.get(f"/audits/{number}"))
    assert not jobs.JOBS["compare-audits"].needed()


def test_a_sheet_that_breaks_us_does_not_keep_others_waiting(town, monkeypatch):
    monkeypatch.setattr(comparing, "QUICK_ROWS", 2)
    leo = at(town, "Leo")
    bad, good = uploaded(leo), uploaded(leo)
    compared = comparing.of_file

    def of_file(raw, kept):
        if kept.id == bad:
            raise KeyError
        return compared(raw, kept)

    monkeypatch.setattr(comparing, "of_file", of_file)
    assert "1 sheets compared" in jobs.JOBS["compare-audits"].run(lambda _done, _total: None)
    assert (keeping.find(bad).state, keeping.find(good).state) == ("failed", "open")
    assert not jobs.JOBS["compare-audits"].needed()
    assert "Something went wrong on our side." in text(leo.get(f"/audits/{bad}", follow_redirects=True))


def test_a_job_that_has_to_stop_leaves_the_sheet_for_another_time(town, monkeypatch):
    monkeypatch.setattr(comparing, "QUICK_ROWS", 2)
    monkeypatch.setattr(matching, "REPORTED", 1)
    number = uploaded(at(town, "Leo"))

    def stop(_done, _total):
        raise jobs.StoppedError

    with pytest.raises(jobs.StoppedError):
        jobs.JOBS["compare-audits"].run(stop)
    db.session.rollback()
    assert keeping.find(number).state == "comparing"
    assert jobs.JOBS["compare-audits"].needed()


def test_an_audit_is_deleted_on_its_last_day_with_every_row_and_at_any_time_by_hand(town):
    leo = at(town, "Leo")
    first, second, third = uploaded(leo), uploaded(leo), uploaded(leo)
    until = keeping.find(first).until
    assert until == town.staff.today + keeping.DAYS_SHARED
    leo.post(f"/audits/{second}", {"do": "delete"})
    assert leo.get(f"/audits/{second}").status_code == 404
    leo.post(f"/audits/{third}", {"do": "longer"})
    db.session.execute(Audit.__table__.update().where(Audit.id == first).values(until=town.staff.today - 1))
    db.session.commit()
    assert jobs.JOBS["sweep-audits"].run(lambda _done, _total: None) == "1 audits deleted"
    assert set(db.session.scalars(select(AuditRow.audit))) == {third}
    assert set(db.session.scalars(select(Audit.id))) == {third}


# --- rewards


def closings():
    """Return what was sent for closing rows: (actor, subject), and whether it stands."""
    query = select(StoredActivity.actor, StoredActivity.subject, StoredActivity.retracted).where(
        StoredActivity.source == closing.SOURCE, StoredActivity.type == closing.TYPE, StoredActivity.retracts.is_(None)
    )
    found = [tuple(row) for row in db.session.execute(query)]
    db.session.rollback()
    return found


def test_closing_a_row_in_the_crm_counts_once_for_whom_it_was_given_to(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    leo.post(f"/audits/{number}/rows", {"show": "missing", "do": "assign", "to": "alice", "all": "1"})
    happened(town, "Alice", 10, name="Anna Weber", email="anna@acme.example")
    watched()
    assert closings() == [("alice@example.com", "contact/10", 0)]
    happened(town, "Alice", 10, what="contact.updated", company="Acme")
    assert watched() == (0, 0, 0)
    assert crediting.settle(time.time_ns() // 1000) == (0, 0)
    assert len(closings()) == 1


def test_a_deleted_contact_opens_the_row_again_and_takes_its_reward_back(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    leo.post(f"/audits/{number}/rows", {"show": "missing", "do": "assign", "to": "alice", "all": "1"})
    made = happened(town, "Alice", 10, name="Anna Weber", email="anna@acme.example")
    watched()
    happened(town, "Alice", 10, what="contact.deleted")
    assert watched().reopened == 1
    assert states(number)[2] == "open"
    assert closings() == [("alice@example.com", "contact/10", 1)]
    happened(town, "Alice", 11, name="Anna Weber", email="anna@acme.example")
    assert watched().closed == 1
    assert sorted(closings()) == [("alice@example.com", "contact/10", 1), ("alice@example.com", "contact/11", 0)]
    assert made


def test_a_retracted_activity_opens_the_row_that_it_closed(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    made = happened(town, "Alice", 10, name="Anna Weber", email="anna@acme.example")
    watched()
    assert states(number)[2] == "imported"
    event = town.staff.event("Alice", "contact.created", None, minutes=0)
    town.staff.send([event | {"retracts": made, "data": {}}])
    assert watched().reopened == 1
    assert states(number)[2] == "open"


@pytest.mark.parametrize("guard", ["own audit", "nobody gave it", "somebody else did it", "not rewarded", "before"])
def test_what_one_invents_or_takes_oneself_earns_nothing(town, guard):
    counts = guard != "not rewarded"
    leo = at(town, "Leo")
    number = uploaded(leo, counts=counts)
    to = {"own audit": "leo", "nobody gave it": ""}.get(guard, "alice")
    does = {"somebody else did it": "Bob", "own audit": "Leo"}.get(guard, "Alice")
    db.session.rollback()
    early = town.staff.event(
        does, "contact.created", "contact/10", minutes=60, name="Anna Weber", email="anna@acme.example"
    )
    if to:
        leo.post(f"/audits/{number}/rows", {"show": "missing", "do": "assign", "to": to, "all": "1"})
    if guard == "before":
        town.staff.send([early])
    else:
        happened(town, does, 10, name="Anna Weber", email="anna@acme.example")
    assert watched().closed == 1
    assert closings() == []
    page = said(text(leo.get(f"/audits/{number}?show=closed")))
    assert ("Not rewarded" in page) is counts


def test_nobody_else_sends_in_our_name(town):
    event = town.staff.event("Alice", closing.TYPE, "contact/1") | {"source": closing.SOURCE}
    receipt = intake.accept_and_commit([event], door="api")
    assert "kept for what Spoonful itself has seen" in receipt.refused[0].fault


def test_a_shared_number_alone_closes_no_row(town):
    leo = at(town, "Leo")
    number = uploaded(leo)
    happened(town, "Bob", 10, name="Annegret Webermann", phone="+49 30 1234567")
    assert watched().closed == 0
    assert states(number)[2] == "open"
    assert facts.current()
