"""A list of people → rows."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from adoption.people_csv import cells
from adoption.people_csv import table
from adoption.people_csv.headings import Layout
from adoption.people_csv.table import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.people_csv.table import Record
    from adoption.people_csv.table import Table

COLUMNS = ("email", "name", "team", "manager", "role", "hired_on", "left_on", "identities", "employee_no")
LAYOUT = Layout(
    {
        "email": (
            *("email", "e mail", "email address", "e mail address", "primary email", "work email", "mail"),
            *("userprincipalname", "user principal name", "upn", "user name"),
            *("электронная почта", "адрес электронной почты", "эл почта", "почта"),
            *("邮箱", "电子邮箱", "电子邮件", "邮箱地址", "工作邮箱"),
        ),
        "name": (
            *("name", "full name", "displayname", "display name", "employee name"),
            *("фио", "имя и фамилия", "сотрудник", "姓名", "显示名称"),
        ),
        "team": (
            *("team", "teams", "department", "dept", "команда", "отдел", "подразделение"),
            *("团队", "部门"),
        ),
        "manager": (
            *("manager", "manager email", "manager e mail", "managers email", "reports to"),
            *(
                "руководитель",
                "почта руководителя",
                "email руководителя",
                "经理",
                "主管",
                "上级",
                "经理邮箱",
                "上级邮箱",
            ),
        ),
        "role": ("role", "роль", "角色"),
        "hired_on": (
            *("hired on", "hire date", "date hired", "hired", "start date"),
            *("дата приема", "дата приема на работу", "принят", "入职日期"),
        ),
        "left_on": (
            *("left on", "leave date", "date left", "left"),
            *("дата увольнения", "уволен", "离职日期"),
        ),
        "identities": ("identities", "identity", "accounts", "учетные записи", "账号"),
        "employee_no": (
            *("employee no", "employee number", "employeenumber", "employee id", "employeeid", "personnel number"),
            *("personalnummer", "табельный номер", "таб номер", "工号", "员工编号", "员工工号"),
        ),
        "first_name": ("givenname", "first name", "given name", "имя"),
        "last_name": ("surname", "last name", "family name", "фамилия"),
    },
    frozenset({"email"}),
)
_SAME = {"manager": cells.email, "hired_on": cells.day, "left_on": cells.end, "employee_no": cells.line_of_text}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as a file tells it.  A column that the file lacks, or that says nothing, is ``None`` or empty."""

    line: int
    email: str
    name: str
    teams: tuple[str, ...] = ()
    manager: str | None = None
    role: str = "employee"
    hired_on: int | None = None
    left_on: int | None = None
    identities: tuple[tuple[str, str], ...] = ()
    employee_no: str | None = None  # payroll's number, as it is written: zeros in front belong to it


@dataclass(frozen=True, slots=True)
class People:
    """A list of people: its rows, what is wrong with it, the columns it has, and what was left out."""

    rows: tuple[PersonRow, ...]
    faults: tuple[Fault, ...]
    columns: frozenset[str] = frozenset(COLUMNS)
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)  # known column → what this file calls it

    def fault(self, line: int, column: str, message: str) -> Fault:
        """Return a fault in a column, which is named as in the file."""
        return Fault(line, self.labels.get(column, column), message)


def read(raw: bytes) -> People:
    """Read a list of people.

    A row whose address can be read is kept even when another of its cells is faulty, so that others may name it as
    their manager; whoever stores rows looks at ``faults`` first.
    """
    found = table.read(raw, LAYOUT)
    read_one = (_person(found, record) for record in found.records if not found.hopeless)
    rows = _unique(found, [row for row in read_one if row])
    columns = set(found.labels) & set(COLUMNS)
    if found.labels.keys() & {"first_name", "last_name"}:
        columns.add("name")
    faults = tuple(sorted(found.faults, key=lambda fault: fault.line))
    return People(tuple(rows), faults, frozenset(columns), tuple(found.notes), found.labels)


def one(given: Mapping[str, str]) -> People:
    """Read a form as a list of one row; a column that is not given says nothing."""
    found = read(table.written(list(given), [list(given.values())]))
    if found.rows or found.faults:
        return found
    return replace(found, faults=(found.fault(0, "email", "there is no e-mail address"),))  # blank lines are no rows


def _person(found: Table, record: Record) -> PersonRow | None:
    line, given = record

    def cell(column: str, read: Callable[[str], Any], default: Any = None) -> Any:
        text = given.get(column, "")
        if not text.strip():
            return default
        try:
            return read(text)
        except cells.CellError as error:
            found.fault(line, column, str(error))
            return default

    if not given["email"].strip():
        found.fault(line, "email", "there is no e-mail address")
    email = cell("email", cells.email)
    parts = (cell("first_name", cells.line_of_text), cell("last_name", cells.line_of_text))
    name = cell("name", cells.line_of_text) or " ".join(filter(None, parts))
    values = {column: cell(column, read) for column, read in _SAME.items()}
    hired, left = values["hired_on"], values["left_on"]
    if hired is not None and left is not None and left < hired:
        found.fault(line, "left_on", "the day of leaving is before the day of hiring")
    teams, role = cell("team", cells.names, ()), cell("role", cells.role, "employee")
    identities = cell("identities", cells.identities, ())
    if email is None:
        return None
    return PersonRow(line, email, name or email.partition("@")[0], teams, role=role, identities=identities, **values)


def _unique(found: Table, rows: list[PersonRow]) -> list[PersonRow]:
    """Keep the first row of each person; report the others, and numbers and identities that two people claim."""
    people: dict[str, int] = {}
    numbers: dict[str, PersonRow] = {}
    owners: dict[tuple[str, str], PersonRow] = {}
    for row in rows:
        first = people.setdefault(row.email, row.line)
        if first != row.line:
            found.fault(row.line, "email", f"{row.email} is already on line {first}")
            continue
        if row.employee_no is not None and (other := numbers.setdefault(row.employee_no, row)) is not row:
            said = f"{row.employee_no} is already the number of {other.email} (line {other.line})"
            found.fault(row.line, "employee_no", said)
        for identity in row.identities:
            owner = owners.setdefault(identity, row)
            if owner is not row:
                said = f"{identity[0]}={identity[1]} already belongs to {owner.email} (line {owner.line})"
                found.fault(row.line, "identities", said)
    return [row for row in rows if people[row.email] == row.line]
