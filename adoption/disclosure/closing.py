"""The second part of the pack: who decides, how long, what never happens, rights, looks, law, and the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption.disclosure.blocks import Code
from adoption.disclosure.blocks import Table
from adoption.disclosure.processing import PROCESSING
from adoption.disclosure.processing import days
from adoption.disclosure.processing import length
from adoption.languages import gettext
from adoption.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.disclosure.blocks import Block


def _working(count: int) -> str:
    return ngettext("%(n)s working day", "%(n)s working days", count, n=languages.current().number(count))


def decides(what: Mapping[str, Any]) -> tuple[Block, ...]:
    """Say what only a person decides, and within which time."""
    waits, expires = what["waits"], what["expires"]
    return (
        gettext("Spoonful asks; a person decides. No step that anybody else learns of is taken by itself."),
        [
            gettext(
                "An adoption lead confirms a question, or puts it aside, after %(days)s at the earliest.",
                days=_working(waits["confirm"]),
            ),
            gettext(
                "An adoption lead answers a contest within %(days)s. While it is open, the manager sees "
                "nothing.",
                days=_working(waits["answer"]),
            ),
            gettext(
                "A contest that is accepted removes the evidence; the sums are worked out anew, and the same "
                "raises nothing for %(days)s.",
                days=days(waits["muted"]),
            ),
            gettext("The person asks for help, contests, and takes a contest back; nobody does that for them."),
            gettext(
                "Without anything new a question expires after %(days)s, or after %(more)s of the calendar.",
                days=_working(expires["expected"]), more=days(expires["days"]),
            ),
        ],
    )  # fmt: skip  # a line for each sentence


def kept(what: Mapping[str, Any]) -> tuple[Block, ...]:
    """Say the periods, and what happens then."""
    rows = (
        (gettext("Raw signals of office suites, sign-ins, views"), length("signals")),
        (gettext("Exports and imports of the CRM"), length("moves")),
        (gettext("Daily evidence, the score, answers to check-ins"), length("evidence")),
        (gettext("Steps, contests, help, and who looked"), length("transitions")),
    )
    shown = Table(gettext("Periods"), (gettext("What"), gettext("At most")), rows)
    return (
        shown,
        gettext(
            "A job deletes every day what is older. Days are those of the organisation (%(zone)s).",
            zone=what["zone"],
        ),
        gettext("Of whoever leaves, all of it is deleted on the day after their last."),
        gettext("When individual detection is turned off, all of it is deleted at once, and cannot come back."),
    )


def never() -> tuple[Block, ...]:
    """Say what never happens."""
    return (
        [
            gettext(
                "No sanction: no award, rank, points, bonus or payroll file can read a flag, evidence or a score. The "
                "program is built so, and cannot be delivered any more once somebody changes that."
            ),
            gettext("No rule of the book can be written about them: it is refused."),
            gettext(
                "No contents of files, no keystrokes, no screenshots, no position, no titles of files outside "
                "the register.",
            ),
            gettext("No probability is shown to anybody, and nobody is ranked by a score."),
            gettext("No export of flags: what can be downloaded is one's own."),
            gettext("No decision by a machine alone."),
        ],
    )  # fmt: skip  # a line for each sentence


def rights(what: Mapping[str, Any]) -> tuple[Block, ...]:
    """Say what one can do."""
    return (
        [
            gettext("See: “What we noticed” shows at any time what is known, how it adds up, and who can see it."),
            gettext(
                "Contest: with a reason, at once; it is answered by a person within %(days)s.",
                days=_working(what["waits"]["answer"]),
            ),
            gettext("Correct: an absence, a workbook that holds no customers, an agreed import, a quiet season."),
            gettext(
                "Take along: “Me” gives everything that is held about you as a file, evidence and questions "
                "included.",
            ),
            gettext("Ask who looked: “Me” lists every look of somebody else."),
            gettext(
                "Object: to human resources, the works council or the data protection officer. Individual "
                "detection can be turned off.",
            ),
        ],
    )  # fmt: skip  # a line for each sentence


def looks() -> tuple[Block, ...]:
    """Say how looks are noted."""
    return (
        gettext(
            "Whenever an answer of Spoonful shows something of a person's question to somebody else, it is noted "
            "before it is shown: who, which page, when, and in whose place. What cannot be noted is not shown. "
            "The person reads it under “Me”; it is kept for %(length)s.",
            length=length("transitions"),
        ),
        gettext(
            "Turning individual detection on or off is in the journal, which nobody can change, with a reason.",
        ),
    )


def law() -> tuple[Block, ...]:
    """List what somebody who knows the law has to look at; nothing of it is advice."""
    return (
        gettext(
            "These are notes for whoever answers for data protection. They are no legal advice and claim "
            "nothing.",
        ),
        [
            gettext(
                "GDPR Art. 6 and 88: on which basis? Consent is seldom free at work; a legitimate interest has "
                "to be weighed, in writing.",
            ),
            gettext(
                "GDPR Art. 35: regular observation of people at work usually asks for an impact assessment. "
                "What it needs is here: purpose and description (above), necessity (help, not control), risks "
                "(pressure, wrong conclusions, use for other purposes) and what is done about them (the person "
                "first, a person decides, contest, deletion, the switch, the log of looks).",
            ),
            gettext(
                "GDPR Art. 22: nothing is decided by a machine alone here. Keep it so in what people do with "
                "it.",
            ),
            gettext(
                "GDPR Art. 13 to 21: this page is meant to tell people; check that it is complete for your "
                "organisation, name who is responsible and whom to ask.",
            ),
            gettext(
                "BetrVG § 87 (1) no. 6 (Germany): the works council has a say as soon as a system is able to "
                "watch conduct or performance, whatever it is meant for. Agree before turning it on.",
            ),
            gettext(
                "EU AI Act, Annex III no. 4 (b): systems that watch and judge people at work may count as of high "
                "risk. Check whether this one does, and from when on; people have to be told (Art. 26 (7))."
            ),
            gettext("Other countries have their own rules; ask there."),
        ],
    )  # fmt: skip  # a line for each note


def everything() -> tuple[Block, ...]:
    """Give the table of processing."""
    headings = (
        gettext("What"), gettext("Where from"), gettext("What for"), gettext("Kept"), gettext("Who sees it"),
        gettext("Tables"),
    )  # fmt: skip  # one row
    rows = tuple(
        (one.what(), one.source(), one.purpose(), one.kept(), one.seen(), Code(", ".join(one.tables)))
        for one in PROCESSING
    )
    return (Table(gettext("Table of processing"), headings, rows),)
