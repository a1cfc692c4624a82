"""A sheet of customers against a list of contacts: what arrived, what changed, what is missing, what is nobody's."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from decimal import InvalidOperation
from typing import TYPE_CHECKING

from adoption.audits.matching import Card
from adoption.audits.matching import Sheet
from adoption.audits.matching import prepared
from adoption.errors import RefusedError
from rules.audit import columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.audits.matching import Match
    from adoption.audits.reading import Grid

CONTACT = ("company", "email", "phone")  # what may have changed meanwhile
LARGEST = 15  # digits of an amount: what is longer is a number of something
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})")
_EUROPEAN = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


class NoCustomersError(RefusedError):
    """The file names no customers: it has no column with names, companies, e-mail addresses or telephone numbers."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of the sheet: its line, who it is, whose it is, what it is worth, and when somebody last spoke to them.

    ``names`` are the given and the family name where the sheet has them apart.
    """

    line: int
    card: Card
    owner: str
    value: Decimal | None
    last: str  # 2026-11-25, or empty
    names: tuple[str, str] = ("", "")
    notes: str = ""

    @property
    def weight(self) -> tuple[Decimal, str]:
        """How important it is: by value, then by how lately somebody spoke to them."""
        return self.value or Decimal(0), self.last


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a customer.  ``changed`` names what the CRM says otherwise; ``twice`` is the line of the first."""

    customer: Customer
    match: Match
    changed: tuple[str, ...]
    twice: int | None

    @property
    def nobodys(self) -> bool:
        """Whether it is missing, and the sheet says of nobody that it is theirs."""
        return self.match.verdict == "missing" and not self.customer.owner


def columns_of(grid: Grid) -> tuple[int, dict[str, int]]:
    """Return the place of the row of headings, and the columns that are recognised.

    Raises:
        NoCustomersError: none of them says who somebody is.
    """
    at = columns.heading_row(grid.rows)
    found = columns.recognised(grid.rows[at], grid.rows[at + 1 :])
    if not columns.WHO & found.keys():
        raise NoCustomersError
    return at, {part: guess.column for part, guess in found.items()}


def customers(grid: Grid, at: int, places: Mapping[str, int]) -> Iterator[Customer]:
    """Yield the rows under the headings that describe somebody."""
    for number, row in enumerate(grid.rows[at + 1 :], start=at + 2):
        cells = {part: row[column] for part, column in places.items()}
        name = cells.get("name") or " ".join(filter(None, (cells.get("first_name"), cells.get("last_name"))))
        card = Card(str(number), name, cells.get("company", ""), cells.get("email", ""), cells.get("phone", ""))
        if any(card[1:]):
            yield Customer(
                number,
                card,
                cells.get("owner", ""),
                amount(cells.get("value", "")),
                day(cells.get("last_contact", "")),
                (cells.get("first_name", ""), cells.get("last_name", "")),
                cells.get("notes", ""),
            )


def amount(text: str) -> Decimal | None:
    """Read an amount as people write it: 1.234,50 €, 1,234.50, 1 234,5; ``None`` if it is none."""
    kept = re.sub(r"[^\d.,-]", "", text)
    comma, point = kept.rfind(","), kept.rfind(".")
    if comma > point:
        thousands = kept.count(",") > 1 or (point < 0 and _of_thousands(kept, comma))
        kept = kept.replace(",", "") if thousands else kept.replace(".", "").replace(",", ".")
    else:
        kept = kept.replace(",", "")
        thousands = kept.count(".") > 1 or (comma < 0 <= point and _of_thousands(kept, point))
        kept = kept.replace(".", "") if thousands else kept
    try:
        found = Decimal(kept)
    except InvalidOperation:
        return None
    return found if found.adjusted() <= LARGEST else None


def _of_thousands(kept: str, mark: int) -> bool:
    """Say whether a mark parts thousands: money has two decimals, so that 1.234 is more than a thousand."""
    return len(kept) - mark == len(".234") and not kept.lstrip("-").startswith("0")


def day(text: str) -> str:
    """Read a day as people write it, as 2026-11-25; empty if it is none."""
    if found := _DAY.search(text):
        year, month, number = found.groups()
    elif found := _EUROPEAN.search(text):
        number, month, year = found.groups()
    else:
        return ""
    return (
        f"{year}-{int(month):02}-{int(number):02}" if int(month) in range(1, 13) and int(number) in range(1, 32) else ""
    )


def check(
    rows: Sequence[Customer],
    contacts: Iterable[Card],
    *,
    country: str,
    report: Callable[[int], None] = lambda _done: None,
    refused: Mapping[int, Collection[str]] | None = None,
) -> list[Outcome]:
    """Return what became of each customer: the missing first, the most important on top.

    ``report`` is told after every 10,000 contacts how many have passed.  ``refused`` are contacts (line → keys) of
    whom somebody has said that they are not this customer.
    """
    sheet = Sheet([one.card for one in rows], country)
    if refused:
        sheet.refuse({place: refused[one.line] for place, one in enumerate(rows) if one.line in refused})
    sheet.pass_by(contacts, report)
    twice = sheet.twice()
    found = [
        Outcome(
            customer,
            match,
            changed(customer.card, match, country),
            rows[twice[place]].line if place in twice else None,
        )
        for place, (customer, match) in enumerate(zip(rows, sheet.matches(), strict=True))
    ]
    order = {"missing": 0, "probable": 1, "found": 2}
    found.sort(key=lambda one: one.customer.line)
    found.sort(key=lambda one: one.customer.weight, reverse=True)
    found.sort(key=lambda one: (order[one.match.verdict], one.twice is not None))
    return found


def changed(card: Card, match: Match, country: str) -> tuple[str, ...]:
    """Name what the sheet and the CRM both say, and say differently."""
    if match.contact is None or match.verdict == "missing":
        return ()
    one, other = prepared(card, country), prepared(match.contact, country)
    pairs = {"company": (one.firm, other.firm), "email": (one.mail, other.mail), "phone": (one.phone, other.phone)}
    return tuple(name for name in CONTACT if all(pairs[name]) and pairs[name][0] != pairs[name][1])


def counts(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Count the verdicts, and beside them what changed meanwhile, stands twice, and is nobody's."""
    found: Counter[str] = Counter()
    for one in outcomes:
        found[one.match.verdict] += 1
        found["changed"] += bool(one.changed)
        found["twice"] += one.twice is not None
        found["nobodys"] += one.nobodys
    return found
