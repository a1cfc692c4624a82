"""Audits of a spreadsheet: who arrived in the CRM and who did not, and clear answers to hostile or mistaken files."""

# ruff: noqa: RUF001, S311  # letters of other alphabets; chance that is no secret

import io
import random
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from adoption.audits import checking
from adoption.audits import contacts
from adoption.audits import keeping
from adoption.audits import reading
from adoption.audits.matching import Card
from adoption.audits.matching import Sheet
from adoption.extensions import db
from bench import audit as bench
from rules.audit import columns
from rules.audit import keys
from tests.house import House

SHEET = """Our customers 2026;;;;;;
;;;;;;
Имя;Компания;Эл. почта;Телефон;Ответственный;Сумма;Последний контакт
Анна Иванова;ООО Ромашка;anna@romashka.example;+7 912 345-67-89;Alice;12 500,50;12.03.2026
Пётр Щукин;АО «Сталь»;;8 (495) 123 45 67;;990 000;01.06.2026
王伟;北京科技有限公司;wei@kj.example;;Bob;;2026-05-01
"""
CRM = """first name,last name,account,e-mail,phone
Anna,Ivanova,Romashka,anna@romashka.example,
Wei,Wang,北京科技,wei@kj.example,
"""


def grid(text):
    return reading.read(text.encode())


def checked(sheet, crm, country="49"):
    found = grid(sheet)
    at, places = checking.columns_of(found)
    return checking.check(list(checking.customers(found, at, places)), contacts.of_grid(grid(crm)), country=country)


# --- reading


def test_headings_are_found_under_a_title_and_in_three_languages():
    at, places = checking.columns_of(grid(SHEET))
    assert at == 1  # blank rows are passed over
    assert places == {
        "first_name": 0, "company": 1, "email": 2, "phone": 3, "owner": 4, "value": 5, "last_contact": 6,
    }  # fmt: skip


def test_columns_without_known_headings_are_recognised_by_what_they_hold():
    rows = [["x", "anna@example.com", "+49 30 1234567", "2026-03-01"]] * 5
    found = columns.recognised(["a", "b", "c", "d"], rows)
    assert {part: guess.column for part, guess in found.items()} == {"email": 1, "phone": 2, "last_contact": 3}
    assert not any(guess.by_heading for guess in found.values())


@pytest.mark.parametrize(
    ("headings", "parts"),
    [
        (
            "Customer ID,Customer Name,Contact Owner,Email Address,Phone Number,Last Contact Date,Total Revenue (EUR)",
            {"name": 1, "owner": 2, "email": 3, "phone": 4, "last_contact": 5, "value": 6},
        ),
        (
            "Salutation,First Name,Last Name,Account Name,Phone,Email,Account Owner,Last Activity",
            {"first_name": 1, "last_name": 2, "company": 3, "phone": 4, "email": 5, "owner": 6, "last_contact": 7},
        ),
        (
            "Person - Name,Person - Organization,Person - Email - Work,Person - Phone - Work,Person - Owner",
            {"name": 0, "company": 1, "email": 2, "phone": 3, "owner": 4},
        ),
        (
            "Имя Фамилия,Компания контакта,Email контакта,Телефон,Дата последнего контакта,Ответственный за контакт",
            {"name": 0, "company": 1, "email": 2, "phone": 3, "last_contact": 4, "owner": 5},
        ),
        (
            "客户名称,联系人,联系电话,电子邮箱,负责人,成交金额（元）",
            {"company": 0, "name": 1, "phone": 2, "email": 3, "owner": 4, "value": 5},
        ),
        ("Firmenname,Ansprechpartner,E-Mail-Adresse,Umsatz 2026", {"company": 0, "name": 1, "email": 2, "value": 3}),
    ],
)
def test_headings_of_several_words_are_understood_by_what_they_are_about(headings, parts):
    found = columns.recognised(headings.split(","), [])
    assert {part: guess.column for part, guess in found.items()} == parts


