"""English."""

from __future__ import annotations

import re
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rules.wording.language import Language

if TYPE_CHECKING:
    from rules.wording.language import Number

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DETERMINED = re.compile(r"(?i)(a|an|the|one|two|three|your|our|half|some|any|every|each)(?![\w-])")
_SAID_WITH_A_VOWEL = re.compile(r"(?i)(?!(uni|eu|use|usu|ufo|one\b|once\b|u-))([aeiou]|hour|honest|honou?r|heir)")
_SPELLED_WITH_A_VOWEL = re.compile(r"[AEFHILMNORSX]([A-Z0-9]|\b)")
_MANY = re.compile(r"[^sui]s$")  # tickets, but not "class", "bonus", "tennis"
_SMALL = frozenset({"a", "an", "the", "and", "or", "of", "in", "on", "at", "by", "for", "from", "to", "with"})


def _form(count: Number) -> int:
    return 0 if count == 1 else 1


def _date(day: int) -> str:
    at = date.fromordinal(day)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def title(text: str) -> str:
    """Put a title into a sentence: ``Developed contacts`` → ``developed contacts``, but ``CRM days`` stays.

    A title with capitals throughout is a name and stays; one that is not in Latin letters stands in quotes.
    """
    if not text[:1].isascii():
        return ENGLISH.quoted(text)
    first, *others = text.split()
    later = [word for word in others if word.casefold() not in _SMALL]
    named = bool(later) and all(word[0].isupper() for word in later) and not all(word.isupper() for word in later)
    if named or not (first == "A" or first[1:].islower()):
        return text
    return text[:1].lower() + text[1:]


def gift(text: str) -> str:
    """Put a reward's title behind "earns": ``Free lunch`` → ``a free lunch``."""
    inside = title(text)
    if not text[:1].isascii() or not text[:1].isalpha() or _DETERMINED.match(text) or _MANY.search(text):
        return inside
    vowel = _SPELLED_WITH_A_VOWEL.match(text) if text[1:2].isupper() else _SAID_WITH_A_VOWEL.match(text)
    return f"{'an' if vowel else 'a'} {inside}"


ENGLISH = Language(
    code="en",
    quotes=("“", "”"),
    group=",",
    point=".",
    comma=", ",
    clause=", ",
    either=" or ",
    both=" and ",
    truth=("yes", "no"),
    form=_form,
    date=_date,
    title=title,
    gift=gift,
    phrases=MappingProxyType(
        {
            # incentives
            "incentive": "{target} {reward}{limit}.",
            "every.one": "each of the {title}{within} earns",
            "every": "every {n} {unit}{title}{within} earn",
            "reach.one": "the first of the {title}{within} earns",
            "reach": "reaching {n} {unit}{title}{within} earns",
            "in_a_row": (
                "every working day {met} earns",
                "every {n} working days in a row {met} earn",
            ),
            "met.count": "with at least one of the {title}",
            "met.distinct": "with at least one of the {title}",
            "met.days": "that count as {quoted}",
            "met.sum": "with at least 1 of {title}",
            "unit.count": "",
            "unit.distinct": "",
            "unit.days": "",
            "unit.sum": "of ",
            "within.day": " in a day",
            "within.week": " in a week",
            "within.month": " in a month",
            "within.quarter": " in a quarter",
            "within.year": " in a year",
            "within.ever": "",
            "each.day": " a day",
            "each.week": " a week",
            "each.month": " a month",
            "each.quarter": " a quarter",
            "each.year": " a year",
            "each.ever": " in all",
            "limit.1": ", at most once{each}",
            "limit.2": ", at most twice{each}",
            "limit": ", at most {n} times{each}",
            "once": ", once{each}",
            "once.ever": ", once only",
            "reward.one": "{gift}",
            "reward.several": "{gifts}",
            "reward.points": ("{n} point", "{n} points"),
            "reward.badge": "the badge {quoted}",
            "team": "as a team, ",
            "who": " Offered to {asked}.",
            "who.join": ", ",
            "who.team": "team {names}",
            "who.role": "role {names}",
            "who.wave": "wave {names}",
            "role.employee": "employee",
            "role.manager": "manager",
            "role.hr": "human resources",
            "role.approver": "approver",
            "role.lead": "adoption lead",
            "role.cashier": "cashier",
            "role.admin": "administrator",
            "from": " From {starts}.",
            "to": " Up to and including {ends}.",
            "from.to": " From {starts} up to and including {ends}.",
            # metrics
            "metric": "{quoted} is {measured} {kinds}{where}.",
            "measure.count": "the number of",
            "measure.days": "the number of days with",
            "measure.sum": "the sum of {of} over",
            "measure.distinct": "the number of different {of} in",
            "of.subject": "records",
            "of.actor": "actors",
            "of.source": "sources",
            "of.type": "types",
            "of.id": "ids",
            "of": "values of {field}",
            "kinds.activities": "activities of type {kinds}",
            "kinds.milestones": "reached milestones {kinds}",
            "where": ", where {condition}",
            # milestones
            "milestone": "{quoted}: each {record} counts once it has {needs}. {credit}{undone}",
            "credit.last": "Credit goes to whoever took the last step.",
            "credit.owner": "Credit goes to the owner of the {record} at that moment.",
            "credit.creator": "Credit goes to whoever created the {record}.",
            "undone": " It does not count if {kinds} follows.",
            "undone.within": (
                " It does not count if {kinds} follows within {n} day.",
                " It does not count if {kinds} follows within {n} days.",
            ),
            # rewards
            "reward": "{quoted}: {parts}.",
            "kind.voucher": "a voucher",
            "kind.time_off": "time off",
            "kind.points": "points",
            "kind.badge": "a badge",
            "kind.money": "money",
            "has.points": ("{n} point", "{n} points"),
            "has.minutes": ("{n} minute of time off", "{n} minutes of time off"),
            "has.money": "{money}",
            "has.costs": "worth {money}",
            "has.valid_days": ("valid for {n} day", "valid for {n} days"),
            "has.budget.money": "with a budget of {money}{each}",
            "has.budget.pieces": "{n}{each} are available",
            "has.stock": "{n} are available in all",
            "spent.stop": " When that is used up, further ones wait {until}.",
            "spent.ask": " When that is used up, HR is asked, and further ones wait for the answer.",
            "spent.continue": " When that is used up, further ones are given all the same and count as overspent.",
            "until.day": "for the next day",
            "until.week": "for the next week",
            "until.month": "for the next month",
            "until.quarter": "for the next quarter",
            "until.year": "for the next year",
            "until.ever": "until there are more",
            # boards
            "board": "{quoted} ranks {holders} by {title}{within} and shows the first {n}.",
            "holders.participant": "people",
            "holders.team": "teams",
            # conditions
            "not": "it is not true that {part}",
            "group": "({part})",
            "empty": "{field} is empty",
            "never": "nothing ever matches",
            "always": "anything goes",
            # what is missing
            "missing": "Still missing: {needs}.",
            "missing.nothing": "Nothing is missing.",
            "more": "{more} more to go: {have} of {target}{now}.",
            "more.days": (
                "{n} more working day to go: {have} of {target} in a row.",
                "{n} more working days to go: {have} of {target} in a row.",
            ),
            "done": "All earned{now}: {have} of {most}.",
            "now.day": " today",
            "now.week": " this week",
            "now.month": " this month",
            "now.quarter": " this quarter",
            "now.year": " this year",
            "now.ever": "",
        }
    ),
)
