"""By which rules: the families of evidence with their formulas in words, the rules on top, the score, the check-in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption.disclosure import words
from adoption.disclosure.blocks import Table
from adoption.languages import gettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.disclosure.blocks import Block

    Constants = Mapping[str, float]


def number(value: float) -> str:
    """Write a constant of the code with the digits that it has there."""
    return languages.current().number(value if isinstance(value, int) else Decimal(str(value)))


def share(value: float) -> str:
    """Write a share as per cent."""
    return languages.current().percent(Decimal(str(value)), exact=True)


FORMULAS: Mapping[str, Callable[[Constants], str]] = {
    "activity": lambda c: gettext(
        "How many actions were entered live on a working day, compared with what is usual: the logarithm of how "
        "much likelier that number is if no more than %(left)s of the usual work is left in the CRM (negative "
        "binomial distribution, dispersion %(dispersion)s). A silent day without any sign of being there counts "
        "half, and from the third in a row on nothing.",
        left=share(c["left"]), dispersion=number(c["dispersion"]),
    ),
    "lateness": lambda c: gettext(
        "For each day about which something was entered: was it entered more than one working day later? Usual "
        "are %(usual)s, in spreadsheet work %(sheets)s. A day weighs whole from %(full)s of the usual actions on. "
        "Kinds of records that everybody enters late say nothing.",
        usual=share(c["usual"]), sheets=share(c["sheets"]), full=share(c["full"]),
    ),
    "batch": lambda c: gettext(
        "For each week with %(typed)s entries or more on %(expected)s working days or more: were %(dense)s of "
        "them typed within one hour? Usual are %(usual)s of weeks, in spreadsheet work %(sheets)s. A week with "
        "less than %(worth)s of the usual entries is not judged.",
        typed=number(c["typed"]), expected=number(c["expected"]), dense=share(c["dense"]), usual=share(c["usual"]),
        sheets=share(c["sheets"]), worth=share(c["worth"]),
    ),
    "round_trip": lambda c: gettext(
        "An import within fourteen days after one's own export (a week: usual %(trip_usual)s, in spreadsheet work "
        "%(trip)s), or an import alone (%(import_usual)s and %(import)s). Whoever imports as their task is exempt.",
        **{name: share(c[name]) for name in ("trip_usual", "trip", "import_usual", "import")},
    ),
    "sheets": lambda c: gettext(
        "Was a registered workbook edited on a working day? Usual are %(usual)s of days, in spreadsheet work "
        "%(edits)s, or %(edits_busy)s on a day with live work. Only where an office suite reports.",
        usual=share(c["usual"]), edits=share(c["edits"]), edits_busy=share(c["edits_busy"]),
    ),
}  # fmt: skip  # a line for the sentence, one for what is in it


def rules(what: Mapping[str, Any]) -> tuple[Block, ...]:
    """Say how evidence adds up, and what follows."""
    on_top = what["rules"]
    families = tuple(
        (
            words.said(words.FAMILIES, name),
            FORMULAS[name](constants),
            gettext(
                "× %(temper)s, sum between %(least)s and %(most)s",
                **{one: number(constants[one]) for one in ("temper", "least", "most")},
            ),
        )
        for name, constants in what["families"].items()
    )
    return (
        gettext(
            "Five families of evidence each keep a running sum of logarithms of likelihood ratios. On each "
            "working day %(keeps)s of a sum is kept, so that evidence fades; holidays and absences move nothing. "
            "The level is %(prior)s and the five sums together. Every explanation is this sum, line by line.",
            keeps=share(on_top["keeps"]), prior=number(on_top["prior"]),
        ),
        Table(
            gettext("The families of evidence"), (gettext("Family"), gettext("Formula"), gettext("Limits")), families
        ),
        gettext(
            "What is usual is learned from the role and from the person's own days, never from less than "
            "%(least)s of the role. Where little is known, careful assumptions stand for it.",
            least=share(on_top["least"]),
        ),
        _policy(on_top),
        _score(what["score"]),
        _check_in(what["check_in"]),
    )  # fmt: skip  # one sentence


def _policy(on_top: Mapping[str, Any]) -> list[str]:
    given = {name: number(value) for name, value in on_top.items() if isinstance(value, int | float)}
    return [
        gettext(
            "Silence is never a reason: without late entries, a batch, a round trip or a workbook nothing is "
            "asked.",
        ),
        gettext(
            "Nothing is said before %(enough)s working days were seen, nor in the first %(coaching)s after "
            "somebody began.",
            **given,
        ),
        gettext("Private hint: a level of %(hint)s or more on %(hint_days)s working days in a row.", **given),
        gettext("Question: a level of %(raise)s or more on %(raise_days)s working days in a row.", **given),
        gettext("Settled: a level of %(clear)s or less on %(clear_days)s working days in a row.", **given),
    ]  # fmt: skip  # a line for each rule


def _score(score: Mapping[str, Any]) -> str:
    parts = {name: share(weight) for name, weight in score["weights"].items()}
    return gettext(
        "The adoption score (0 to 100) is the weighted geometric mean of regularity (%(regularity)s), timeliness "
        "(%(timeliness)s), quality (%(quality)s) and breadth (%(breadth)s) over the last %(span)s working days. "
        "It ranks nobody and raises no question.",
        **parts, span=number(score["span"]),
    )  # fmt: skip  # one sentence


def _check_in(check_in: Mapping[str, Any]) -> str:
    return gettext(
        "Low use: whoever did less than %(asks)s of what is usual in the last %(span)s working days is asked, "
        "alone and neutrally, whether they are away or need help. Nobody else learns the name.",
        asks=share(check_in["asks"]), span=number(check_in["span"]),
    )  # fmt: skip  # one sentence
