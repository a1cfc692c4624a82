"""A whole book as text, tried: which of its incentives, and what came out as plain values."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from adoption import facts
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.trials.asking import Question
from rules import book as books
from rules import period
from rules.trial import changed
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.trial import Earned
    from rules.trial import Trial

LONGEST = 3_700  # days


class NothingToTryError(RefusedError):
    """This book promises what the newest one promises; name the incentives that are to be tried all the same."""


class WrongDaysError(RefusedError):
    """The first day must not be later than the last one, and there may be at most ten years between them."""


def question(text: str, first: int, until: int, incentives: Sequence[str] = ()) -> Question:
    """Return what is asked of a whole book; both days are included. Without names, all incentives that it changes.

    Raises:
        BookError: the text is no sound book.
        NotFoundError: there is no incentive of that name, neither in it nor in the newest book.
        NothingToTryError, WrongDaysError: there is nothing to try, or no such days.
    """
    if not period.EVER < first <= until < min(first + LONGEST, period.FOREVER - 1):
        raise WrongDaysError
    book, before = books.load(text), facts.current().book
    unknown = [key for key in incentives if key not in book.incentives and key not in before.incentives]
    if unknown:
        msg = f"There is no incentive {unknown[0][:80]!r}."
        raise NotFoundError(msg)
    keys = tuple(sorted(set(incentives))) or changed(before, book)
    if not keys:
        raise NothingToTryError
    return Question(text, keys, first, until + 1)


def plain(tried: Trial) -> dict[str, Any]:
    """Return a dry run as names, numbers and plain decimals, as JSON has it."""
    return {
        "incentives": list(tried.incentives),
        "from": _day(tried.first),
        "to": _day(tried.last - 1),
        "audience": tried.audience,
        "earn": {"today": tried.earn_today, "draft": tried.earn_draft},
        "today": _earned(tried.today),
        "draft": _earned(tried.draft),
        "budgets": [
            {
                "reward": one.reward,
                "period": period.text(one.per, one.first),
                "unit": one.unit or None,
                "budget": text_of_units(one.budget),
                "others": text_of_units(one.others),
                "today": text_of_units(one.today.likely),
                "draft": text_of_units(one.draft.likely),
            }
            for one in tried.budgets
        ],
        "concentration": {
            "top": tried.concentration.top,
            "tenth": tried.concentration.tenth,
            "awards": tried.concentration.awards,
        },
        "never": len(tried.never),
        "warnings": [{"code": one.code, **dict(one.values)} for one in tried.warnings],
        "holders": [
            {
                "holder": one.holder,
                "name": one.name,
                "team": one.team or None,
                "counted": text_of_units(one.tally),
                "quartile": one.quartile,
                "today": _earned(one.today),
                "draft": _earned(one.draft),
            }
            for one in tried.lines
        ],
    }


def _earned(earned: Earned) -> dict[str, Any]:
    worth = {
        one.unit: {name: text_of_units(getattr(one, name)) for name in ("least", "most", "likely")}
        for one in earned.worth
    }
    return {"awards": earned.awards, "worth": worth}


def _day(day: int) -> str:
    return date.fromordinal(day).isoformat()
