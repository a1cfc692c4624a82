"""The few words of explanations that are no rule; rules are worded by ``rules.wording``.

To add a language: write it beside the others here, and there.
"""

from __future__ import annotations

from rules.period import FOREVER
from rules.period import text as written
from rules.value import text_of_units

LANGUAGES = ("en", "ru", "zh")

# Written so that no word depends on the number beside it.
WORDS: dict[str, dict[str, str]] = {
    "to_go": {"en": "{n} more to go", "ru": "осталось {n}", "zh": "还差 {n}"},
    "in_a_row": {"en": "{n} more in a row", "ru": "осталось подряд: {n}", "zh": "还需连续 {n} 天"},
    "all_earned": {"en": "nothing more to earn", "ru": "больше заработать нельзя", "zh": "已全部获得"},
    "not_offered": {"en": "not offered in this period", "ru": "в этом периоде не предлагается", "zh": "本期不适用"},
    "not_in_force": {"en": "not in force on {day}", "ru": "{day} не действует", "zh": "{day} 未生效"},
    "lacks": {"en": "{record} lacks {what}", "ru": "{record}: не хватает — {what}", "zh": "{record} 缺少{what}"},
    "at_most": {"en": "at most {n}", "ru": "не больше {n}", "zh": "最多 {n}"},
    "earlier": {
        "en": "{n} by an earlier version",
        "ru": "по прежней версии: {n}",
        "zh": "其中 {n} 属于较早版本",
    },
    "run": {"en": "{n} working days in a row", "ru": "рабочих дней подряд: {n}", "zh": "连续 {n} 个工作日"},
    "since": {"en": "since {first}", "ru": "с {first}", "zh": "自 {first} 起"},
    "span": {"en": "{first} to {last}", "ru": "с {first} по {last}", "zh": "{first} 至 {last}"},
    "replaced": {
        "en": "replaced before it took force",
        "ru": "заменена до вступления в силу",
        "zh": "在生效前已被替换",
    },
}


def say(key: str, language: str, **values: object) -> str:
    """Return the words in a language, English where it is unknown."""
    words = WORDS[key]
    return words.get(language, words["en"]).format(**values)


def number(units: int) -> str:
    """Write ten-thousandths as a plain decimal."""
    return text_of_units(units)


def days(starts: int, ends: int, language: str) -> str:
    """Say on which local days ``[starts, ends)`` something is in force."""
    if starts >= ends:
        return say("replaced", language)
    first = written("day", starts)
    if ends >= FOREVER:
        return say("since", language, first=first)
    return say("span", language, first=first, last=written("day", ends - 1))