def test_of_a_sheet_without_headings_nobody_is_taken_for_them():
    found = grid("Ann Lee;ann@example.com;\nBo Ek;bo@example.com;tea\nEve Ray;eve@example.com;\n")
    at, places = checking.columns_of(found)
    assert (at, places) == (columns.NONE, {"email": 1})
    assert [row.card.email for row in checking.customers(found, at, places)] == [
        "ann@example.com", "bo@example.com", "eve@example.com",
    ]  # fmt: skip  # one after the other
    strange = grid("Nr,Wer,Wo\n1,Ann Lee,ann@example.com\n")  # headings that nobody knows are above what is there
    assert checking.columns_of(strange) == (0, {"email": 2})


def test_a_sheet_without_customers_says_so():
    with pytest.raises(checking.NoCustomersError):
        checking.columns_of(grid("colour,size\nred,3\n"))


def workbook(write):
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        write(book)
    return packed.getvalue()


def test_a_workbook_is_read_with_its_numbers_dates_and_merged_headings():
    def write(book):
        book.add_worksheet("empty")
        sheet = book.add_worksheet("customers")
        sheet.merge_range("A1:D1", "Customers of the north")
        sheet.write_row(1, 0, ["Name", "E-mail", "Value", "Last contact"])
        sheet.write_row(2, 0, ["Anna Weber", "anna@example.com", 1200])
        sheet.write_datetime(2, 3, date(2026, 5, 4), book.add_format({"num_format": "yyyy-mm-dd"}))

    found = reading.read(workbook(write))
    at, places = checking.columns_of(found)
    (row,) = checking.customers(found, at, places)
    assert (row.card.name, row.value, row.last) == ("Anna Weber", Decimal(1200), "2026-05-04")
    assert [note.said for note in found.notes] == ["the workbook has several sheets; this one is read: customers"]


def test_a_cover_and_notes_before_the_customers_are_passed_over():
    def write(book):
        cover = book.add_worksheet("read me")
        cover.write_column(0, 0, ["Customer list of the north", "Do not edit it without asking", "Contact: Bob"])
        book.add_worksheet("customers").write_row(0, 0, ["Name", "E-mail", "Value"])
        book.get_worksheet_by_name("customers").write_row(1, 0, ["Anna Weber", "anna@example.com", 1200])

    assert reading.read(workbook(write)).rows[1] == ["Anna Weber", "anna@example.com", "1200"]


def test_where_no_sheet_has_headings_of_customers_the_first_that_holds_anything_is_read():
    def write(book):
        book.add_worksheet("one").write(0, 0, "tea")
        book.add_worksheet("two").write(0, 0, "biscuits")

    assert reading.read(workbook(write)).name == "one"


def test_a_sheet_that_cannot_be_read_hides_none_before_it():
    def write(book):
        book.add_worksheet("one").write(0, 0, "tea")
        book.add_worksheet("two").write(0, 0, "near")
        book.get_worksheet_by_name("two").write(1_048_575, 16_383, "far away")

    assert reading.read(workbook(write)).rows == [["tea"]]


def test_headings_in_two_rows_are_read_together():
    def write(book):
        sheet = book.add_worksheet()
        for column, heading in enumerate(["Клиент", "Компания"]):
            sheet.merge_range(0, column, 1, column, heading)
        sheet.merge_range("C1:D1", "Контакты")
        sheet.merge_range("E1:E2", "Последний контакт")
        sheet.write_row(1, 2, ["Телефон", "Почта"])
        sheet.write_row(2, 0, ["Анна Иванова", "ООО Волга", "+7 912 3456789", "anna@volga.example", "03.11.26"])

    found = reading.read(workbook(write))
    at, places = checking.columns_of(found)
    assert places == {"name": 0, "company": 1, "phone": 2, "email": 3, "last_contact": 4}
    (row,) = checking.customers(found, at, places)
    assert (row.card.phone, row.card.email, row.last) == ("+7 912 3456789", "anna@volga.example", "2026-11-03")


