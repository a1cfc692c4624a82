"""Who works in the company of the demo: sixty people, five teams, and all that makes a directory difficult."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

DOMAIN = "spoonful.example"
NORTH, SOUTH, VOLGA, SHANGHAI, CARE = "Sales North", "Sales South", "Продажи Волга", "华东销售", "Customer Care"
# Team → its people; the first is the manager.  Those without a team keep the house.
TEAMS = {
    NORTH: """Mei Tanaka; Alice Novak; Bob Visser; Lars Eriksson; Ingrid Dahl; Tomás Ortega; Sophie Laurent;
        Niamh Byrne; Jonas Weber; Fatima Haddad; Pieter Jansen""",
    SOUTH: """Lucía Fernández; Marco Rossi; Giulia Bianchi; João Silva; Beatriz Costa; Eleni Papadaki; Andrés Molina;
        Chiara Conti; Rui Almeida; Carmen Vidal; Dimitris Kouris""",
    VOLGA: """Ольга Соколова; Иван Петров; Анна Кузнецова; Дмитрий Орлов; Екатерина Волкова; Сергей Морозов;
        Мария Лебедева; Павел Егоров; Наталья Фёдорова; Алексей Зайцев; Юлия Белова""",
    SHANGHAI: """陈静; 王伟; 李娜; 张敏; 刘洋; 杨帆; 黄磊; 周婷; 吴昊; 徐丽; 孙鹏""",
    CARE: """Grace Okafor; Daniel Kim; Priya Raman; Ahmed Saleh; Zofia Kowalska; Emil Horvat; Leila Karimi; Oscar Lind;
        Marta Nowak; Sam Taylor; Yuki Mori""",
}
HOUSE = {
    "Hana Dvořák": "hr",
    "Carl Bauer": "cashier",
    "Ada Lindqvist": "lead",
    "Victor Hale": "approver",
    "Rosa Meyer": "admin",
}
LATIN = {  # how names in other letters are written in addresses
    "Ольга Соколова": "olga.sokolova", "Иван Петров": "ivan.petrov", "Анна Кузнецова": "anna.kuznetsova",
    "Дмитрий Орлов": "dmitry.orlov", "Екатерина Волкова": "ekaterina.volkova", "Сергей Морозов": "sergey.morozov",
    "Мария Лебедева": "maria.lebedeva", "Павел Егоров": "pavel.egorov", "Наталья Фёдорова": "natalia.fedorova",
    "Алексей Зайцев": "alexey.zaytsev", "Юлия Белова": "yulia.belova",
    "陈静": "jing.chen", "王伟": "wei.wang", "李娜": "na.li", "张敏": "min.zhang", "刘洋": "yang.liu",
    "杨帆": "fan.yang", "黄磊": "lei.huang", "周婷": "ting.zhou", "吴昊": "hao.wu", "徐丽": "li.xu", "孙鹏": "peng.sun",
}  # fmt: skip  # a list of pairs
PLAIN = str.maketrans("áãéíóúñřâčšž", "aaeiounracsz")
LEAVERS = {"Oscar Lind": 25, "Rui Almeida": 50, "Юлия Белова": 12}  # name → days ago
NEWCOMERS = {"孙鹏": 60}
NEW = "Yuki Mori"  # since this week
AWAY = "Niamh Byrne"  # this week and the next
MOVED = "Jonas Weber"  # from north to south
MOVED_AGO = 37
PEOPLE = ("email", "name", "team", "manager", "role", "hired_on", "left_on", "identities", "employee_no")


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works in the CRM: the name there, how diligent, and the days on which there is work."""

    email: str
    account: str
    team: str
    manager: bool
    hired_on: int | None
    left_on: int | None


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody, and the lists by which the service learns of them."""

    workers: Sequence[Worker]
    people: bytes  # CSV, as it was three months ago
    moved: bytes  # CSV of those who changed their team since
    moved_on: int
    absences: bytes
    holidays: bytes
    waves: bytes
    away: dict[str, tuple[int, int]]  # e-mail → days [from, until)
    closed: frozenset[int]


def of(today: int) -> Company:
    """Return the company as it is on a local day."""
    workers = list(_workers(today))
    closed = {today - 31 - (today - 31 - 4) % 7: "Company day", today - 66 - (today - 66 - 1) % 7: "Founders' day"}
    away = _away(workers, today)
    moved_on = today - MOVED_AGO
    moving = next(row for row in _rows(workers) if row[1] == MOVED)
    return Company(
        workers=workers,
        people=_csv(PEOPLE, _rows(workers)),
        moved=_csv(("email", "name", "team", "manager"), [(*moving[:2], SOUTH, address("Lucía Fernández"))]),
        moved_on=moved_on,
        absences=_csv(("email", "from", "until"), [(email, *map(_day, span)) for email, span in away.items()]),
        holidays=_csv(("day", "name"), [(_day(day), name) for day, name in sorted(closed.items())]),
        waves=_csv(("wave", "team", "from"), list(_waves(today))),
        away=away,
        closed=frozenset(closed),
    )


def _waves(today: int) -> Iterator[tuple[str, str, str]]:
    """Yield team by team which wave it is in: one began seven weeks ago, one begins next week but one."""
    monday = period.start("week", today)
    for wave, starts, teams in (
        ("First wave", monday - 49, (NORTH, SHANGHAI)),
        ("Second wave", monday + 14, (SOUTH, VOLGA, CARE)),
    ):
        yield from ((wave, team, _day(starts)) for team in teams)


def address(name: str) -> str:
    """Return somebody's e-mail address."""
    local = LATIN.get(name) or ".".join(name.lower().translate(PLAIN).split())
    return f"{local}@{DOMAIN}"


