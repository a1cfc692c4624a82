"""The journal's codes in words: what was done, to which kind of thing, on which page; and where a thing has a page.

A code that is not here is shown as it is.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from flask import url_for
from werkzeug.routing import BuildError

from adoption import auth
from adoption.languages import gettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.facts import Known

    Words = Mapping[str, Callable[[], str]]

DIGITS = 19  # of the largest number that a database has
# Of all these: what somebody did, beside the name of the thing: “Reward free-lunch: was changed”
ACTIONS: Words = {
    "read": lambda: gettext("was looked at"),
    "published": lambda: gettext("was published"),
    "changed": lambda: gettext("was changed"),
    "created": lambda: gettext("was created"),
    "removed": lambda: gettext("was removed"),
    "sent": lambda: gettext("was sent to review"),
    "approved": lambda: gettext("was approved"),
    "rejected": lambda: gettext("was rejected"),
    "discarded": lambda: gettext("was discarded"),
    "stopped": lambda: gettext("was stopped"),
    "resumed": lambda: gettext("goes on again"),
    "granted": lambda: gettext("was granted"),
    "revoked": lambda: gettext("was taken back"),
    "delegated": lambda: gettext("was handed over"),
    "ended": lambda: gettext("was ended"),
    "rebased": lambda: gettext("was compared with the newest book"),
    "began": lambda: gettext("was begun"),
    "allowed": lambda: gettext("was allowed more"),
    "left waiting": lambda: gettext("was left waiting"),
    "froze": lambda: gettext("was frozen"),
    "took back": lambda: gettext("was taken back from review"),
    "closed": lambda: gettext("was closed"),
    "exported": lambda: gettext("was exported"),
    "uploaded": lambda: gettext("was uploaded"),
    "adjusted": lambda: gettext("got an amount by hand"),
    "withdrew": lambda: gettext("was withdrawn"),
    "answered": lambda: gettext("was answered"),
    "registered": lambda: gettext("was registered"),
    "loaded": lambda: gettext("was loaded"),
    "sent again": lambda: gettext("was sent again"),
    "connected": lambda: gettext("was connected"),
    "rotated": lambda: gettext("got a new secret"),
    "ended the old secret": lambda: gettext("has one secret only again"),
    "remapped": lambda: gettext("got another mapping"),
    "linked": lambda: gettext("shows its records elsewhere"),
    "paused": lambda: gettext("was paused"),
    "replayed": lambda: gettext("was replayed"),
    "proposed": lambda: gettext("was proposed"),
    "declined": lambda: gettext("was declined"),
    "unregistered": lambda: gettext("was taken out of the register"),
    "matched": lambda: gettext("was matched"),
    "turned on": lambda: gettext("was turned on"),
    "turned off": lambda: gettext("was turned off"),
    "shared": lambda: gettext("was shared"),
    # say: of rows of a spreadsheet, beside the name of the thing
    "assigned": lambda: gettext("got somebody who looks after its rows"),
    "decided": lambda: gettext("was decided"),
    "declared": lambda: gettext("was declared"),
    "named": lambda: gettext("was named"),
}
# Of all these: a kind of thing, before the thing's name
KINDS: Words = {
    "norm": lambda: gettext("Usual actions a day"),
    "season": lambda: gettext("Quiet season"),
    "participant": lambda: gettext("Person"),
    "people": lambda: gettext("List of people"),
    "absences": lambda: gettext("List of absences"),
    "holidays": lambda: gettext("List of holidays"),
    "waves": lambda: gettext("List of waves"),
    "team": lambda: gettext("Team"),
    "role": lambda: gettext("Role"),
    "delegation": lambda: gettext("Stand-in"),
    "book": lambda: gettext("The book"),
    "draft": lambda: gettext("Draft"),
    "milestone": lambda: gettext("Milestone"),
    "metric": lambda: gettext("Metric"),
    "incentive": lambda: gettext("Incentive"),
    "reward": lambda: gettext("Reward"),
    "board": lambda: gettext("Board"),
    "plan": lambda: gettext("Bonus plan"),
    "budget": lambda: gettext("Budget"),
    "bonus-run": lambda: gettext("Bonus run"),
    "figure": lambda: gettext("Figures"),
    "weight": lambda: gettext("Weights"),
    "statement": lambda: gettext("Bonus statement"),
    "payroll": lambda: gettext("Payroll file"),
    "payroll-columns": lambda: gettext("Columns for payroll"),
    "device": lambda: gettext("Device at a counter"),
    "letter": lambda: gettext("Letter"),
    "token": lambda: gettext("Token"),
    "source": lambda: gettext("Source"),
    "feed": lambda: gettext("Feed"),
    "channel": lambda: gettext("Channel"),
    "records": lambda: gettext("Links to records"),
    "sample": lambda: gettext("Sample data"),
    "identity": lambda: gettext("Identity"),
    "privacy": lambda: gettext("Privacy"),
    "audit": lambda: gettext("Audit"),
    "record": lambda: gettext("Record"),
    "champion": lambda: gettext("Colleague to call"),
    "workbook": lambda: gettext("Workbook"),
    "wave": lambda: gettext("Wave"),
    "diagnosis": lambda: gettext("Diagnosis"),
    "rollout-goal": lambda: gettext("Goal of the CRM"),
    "practice": lambda: gettext("How somebody runs a deal"),
    "quest": lambda: gettext("Show me how"),
    "assumption": lambda: gettext("What is assumed"),
    "help": lambda: gettext("Entry of the help list"),
}
# Forms about a person that are answered with the page, if they could not be used.
FORMS_OF_A_PERSON = (
    "details", "move", "membership", "lead", "management", "absences", "identities", "stay", "again",
)  # fmt: skip  # a list of names
# Of all these: a page of somebody's that somebody else looked at
PAGES: Words = {
    "flask reliance show": lambda: gettext("evidence of spreadsheet work, on the command line"),
    "participants.progress": lambda: gettext("progress"),
    "participants.awards": lambda: gettext("awards"),
    "participants.why_not_yet": lambda: gettext("what is missing for an award"),
    "participants.why": lambda: gettext("why there is an award"),
    "why.award": lambda: gettext("why there is an award"),
    "why.record": lambda: gettext("the story of a record"),
    "boards.standings": lambda: gettext("the place on a board"),
    "bonus.of_person": lambda: gettext("bonus statement"),
    "bonus.team": lambda: gettext("bonus statement"),
    "bonus.document_of_person": lambda: gettext("bonus statement as a file"),
    "bonus_runs.statement": lambda: gettext("bonus statement under review"),
    "bonus_plans.show": lambda: gettext("a bonus plan, worked out for the person"),
    "letters.one": lambda: gettext("a letter"),
    "letters.html": lambda: gettext("a letter"),
    "letters.file": lambda: gettext("a letter, as a file"),
    "digest.of_person": lambda: gettext("a letter"),
    "digest.letter_of": lambda: gettext("a letter"),
    "journal_pages.index": lambda: gettext("journal about the person"),
    "journal_pages.download": lambda: gettext("journal about the person, as a file"),
    "people.show": lambda: gettext("page among the people"),
    "people.person": lambda: gettext("page among the people"),
    **{f"people_changes.{form}": lambda: gettext("page among the people") for form in FORMS_OF_A_PERSON},
    "directory.person": lambda: gettext("entry in the directory, through the API"),
    "team.index": lambda: gettext("the page of the team"),
    "flag_queue.index": lambda: gettext("what waits for an adoption lead"),
    "flag_queue.name": lambda: gettext("what waits for an adoption lead"),
    "flag_queue.one": lambda: gettext("what was noticed"),
    "flag_queue.decline": lambda: gettext("what was noticed"),
    "flag_queue.answer": lambda: gettext("what was noticed"),
}

# The same, where something of a flag was shown.
PAGES_OF_FLAGS: Words = {**PAGES, "team.index": lambda: gettext("that help is offered, on the team's page")}


def said(words: Words, code: str) -> str:
    """Say a code in words; one that is unknown stays as it is."""
    return words[code]() if code in words else code


def named(thing: str, known: Known) -> str:
    """Return the name of a thing, without its kind: a person's is that of the directory, any other its key."""
    who = person(thing, known)
    if who is not None:
        return known.people[who].name
    kind, _, key = thing.partition("/")
    of = person(f"participant/{key.rpartition('/')[2]}", known) if kind == "statement" else None
    return key if of is None else f"{key.rpartition('/')[0]}, {known.people[of].name}"


