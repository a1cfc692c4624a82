"""A sheet of customers against a list of contacts: what arrived, what changed, what is missing, what is nobody's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from adoption.audits.matching import Card
from adoption.audits.matching import Sheet
from adoption.audits.matching import prepared
from adoption.errors import RefusedError
from rules.audit import cells
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
    found = columns.recognised(columns.headings(grid.rows, at), grid.rows[at + 1 :])
    if not columns.WHO & found.keys():
        raise NoCustomersError
    return at, {part: guess.column for part, guess in found.items()}


def customers(grid: Grid, at: int, places: Mapping[str, int]) -> Iterator[Customer]:
    """Yield the rows under the headings that describe somebody; headings that a program repeats on each page do not."""
    below = grid.rows[at + 1 :]
    last = places.get("last_contact")
    heads = grid.rows[max(0, at - 1) : at + 1]
    american = last is not None and cells.month_first(row[last] for row in below)
    for number, row in zip(grid.lines[at + 1 :], below, strict=True):
        said = {part: row[column] for part, column in places.items()}
        name = said.get("name") or " ".join(filter(None, (said.get("first_name"), said.get("last_name"))))
        card = Card(str(number), name, said.get("company", ""), said.get("email", ""), said.get("phone", ""))
        if any(card[1:]) and row not in heads and not columns.sums_up(said):
            yield Customer(
                number,
                card,
                said.get("owner", ""),
                cells.amount(said.get("value", "")),
                cells.day(said.get("last_contact", ""), american=american),
                (said.get("first_name", ""), said.get("last_name", "")),
                said.get("notes", ""),
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
