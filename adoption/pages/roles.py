"""Who may act as what: roles that are given and taken back here, besides the one of the directory.

``part`` gives a person's page what ``roles/part.html`` draws; templates call it by its name.
"""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import Blueprint
from flask import flash
from flask import g
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.auth import roles as given
from adoption.auth import sessions
from adoption.errors import AdoptionError
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.journal import LONGEST_REASON
from adoption.journal import NoReasonError
from adoption.languages import gettext
from adoption.pages import frame
from adoption.pages.people_parts import role_word
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.auth.roles import Grant
    from adoption.facts import Known
    from adoption.facts import Person

bp: Blueprint = Blueprint("roles", __name__)
LONGEST = 100  # characters of a name or an address that is looked for
FAULTS: Mapping[type[Exception], tuple[str, Callable[[], str]]] = {
    given.OwnRoleError: ("who", lambda: gettext("Nobody gives themselves a role. Ask somebody else who may.")),
    given.GuardedRoleError: ("role", lambda: gettext("Only an administrator gives this role.")),
    given.NoRoleError: ("role", lambda: gettext("Choose a role.")),
    given.HasItError: ("role", lambda: gettext("They have this role on some of these days already.")),
    NoReasonError: ("why", lambda: gettext("Say in a few words why; it is in the journal.")),
    given.DaysError: ("until", lambda: gettext("Choose days from today on; the last day comes after the first.")),
    NotFoundError: ("who", lambda: gettext("Nobody who works here is called that. Write the whole e-mail address.")),
}  # of what is refused: the field, and what is wrong with it


class Line(NamedTuple):
    """Somebody with their role of the directory, and what they were given."""

    person: Person
    base: str
    grants: list[Given]
    address: str


class Given(NamedTuple):
    """A role that somebody was given, in words."""

    grant: Grant
    name: str
    days: str
    running: bool
    by: str
    mine: bool  # the reader may take it back


@bp.app_context_processor
def _helpers() -> dict[str, Callable[[int], Line | None]]:
    return {"roles_of": part}


@bp.get("/hr/roles")
@permission("roles:assign", door=SESSION)
def index() -> ResponseReturnValue:
    """List who is more than an employee, and give roles."""
    return _page({"who": request.args.get("for", "")[:LONGEST]}, {})