def person(thing: str, known: Known) -> int | None:
    """Return the participant that a thing is; ``None`` if it is something else, or nobody."""
    kind, _, key = thing.partition("/")
    number = int(key) if kind == "participant" and key.isdecimal() and len(key) < DIGITS else None
    return number if number in known.people else None


# kind → endpoints that show such a thing, the best first, and the name of its key in the address
_PLACES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "participant": (("people.show", "number"), ("people.person", "number")),
    "plan": (("bonus_plans.show", "key"),),
    "letter": (("letters.one", "number"),),
    "draft": (("book.draft", "number"),),
    "budget": (("budgets.index", ""),),
    "audit": (("audits.show", "number"),),
    "source": (("sources.show", "key"), ("sources.index", "")),
    "feed": (("feeds.show", "key"), ("feeds.index", "")),
    "channel": (("channels.show", "number"), ("channels.index", "")),
    "workbook": (("workbooks.index", ""),),
    "token": (("tokens.index", ""),),
    "device": (("devices.register_form", ""),),
    "people": (("people.index", ""),),
    "help": (("help_list.index", ""),),
    "book": (("book.index", ""),),
    "role": (("roles.index", ""),),
    "privacy": (("privacy_settings.index", ""),),
}
_DEFINITIONS = ("milestone", "metric", "incentive", "reward", "board")


def address(thing: str) -> str | None:
    """Return where a thing is shown; ``None`` if it has no page, or none that is open to whoever reads the journal."""
    kind, _, key = thing.partition("/")
    if kind in {"bonus-run", "statement"}:
        return _of_run(key)
    if kind in _DEFINITIONS:
        with suppress(BuildError):
            return url_for("book.show", kind=kind, key=key)
    for endpoint, name in _PLACES.get(kind, ()):
        if not _open(endpoint):
            continue
        with suppress(BuildError, ValueError):  # no such page here, or not of such a key
            parts: dict[str, Any] = {name: key} if name else {}
            return url_for(endpoint, **parts)
    return None


def _open(endpoint: str) -> bool:
    """Say whether whoever reads the journal may open such a page."""
    access = auth.access_of(current_app, endpoint)
    return access is None or access.permission is None or auth.caller().reach(access.permission) is not None


def _of_run(key: str) -> str | None:
    if not _open("bonus_runs.show"):
        return None
    plan, _, rest = key.partition("/")
    period, _, participant = rest.partition("/")
    if not plan or not period:
        return None
    if participant.isdecimal():
        return url_for("bonus_runs.statement", plan=plan, period=period, participant=int(participant))
    return url_for("bonus_runs.show", plan=plan, period=period)
