"""What a language is made of: its numbers, its plural forms, and its phrases."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rules.value import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

Number = int | Decimal
_GROUP = 3  # digits


@dataclass(frozen=True, slots=True)
class Language:
    """A language.

    ``form`` gives the index of the plural form that a number asks for.  ``phrases`` are templates by name; one with
    plural forms is a tuple.  ``title`` and ``gift`` put the title of a metric and of a reward into a sentence.
    """

    code: str
    quotes: tuple[str, str]
    group: str
    point: str
    comma: str  # between items
    clause: str  # between parts of a sentence
    either: str  # between the last two of "a, b or c"
    both: str
    truth: tuple[str, str]
    form: Callable[[Number], int]
    date: Callable[[int], str]
    title: Callable[[str], str]
    gift: Callable[[str], str]
    phrases: Mapping[str, str | tuple[str, ...]]

    def say(self, phrase: str, count: Number = 1, /, **words: object) -> str:
        """Fill a phrase, in the plural form that ``count`` asks for."""
        found = self.phrases[phrase]
        template = found if isinstance(found, str) else found[self.form(count)]
        return template.format(n=self.number(count), **words)

    def number(self, value: Number) -> str:
        """Write a number."""
        text = plain(value)
        before, point, after = text.removeprefix("-").partition(".")
        groups = [before[max(0, end - _GROUP) : end] for end in range(len(before), 0, -_GROUP)]
        minus = "\N{MINUS SIGN}" if text.startswith("-") else ""
        return minus + self.group.join(reversed(groups)) + (self.point + after if point else "")

    def money(self, amount: Decimal, currency: str) -> str:
        """Write an amount of money; cents have two digits at least."""
        text = self.number(amount)
        cents = plain(amount).partition(".")[2]
        return f"{text}{'0' if len(cents) == 1 else ''}\N{NO-BREAK SPACE}{currency}"

    def quoted(self, text: str) -> str:
        """Put text into the language's quotation marks."""
        return f"{self.quotes[0]}{text}{self.quotes[1]}"

    def any_of(self, parts: Sequence[str]) -> str:
        """List alternatives: ``a, b or c``."""
        return self._list(parts, self.either)

    def all_of(self, parts: Sequence[str]) -> str:
        """List what goes together: ``a, b and c``."""
        return self._list(parts, self.both)

    def _list(self, parts: Sequence[str], last: str) -> str:
        return last.join([self.comma.join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def capital(text: str) -> str:
    """Write the first letter large."""
    return text[:1].upper() + text[1:]
