"""Rows of a sheet against the contacts of a CRM: the sheet is indexed, and the contacts stream past it once.

So memory is bounded by the sheet, whatever the CRM holds.  Two are compared only if they share an address, a number, or
a block: the beginnings of a name's words as they sound, with those of the company's.
"""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from rapidfuzz import fuzz

from rules.audit import keys
from rules.audit import verdict
from rules.audit.verdict import Alike

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

LEFT_OUT = 0.02  # what a word that only one name has takes from their likeness
REPORTED = 10_000  # contacts between two words about how far it is
KEPT = 3  # likeliest contacts of a row
SHARED = 4  # contacts with one number: it is a switchboard's
BEGINS = 4  # letters of a word in a block
NEAR = 100 * verdict.LIKE_FIRM
CROWDED = 400  # rows of one block that are looked at
FREE_MAIL = frozenset({
    "163.com", "126.com", "bk.ru", "gmail.com", "gmx.de", "googlemail.com", "hotmail.com", "icloud.com", "inbox.ru",
    "list.ru", "live.com", "mail.ru", "outlook.com", "proton.me", "protonmail.com", "qq.com", "rambler.ru", "sina.com",
    "web.de", "yahoo.com", "yandex.ru",
})  # fmt: skip  # domains that belong to no company
STRENGTH = {name: place for place, name in enumerate(reversed(verdict.VERDICTS))}


class Card(NamedTuple):
    """Somebody as a sheet or a CRM describes them."""

    key: str
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""


class Prepared(NamedTuple):
    """A card in forms that can be compared."""

    card: Card
    mail: str | None
    phone: str | None
    heard: tuple[str, ...]
    spoken: str  # the words in one line
    firm: str
    domain: str | None
    house: str  # the company of a card that names nobody in it; customers that are companies stand under either heading


class Match(NamedTuple):
    """What became of a row: the verdict, the code of its reason, the likeliest contact, and how alike the names are."""

    verdict: str
    why: str
    contact: Card | None
    likeness: float


class _Candidate(NamedTuple):
    strength: int
    score: float
    contact: Prepared
    alike: Alike


def prepared(card: Card, country: str) -> Prepared:
    """Bring a card into forms that can be compared."""
    mail = keys.mail(card.email) if "@" in card.email else None
    heard = keys.heard(card.name) if card.name else ()
    firm = _firm(card.company)
    domain = mail.rpartition("@")[2] if mail else None
    return Prepared(
        card,
        mail,
        keys.phone(card.phone, country) if card.phone else None,
        heard,
        " ".join(heard),
        firm,
        None if domain in FREE_MAIL else domain,
        firm if not card.name else "" if firm else _firm(card.name),
    )


def _firm(name: str) -> str:
    """Return a company's words as they sound, in alphabetical order."""
    return " ".join(sorted(keys.sound(word) for word in keys.firm(name).split())) if name else ""


def blocks(one: Prepared, places: Iterable[str]) -> Iterator[str]:
    """Yield the blocks of a card: each word of the name beside each place."""
    begins = {word[:BEGINS] for word in one.heard if len(word) > 1}
    for place in {place[:BEGINS] for place in places} - {""}:
        for word in begins:
            yield f"{word}@{place}"


def places(one: Prepared) -> list[str]:
    """Return where somebody may be looked for: the words of the company, and the domain of the address."""
    return [*one.firm.split(), one.domain or ""]


def whole(one: Prepared) -> str:
    """Return the block of a name alone; empty without one."""
    return "|".join(word[:3] for word in one.heard)


