"""What a dry run warns of, in words, each with its remedy."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from adoption import facts
from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import trial_parts
from rules import period as periods

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.stops import Stop
    from rules.book import Book
    from rules.trial import Warned

    Naming = Callable[[int], str]


def warnings(found: Sequence[Warned], name_of: Callable[[int], str], book: Book) -> list[tuple[str, str]]:
    """Return what should be looked at, each with its remedy; ``name_of`` names a holder, or has no name for them."""
    return [SAID[one.code](one, name_of, book) for one in found]


def called(holder: int) -> str:
    """Return the name of a person or a team of now."""
    known = facts.current()
    if holder < 0:
        return known.teams.get(-holder, "")
    person = known.people.get(holder)
    return (person.name or person.email) if person else ""


def paused(found: Iterable[Stop], book: Book) -> list[str]:
    """Say which rules were stopped within the range: what became due then counts on both sides all the same."""
    day_of, day = facts.current().day_of, languages.current().day
    said = []
    for one in found:
        about = {
            "title": trial_parts.title(book, "incentive", one.incentive),
            "first": day(day_of(one.stopped), "short"),
        }
        if one.resumed is None:
            text = gettext(
                "“%(title)s” is stopped since %(first)s. What became due since counts on both sides: it waits, and is"
                " given out when the rule goes on.",
                **about,
            )
        else:
            text = gettext(
                "“%(title)s” was stopped from %(first)s to %(last)s. What became due then counts on both sides: it"
                " waited, and was given out when the rule went on.",
                **about,
                last=day(day_of(one.resumed), "short"),
            )
        said.append(text)
    return said


def _values(one: Warned) -> dict[str, Any]:
    return dict(one.values)


def _nobody(_one: Warned, _name_of: Naming, _book: Book) -> tuple[str, str]:
    return gettext("Nobody would have earned anything."), gettext(
        "Lower the target, or choose a range with more activity."
    )


def _much(one: Warned, name_of: Naming, _book: Book) -> tuple[str, str]:
    values = _values(one)
    part = languages.current().percent(Decimal(values["awards"]) / values["of"])
    said = gettext("%(name)s takes %(part)s of all awards.", name=name_of(values["holder"]), part=part)
    return said, gettext("Cap how many one can earn in a period, or count only what is new for a record.")


def _over(one: Warned, _name_of: Naming, book: Book) -> tuple[str, str]:
    values = _values(one)
    said = gettext(
        "“%(reward)s” would exceed its budget of %(period)s by %(amount)s.",
        reward=trial_parts.title(book, "reward", values["reward"]),
        period=telling.period(periods.text(values["per"], values["first"])),
        amount=trial_parts.amount(values["over"], values["unit"]),
    )
    return said, gettext("Raise the target, cap how many one can earn, or raise the budget.")


def _loops(one: Warned, name_of: Naming, _book: Book) -> tuple[str, str]:
    values, somebody = _values(one), gettext("Somebody")
    said = ngettext(
        "%(name)s made %(n)s record and deleted or took it back again.",
        "%(name)s made %(n)s records and deleted or took them back again.",
        values["times"],
        name=name_of(values["holder"]) or somebody,
    )
    if values["others"]:
        more = ngettext("%(n)s other did so, too.", "%(n)s others did so, too.", values["others"])
        said = f"{said} {more}"
    return said, gettext("Count a milestone that has to hold for some days instead of the creation of a record.")


def _bulk(one: Warned, _name_of: Naming, _book: Book) -> tuple[str, str]:
    values = _values(one)
    said = ngettext(
        "%(n)s activity of the type %(type)s came in a rush, up to %(largest)s within five minutes: an import?",
        "%(n)s activities of the type %(type)s came in rushes, up to %(largest)s within five minutes: an import?",
        values["activities"],
        type=values["type"],
        largest=languages.current().number(values["largest"]),
    )
    return said, gettext(
        "Cap the rule, count a milestone that needs more than the record, or leave out what imports set."
    )


def _never(one: Warned, _name_of: Naming, book: Book) -> tuple[str, str]:
    values = _values(one)
    of = languages.current().number(values["of"])
    if "metric" in values:
        said = ngettext(
            "%(n)s of %(of)s had nothing that counts for “%(metric)s” at all, and could never have earned it.",
            "%(n)s of %(of)s had nothing that counts for “%(metric)s” at all, and could never have earned it.",
            values["holders"],
            of=of,
            metric=trial_parts.title(book, "metric", values["metric"]),
        )
    else:
        said = ngettext(
            "%(n)s of %(of)s had nothing that counts at all, and could never have earned it.",
            "%(n)s of %(of)s had nothing that counts at all, and could never have earned it.",
            values["holders"],
            of=of,
        )
    return said, gettext("Say for whom the rule is, or count something that their work has as well.")


SAID: Mapping[str, Callable[[Warned, Naming, Book], tuple[str, str]]] = {
    "nobody-earns": _nobody,
    "one-takes-much": _much,
    "over-budget": _over,
    "loops": _loops,
    "bulk": _bulk,
    "never": _never,
}