def test_a_title_above_the_headings_is_none_of_them():
    found = grid("Customers,,\n,Name,E-mail\n1,Anna Weber,anna@example.com\n")
    assert columns.headings(found.rows, 1) == ["", "Name", "E-mail"]


def test_headings_on_every_page_and_the_sum_below_are_no_customers():
    found = grid("Name,Company,Value\nAnn Lee,Lee,5\nName,Company,Value\nBo Ek,Ek,7\nTotal,,12\n\nИтого:,,12\n")
    at, places = checking.columns_of(found)
    assert [row.card.name for row in checking.customers(found, at, places)] == ["Ann Lee", "Bo Ek"]


def test_a_row_is_called_by_the_number_that_the_spreadsheet_shows():
    found = grid("\nCustomers\n\nName,E-mail\n\nAnn Lee,ann@example.com\n,\nBo Ek,bo@example.com\n")
    at, places = checking.columns_of(found)
    assert [row.line for row in checking.customers(found, at, places)] == [6, 8]

    def write(book):
        sheet = book.add_worksheet()
        sheet.write_row(3, 0, ["Name", "E-mail"])
        sheet.write_row(6, 0, ["Ann Lee", "ann@example.com"])

    found = reading.read(workbook(write))
    at, places = checking.columns_of(found)
    assert [row.line for row in checking.customers(found, at, places)] == [7]


def test_days_of_an_american_column_are_read_as_its_clearest_cell_says():
    found = grid("Name,Last contact\nAnn,03/04/2026\nBo,11/25/2026\nEve,46300\n")
    at, places = checking.columns_of(found)
    assert [row.last for row in checking.customers(found, at, places)] == ["2026-03-04", "2026-11-25", "2026-10-05"]


def test_a_thousand_columns_are_cut_and_said_so():
    found = grid(",".join(f"c{n}" for n in range(1000)) + "\n" + ",".join("x" * 1000) + "\n")
    assert len(found.rows[0]) == reading.WIDEST
    assert "columns" in found.notes[0].said


def test_a_workbook_with_cells_in_opposite_corners_is_refused_and_takes_nothing_with_it():
    def write(book):
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "Name")
        sheet.write_string(1_048_575, 16_383, "far away")

    with pytest.raises(reading.UnreadableSheetError, match="memory or time"):
        reading.read(workbook(write))


def test_a_workbook_that_would_unpack_to_gigabytes_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (reading.UNPACKED // 2 + 1))
    with pytest.raises(reading.UnreadableSheetError, match="unpacks"):
        reading.read(packed.getvalue())


@pytest.mark.parametrize("raw", [b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0 no book", b"", b"\n\n"])
def test_a_broken_file_says_what_to_do(raw):
    with pytest.raises(reading.UnreadableSheetError):
        reading.read(raw)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Анна Иванова", "utf-8-sig"),
        ("Анна Иванова", "utf-16"),
        ("Анна Иванова", "cp1251"),
        ("АННА ИВАНОВА", "cp1251"),
        ("Артём Щёлоков, ООО «Ёлка» № 7", "cp1251"),
        ("王小明", "gb18030"),
        ("上海电气集团股份有限公司", "gbk"),
        ("Jürgen Müßig", "cp1252"),
        ("François Lefèvre", "cp1252"),
    ],
)
def test_old_programs_write_in_old_encodings(name, encoding):
    assert reading.read(f"x;y\n{name};+7 912 3456789\n".encode(encoding)).rows[1][0] == name


def test_a_delimiter_in_quoted_cells_cuts_nothing():
    found = grid("Name,Company,Notes\n" + '"Ann Lee","Lee, Inc","tea; no calls"\nBo Ek,Ek AB,"a; b"\n' * 5)
    assert found.rows[:3] == [
        ["Name", "Company", "Notes"], ["Ann Lee", "Lee, Inc", "tea; no calls"], ["Bo Ek", "Ek AB", "a; b"],
    ]  # fmt: skip  # a row each


# --- keys


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("+7 (912) 345-67-89", "49", "79123456789"),
        ("8 912 345 67 89", "7", "79123456789"),
        ("0049 (0)30 1234567", "49", "49301234567"),
        ("030/1234567", "49", "49301234567"),
        ("+86 138 1234 5678 ext 5", "49", "8613812345678"),
        ("12345", "49", None),
        ("soon", "49", None),
    ],
)
def test_numbers_are_brought_into_one_form(written, country, number):
    assert keys.phone(written, country) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Щербаков Юрий", "Yuri Shcherbakov"),
        ("Юлия Хохлова", "Julija Khokhlova"),
        ("Jürgen Müller", "Mueller, Juergen"),
        ("Александр Вишневский", "Aleksandr Wischnewskij"),
    ],
)
def test_names_sound_alike_in_any_script(one, other):
    assert keys.heard(one) == keys.heard(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Acme G.m.b.H. & Co. KG", "ACME"), ("ООО «Ромашка»", "Romashka LLC"), ("北京科技有限公司", "北京科技")],
)
def test_companies_are_known_without_their_legal_form(one, other):
    assert keys.firm(one) == keys.firm(other)