def names() -> Iterator[tuple[str, str, bool]]:
    """Yield name, team and whether it is its manager, of everybody in a team."""
    for team, members in TEAMS.items():
        for place, name in enumerate(members.split(";")):
            yield " ".join(name.split()), team, place == 0


def _workers(today: int) -> Iterator[Worker]:
    for number, (name, team, manager) in enumerate(names(), start=101):
        hired = today - NEWCOMERS[name] if name in NEWCOMERS else None
        hired = period.start("week", today) if name == NEW else hired
        left = today - LEAVERS[name] if name in LEAVERS else None
        yield Worker(address(name), f"u{number}", team, manager, hired, left)


def _rows(workers: Sequence[Worker]) -> list[tuple[str, ...]]:
    called = {address(name): name for name, _, _ in names()}
    managers = {one.team: one.email for one in workers if one.manager}
    rows: list[tuple[str, ...]] = [
        (address(name), name, "", "", role, "", "", "", f"0{number}")
        for number, (name, role) in enumerate(HOUSE.items(), start=2001)
    ]
    for number, one in enumerate(workers, start=2101):
        above = address("Ada Lindqvist") if one.manager else managers[one.team]
        days = (_day(one.hired_on), _day(one.left_on))
        role = "manager" if one.manager else "employee"
        rows.append((one.email, called[one.email], one.team, above, role, *days, f"crm={one.account}", f"0{number}"))
    return rows


def _away(workers: Sequence[Worker], today: int) -> dict[str, tuple[int, int]]:
    """Send every fourth on a holiday of one or two weeks, spread over the three months."""
    spans = {}
    for number, one in enumerate(workers[2::4]):
        begin = today - 80 + number * 5
        begin -= (begin - 1) % 7  # a Monday
        spans[one.email] = (begin, begin + 7 * (1 + number % 2))
    running = period.start("week", today)
    return spans | {address(AWAY): (running, running + 14)}


def _day(day: int | None) -> str:
    return "" if day is None else date.fromordinal(day).isoformat()


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()