class Sheet:
    """The rows of a sheet, indexed; contacts are shown to it one by one."""

    def __init__(self, cards: Iterable[Card], country: str) -> None:
        """Index the rows; ``country`` is the calling code of numbers without one."""
        self.country = country
        self.rows = [prepared(card, country) for card in cards]
        self._mails = _indexed((one.mail, number) for number, one in enumerate(self.rows))
        self._phones = _indexed((one.phone, number) for number, one in enumerate(self.rows))
        often = Counter(word[:BEGINS] for one in self.rows for word in set(one.firm.split()))
        self._blocks = _indexed(
            (block, number)
            for number, one in enumerate(self.rows)
            for block in blocks(one, [_rarest(one.firm, often), one.domain or ""])
        )
        # a name alone says something only where one side has no company to compare
        self._names = _indexed((whole(one), number) for number, one in enumerate(self.rows))
        self._bare = _indexed((whole(one), number) for number, one in enumerate(self.rows) if not one.firm)
        self._houses = _indexed((one.house, number) for number, one in enumerate(self.rows))
        self._found: dict[int, list[_Candidate]] = defaultdict(list)
        self._with_phone: Counter[str] = Counter()
        self._refused: Mapping[int, Collection[str]] = {}

    def refuse(self, keys: Mapping[int, Collection[str]]) -> None:
        """Note contacts of which somebody has said that a row (by its place) is not them; before any is shown."""
        self._refused = keys

    def pass_by(self, contacts: Iterable[Card], report: Callable[[int], None] = lambda _done: None) -> None:
        """Show all contacts; ``report`` is told after every 10,000 how many have passed."""
        for number, card in enumerate(contacts, start=1):
            self.show(card)
            if number % REPORTED == 0:
                report(number)

    def show(self, card: Card) -> None:
        """Compare a contact with the rows it may be."""
        contact = prepared(card, self.country)
        asked = set(self._mails.get(contact.mail or "", ()))
        if contact.phone in self._phones:
            asked.update(self._phones[contact.phone])
            self._with_phone[contact.phone] += 1
        near = {
            number for block in blocks(contact, places(contact)) for number in self._blocks.get(block, ())[:CROWDED]
        }
        asked.update(number for number in near - asked if _near(self.rows[number], contact))
        names = self._bare if contact.firm else self._names
        asked.update(names.get(whole(contact), ())[:CROWDED])
        asked.update(self._houses.get(contact.firm, ())[:CROWDED])
        for number in asked:
            if card.key not in self._refused.get(number, ()):
                self._keep(number, contact)

    def _keep(self, number: int, contact: Prepared) -> None:
        alike = compared(self.rows[number], contact)
        said, _ = verdict.judged(alike)
        score = (alike.name or 0.0) + (alike.firm or 0.0) / 2 + bool(alike.mail) + bool(alike.phone)
        best = self._found[number]
        best.append(_Candidate(STRENGTH[said], score, contact, alike))
        if len(best) > 2 * KEPT:
            best.sort(key=_order)
            del best[KEPT:]

    def matches(self) -> Iterator[Match]:
        """Yield what became of each row, in their order."""
        for number in range(len(self.rows)):
            yield self._match(sorted(self._found.get(number, ()), key=_order)[:KEPT])

    def _match(self, candidates: Sequence[_Candidate]) -> Match:
        best = Match("missing", "nothing_alike", None, 0.0)
        for one in candidates:
            shared = self._with_phone[one.contact.phone or ""] >= SHARED
            said, why = verdict.judged(one.alike._replace(phone_shared=shared))
            if best.contact is None or STRENGTH[said] > STRENGTH[best.verdict]:
                best = Match(said, why, one.contact.card, one.alike.name or 0.0)
        return best

    def twice(self) -> dict[int, int]:
        """Return the rows that describe somebody who stands further up: row → the first such row."""
        first: dict[tuple[str, ...], int] = {}
        found: dict[int, int] = {}
        for number, one in enumerate(self.rows):
            names: list[tuple[str, ...]] = [("mail", one.mail)] if one.mail else []
            names += [("name", one.spoken, one.firm)] if one.spoken and one.firm else []
            names += [("firm", one.firm)] if one.firm and not (one.spoken or one.mail or one.phone) else []
            known = next((first[name] for name in names if name in first), None)
            if known is not None:
                found[number] = known
            for name in names:
                first.setdefault(name, number)
        return found


def compared(row: Prepared, contact: Prepared) -> Alike:
    """Say how alike a row and a contact are."""
    return Alike(
        None if not row.mail or not contact.mail else row.mail == contact.mail,
        None if not row.phone or not contact.phone else row.phone == contact.phone,
        _alike(row, contact) if _comparable(row, contact) else None,
        fuzz.ratio(row.firm, contact.firm) / 100 if row.firm and contact.firm else None,
        given=any(len(word) > 2 for word in {*row.heard}.intersection(contact.heard)),  # noqa: PLR2004  # initials
        domain=row.domain is not None and row.domain == contact.domain,
        house=bool(row.house) and row.house == contact.firm,
    )


def _comparable(row: Prepared, contact: Prepared) -> bool:
    """Say whether both have a name, in letters that can be compared: Chinese ones say nothing beside Latin ones."""
    return bool(row.spoken and contact.spoken) and row.spoken.isascii() == contact.spoken.isascii()


def _alike(row: Prepared, contact: Prepared) -> float:
    """Say how alike two names are; one may have a middle name or a patronymic that the other leaves out."""
    found = fuzz.ratio(row.spoken, contact.spoken) / 100
    fewer = min(len(row.heard), len(contact.heard))
    if found >= verdict.SAME_NAME or len(row.heard) == len(contact.heard) or fewer == 1:
        return float(found)
    return max(found, fuzz.token_set_ratio(row.spoken, contact.spoken) / 100 - LEFT_OUT)


def _rarest(firm: str, often: Mapping[str, int]) -> str:
    """Return the word of a company's name that fewest others have: trades and places are in many."""
    return min(firm.split(), key=lambda word: (often[word[:BEGINS]], -len(word), word), default="")


def _near(row: Prepared, contact: Prepared) -> bool:
    """Say whether companies are enough alike for names to say anything; most that share a block are not."""
    if row.domain is not None and row.domain == contact.domain:
        return True
    return not row.firm or not contact.firm or fuzz.ratio(row.firm, contact.firm, score_cutoff=NEAR) > 0


def _order(one: _Candidate) -> tuple[int, float, str]:
    return -one.strength, -one.score, one.contact.card.key


def _indexed(pairs: Iterable[tuple[str | None, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, number in pairs:
        if key:
            found[key].append(number)
    return dict(found)
