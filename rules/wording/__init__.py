"""Each rule as one sentence, in each language, generated from the same object that runs.

To add a language: write a module like ``english``, list it in ``TONGUES``, and give every operator its words
(``rules.condition.OPERATORS``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rules.bonus import Plan
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not
from rules.incentive import Incentive
from rules.incentive import Reward
from rules.metric import Metric
from rules.milestone import Milestone
from rules.value import UNIT
from rules.wording.chinese import CHINESE
from rules.wording.clauses import clause
from rules.wording.english import ENGLISH
from rules.wording.plans import Bound as Bound
from rules.wording.plans import Told
from rules.wording.plans import bounds_in_order
from rules.wording.plans import component_sentence
from rules.wording.plans import plan_sentence
from rules.wording.russian import RUSSIAN
from rules.wording.sentences import board_sentence
from rules.wording.sentences import gift
from rules.wording.sentences import incentive_sentence
from rules.wording.sentences import limits_sentence
from rules.wording.sentences import metric_sentence
from rules.wording.sentences import milestone_sentence
from rules.wording.sentences import need_title as need_title
from rules.wording.sentences import reward_sentence
from rules.wording.sentences import rewards_of as rewards_of
from rules.wording.sentences import spent_sentence
from rules.wording.sentences import title_of as title_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence
    from fractions import Fraction

    from rules.bonus import Component
    from rules.book import Board
    from rules.book import Book
    from rules.condition import Condition
    from rules.milestone import Need
    from rules.wording.language import Language
    from rules.wording.language import Number

TONGUES = {tongue.code: tongue for tongue in (ENGLISH, RUSSIAN, CHINESE)}
LANGUAGES = tuple(TONGUES)


def sentence(  # noqa: PLR0911  # one for each kind
    thing: Incentive | Metric | Milestone | Reward | Board | Plan | Condition, book: Book, language: str
) -> str:
    """Put a definition of ``book`` into words; a condition becomes a clause.

    Raises:
        ValueError: the language is unknown.
    """
    tongue = _tongue(language)
    match thing:
        case Incentive():
            return incentive_sentence(thing, book, tongue)
        case Metric():
            return metric_sentence(thing, book, tongue)
        case Milestone():
            return milestone_sentence(thing, tongue)
        case Reward():
            return reward_sentence(thing, tongue)
        case Plan():
            return plan_sentence(thing, book, tongue)
        case Compare() | All() | AnyOf() | Not():
            return clause(thing, tongue)
        case _:
            return board_sentence(thing, book, tongue)


def component(one: Component, plan: Plan, book: Book, language: str) -> str:
    """Put one component of a bonus plan into words."""
    return component_sentence(one, plan, book, _tongue(language))


def bounds(plan: Plan, book: Book, language: str) -> list[Bound]:
    """Put into words what holds around the components of a plan, in the fixed order of the stages."""
    return bounds_in_order(plan, book, _tongue(language))


def rate(one: Component, pays: Fraction, plan: Plan, book: Book, language: str) -> str:
    """Put a rate of a component into words: a percentage of an amount, or money for a unit."""
    return Told(plan, book, _tongue(language)).rate(one, pays)


def quantity(name: str, plan: Plan, book: Book, language: str) -> str:
    """Return the title of a quantity that a plan asks for."""
    return Told(plan, book, _tongue(language)).title(name)


def missing(needs: Iterable[Need], language: str) -> str:
    """Say which needs of a milestone are still open."""
    tongue = _tongue(language)
    titles = [need_title(need, language) for need in needs]
    return tongue.say("missing", needs=tongue.all_of(titles)) if titles else tongue.say("missing.nothing")


def why_not(incentive: Incentive, tally: int, language: str) -> str:
    """Say how far a tally (in ten-thousandths) is from the next award, as in "3 more to go: 7 of 10 this week".

    For ``in_a_row`` the tally is the length of the present run of met working days.
    """
    tongue = _tongue(language)
    now = tongue.say(f"now.{incentive.per}")
    if incentive.in_a_row is not None:
        days = max(0, tally // UNIT) % incentive.in_a_row
        target = tongue.number(incentive.in_a_row)
        return tongue.say("more.days", incentive.in_a_row - days, have=tongue.number(days), target=target)
    due = incentive.due(tally)
    if incentive.limit is not None and due >= incentive.limit:
        return tongue.say("done", have=tongue.number(due), most=tongue.number(incentive.limit), now=now)
    aim, have = Decimal(incentive.target(tally)).scaleb(-4), Decimal(tally).scaleb(-4)
    words = {"more": tongue.number(aim - have), "have": tongue.number(have), "target": tongue.number(aim)}
    return tongue.say("more", **words, now=now)


def gifts(rewards: Iterable[Reward], language: str) -> str:
    """Say what may be chosen, inside a sentence: "a free lunch or a lunch break 10 minutes earlier"."""
    tongue = _tongue(language)
    return tongue.any_of([gift(one, tongue) for one in rewards])


def limits(rewards: Iterable[Reward], language: str) -> list[str]:
    """Say of each reward how much there is of it and what happens when that is spent; nothing of others.

    Beside an incentive's sentence this is the rest of what it promises.
    """
    tongue = _tongue(language)
    return [said for said in (limits_sentence(one, tongue) for one in rewards) if said]


def when_spent(reward: Reward, language: str) -> str:
    """Say what happens when the budget of a reward is spent; nothing where it has none."""
    return spent_sentence(reward, _tongue(language)).strip()


def quoted(text: str, language: str) -> str:
    """Put text into the quotation marks of a language."""
    return _tongue(language).quoted(text)


def plural(count: Number, forms: Sequence[str], language: str) -> str:
    """Choose the form that a number asks for: English one, other; Russian one, few, many; Chinese has one."""
    return forms[_tongue(language).form(count)]


def _tongue(language: str) -> Language:
    if language not in TONGUES:
        msg = f"{language!r} is no language here; write one of {', '.join(LANGUAGES)}"
        raise ValueError(msg)
    return TONGUES[language]
