"""Rows of a spreadsheet against a CRM: is the same customer found, whatever was done to the name on the way?

People are made up in German, English, Russian and Chinese ways of writing; a part of them is put into a sheet, spoilt
as sheets spoil (typos, transliterations, married names, forms of company, shared numbers, lost addresses), and rows of
people who are in no CRM are mixed in, many of them with the names of some who are.
"""

# ruff: noqa: RUF001  # letters of many alphabets are what this is about

from __future__ import annotations

import random
import resource
import time
from itertools import islice
from typing import TYPE_CHECKING

from adoption.audits import checking
from adoption.audits import comparing
from adoption.audits import reading
from adoption.audits import taking
from adoption.audits.matching import Card
from adoption.audits.matching import Sheet
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from bench import meters
from bench import places

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence

CHUNK = 20_000
GERMANY = "49"  # calling code
LARGE, QUICK = (100_000, 1_000_000), (10_000, 100_000)
LABELLED, OF = 4_000, 20_000  # rows and contacts of the labelled part


def _words(text: str) -> tuple[str, ...]:
    """Return words that were written in one line."""
    return tuple(text.split())


GIVEN = _words(
    "Anna Maria Peter Thomas Sabine Jürgen Björn Claire Oliver Emma James Olivia Mehmet Ayşe Łukasz Zofia "
    "Søren Ingrid Paul Julia Александр Екатерина Дмитрий Наталья Сергей Ольга Михаил Юлия Евгений Татьяна "
    "Алексей Ксения Фёдор Щукина "
)
FAMILY = _words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Hoffmann Schäfer Smith Johnson Williams "
    "Brown Taylor Davies Evans Kowalski Nowak Sørensen Petersen Yılmaz Garcia Martin Dubois Rossi Novák "
    "Horváth Lindqvist O'Brien Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков "
    "Фёдоров Морозов Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев "
    "Макаров Никитин Захаров Зайцев Соловьёв Борисов Яковлев Григорьев Шевченко Щербаков "
)
SYLLABLES = _words(
    "al ber can dor el fin gar hol in jas kor lan mar nor os per quin ros sol tan ul ver wil xan yor zim"
)
TRADES = _words("Logistik Bau Technik Handel Consulting Software Medical Foods Energy Стройсервис Торг Медиа 科技 贸易")
FORMS = ("GmbH", "AG", "Ltd", "Inc.", "LLC", "S.A.", "B.V.", "GmbH & Co. KG", "ООО", "АО", "有限公司", "")
SURNAMES, NAMES = "王李张刘陈杨黄赵周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
ROMAN = {
    "ж": ("zh", "j", "sch"), "х": ("kh", "h", "ch"), "ц": ("ts", "c", "tz"), "ч": ("ch", "tsch"), "ш": ("sh", "sch"),
    "щ": ("shch", "sch"), "ю": ("yu", "ju", "iu"), "я": ("ya", "ja", "ia"), "ё": ("yo", "e", "jo"),
    "й": ("y", "i", "j"), "ы": ("y",), "э": ("e",), "ь": ("",), "ъ": ("",), "в": ("v", "w"), "з": ("z", "s"),
}  # fmt: skip  # a few letters a line
PLAIN = dict(zip("абвгдеиклмнопрстуфз", "abvgdeiklmnoprstufz", strict=True))
COLUMNS = ("what", "rows", "contacts", "precision", "recall", "seconds", "CPU s", "peak MB")


