"""The roll-out in words: vital signs, stages, findings with their remedies, and the questions of the diagnosis."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from babel import lists

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from rules.rollout import vital

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from rules.rollout import Finding


class Sign(NamedTuple):
    """A vital sign in words: its name, and what it is a share of."""

    name: Callable[[], str]
    means: Callable[[], str]


SIGNS: Mapping[str, Sign] = {
    "activation": Sign(
        lambda: gettext("People who work in the CRM"),
        lambda: gettext("People who did anything that counts in the week, of all in the group."),
    ),
    "breadth": Sign(
        lambda: gettext("Kinds of work in use"),
        lambda: gettext("Kinds of work that people record, of those that make up their role."),
    ),
    "depth": Sign(
        lambda: gettext("Records carried to the end"),
        lambda: gettext("Records that met all needs of a milestone in the week, of those that were worked on."),
    ),
    "frequency": Sign(
        lambda: gettext("Days with live work"),
        lambda: gettext("Days on which work was recorded as it happened, of the last twenty expected ones."),
    ),
    "lateness": Sign(
        lambda: gettext("Recorded late"),
        lambda: gettext("Days about which something was recorded more than a working day later. Less is better."),
    ),
    "quality": Sign(
        lambda: gettext("Required fields filled in"),
        lambda: gettext("Of the required fields of new records, those that were filled in."),
    ),
    "gaps": Sign(
        lambda: gettext("Records of which it is not clear whose they are"),
        lambda: gettext("Open gaps of ownership, beside the records that were worked on. Less is better."),
    ),
    "help": Sign(
        lambda: gettext("People who are being helped"),
        lambda: gettext("Of all in the group. Fewer than five are not told."),
    ),
    "rewards": Sign(
        lambda: gettext("Rewards that were used"),
        lambda: gettext("Of those that were earned in the last four weeks and can be used."),
    ),
}
STAGES: Mapping[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "diagnosis": (
        lambda: gettext("Diagnosis"),
        lambda: gettext("How is work done today, and what is the CRM brought in for?"),
    ),
    "plan": (lambda: gettext("Plan"), lambda: gettext("Who begins when, and who cares for them?")),
    "treatment": (
        lambda: gettext("Treatment"),
        lambda: gettext("The first weeks: people begin, ask, and find their way."),
    ),
    "side_effects": (
        lambda: gettext("Side effects"),
        lambda: gettext("Most have begun. Look at what comes late, stays empty, or is done twice."),
    ),
    "recovery": (lambda: gettext("Recovery"), lambda: gettext("The CRM is how work is done here.")),
}
CHECKS: Mapping[str, tuple[Callable[[], str], Callable[[], str], Callable[[], str]]] = {
    # what is so, what is not so, and what to do then
    "report": (
        lambda: gettext("The diagnosis is made"),
        lambda: gettext("The diagnosis is not made yet"),
        lambda: gettext("Answer at least eight of its questions."),
    ),
    "goals": (
        lambda: gettext("Goals are chosen"),
        lambda: gettext("No goals are chosen yet"),
        lambda: gettext("Choose what the CRM is brought in for."),
    ),
    "started": (
        lambda: gettext("The first day has come"),
        lambda: gettext("The first day is still to come"),
        lambda: gettext("Wait, or choose an earlier day."),
    ),
    "champion": (
        lambda: gettext("There is a champion"),
        lambda: gettext("There is no champion yet"),
        lambda: gettext("Name a colleague of the teams whom everybody may ask."),
    ),
    "supporter": (
        lambda: gettext("There is a supporter"),
        lambda: gettext("There is no supporter yet"),
        lambda: gettext("Name somebody who can remove obstacles: access, devices, time."),
    ),
    "known": (
        lambda: gettext("A source knows the people"),
        lambda: gettext("No source knows the people yet"),
        lambda: gettext("Match the names that sources send with people, so that nobody works for nothing."),
    ),
    "feed": (
        lambda: gettext("Data of the CRM comes as it should"),
        lambda: gettext("No data of the CRM has come for a while"),
        lambda: gettext("Look at the sources: no data has come for a while."),
    ),
}
REMEDIES: Mapping[str, Callable[[], str]] = {
    "activation": lambda: gettext("Ask those who have not begun what is in their way: access, time, or how to."),
    "frequency": lambda: gettext("Let the champion sit beside people for half an hour and record a real day together."),
    "lateness": lambda: gettext("Show how to record from the phone, right after the meeting."),
    "help": lambda: gettext("First help those who have asked; the next wave would have to wait for it anyway."),
    "gaps": lambda: gettext("Decide whose the open records are, before more come to them."),
}
KINDS: Mapping[str, Callable[[], str]] = {
    "company": lambda: gettext("Companies"),
    "contact": lambda: gettext("Contacts"),
    "deal": lambda: gettext("Deals"),
    "lead": lambda: gettext("Leads"),
    "task": lambda: gettext("Tasks"),
}
QUESTIONS: Mapping[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "structure": (
        lambda: gettext("Which teams are there, and what does each do?"),
        lambda: gettext("Sales, service, marketing: who does which part of the work, and who leads it."),
    ),
    "products": (
        lambda: gettext("What do you sell?"),
        lambda: gettext("Products and services, what they cost roughly, and what is bought again."),
    ),
    "channels": (
        lambda: gettext("By which ways do customers come?"),
        lambda: gettext(
            "Telephone, web site, trade fairs, recommendations: and where each enquiry is written down today."
        ),
    ),
    "audience": (
        lambda: gettext("Who are your customers?"),
        lambda: gettext("Companies or people, which size, who decides, what they need most."),
    ),
    "order": (
        lambda: gettext("How does an enquiry become a deal?"),
        lambda: gettext("Who takes it, who decides whose it is, how long until somebody answers."),
    ),
    "deal": (
        lambda: gettext("How is a deal worked on?"),
        lambda: gettext("Its stages, what must be known in each, who has to agree."),
    ),
    "sale": (
        lambda: gettext("What happens when a deal is won?"),
        lambda: gettext("Order, delivery, invoice: who learns of it, and how."),
    ),
    "resale": (
        lambda: gettext("How does a customer buy again?"),
        lambda: gettext("Who asks, when, and why some never do."),
    ),
    "measured": (
        lambda: gettext("How are people measured and paid today?"),
        lambda: gettext("Targets, bonuses, reports; and what of it would change with the CRM."),
    ),
    "sheets": (
        lambda: gettext("Which spreadsheets are in use, and for what?"),
        lambda: gettext("What they do better than the CRM is what the CRM has to learn first."),
    ),
    "obstacles": (
        lambda: gettext("What do people say against the CRM?"),
        lambda: gettext("In their words. Each sentence is a task for somebody."),
    ),
}


def share(value: int | None) -> str:
    """Write thousandths as a percentage; blank is not zero."""
    return gettext("not measured") if value is None else languages.current().percent(Decimal(value) / vital.WHOLE)


def finding(one: Finding) -> tuple[str, str]:
    """Say what was looked at with its values, and what to do where it is not so; nothing where it is."""
    if one.name == "time":
        said = ngettext(
            "%(n)s whole week has passed since the wave before began",
            "%(n)s whole weeks have passed since the wave before began",
            one.values[0] or 0,
        )
        return said, "" if one.met else gettext("Let three whole weeks pass after a wave has begun.")
    if one.name in CHECKS:
        so, not_so, remedy = CHECKS[one.name]
        said = so() if one.met else not_so()
        if one.name == "known" and one.values and one.values[0] is not None:
            said = gettext("A source knows %(share)s of the people", share=share(one.values[0]))
        return said, "" if one.met else remedy()
    return _sign(one), "" if one.met or one.name not in REMEDIES else REMEDIES[one.name]()


def _sign(one: Finding) -> str:
    name = SIGNS[one.name].name()
    if one.name == "gaps":
        first, last = one.values[0], one.values[-1]
        return gettext(
            "%(name)s: from %(first)s to %(last)s within four weeks", name=name, first=share(first), last=share(last)
        )
    if one.met and one.values[-1] is None:
        return gettext("%(name)s: fewer than five", name=name)
    told = one.values if any(value is not None for value in one.values) else one.values[:1]
    values = lists.format_list([share(value) for value in told], locale=languages.current().locale)
    words = {"name": name, "values": values, "bound": share(one.bound)}
    if one.more:
        return gettext("%(name)s: %(values)s, at least %(bound)s", **words)
    return gettext("%(name)s: %(values)s, at most %(bound)s", **words)
