"""The few words of explanations that are no rule; rules are worded by ``rules.wording``.

To add a language: write it beside the others here, and there.
"""
# ruff: noqa: RUF001  # Cyrillic letters are meant

from __future__ import annotations

from rules.period import FOREVER
from rules.period import text as written

# Written so that no word depends on the number beside it.
WORDS: dict[str, dict[str, str]] = {
    "not_offered": {"en": "Not offered in this period.", "ru": "Не предлагается в этом периоде.", "zh": "本期不适用。"},
    "not_in_force": {"en": "Not in force on {day}.", "ru": "{day} не действует.", "zh": "{day} 未生效。"},
    "paused": {
        "en": "Paused since {day}. What you do still counts, and nothing earned is lost.",
        "ru": "Приостановлено с {day}. Всё, что вы делаете, по-прежнему считается, и заработанное не пропадёт.",
        "zh": "自{day}起暂停。您所做的仍会计入，已获得的不会丢失。",
    },
    "lacks": {"en": "{record} lacks {what}.", "ru": "{record} — ещё нужно: {what}.", "zh": "{record} 缺少{what}。"},
    "at_most": {"en": "at most {n}", "ru": "не больше {n}", "zh": "最多 {n}"},
    "earlier": {
        "en": "{n} by an earlier version",
        "ru": "по прежней версии: {n}",
        "zh": "其中 {n} 属于较早版本",
    },
    "run": {"en": "{n} working days in a row", "ru": "рабочих дней подряд: {n}", "zh": "连续 {n} 个工作日"},
    "since": {"en": "since {first}", "ru": "начиная с {first}", "zh": "自 {first} 起"},
    "span": {"en": "{first} to {last}", "ru": "начиная с {first} по {last}", "zh": "{first} 至 {last}"},
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


def days(starts: int, ends: int, language: str) -> str:
    """Say on which local days ``[starts, ends)`` something is in force."""
    if starts >= ends:
        return say("replaced", language)
    first = written("day", starts)
    if ends >= FOREVER:
        return say("since", language, first=first)
    return say("span", language, first=first, last=written("day", ends - 1))
