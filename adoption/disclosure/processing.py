"""The table of processing: every table with something of people in it, what for, for how long, and who sees it.

To add a table that names a participant: name it here, in ``adoption.held`` and, if it is about spreadsheet work, in
``adoption.privacy.TABLES``; the tests ask for all three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from adoption import privacy
from adoption.audits import keeping
from adoption.auth import sessions
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.mail import outbox
from adoption.questions import keeping as questions
from adoption.quests import counting
from adoption.sources import deliveries
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 86_400 * SECOND


class Processing(NamedTuple):
    """A kind of data: the tables that hold it; what it is, from where, what for, for how long, and who sees it."""

    key: str
    tables: tuple[str, ...]
    what: Callable[[], str]
    source: Callable[[], str]
    purpose: Callable[[], str]
    kept: Callable[[], str]
    seen: Callable[[], str]


def days(count: int) -> str:
    """Say a number of days."""
    return ngettext("%(n)s day", "%(n)s days", count, n=languages.current().number(count))


def months(count: int) -> str:
    """Say a number of months."""
    return ngettext("%(n)s month", "%(n)s months", count, n=languages.current().number(count))


def length(name: str) -> str:
    """Say one of the periods."""
    one = privacy.PERIODS[name]
    return months(one.months) if one.months else days(one.days)


def _employment() -> str:
    return gettext("as long as the organisation needs it for its records; afterwards by its own rules")


def _own() -> str:
    return gettext("the person alone")


PROCESSING: tuple[Processing, ...] = (
    Processing(
        "people",
        ("participant", "membership", "management", "identity", "absence", "preference"),
        lambda: gettext(
            "name, e-mail address, employee number, role, teams and managers over time, days of absence without a "
            "reason, account names in connected systems, how one wants to be shown"
        ),
        lambda: gettext("the organisation's list of people; the person"),
        lambda: gettext("to know whose work is whose, and to expect no work of somebody who is away"),
        _employment,
        lambda: gettext("the person; human resources and administrators"),
    ),
    Processing(
        "activities",
        ("activity", "record_progress", "distinct_key", "tally", "snapshot_place", "stranger", "unscored"),
        lambda: gettext(
            "what was done in the CRM: kind, time, which record, by which account, and the fields that the CRM "
            "sends; counts that follow from it"
        ),
        lambda: gettext("the connected CRMs"),
        lambda: gettext("to count what rewards, boards and bonuses are promised for"),
        _employment,
        lambda: gettext(
            "the person; whoever leads them; human resources; on boards, under the name that the person has chosen"
        ),
    ),
    Processing(
        "ownership",
        ("ownership_gap", "ownership_decision"),
        lambda: gettext("records without a clear owner: who had them or works on them, and what was decided"),
        lambda: gettext("follows from what was done in the CRM; decisions of those who lead"),
        lambda: gettext(
            "so that no customer is forgotten when somebody leaves, and nobody works on the same record twice"
        ),
        _employment,
        lambda: gettext("the person in their copy of the data; whoever leads them; adoption leads"),
    ),
    Processing(
        "rewards",
        ("award", "voucher", "redemption", "ledger_entry"),
        lambda: gettext("rewards that were earned, chosen and used, and points"),
        lambda: gettext("follows from the counts; choices of the person; the counter"),
        lambda: gettext("to give out what was promised, once"),
        _employment,
        lambda: gettext("the person; whoever leads them; human resources; at the counter, the one voucher"),
    ),
    Processing(
        "bonuses",
        (
            *("bonus_input", "bonus_statement", "bonus_line", "bonus_adjustment", "dispute", "figure", "weight"),
            *("bonus_run", "payroll_export", "payroll_row"),
        ),
        lambda: gettext("bonus statements, the figures they follow from, corrections, questions and their answers"),
        lambda: gettext("follows from the counts and from figures that human resources enter"),
        lambda: gettext("to work out bonuses and give them to payroll"),
        _employment,
        lambda: gettext("the person; whoever leads them; human resources and those who approve; payroll"),
    ),
    Processing(
        "access",
        ("web_session", "sign_in_link", "api_token", "device"),
        lambda: gettext("where somebody is signed in, with which browser, and since when"),
        lambda: gettext("the browser"),
        lambda: gettext("to let in who may"),
        lambda: gettext(
            "%(days)s without a visit, at most %(most)s",
            days=days(sessions.IDLE // DAY), most=days(sessions.LIVES // DAY),
        ),
        _own,
    ),
    Processing(
        "letters",
        ("letter", "subscription", "digest_setting"),
        lambda: gettext("letters that Spoonful sends"),
        lambda: gettext("follows from what they tell"),
        lambda: gettext("to tell people what concerns them"),
        lambda: days(outbox.KEPT // DAY),
        lambda: gettext(
            "the person; human resources and administrators, which the journal notes; of thanks, whoever reads a "
            "connected chat channel, under the name chosen for boards"
        ),
    ),
    Processing(
        "deliveries",
        ("delivery", "upload"),
        lambda: gettext("what a source delivered, sealed; files between their upload and the word to store them"),
        lambda: gettext("connected systems; uploads"),
        lambda: gettext("to find out why something did not arrive"),
        lambda: gettext("%(days)s; uploads for an hour", days=days(deliveries.DAYS // DAY)),
        lambda: gettext("human resources and administrators; an upload, whoever uploaded it"),
    ),
    Processing(
        "audits",
        ("audit", "audit_file", "audit_row"),
        lambda: gettext(
            "spreadsheets that somebody uploaded to find customers the CRM lacks: rows of customers, whose they "
            "are, who was asked to enter a row and who did"
        ),
        lambda: gettext("uploads of people; the CRM"),
        lambda: gettext("to find what a spreadsheet holds and the CRM does not"),
        lambda: gettext(
            "one's own list %(own)s, one of the organisation %(shared)s; the file itself until it is compared",
            own=days(keeping.DAYS_OWN), shared=days(keeping.DAYS_SHARED),
        ),
        lambda: gettext(
            "one's own list, its owner alone; one of the organisation, human resources, adoption leads, and "
            "whoever was asked to enter its rows"
        ),
    ),
    Processing(
        "decisions",
        (
            *("journal_entry", "role_grant", "delegation", "draft", "draft_author", "incentive_stop"),
            *("budget_decision", "detection_setting"),
        ),
        lambda: gettext(
            "who changed what, when and why, and who looked at somebody's pages; who has which role, and who sees in "
            "whose place"
        ),
        lambda: gettext("follows from what people do in Spoonful"),
        lambda: gettext("so that every change and every look can be accounted for"),
        lambda: gettext("for good: nobody can change or delete the journal, nor could anybody delete a trace"),
        lambda: gettext("human resources, approvers and administrators; under “Me”, the looks at one's own pages"),
    ),
    Processing(
        "rollout",
        ("wave_care", "diagnosis_answer", "value_assumption"),
        lambda: gettext(
            "who is asked for help in a wave of the roll-out, who answered questions about the organisation, and who "
            "changed what is assumed about the value of the CRM"
        ),
        lambda: gettext("human resources, adoption leads and administrators"),
        lambda: gettext("so that everybody who begins knows whom to ask"),
        _employment,
        lambda: gettext("human resources, adoption leads and administrators"),
    ),
    Processing(
        "quests",
        ("quest_choice",),
        lambda: gettext("short quests that show a feature of the CRM: which one began, put off or put away"),
        lambda: gettext("the person"),
        lambda: gettext("to show useful features one at a time, and none again that somebody does not want"),
        lambda: gettext("%(days)s, or until the person leaves", days=days(counting.KEPT)),
        _own,
    ),
    Processing(
        "practice",
        ("practice_person",),
        lambda: gettext(
            "that somebody wins many deals and is asked whether colleagues may see how they run one; the answer, a "
            "tip, and with their word the usual steps and the days between them, without customers and amounts"
        ),
        lambda: gettext("follows from what was done in the CRM; the person"),
        lambda: gettext("to let colleagues learn from each other"),
        lambda: gettext("the steps until the word is taken back; the answer until the person leaves"),
        lambda: gettext("the person; with their word everybody who signs in, with or without the name"),
    ),
    Processing(
        "questions",
        ("question", "question_word", "help_entry", "help_vote"),
        lambda: gettext(
            "questions that somebody asked, the address of the page they are about, and the answers; who wrote an "
            "entry of the help list, and whom it helped"
        ),
        lambda: gettext("the person, and whoever answers"),
        lambda: gettext("so that everybody finds help in their first weeks; nobody is judged by what they ask"),
        lambda: gettext(
            "%(months)s, or until the person deletes them or leaves; entries of the help list, which name nobody "
            "who asked, as long as they help",
            months=months(questions.KEPT.months),
        ),
        lambda: gettext(
            "the person; the champion and the supporter of the wave, and adoption leads and human resources where "
            "these do not answer; never whoever leads the person"
        ),
    ),
    Processing(
        "signals",
        ("signal", "feed_person"),
        lambda: gettext(
            "that on a day a registered workbook was edited or uploaded, and that somebody exported from the CRM, "
            "imported into it, signed in or looked at a report: day and kind; never contents"
        ),
        lambda: gettext("audit records of connected office suites; the CRM"),
        lambda: gettext("to notice that somebody still works in spreadsheets, and to offer help"),
        lambda: length("signals"),
        _own,
    ),
    Processing(
        "workbooks",
        ("workbook",),
        lambda: gettext("the register of workbooks with customers in them; who proposed a workbook, who decided"),
        lambda: gettext("proposals of people; decisions of adoption leads"),
        lambda: gettext("so that no other file is ever looked at"),
        lambda: gettext("as long as the register lists it"),
        lambda: gettext("adoption leads and managers; what somebody proposed, that person"),
    ),
    Processing(
        "evidence",
        (
            *("evidence_day", "reliance_account", "habit_block", "adoption_score", "check_in_answer", "snooze"),
            *("norm", "season"),
        ),
        lambda: gettext(
            "for each working day: counts of live, late and batched entries, exports and imports, edits of "
            "registered workbooks; the running sum of what they say, what is usual for the person, the adoption "
            "score, answers to a check-in"
        ),
        lambda: gettext("follows from activities and signals; answers of the person"),
        lambda: gettext("to notice that somebody still works in spreadsheets, and to offer help"),
        lambda: gettext(
            "daily evidence and scores %(days)s; the running sum as long as the person takes part",
            days=length("evidence"),
        ),
        lambda: gettext("the person; an adoption lead, the facts of what waits for a decision"),
    ),
    Processing(
        "flags",
        ("flag", "flag_step", "contest", "help", "champion", "flag_look"),
        lambda: gettext(
            "the open question whether somebody could use a hand: its state and its steps, contests and their "
            "answers, help that was chosen, who can be asked for help, and who looked"
        ),
        lambda: gettext("follows from evidence; decisions of the person and of adoption leads"),
        lambda: gettext("to offer help, and to let people say that it is not so"),
        lambda: gettext(
            "the state as long as it lasts; steps, contests, help and looks %(months)s",
            months=length("transitions"),
        ),
        lambda: gettext("the person; whom the section “Who sees what” names for each state"),
    ),
)  # fmt: skip  # a line for each thing that is said
