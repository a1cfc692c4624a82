"""Letters about a flag: to the person first, to a colleague who was asked for help; never to a manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import facts
from adoption import mail
from adoption import privacy
from adoption.flags import reminding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

LETTERS: Mapping[str, str] = {
    "hint": "hint",
    "raise": "noticed",
    "confirm": "offered",
    "accept": "answered",
    "reject": "answered",
}  # step → kind of letter


def of_steps(connection: Connection, taken: Iterable[tuple[int, str]], day: int, now: int) -> None:
    """Plan the letters to the people whose flags took these steps on a local day; none during a shadow run.

    Who was told of a hint within the last weeks, put it off, or wants no letters about hints, gets none about a hint.
    """
    told = [(participant, does) for participant, does in taken if does in LETTERS]
    if not told or not privacy.individual() or privacy.shadow(day):
        return
    wishes = reminding.reminders(connection, [one for one, does in told if does == "hint"])
    known = facts.current()
    for participant, does in told:
        wish, person = wishes.get(participant, reminding.Reminder()), known.people.get(participant)
        if person is None or (does == "hint" and (not wish.letters or day < wish.until)):
            continue
        to = {"address": person.email, "participant": participant}
        mail.plan(connection, LETTERS[does], **to, occasion=f"{does} {day}", facts={"name": person.name}, now=now)  # type: ignore[arg-type]  # by its names


def of_help(connection: Connection, participant: int, champion: int, now: int) -> None:
    """Plan the two letters about help by a colleague: to who asked, and to who was asked."""
    people = facts.current().people
    asks, helps = people[participant], people[champion]
    about = {"asks": asks.name, "asks_at": asks.email, "helps": helps.name, "helps_at": helps.email}
    occasion = f"{participant} {champion} {now}"
    for kind, person in (("help-chosen", asks), ("help-asked", helps)):
        mail.plan(
            connection, kind, address=person.email, participant=person.id, occasion=occasion, facts=about, now=now
        )


def of_naming(connection: Connection, champion: int, by: int, now: int) -> None:
    """Plan the letter that asks somebody whether they would help others."""
    people = facts.current().people
    person, about = people[champion], {"by": people[by].name}
    occasion = f"named {now}"
    mail.plan(
        connection, "champion", address=person.email, participant=champion, occasion=occasion, facts=about, now=now
    )
