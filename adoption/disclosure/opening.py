"""The first part of the pack: in short, what is processed, what for, and who sees it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption.disclosure import words
from adoption.disclosure.blocks import Code
from adoption.disclosure.blocks import Table
from adoption.languages import gettext
from adoption.languages import ngettext
from rules.reliance import cycle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.disclosure.blocks import Block


def day(written: str) -> str:
    """Say a day as the configuration has it."""
    return languages.current().day(date.fromisoformat(written).toordinal(), "full")


def number(value: int) -> str:
    """Write a number."""
    return languages.current().number(value)


def short(what: Mapping[str, Any]) -> tuple[Block, ...]:
    """Say the whole in a few sentences."""
    least = what["least"]
    if not what["detection"]["individual"]:
        return (
            gettext(
                "Individual detection is off: Spoonful concludes nothing about a single person's spreadsheet work.",
            ),
            gettext(
                "Figures about spreadsheet work exist for groups of %(n)s people or more alone.",
                n=number(least),
            ),
            _never(),
        )
    told, until = what["detection"]["told"], what["detection"]["shadow_until"]
    return (
        gettext(
            "Individual detection is on: from how work is entered in the CRM, Spoonful notices that somebody may "
            "still be working in spreadsheets, tells that person first, and offers help."
        ),
        gettext(
            "People were told on %(told)s. Shadow run, in which everybody sees only their own: until %(until)s.",
            told=day(told), until=day(until),
        ),
        _never(),
        gettext(
            "Only a person decides whether anybody else learns of it, and everybody may say that it is not so.",
        ),
    )  # fmt: skip  # a line for each sentence


def _never() -> str:
    return gettext("No reward, rank, bonus or sanction depends on it. No contents are read, and no keystrokes.")


def processed(what: Mapping[str, Any]) -> tuple[Block, ...]:
    """Say which sources, activities, feeds and workbooks there are."""
    has = what["processed"]
    numbers = has["workbooks"]["numbers"]
    rules = ", ".join(
        gettext("%(rule)s: %(n)s", rule=words.said(words.RULES, rule), n=number(count))
        for rule, count in has["workbooks"]["rules"].items()
    )
    registered = ngettext(
        "%(n)s workbook is registered (%(rules)s). Its number in the register: %(numbers)s.",
        "%(n)s workbooks are registered (%(rules)s). Their numbers in the register: %(numbers)s.",
        len(numbers), n=number(len(numbers)), rules=rules, numbers=", ".join(map(str, numbers)),
    )  # fmt: skip  # one sentence
    return (
        Table(
            gettext("Where it comes from"),
            (gettext("What"), gettext("Which")),
            (
                (gettext("Connected CRMs"), _listed(has["sources"])),
                (gettext("Kinds of activities that are counted"), _listed(has["activities"])),
                (
                    gettext("Signals of the CRM"),
                    gettext("exports, imports, sign-ins, views of reports: day and person"),
                ),
                (gettext("Feeds of office suites"), _listed(has["feeds"])),
                (gettext("Registered workbooks"), registered if numbers else gettext("none")),
            ),
        ),
        gettext(
            "Of an office suite, only audit records about registered workbooks are kept, and of these only who "
            "and on which day. Anybody may propose a workbook for the register; an adoption lead or a manager "
            "decides. Whatever is not registered is not looked at."
        ),
        gettext("A feed that does not report is missing. Missing is never taken for “nothing was done”."),
    )


def _listed(names: list[str]) -> str:
    return Code(", ".join(names)) if names else gettext("none")


def purpose() -> tuple[Block, ...]:
    """Say what it is for."""
    return (
        gettext(
            "A CRM is only as good as what is in it. Whoever still works in spreadsheets usually has a reason: "
            "nobody showed them, the import is tedious, a field is missing. The purpose is to notice that early "
            "and to offer help: an import assistant, a training quest, a colleague to call."
        ),
        gettext(
            "It is not a purpose to watch conduct or performance, to compare people, or to prepare any measure "
            "against anybody.",
        ),
    )  # fmt: skip  # one sentence


def readers(what: Mapping[str, Any]) -> tuple[Block, ...]:
    """Say who sees which state, and what exactly."""
    rows = tuple(
        (words.said(words.STATES, state), *(_mark(reader in who) for reader in (cycle.PERSON, cycle.LEAD, "manager")))
        for state, who in what["readers"].items()
    )
    least = number(what["least"])
    return (
        Table(
            gettext("Who sees which state of the question"),
            (gettext("State"), *(words.said(words.READERS, one) for one in (cycle.PERSON, cycle.LEAD, "manager"))),
            rows,
        ),
        ngettext(
            "An adoption lead sees a question that waits to be confirmed after %(n)s working day, not before.",
            "An adoption lead sees a question that waits to be confirmed after %(n)s working days, not before.",
            what["waits"]["confirm"], n=number(what["waits"]["confirm"]),
        ),
        [
            gettext(
                "The person sees everything, always: facts, points of each family, the score, every step, and "
                "who looked.",
            ),
            gettext(
                "An adoption lead sees the facts of what waits for a decision, contests, and check-ins as a "
                "number alone.",
            ),
            gettext(
                "A manager sees a name, one factual sentence and the help that is offered, of what was "
                "confirmed; no points, no probability.",
            ),
            gettext("Whoever asks for help by themselves is shown to nobody."),
            gettext(
                "Human resources, approvers, administrators and the counter see nobody's question, evidence or "
                "score.",
            ),
            gettext("Figures of teams exist for %(n)s people or more: %(figures)s.", n=least, figures=_figures()),
        ],
    )  # fmt: skip  # a line for each sentence


def _figures() -> str:
    return gettext(
        "median score, days with live work, share on time, number of open offers of help, and what would help most",
    )


def _mark(yes: bool) -> str:
    return gettext("yes") if yes else gettext("no")