def _page(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    asked = " ".join(request.args.get("q", "").split())[:LONGEST]
    with facts.held() as known:
        today = known.today(clock.now())
        grants: dict[int, list[Grant]] = {}
        for one in given.in_force(today):
            grants.setdefault(one.participant, []).append(one)
        lines = [
            _line(person, grants.get(person.id, []), known, today)
            for person in sorted(known.people.values(), key=lambda one: (one.name.casefold(), one.id))
            if not person.has_left(today)
            and (person.id in grants or person.role != "employee")
            and _called(person, asked)
        ]
        page = render_template(
            "roles/index.html",
            lines=lines,
            asked=asked,
            typed={"from": date.fromordinal(today).isoformat()} | dict(typed),
            faults=faults,
            choices=_choices(),
            today=date.fromordinal(today).isoformat(),
            longest=LONGEST_REASON,
        )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def part(participant: int) -> Line | None:
    """Return what a person's page shows of their roles; ``None`` to whoever may not give any."""
    known = facts.current()
    if participant not in known.people or auth.caller().reach("roles:assign") is not auth.ALL:
        return None
    today = known.today(clock.now())
    grants = [one for one in given.of(participant) if one.revoked is None and one.ends > today]
    return _line(known.people[participant], grants, known, today)


@bp.post("/hr/roles")
@permission("roles:assign", door=SESSION)
def grant() -> ResponseReturnValue:
    """Give somebody a role."""
    typed = {name: request.form.get(name, "").strip() for name in ("who", "role", "from", "until", "why")}
    known, now = facts.current(), clock.now()
    who = find(known, typed["who"])
    starts, last = day_of(typed["from"]), day_of(typed["until"]) if typed["until"] else FOREVER - 1
    try:
        if who is None:
            raise NotFoundError  # noqa: TRY301  # said like what the capability refuses
        if starts is None or last is None:
            raise given.DaysError  # likewise
        caller = auth.caller()
        why, ends = typed["why"], min(last + 1, FOREVER)
        given.grant(who, typed["role"], starts=starts, ends=ends, why=why, by=caller.by, having=caller.roles, now=now)
    except (NotFoundError, RefusedError, ForbiddenError) as error:
        db.session.rollback()
        return _page(typed, _fault(error))
    db.session.commit()
    words = {"name": known.people[who].name, "role": role_word(typed["role"])}
    flash(gettext("%(name)s has the role “%(role)s”.", **words))
    return redirect(frame.back(url_for("roles.index")), HTTPStatus.SEE_OTHER)


@bp.post("/hr/roles/<int:number>/revoke")
@permission("roles:assign", door=SESSION)
def revoke(number: int) -> ResponseReturnValue:
    """Take back a role that was given; it opens nothing any more with the next click."""
    caller = auth.caller()
    try:
        given.revoke(number if number < 2**31 else 0, by=caller.by, having=caller.roles, now=clock.now())
    except given.LastAdminError:
        db.session.rollback()
        flash(gettext("This is the last administrator. Make somebody else one first."))
    else:
        db.session.commit()
        flash(gettext("The role is taken back."))
    back = frame.back(url_for("roles.index"))
    if auth.caller().participant is not None and not _still():
        back = url_for("home.week")  # one's own, and this page with it
    return redirect(back, HTTPStatus.SEE_OTHER)


def _still() -> bool:
    """Say whether the caller may still give roles, now that one was taken back."""
    g.pop("visitor", None)
    found = sessions.visitor()
    return found is not None and found.reach("roles:assign") is auth.ALL


def _fault(error: AdoptionError) -> dict[str, str]:
    field, say = next(found for kind, found in FAULTS.items() if isinstance(error, kind))
    return {field: say()}


# --- what is shown, also by stand-ins


def find(known: Known, text: str) -> int | None:
    """Return who has that address, or is the only one of that name; ``None`` if nobody works here who is."""
    wanted, today = " ".join(text.split()).casefold(), known.today(clock.now())
    found = None if wanted.startswith("team:") else known.holder_of(wanted)
    if found is None:
        same = [one.id for one in known.people.values() if one.name.casefold() == wanted and not one.has_left(today)]
        found = same[0] if len(same) == 1 else None
    return None if found is None or known.people[found].has_left(today) else found


def day_of(text: str) -> int | None:
    """Read a day as a form sends it; ``None`` if it is none."""
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def days(starts: int, ends: int, today: int) -> str:
    """Say on which days something is: from a first to a last one, as far as there is one."""
    tongue = languages.current()
    words = {"first": tongue.day(starts, "full"), "last": "" if ends >= FOREVER else tongue.day(ends - 1, "full")}
    if starts > today:
        if not words["last"]:
            return gettext("from %(first)s", first=words["first"])
        return gettext("from %(first)s until and with %(last)s", **words)
    return (
        gettext("until and with %(last)s", last=words["last"]) if words["last"] else gettext("until it is taken back")
    )


def _line(person: Person, grants: list[Grant], known: Known, today: int) -> Line:
    caller = auth.caller()
    shown = []
    for one in grants:
        giver = known.people.get(one.granted_by or 0)
        mine = one.role not in given.GUARDED or "admin" in caller.roles or one.participant == caller.participant
        told = days(one.starts, one.ends, today)
        by = giver.name if giver else gettext("a command")
        shown.append(Given(one, role_word(one.role), told, one.starts <= today, by, mine))
    address = url_for("people.show", number=person.id)
    return Line(person, role_word(person.role), shown, address)


def _choices() -> list[tuple[str, str]]:
    """Return the roles that the reader may give."""
    guarded = frozenset() if "admin" in auth.caller().roles else given.GUARDED
    return [(role, role_word(role)) for role in given.GIVEN if role not in guarded]


def _called(person: Person, asked: str) -> bool:
    return asked.casefold() in person.name.casefold() or asked.casefold() in person.email.casefold()
