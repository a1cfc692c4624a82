"""A whole name → given and family name, as a CRM wants them.  A guess, by the habits of three ways of writing."""

from __future__ import annotations

import re

TWO_SIGNS = frozenset({"欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "端木"})
PATRONYMIC = re.compile(r"(вич|вна|ична|инична|оглы|кызы)$", re.IGNORECASE)
CHINESE = re.compile(r"[\u3400-\u9fff]{2,4}")
PARTICLES = frozenset(
    ("bin", "da", "de", "del", "den", "der", "di", "dos", "ibn", "la", "le", "ten", "van", "von", "zu")
)
THREE = 3  # words of a Russian name in full


def split(name: str) -> tuple[str, str]:
    """Return the given and the family name; what is one word is a family name, which every CRM asks for."""
    whole = " ".join(name.split())
    family, comma, given = whole.partition(",")
    if comma and given.strip():
        return given.strip(), family.strip()
    if CHINESE.fullmatch(whole):
        cut = 2 if whole[:2] in TWO_SIGNS and len(whole) > len("欧阳") else 1
        return whole[cut:], whole[:cut]
    words = whole.split()
    if len(words) == THREE and PATRONYMIC.search(words[2]):
        return " ".join(words[1:]), words[0]  # Иванов Иван Иванович
    if len(words) == THREE and PATRONYMIC.search(words[1]):
        return " ".join(words[:2]), words[2]  # Иван Иванович Иванов
    first = next((place for place, word in enumerate(words[1:], 1) if word.casefold() in PARTICLES), len(words) - 1)
    return " ".join(words[:first]), " ".join(words[first:])
