"""What somebody did, in words: types of activities that CRMs know, and anything else by its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption.languages import gettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.records import Card

Words = tuple["Callable[[str], str]", "Callable[[], str]"]  # about a record, and without one


def _deed(about: Callable[[str], str], bare: Callable[[], str]) -> Words:
    return about, bare


# Messages are called when they are said, so that each reader hears their own language.
DEEDS: Mapping[str, Words] = {
    "contact.created": _deed(lambda r: gettext("New contact: %(record)s", record=r), lambda: gettext("New contact")),
    "contact.updated": _deed(
        lambda r: gettext("Contact updated: %(record)s", record=r), lambda: gettext("Contact updated")
    ),
    "company.created": _deed(lambda r: gettext("New company: %(record)s", record=r), lambda: gettext("New company")),
    "company.updated": _deed(
        lambda r: gettext("Company updated: %(record)s", record=r), lambda: gettext("Company updated")
    ),
    "call.completed": _deed(lambda r: gettext("Call logged: %(record)s", record=r), lambda: gettext("Call logged")),
    "meeting.completed": _deed(
        lambda r: gettext("Meeting logged: %(record)s", record=r), lambda: gettext("Meeting logged")
    ),
    "meeting.scheduled": _deed(
        lambda r: gettext("Meeting planned: %(record)s", record=r), lambda: gettext("Meeting planned")
    ),
    "email.sent": _deed(lambda r: gettext("E-mail sent: %(record)s", record=r), lambda: gettext("E-mail sent")),
    "task.created": _deed(lambda r: gettext("Next step set: %(record)s", record=r), lambda: gettext("Next step set")),
    "task.completed": _deed(lambda r: gettext("Task done: %(record)s", record=r), lambda: gettext("Task done")),
    "note.created": _deed(lambda r: gettext("Note added: %(record)s", record=r), lambda: gettext("Note added")),
    "deal.created": _deed(lambda r: gettext("New deal: %(record)s", record=r), lambda: gettext("New deal")),
    "deal.updated": _deed(lambda r: gettext("Deal updated: %(record)s", record=r), lambda: gettext("Deal updated")),
    "deal.stage_changed": _deed(
        lambda r: gettext("Deal moved to its next stage: %(record)s", record=r),
        lambda: gettext("Deal moved to its next stage"),
    ),
    "deal.won": _deed(lambda r: gettext("Deal won: %(record)s", record=r), lambda: gettext("Deal won")),
    "deal.lost": _deed(lambda r: gettext("Deal closed: %(record)s", record=r), lambda: gettext("Deal closed")),
    "audit.row_closed": _deed(
        lambda r: gettext("Brought from a spreadsheet into the CRM: %(record)s", record=r),
        lambda: gettext("Brought from a spreadsheet into the CRM"),
    ),
    "contact.deleted": _deed(
        lambda r: gettext("Contact deleted: %(record)s", record=r), lambda: gettext("Contact deleted")
    ),
    "contact.merged": _deed(
        lambda r: gettext("Contact merged into another: %(record)s", record=r),
        lambda: gettext("Contact merged into another"),
    ),
    "company.merged": _deed(
        lambda r: gettext("Company merged into another: %(record)s", record=r),
        lambda: gettext("Company merged into another"),
    ),
    "lead.created": _deed(lambda r: gettext("New lead: %(record)s", record=r), lambda: gettext("New lead")),
    "feature.used": _deed(
        lambda r: gettext("Feature of the CRM used: %(record)s", record=r), lambda: gettext("Feature of the CRM used")
    ),
    "deal.deleted": _deed(lambda r: gettext("Deal deleted: %(record)s", record=r), lambda: gettext("Deal deleted")),
    "deal.merged": _deed(
        lambda r: gettext("Deal merged into another: %(record)s", record=r),
        lambda: gettext("Deal merged into another"),
    ),
}
CORRECTED = _deed(
    lambda r: gettext("Corrected in the CRM: %(record)s", record=r), lambda: gettext("Corrected in the CRM")
)
RECORDS: Mapping[str, Callable[[str], str]] = {
    "contact": lambda number: gettext("Contact %(id)s", id=number),
    "company": lambda number: gettext("Company %(id)s", id=number),
    "deal": lambda number: gettext("Deal %(id)s", id=number),
    "lead": lambda number: gettext("Lead %(id)s", id=number),
    "task": lambda number: gettext("Task %(id)s", id=number),
    "ticket": lambda number: gettext("Ticket %(id)s", id=number),
    "application": lambda number: gettext("Application %(id)s", id=number),
}


def deed(kind: str, about: str | None) -> str:
    """Say an activity of a type, about a record of that name; of an unknown type by the type's own name."""
    words = DEEDS.get(kind)
    if words is None and kind.endswith(".corrected"):
        words = CORRECTED
    if words is None:
        return kind if about is None else gettext("%(type)s: %(record)s", type=kind, record=about)
    return words[1]() if about is None else words[0](about)


def record(card: Card) -> str:
    """Return what to call a record: its name, else what it is and its number."""
    if card.name:
        return card.name
    words = RECORDS.get(card.kind)
    return words(card.id) if words and card.id else card.record