# --- verdicts


def match(rows, crm):
    sheet = Sheet(rows, "49")
    sheet.pass_by(crm)
    return list(sheet.matches())


def test_the_missing_come_first_and_the_most_valuable_on_top():
    found = checked(SHEET, CRM, country="7")
    assert [(one.customer.card.name, one.match.verdict) for one in found] == [
        ("Пётр Щукин", "missing"), ("Анна Иванова", "found"), ("王伟", "found"),
    ]  # fmt: skip
    assert found[0].nobodys
    assert found[0].customer.value == Decimal(990000)
    assert checking.counts(found)["nobodys"] == 1


def test_what_changed_meanwhile_is_named():
    found = checked("name,company,email,phone\nAnna Weber,Acme,anna@acme.example,030 1234567\n",
                    "name,company,email,phone\nAnna Weber,Beta AG,anna@acme.example,030 7654321\n")  # fmt: skip
    assert found[0].changed == ("company", "phone")


def test_who_stands_in_the_sheet_twice_is_named_with_the_first_line():
    found = checked("name,email\nAnna Weber,a@x.example\nA. Weber,A@X.example\n", "name,email\nNobody,n@y.example\n")
    assert [(one.customer.line, one.twice) for one in found] == [(2, None), (3, 2)]


def test_a_number_that_many_share_is_no_proof():
    rows = [Card("1", "Paul Fischer", "Acme", "", "+49 30 1234567")]
    crm = [
        Card(f"c{n}", name, "Other", "", "+49 30 1234567")
        for n, name in enumerate(["Eva Klein", "Jan Roth", "Ute Beck", "Paul Fischler"])
    ]
    assert match(rows, crm)[0].verdict != "found"
    assert match(rows, crm[3:])[0].verdict == "found"


def test_a_married_name_at_the_same_company_is_probably_the_same_person():
    found = match([Card("1", "Maria Becker", "Acme GmbH")], [Card("c", "Maria Sommer", "ACME")])
    assert (found[0].verdict, found[0].why) == ("probable", "one_name_and_firm")


def test_two_of_one_given_name_with_addresses_and_numbers_of_their_own_are_two_people():
    row = Card("1", "Julia Rossi", "Acme", "julia@rossi.example", "+49 30 1234567")
    crm = Card("c", "Julia Sommer", "Acme", "sommer@acme.example", "+49 30 7654321")
    assert match([row], [crm])[0].verdict == "missing"
    assert match([row], [crm._replace(email="")])[0].why == "one_name_and_firm"


@pytest.mark.parametrize(
    "row",
    [
        Card("1", "", "Volga GmbH"),
        Card("1", "ООО «Волга»"),  # under "customer", as many keep it
        Card("1", "", "Volga", "office@volga.example", "+49 30 7654321"),
    ],
)
def test_a_customer_that_is_a_company_is_probably_whom_the_crm_knows_there(row):
    crm = [Card("7", "Anna Weber", "VOLGA Ltd", "anna@volga.example"), Card("8", "Bo Ek", "Volga Labs")]
    (found,) = match([row], crm)
    assert (found.verdict, found.why, found.contact.key) == ("probable", "same_firm", "7")
    assert match([row], crm[1:])[0].verdict == "missing"


