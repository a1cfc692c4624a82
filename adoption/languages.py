"""What people read, in their language: catalogues of messages, plurals, numbers, money, dates.

The catalogues are ``translations/*.po``, read when a language is first used; the English text is the name of a message.
Rules are put into words by ``rules.wording``; everything around them comes from here.  Weeks begin on Monday in every
language (ISO).  To add a language: a catalogue, its entry in ``rules.wording.TONGUES`` and in ``LOCALES``.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale
from babel import dates
from babel import numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from babel.support import Translations
from flask import current_app
from flask import g
from flask import has_request_context
from flask import request

from rules import wording
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent / "translations"
SOURCE = "en"  # the language in which messages are written
LOCALES: Mapping[str, str] = {"en": "en_GB", "ru": "ru_RU", "zh": "zh_CN"}
NAMES: Mapping[str, str] = {"en": "English", "ru": "Русский", "zh": "中文"}
COOKIE = "language"
# Babel's own shapes abbreviate where we want a day's name in full.  What stands within a Russian sentence must be right
# after any preposition («до 24 декабря»), so that the weekday, which would have to be inflected, is in brackets.
SHAPES: Mapping[str, Mapping[str, str]] = {
    "en": {"alone": "EEEE d MMMM", "long": "EEEE d MMMM", "short": "d MMM", "full": "EEEE d MMMM y"},
    "ru": {"alone": "d MMMM, EEEE", "long": "d MMMM (EEEE)", "short": "d MMM", "full": "d MMMM y 'г'."},  # noqa: RUF001  # Cyrillic is meant
    "zh": {"alone": "M月d日EEEE", "long": "M月d日（EEEE）", "short": "M月d日", "full": "y年M月d日（EEEE）"},  # noqa: RUF001  # full width is meant
}
# What shortened days and years end with in Russian: that dot is the full stop of a sentence as well.
TWO_STOPS = re.compile(r"\b(г|янв|февр|мар|апр|июн|июл|авг|сент|окт|нояб|дек)\.\.(?!\.)")  # noqa: RUF001  # Cyrillic is meant
PAUSES: Mapping[str, str] = {"en": ", ", "ru": ", ", "zh": " "}  # between a day and a time of day


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language and everything that is said and written in it."""

    code: str
    locale: Locale
    catalogue: NullTranslations

    def gettext(self, message: str, **values: object) -> str:
        """Say a message; ``%(name)s`` stands for a value."""
        text: str = self.catalogue.ugettext(message)
        return self._stopped_once(text % values) if values else text

    def ngettext(self, one: str, many: str, count: int | Decimal, **values: object) -> str:
        """Say a message in the plural form that ``count`` asks for; ``%(n)s`` stands for the count, as it is written.

        A fraction takes the form of two: "1.5 points", «1,5 балла».
        """
        whole = int(count) if count == int(count) else 2
        text: str = self.catalogue.ungettext(one, many, abs(whole))
        return self._stopped_once(text % {"n": self.number(count), **values})

    def _stopped_once(self, said: str) -> str:
        """Let the dot of a shortened word be the full stop of the sentence that it ends."""
        return TWO_STOPS.sub(r"\1.", said) if self.code == "ru" else said

    def number(self, value: int | Decimal) -> str:
        """Write a number: 1,234.5 or 1 234,5."""
        exact = Decimal(value).normalize()
        places = max(0, -int(exact.as_tuple().exponent))
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return numbers.format_decimal(exact, format=pattern, locale=self.locale, decimal_quantization=False)

    def units(self, value: int) -> str:
        """Write a number of ten-thousandths."""
        return self.number(Decimal(value) / UNIT)

    def percent(self, part: Decimal, *, exact: bool = False) -> str:
        """Write a part of one as a percentage, without decimals or with all that it has."""
        return numbers.format_percent(part, format=None, locale=self.locale, decimal_quantization=not exact)

    def money(self, amount: Decimal, currency: str) -> str:
        """Write an amount of money, always with its cents, and a loss with a minus as people write it."""
        return numbers.format_currency(amount, currency, locale=self.locale).replace("-", "\N{MINUS SIGN}")

    def day(self, day: int, shape: str = "long") -> str:
        """Write a local day: ``long`` is "Thursday 24 December" in a sentence, and ``alone`` the same as a heading.

        ``short`` is "24 Dec", and ``full`` has the year.
        """
        return dates.format_date(date.fromordinal(day), SHAPES[self.code][shape], locale=self.locale)

    def weekday(self, day: int) -> str:
        """Name the day of the week of a local day, as it stands alone."""
        return str(dates.get_day_names("wide", "stand-alone", self.locale)[(day - 1) % 7])

    def clock(self, moment: datetime) -> str:
        """Write the time of day of a moment in the organisation's zone."""
        return dates.format_time(moment.astimezone(_zone()), "HH:mm", locale=self.locale)

    def moment(self, moment: datetime, shape: str = "full") -> str:
        """Write a day, in a shape of ``day``, and the time of day in the organisation's zone."""
        local = moment.astimezone(_zone())
        return f"{self.day(local.toordinal(), shape)}{PAUSES[self.code]}{self.clock(moment)}"


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.extensions["settings"].organisation_zone
    return zone


@lru_cache(maxsize=16)
def tongue(code: str) -> Tongue:
    """Return a language; its catalogue is read the first time.

    Raises:
        KeyError: there is no such language.
    """
    return Tongue(code, Locale.parse(LOCALES[code]), _catalogue(code))


def _catalogue(code: str) -> NullTranslations:
    file = FOLDER / f"{code}.po"
    if code == SOURCE or not file.exists():
        return NullTranslations()
    packed = io.BytesIO()
    with file.open("rb") as opened:
        write_mo(packed, read_po(opened, locale=code))
    packed.seek(0)
    return Translations(packed)


def current() -> Tongue:
    """Return the language of whoever is looked after now; English outside of a page."""
    return tongue(g.get("language", SOURCE))


@contextmanager
def speaking(code: str) -> Iterator[Tongue]:
    """Speak a language for the length of a ``with`` block: templates that are rendered there are in it."""
    before = g.get("language", SOURCE)
    g.language = code
    try:
        yield tongue(code)
    finally:
        g.language = before


def wanted(chosen: str | None) -> str:
    """Return the language for the running request: the person's choice, else the browser's, else English."""
    if chosen in LOCALES:
        return str(chosen)
    if has_request_context():
        kept = request.cookies.get(COOKIE)
        if kept in LOCALES:
            return str(kept)
        found = request.accept_languages.best_match(wording.LANGUAGES)
        if found:
            return found
    return SOURCE


def gettext(message: str, **values: object) -> str:
    """Say a message in the current language."""
    return current().gettext(message, **values)


def ngettext(one: str, many: str, count: int | Decimal, **values: object) -> str:
    """Say a message in the current language, in the plural form that ``count`` asks for."""
    return current().ngettext(one, many, count, **values)
