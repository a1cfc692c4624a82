"""Lists of people, as spreadsheets and directories write them."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from adoption import people_csv
from adoption.people_csv import PersonRow

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "csv_directory"
HEAD = "email,name,team,manager,role,hired_on,left_on,identities\n"
ALICE = "alice@example.com,Alice,Sales,mei@example.com,employee,2026-01-05,,crm=17;office=alice\n"


def read(text, encoding="utf-8"):
    return people_csv.read(text.encode(encoding))


def only(text, encoding="utf-8"):
    people = read(text, encoding)
    assert people.faults == ()
    (row,) = people.rows
    return row


def day(year, month, day):
    return date(year, month, day).toordinal()


def test_a_row_is_read_as_it_is_written():
    assert only(HEAD + ALICE) == PersonRow(
        line=2,
        email="alice@example.com",
        name="Alice",
        teams=("Sales",),
        manager="mei@example.com",
        role="employee",
        hired_on=day(2026, 1, 5),
        left_on=None,
        identities=(("crm", "17"), ("office", "alice")),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_whatever_excel_writes_means_the_same(encoding, delimiter, newline):
    text = 'email,name,team\nalice@example.com,"Älice\nLiddell",Sales\n'.replace(",", delimiter).replace("\n", newline)
    row = only(text, encoding)
    assert (row.email, row.name, row.teams) == ("alice@example.com", "Älice Liddell", ("Sales",))


@pytest.mark.parametrize(
    "heading",
    [
        "email",
        "E-Mail",
        "e_mail",
        " EMAIL ",
        "Email Address [Required]",
        "User name [userPrincipalName] Required",
        "User principal name",
        "Электронная почта",
        "邮箱",
        "电子邮件",
    ],
)
def test_the_address_is_found_under_the_names_that_directories_give_it(heading):
    assert only(f"{heading}\nalice@example.com\n").email == "alice@example.com"


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ("E-Mail;ФИО;Отдел;Руководитель;Дата приёма", "alice@example.com;Alice;Sales;mei@example.com;05.01.2026"),
        ("邮箱;姓名;部门;经理;入职日期", "alice@example.com;Alice;Sales;mei@example.com;2026-01-05"),
        (
            "Email;Full name;Department;Manager Email;Hire date",
            "alice@example.com;Alice;Sales;mei@example.com;5.1.2026",
        ),
    ],
)
def test_headings_are_understood_in_three_languages(headings, cells):
    row = only(f"{headings}\n{cells}\n")
    assert (row.name, row.teams, row.manager, row.hired_on) == (
        "Alice",
        ("Sales",),
        "mei@example.com",
        day(2026, 1, 5),
    )


@pytest.mark.parametrize(
    "heading", ["employee_no", "Employee number", "Employee ID", "Personalnummer", "Табельный номер", "工号"]
)
def test_payrolls_number_is_text_under_whatever_name(heading):
    assert only(f"email;{heading}\nalice@example.com;00417\n").employee_no == "00417"


def test_two_people_have_not_the_same_number():
    (fault,) = read("email,employee_no\na@example.com,7\nb@example.com,7\nc@example.com,\nd@example.com,\n").faults
    assert (fault.line, fault.message) == (3, "7 is already the number of a@example.com (line 2)")


def test_first_and_last_name_make_a_name():
    assert only("email,First Name,Last Name\nalice@example.com,Alice,Liddell\n").name == "Alice Liddell"


def test_without_a_name_the_address_gives_one():
    assert only("email\nAlice@Example.com\n").name == "alice"


def test_the_columns_that_are_there_are_known():
    assert read("email,team\nalice@example.com,\n").columns == {"email", "team"}


def test_passwords_are_never_read():
    people = read("email,Password [Required]\nalice@example.com,sesame\n")
    assert "sesame" not in repr(people)
    assert people.notes == ("column Password [Required] is never read",)


def test_columns_nobody_knows_are_left_out_and_told():
    people = read("email,Cost Center\nalice@example.com,7\n")
    assert people.faults == ()
    assert people.notes == ("not known, and left out: Cost Center",)


def test_the_better_of_two_address_columns_is_read():
    people = read("userPrincipalName,mail\nalice@intern.example.com,alice@example.com\n")
    assert people.rows[0].email == "alice@example.com"
    assert people.notes == ("column userPrincipalName is not used: email is read from mail",)


def test_blank_lines_and_lines_before_the_headings_count_but_say_nothing():
    row = only("\nversion:v1.0\n\nemail,name\n\n,\nalice@example.com,Alice\n\n")
    assert row.line == 7


def test_excel_may_name_its_delimiter():
    assert only("sep=;\nemail;name\nalice@example.com;Liddell, Alice\n").name == "Liddell, Alice"
    assert people_csv.read(b" " * 2_000_000 + b"x\n").faults, "and a line of blanks keeps nobody waiting"


def test_rows_may_lack_their_last_blank_cells():
    people = read("email,name,team\nalice@example.com,Alice\n")
    assert people.faults == ()
    assert people.notes == ("rows with fewer cells than headings: 1, the first on line 2; blank is assumed",)


def test_somebody_may_be_in_several_teams():
    assert only("email,team\nalice@example.com, Sales ; Pilot;Sales;\n").teams == ("Sales", "Pilot")


@pytest.mark.parametrize(
    ("cell", "role"),
    [("", "employee"), ("HR", "hr"), ("Adoption lead", "lead"), ("human resources", "hr"), ("Cashier", "cashier")],
)
def test_roles_are_read_in_any_case(cell, role):
    assert only(f"email,role\nalice@example.com,{cell}\n").role == role


def test_a_name_like_a_formula_is_a_name():
    assert only('email,name\nalice@example.com,"=1+1"\n').name == "=1+1"


def test_never_leaving_may_be_written_as_the_last_day_there_is():
    assert only("email,left_on\nalice@example.com,9999-12-31\n").left_on is None


def test_an_identity_may_hold_an_equals_sign():
    assert only("email,identities\nalice@example.com,crm=a=b\n").identities == (("crm", "a=b"),)


def test_equal_addresses_in_other_letters_are_one():
    composed, decomposed = "jos\u00e9@example.com", "JOSE\u0301@Example.COM"
    (fault,) = read(f"email\n{composed}\n{decomposed}\n").faults
    assert fault.message == "josé@example.com is already on line 2"


def row(**cells):
    names = ("email", *cells) if "email" not in cells else tuple(cells)
    cells = {"email": "alice@example.com", **cells}
    return f"{','.join(names)}\n{','.join(cells[name] for name in names)}\n"


MISTAKES = {
    "nothing at all": ("", 0, None, "the file is empty"),
    "only blank lines": ("\n\n", 0, None, "the file is empty"),
    "no headings": (ALICE, 1, "email", "this column is missing; there are alice@example.com"),
    "no address column": ("name,team\nAlice,Sales\n", 1, "email", "this column is missing; there are name, team"),
    "a misspelt column": ("email,manger\nalice@example.com,\n", 1, "manger", "did you mean manager?"),
    "a misspelt address column": ("emial\nalice@example.com\n", 1, "emial", "did you mean email?"),
    "a column twice": ("email,team,Team\na@example.com,x,y\n", 1, "Team", "columns 2 and 3 both say team"),
    "too many columns": ("email" + ",x" * 300 + "\n", 1, None, "there are 301 columns; at most 200"),
    "a cell too many": ("email,name\na@example.com,Liddell, Alice\n", 2, None, "3 cells under 2 headings"),
    "no address": (row(email="", name="Alice"), 2, "email", "there is no e-mail address"),
    "no at sign": (row(email="alice"), 2, "email", "“alice” is no e-mail address"),
    "two addresses": (row(email="a@example.com b@example.com"), 2, "email", "is no e-mail address"),
    "an address with a name": (row(email="Alice <a@example.com>"), 2, "email", "is no e-mail address"),
    "an address with two dots": (row(email="a@example..com"), 2, "email", "is no e-mail address"),
    "an invisible character": (row(email="al\u200bice@example.com"), 2, "email", "invisible character in it (U+200B)"),
    "a long address": (row(email="a" * 250 + "@example.com"), 2, "email", "has 262 characters; at most 255"),
    "a person twice": ("email\na@example.com\nb@example.com\nA@EXAMPLE.COM\n", 4, "email", "is already on line 2"),
    "a zero character": (row(name="Al\0ice"), 2, "name", "control character in it (U+0000)"),
    "a bell": (row(team="Sales\a"), 2, "team", "control character in it (U+0007)"),
    "a long name": (row(name="x" * 256), 2, "name", "has 256 characters; at most 255"),
    "a long team": (row(team="Sales;" + "x" * 256), 2, "team", "has 256 characters; at most 255"),
    "a role nobody has": (row(role="wizard"), 2, "role", "“wizard” is no role; write one of employee"),
    "a misspelt role": (row(role="cashir"), 2, "role", "did you mean cashier?"),
    "two roles": (row(role="hr;admin"), 2, "role", "is no role"),
    "an American date": (row(hired_on="12/31/2026"), 2, "hired_on", "write 2026-11-23 or 23.11.2026"),
    "a day that is not": (row(hired_on="2026-02-30"), 2, "hired_on", "there is no day “2026-02-30”"),
    "a day of another age": (row(hired_on="0026-01-01"), 2, "hired_on", "the year 26 is a mistake"),
    "a number for a day": (row(left_on="46023"), 2, "left_on", "“46023” is no date"),
    "Arabic digits": (row(left_on="٢٠٢٦-٠١-٠١"), 2, "left_on", "is no date"),  # noqa: RUF001  # on purpose
    "leaving before coming": (row(hired_on="2026-02-01", left_on="2026-01-31"), 2, "left_on", "is before the day of"),
    "an identity without a source": (row(identities="=17"), 2, "identities", "“=17” is no identity; write source=id"),
    "an identity without an id": (row(identities="crm="), 2, "identities", "“crm=” is no identity"),
    "an identity of one part": (row(identities="crm=1;17"), 2, "identities", "“17” is no identity"),
    "a long identity": (row(identities="crm=" + "x" * 256), 2, "identities", "has 256 characters"),
    "a zero in an identity": (row(identities="crm=1\0"), 2, "identities", "control character"),
    "an identity of two": (
        "email,identities\na@example.com,crm=1\nb@example.com,crm=1\n",
        3,
        "identities",
        "crm=1 already belongs to a@example.com (line 2)",
    ),
    "a manager without an address": (row(manager="Mei Li"), 2, "manager", "“Mei Li” is no e-mail address"),
    "an open quotation mark": ('email,name\na@example.com,"Al\nb@example.com,Bob\n', 2, None, "and never closed"),
    "a stray quotation mark": ('email,name\na@example.com,"Al"ice"\n', 2, None, "inside a quoted cell; double it"),
    "an endless cell": (
        'email,name\na@example.com,"' + "x" * 200_000 + '"\n',
        2,
        None,
        "longer than 131072 characters",
    ),
}


@pytest.mark.parametrize(("text", "line", "column", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(text, line, column, message):
    faults = read(text).faults
    found = next((fault for fault in faults if (fault.line, fault.column) == (line, column)), None)
    assert found, faults
    assert message in found.message


FILES = {
    "Latin-1": ("email,name\nalice@example.com,Zoé\n".encode("latin-1"), 2, "this is not UTF-8 (byte 31)"),
    "Windows-1251": ("email,ФИО\n".encode("cp1251"), 1, "this is not UTF-8"),
    "half of UTF-16": ("email\n".encode("utf-16")[:-1], 1, "this is not UTF-16"),
    "a damaged workbook": (b"PK\x03\x04" + bytes(100), 0, "The workbook is damaged"),
    "a damaged old workbook": (b"\xd0\xcf\x11\xe0" + bytes(100), 0, "The workbook cannot be opened"),
    "a huge file": (b"email\n" + b"\n" * people_csv.LARGEST, 0, "larger than 20 MB"),
}


@pytest.mark.parametrize(("raw", "line", "message"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_text_is_told_what_it_is(raw, line, message):
    (fault,) = people_csv.read(raw).faults
    assert (fault.line, fault.column) == (line, None)
    assert message in fault.message


def test_every_mistake_is_told_at_once_in_the_order_of_lines():
    people = read("email,role,hired_on\nalice,wizard,soon\nbob@example.com,,\nbob@example.com,king,\n")
    assert [(fault.line, fault.column) for fault in people.faults] == [
        (2, "email"),
        (2, "hired_on"),
        (2, "role"),
        (4, "role"),
        (4, "email"),
    ]


def test_faults_name_the_column_as_the_file_does():
    (fault,) = read("E-Mail,Отдел\nalice@example.com,\a\n").faults
    assert fault.column == "Отдел"


def test_a_file_full_of_mistakes_is_not_told_to_the_end():
    faults = read("email\n" + "nobody\n" * 5_000).faults
    assert len(faults) == 1_001
    assert faults[-1].message == "from here on, more than 1000 faults are not told"


def test_a_list_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("adoption.people_csv.table.LONGEST", 2)
    (fault,) = read("email\na@example.com\nb@example.com\nc@example.com\n").faults
    assert (fault.line, fault.message) == (4, "there are more than 2 rows; split the file")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
NAMES = TEXT.map(people_csv.line_of_text).filter(lambda text: ";" not in text)
PEOPLE = st.builds(
    PersonRow,
    line=st.just(2),
    email=st.just("alice@example.com"),
    name=NAMES.filter(bool),
    teams=st.lists(NAMES.filter(bool), unique=True, max_size=3).map(tuple),
    manager=st.none() | st.just("mei@example.com"),
    role=st.sampled_from(people_csv.ROLES),
    hired_on=st.none() | st.integers(day(1900, 1, 1), day(2000, 1, 1)),
    left_on=st.none() | st.integers(day(2000, 1, 1), day(2999, 12, 31)),
    identities=st.lists(
        st.tuples(
            NAMES.filter(lambda text: text and "=" not in text),
            NAMES.filter(bool),
        ),
        unique=True,
        max_size=3,
    ).map(tuple),
    employee_no=st.none() | NAMES.filter(bool),
)


@given(PEOPLE)
def test_what_is_written_is_read_back(person):
    assert only(people_csv.write([person])) == person


@given(PEOPLE)
def test_no_spreadsheet_runs_what_is_written(person):
    _, cells = csv.reader(io.StringIO(people_csv.write([person]), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_read_or_faulty(raw):
    people = people_csv.read(raw)
    assert people.faults or "email" in people.columns


@given(st.text(max_size=200))
def test_whatever_cells_come_each_line_is_read_or_faulty(text):
    people = read(HEAD + text)
    assert people.faults or all("@" in row.email for row in people.rows)


def sample(name):
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"the sample files of vendors are not on this machine ({path})")
    return people_csv.read(path.read_bytes())


def test_a_bulk_list_of_entra_is_read():
    people = sample("entra_bulk_create.csv.txt")
    assert people.faults == ()
    assert [(row.line, row.email, row.name) for row in people.rows] == [
        (3, "john.doe@company.one.org", "John Doe"),
        (4, "jane.doe@company.one.org", "Jane Doe"),
    ]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("google_users_upload_minimal.csv.txt", {"email", "name", "team", "employee_no"}),
        ("google_workspace_bulk_users_header.csv.txt", {"email", "name", "team", "manager", "employee_no"}),
    ],
)
def test_the_lists_of_google_are_understood(name, columns):
    people = sample(name)
    assert people.faults == ()
    assert people.columns == columns


def test_a_list_of_groups_is_no_list_of_people():
    (fault,) = sample("google_workspace_groups_header.csv.txt").faults
    assert fault.message.startswith("this column is missing")


# --- workbooks


def sheet(*rows, before=(), at=(0, 0), name="People"):
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        for other in before:
            book.add_worksheet(other)
        made = book.add_worksheet(name)
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                more = (day,) if isinstance(cell, date) else ()
                made.write(at[0] + number, at[1] + place, cell, *more)
    return packed.getvalue()


HEADINGS = ("E-Mail", "Name", "Отдел", "Hire date", "Employee number")


def test_a_workbook_is_read_as_a_list_with_its_days_and_numbers():
    rows = [
        ("alice@example.com", "Alice Novak", "Sales; 华东", date(2026, 3, 2), 20417),
        ("bob@example.com", "Bob", "", "", "007"),
    ]
    people = people_csv.read(sheet(HEADINGS, *rows))
    assert people.faults == ()
    assert [(one.line, one.email, one.name, one.teams, one.hired_on, one.employee_no) for one in people.rows] == [
        (2, "alice@example.com", "Alice Novak", ("Sales", "华东"), date(2026, 3, 2).toordinal(), "20417"),
        (3, "bob@example.com", "Bob", (), None, "007"),
    ]


def test_a_mistake_in_a_workbook_is_told_with_the_number_of_its_row():
    people = people_csv.read(sheet(HEADINGS, (), ("alice", "Alice"), at=(4, 2)))
    assert [(fault.line, fault.column) for fault in people.faults] == [(7, "E-Mail")]


def test_the_first_sheet_that_holds_anything_is_read_and_that_is_said():
    people = people_csv.read(sheet(HEADINGS[:2], ("alice@example.com", "Alice"), before=("Cover",)))
    assert len(people.rows) == 1
    assert "the first sheet that holds anything is read: People" in people.notes


def test_the_other_lists_may_be_workbooks_too():
    days = (date(2026, 12, 24), date(2027, 1, 4))
    absences = people_csv.read_absences(sheet(("email", "from", "until"), ("alice@example.com", *days)))
    assert [(row.email, row.starts, row.ends) for row in absences.rows] == [
        ("alice@example.com", *(day.toordinal() for day in days))
    ]
    waves = people_csv.read_waves(sheet(("wave", "team"), ("first", "Sales")))
    assert len(waves.rows) == 1


def test_a_workbook_with_cells_in_opposite_corners_is_refused_and_takes_nothing_with_it():
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        made = book.add_worksheet()
        made.write_string(0, 0, "email")
        made.write_string(1_048_575, 16_383, "alice@example.com")
    (fault,) = people_csv.read(packed.getvalue()).faults
    assert (fault.line, fault.column) == (0, None)
    assert "takes more memory or time" in fault.message


def test_a_workbook_without_anything_says_so():
    (fault,) = people_csv.read(sheet()).faults
    assert "No sheet of the workbook holds anything" in fault.message


def test_a_formula_in_a_workbook_is_what_it_came_to_and_never_runs():
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        made = book.add_worksheet()
        made.write_row(0, 0, ("email", "name"))
        made.write_string(1, 0, "alice@example.com")
        made.write_formula(1, 1, '="A"&"lice"', None, "Alice")
    assert people_csv.read(packed.getvalue()).rows[0].name == "Alice"


def test_the_command_line_takes_a_workbook_too(sqlite_app, tmp_path):
    file = tmp_path / "people.xlsx"
    file.write_bytes(sheet(HEADINGS, ("alice@example.com", "Alice", "Sales", date(2026, 3, 2), 20417)))
    done = sqlite_app.test_cli_runner().invoke(args=["people", "load", str(file)])
    assert done.exit_code == 0, done.output
    assert "alice@example.com" in sqlite_app.test_cli_runner().invoke(args=["people", "list"]).output
