"""Addresses, numbers and names in forms that can be compared, whatever script and habit they were written in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# As names are written in Latin letters by different rules; ``sound`` brings these together.
# ruff: noqa: RUF001  # letters of other alphabets are what this module is about
CYRILLIC = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u",
})  # fmt: skip  # an alphabet
LATIN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
FORMS = frozenset({
    "ab", "ag", "ao", "aps", "as", "bv", "co", "company", "corp", "corporation", "eg", "ehf", "eurl", "gbr",
    "gmbh", "group", "holding", "inc", "incorporated", "ip", "kft", "kg", "kgaa", "limited", "llc", "llp", "lp",
    "ltd", "mbh", "nv", "oao", "ooo", "oy", "oyj", "pao", "plc", "pp", "pte", "pty", "sa", "sarl", "sas", "sc",
    "se", "sia", "sl", "slu", "spa", "spzoo", "srl", "sro", "tov", "ug", "zao", "zrt",
})  # fmt: skip  # legal forms, in Latin letters
FORMS_OF_CHINA = ("股份有限公司", "有限责任公司", "有限公司", "集团", "公司")
SMALL = frozenset({"and", "und", "et", "i", "of", "the", "der", "die", "das", "de", "la", "le", "y"})
TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "herr", "frau", "dipl", "ing", "mag", "sir", "gospodin"})
LEAST_DIGITS, MOST_DIGITS = 7, 15  # of a telephone number
LOCAL = 10  # digits of a national number at most, where the calling code is not told apart
RUSSIAN = re.compile(r"[78]\d{10}")  # with the code, or with the 8 that is dialled first
_MAIL = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]@]+\.[^\s<>\"',;:()\[\]@.]{2,}")
_EXTENSION = re.compile(r"(?i)ext|доб|转|[,;]|(?<=\d)\s*x")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_WORD = re.compile(r"[^\W_]+")
_SOUNDS = (
    ("shch", "s"), ("sch", "s"), ("tsch", "c"), ("tch", "c"), ("zh", "z"), ("kh", "h"), ("ch", "c"), ("sh", "s"),
    ("ts", "c"), ("tz", "c"), ("cz", "c"), ("sz", "s"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("ks", "x"),
    ("oe", "o"), ("ue", "u"), ("ae", "a"), ("j", "y"), ("iy", "y"), ("ia", "ya"), ("iu", "yu"), ("ie", "ye"),
    ("ya", "a"), ("yu", "u"), ("ye", "e"), ("yo", "e"), ("yi", "i"), ("y", "i"), ("w", "v"), ("q", "k"),
)  # fmt: skip  # pairs, in the order in which they are looked for


def mail(text: str) -> str | None:
    """Return the first e-mail address of a cell, as addresses are compared; ``None`` if there is none."""
    found = _MAIL.search(unicodedata.normalize("NFKC", text))
    return found[0].rstrip(".").casefold() if found else None


def phone(text: str, country: str) -> str | None:
    """Return a telephone number in the form of E.164, digits alone; ``None`` if it is none.

    ``country`` is the calling code of numbers without one.  An extension is left out.  What a spreadsheet has shortened
    to 4.93012E+11 is nobody's number any more.
    """
    if _SCIENTIFIC.fullmatch(text.strip()):
        return None
    plain = _EXTENSION.split(unicodedata.normalize("NFKC", text))[0]
    first = plain.partition("/")[0]
    plain = first if sum(map(str.isdigit, first)) >= LEAST_DIGITS else plain  # two numbers, or 030/1234567
    digits = re.sub(r"\D", "", re.sub(r"\(0\)", "", plain))
    if plain.lstrip().startswith("+"):
        whole = digits
    elif digits.startswith("00"):
        whole = digits[2:]
    elif country == "7" and RUSSIAN.fullmatch(digits):
        whole = "7" + digits[1:]
    elif digits.startswith("0"):
        whole = country + digits.lstrip("0")
    elif digits.startswith(country) and len(digits) > LOCAL:
        whole = digits
    else:
        whole = country + digits
    return whole if len(digits) >= LEAST_DIGITS and len(whole) <= MOST_DIGITS else None


@lru_cache(maxsize=200_000)
def plain(text: str) -> str:
    """Return a name in small Latin letters without accents; other scripts stay as they are."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(CYRILLIC).translate(LATIN)
    return "".join(one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one))


@lru_cache(maxsize=200_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a person's name as ``plain``, without titles, in alphabetical order."""
    return tuple(sorted(word for word in _WORD.findall(plain(text)) if word not in TITLES))


@lru_cache(maxsize=200_000)
def firm(text: str) -> str:
    """Return a company's name without its legal form."""
    name = unicodedata.normalize("NFKC", text)
    for form in FORMS_OF_CHINA:
        name = name.removesuffix(form)
    joined = re.sub(r"(?<=\b\w)[./](?=\w\b)", "", plain(name)).replace("&", " and ")  # g.m.b.h → gmbh, a/s → as
    found = [word for word in _WORD.findall(joined) if word not in SMALL]
    kept = [word for word in found if word not in FORMS]
    return " ".join(kept or found)


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """Return about how a word of ``plain`` letters sounds: what rules of transliteration disagree on falls together."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", word)


def heard(text: str) -> tuple[str, ...]:
    """Return the words of a person's name as they sound."""
    return tuple(sorted(sound(word) for word in words(text)))