def test_a_company_stands_in_the_sheet_twice_however_it_is_written():
    rows = [Card("1", "", "Acme GmbH"), Card("2", "", "ACME"), Card("3", "", "Acme", "", "+49 30 7654321")]
    assert Sheet(rows, "49").twice() == {1: 0}


def test_the_same_name_at_another_company_is_somebody_else():
    assert (
        match([Card("1", "Peter Schmidt", "Acme")], [Card("c", "Peter Schmidt", "Other Ltd")])[0].verdict == "missing"
    )


def test_labelled_customers_are_told_apart():
    precision, recall, _ = bench.labelled(random.Random(3), 2_000, 10_000)
    assert precision >= 0.98
    assert recall >= 0.95


def test_the_order_of_the_contacts_changes_nothing():
    chance = random.Random(5)
    crm = list(bench.made(chance, 600))
    rows = [bench.spoilt(one, chance)[0] for one in crm[:200]]
    shuffled = chance.sample(crm, len(crm))
    assert match(rows, crm) == match(rows, shuffled)


# --- against activities, by command


BOOK = """
[metric.contacts]
counts = "contact.created"
"""


@pytest.fixture
def crm(app):
    house = House(BOOK)
    house.did("Alice", "contact.created", "contact/1", name="Anna Weber", email="anna@x.example")
    house.did("Alice", "contact.updated", "contact/1", at="11:00", company="Acme")
    house.did("Alice", "contact.created", "contact/2", name="Gone", email="gone@x.example")
    house.did("Alice", "contact.deleted", "contact/2", at="12:00")
    house.did("Alice", "deal.won", "deal/1", name="Not a contact")
    return app


def test_contacts_are_put_together_from_activities(crm):
    cards = list(contacts.of_activities(db.session.connection()))
    assert cards == [Card("contact/1", "Anna Weber", "Acme", "anna@x.example", "")]


def test_the_command_tells_and_writes_what_became_of_everybody(app, tmp_path):
    sheet, crm, out = (tmp_path / name for name in ("sheet.csv", "crm.csv", "out.csv"))
    sheet.write_text(SHEET + "=HYPERLINK(1);Acme;x@acme.example;;;5;\n", encoding="utf-8")
    crm.write_text(CRM, encoding="utf-8")
    runner = app.test_cli_runner()
    done = runner.invoke(args=["audit", str(sheet), "--contacts", str(crm), "--country", "7", "--csv", str(out)])
    assert done.exit_code == 0, done.output
    assert "4 customers: 2 found, 0 probably found, to be confirmed, 2 missing in the CRM." in done.output
    written = out.read_text(encoding="utf-8").splitlines()
    assert written[1].startswith("5,missing,nothing_alike,Пётр Щукин")
    assert "'=HYPERLINK(1)" in written[2]


def test_the_command_keeps_an_audit_for_the_page(crm, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEET + "Anna Weber;Acme;anna@x.example;;;;\n", encoding="utf-8")
    done = crm.test_cli_runner().invoke(args=["audit", str(sheet), "--save", "--country", "7"])
    assert done.exit_code == 0, done.output
    assert "Audit 1 is kept: 3 of 4 customers are to do. See /audits/1." in done.output
    kept = keeping.find(1)
    assert (kept.name, kept.shared, kept.participant, kept.state) == ("sheet.csv", True, None, "open")


def test_the_command_keeps_nothing_where_no_contact_is_known(app, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["audit", str(sheet), "--save"])
    assert done.exit_code == 1
    assert "The CRM has told of no contact yet" in done.output
    assert keeping.shared() == []


def test_the_command_names_a_column_that_is_not_there(app, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["audit", str(sheet), "--column", "value=Nope"])
    assert done.exit_code == 1
    assert "there is no column 'Nope'; there are Имя" in done.output