def run(*, quick: bool) -> meters.Table:
    """Measure how right the verdicts are, and how long many take."""
    table = meters.Table("Customers of a spreadsheet, looked for in a CRM", COLUMNS)
    precision, recall, notes = labelled(random.Random(7), LABELLED, OF)
    table.add("labelled: found and probable", LABELLED, OF, precision, recall, None, None, None)
    table.notes += notes
    rows, of = QUICK if quick else LARGE
    chance = random.Random(8)
    begun = time.perf_counter()
    some = [spoilt(card, chance)[0] for card in made(chance, rows)]
    drawn = time.perf_counter() - begun
    contacts = made(random.Random(9), of)
    wall = own = 0.0
    sheet: Sheet | None = None
    for chunk in iter(lambda: list(islice(contacts, CHUNK)), []):
        at, busy = time.perf_counter(), time.process_time()
        sheet = sheet or Sheet(some, GERMANY)
        sheet.pass_by(chunk)
        wall, own = wall + time.perf_counter() - at, own + time.process_time() - busy
    at, busy = time.perf_counter(), time.process_time()
    assert sheet is not None
    assert sum(1 for _ in sheet.matches()) == rows
    wall, own = wall + time.perf_counter() - at, own + time.process_time() - busy
    outcomes = [
        checking.Outcome(checking.Customer(place, row, "", None, ""), match, (), None)
        for place, (row, match) in enumerate(zip(some, sheet.matches(), strict=True), start=2)
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.add("many", rows, of, None, None, round(wall, 1), round(own, 1), round(peak))
    table.add("reading them as CSV", rows, None, None, None, *_timed(lambda: _read(some)), None)
    for kind in places.KINDS:
        with places.place(kind) as where, places.application(where):
            figures = _timed(lambda: _stored(outcomes))  # called at once
            table.add(f"storing what became of them, {kind}", rows, None, None, None, *figures, None)
    table.notes.append(f"seconds are those of comparing; making up {rows} rows took {drawn:.0f} s more")
    return table


def _timed(act: Callable[[], None]) -> tuple[float, float]:
    """Return how long something takes: by the clock, and on the CPU."""
    at, busy = time.perf_counter(), time.process_time()
    act()
    return round(time.perf_counter() - at, 1), round(time.process_time() - busy, 1)


def _read(cards: Sequence[Card]) -> None:
    lines = ["name;company;email;phone", *(";".join(card[1:]) for card in cards)]
    grid = reading.read("\n".join(lines).encode())
    at, found = checking.columns_of(grid)
    assert sum(1 for _ in checking.customers(grid, at, found)) == len(cards)


def _stored(outcomes: Sequence[checking.Outcome]) -> None:
    """Store what became of all rows of an audit, as the product does."""
    by = By(None, "bench")
    number = taking.take(b"name\nx\n", "x.csv", contacts=None, by=by, shared=True, country=GERMANY, now=0)
    db.session.commit()
    comparing.store(begin_write(), number, outcomes, now=0, day=1)
    db.session.commit()


def labelled(chance: random.Random, rows: int, of: int) -> tuple[float, float, list[str]]:
    """Return precision and recall of what is found or probably found, and a line for each way of spoiling."""
    contacts = list(made(chance, of))
    known = chance.sample(contacts, rows * 3 // 4)
    sheet, truth, ways = [], [], []
    for card in known:
        row, way = spoilt(card, chance)
        sheet.append(row)
        truth.append(card.key)
        ways.append(way)
    for card in made(chance, rows - len(known), first=of):
        strange = card
        if chance.random() < 0.4:  # somebody else of the same name
            strange = card._replace(name=chance.choice(contacts).name)
        elif chance.random() < 0.3:  # somebody else of the same company
            strange = card._replace(company=chance.choice(contacts).company)
        sheet.append(strange)
        truth.append("")
        ways.append("stranger")
    index = Sheet(sheet, GERMANY)
    index.pass_by(contacts)
    said = right = missed = 0
    by_way: dict[str, list[int]] = {}
    for match, key, way in zip(index.matches(), truth, ways, strict=True):
        hit = match.verdict != "missing" and match.contact is not None and match.contact.key == key
        said += match.verdict != "missing"
        right += hit
        missed += bool(key) and not hit
        counts = by_way.setdefault(way, [0, 0])
        counts[0] += hit if key else match.verdict == "missing"
        counts[1] += 1
    notes = [f"{way}: {good} of {whole} right" for way, (good, whole) in sorted(by_way.items())]
    return round(right / said, 4), round(right / (right + missed), 4), notes


def made(chance: random.Random, count: int, first: int = 0) -> Iterator[Card]:
    """Yield contacts as a CRM holds them; of thirty at one company some share its number."""
    firm = number = domain = ""
    for key in range(first, first + count):
        if key % 8 == 0 or not firm:
            word = "".join(chance.choice(SYLLABLES) for _ in range(3)).title()
            firm = f"{word} {chance.choice(TRADES)} {chance.choice(FORMS)}".strip()
            number = f"+49 {chance.randrange(30, 999)} {chance.randrange(10**6, 10**7)}"
            domain = f"{word.lower()}{chance.randrange(1000)}.example"
        name = _name(chance)
        own = f"+49 1{chance.randrange(50, 80)} {chance.randrange(10**7, 10**8)}"
        mail = f"{_roman(name.split()[0], chance, plain=True)}.{key}@{domain}".lower()
        yield Card(str(key), name, firm, mail, number if chance.random() < 0.25 else own)


def _name(chance: random.Random) -> str:
    if chance.random() < 0.12:
        return chance.choice(SURNAMES) + "".join(chance.choice(NAMES) for _ in range(2))
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    return (
        f"{given} {''.join(chance.choice(SYLLABLES) for _ in range(1)).title()}{family.lower()}"
        if chance.random() < 0.6
        else f"{given} {family}"
    )


def spoilt(card: Card, chance: random.Random) -> tuple[Card, str]:
    """Return a card as a sheet has it, and what was done to it."""
    way = chance.choice(tuple(WAYS))
    row = card._replace(key="")
    if chance.random() < 0.5:
        row = row._replace(phone=row.phone.replace("+49 ", "0").replace(" ", chance.choice(("", "-", "/"))))
    changed = WAYS[way](row, chance)
    if way in {"typo", "transliterated", "married"} and chance.random() < 0.5:
        changed["email"] = ""
    return row._replace(**changed), way


def _bare(company: str) -> str:
    for form in FORMS:
        company = company.removesuffix(f" {form}") if form else company
    return company


WAYS: dict[str, Callable[[Card, random.Random], dict[str, str]]] = {
    "as it is": lambda _row, _chance: {},
    "typo": lambda row, chance: {"name": _typo(row.name, chance), "phone": ""},
    "transliterated": lambda row, chance: {"name": _roman(row.name, chance)},
    "married": lambda row, chance: {"name": f"{row.name.split()[0]} {chance.choice(FAMILY)}"},
    "firm": lambda row, chance: {
        "company": f"{_bare(row.company)} {chance.choice(FORMS)}".strip(), "email": "", "phone": "",
    },
    "no address": lambda _row, _chance: {"email": "", "phone": ""},
    "order": lambda row, _chance: {"name": ", ".join(reversed(row.name.split())), "email": ""},
    "switchboard": lambda _row, _chance: {"email": ""},
}  # fmt: skip  # what sheets do to people


def _typo(name: str, chance: random.Random) -> str:
    at = chance.randrange(len(name))
    kind = chance.randrange(3)
    if kind == 0:
        return name[:at] + name[at + 1 :] if len(name) > 4 else name
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :] if at else name


def _roman(name: str, chance: random.Random, *, plain: bool = False) -> str:
    said = []
    for letter in name:
        small = letter.lower()
        if small in ROMAN:
            written = ROMAN[small][0] if plain else chance.choice(ROMAN[small])
        else:
            written = PLAIN.get(small, small)
        said.append(written.title() if letter != small else written)
    whole = "".join(said)
    for accent, letter in (("ü", "ue"), ("ö", "oe"), ("ä", "ae"), ("ø", "oe"), ("ł", "l"), ("ş", "s"), ("ı", "i")):
        whole = whole.replace(accent, letter)
    return "".join(one for one in whole if one.isascii()) if plain else whole
