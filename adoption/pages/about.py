"""What is counted and what is not, and who sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import Blueprint
from flask import render_template

from adoption import clock
from adoption import facts
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.pages import drawing
from rules import standing
from rules import wording
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not
from rules.incentive import Incentive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known
    from rules.condition import Condition
    from rules.metric import Metric
    from rules.milestone import Milestone
    from rules.version import Timeline

bp: Blueprint = Blueprint("about", __name__)

TERMS = ("voucher", "time_off", "money")  # kinds of rewards of which there is more to say than their title


class Stated(NamedTuple):
    """A rule as a sentence; ``since`` is a local day that is still to come, ``None`` for what is in force.

    ``paused`` is the local day since which an incentive gives out nothing.
    """

    title: str
    sentence: str
    since: int | None
    paused: int | None = None


@bp.get("/what-we-count")
@permission("progress:read", door=SESSION)
def counted() -> ResponseReturnValue:
    """Show every rule in force, what is not counted, and who sees what."""
    known = facts.current()
    day = known.today(clock.now())
    lines = known.timelines
    code = languages.current().code
    rewards = [
        Stated(wording.title_of(one, one.key, code), wording.sentence(one, known.book, code), None)
        for one in known.offered(day).values()
        if one.kind in TERMS
    ]
    return render_template(
        "about/counted.html",
        metrics=list(_stated(known, lines.metrics, [*known.book.metrics], day)),
        milestones=list(_stated(known, lines.milestones, [*known.book.milestones], day)),
        incentives=list(_stated(known, lines.incentives, [*known.book.incentives], day)),
        rewards=rewards,
        fields=sorted(_fields(known), key=str.casefold),
        smallest=standing.SMALLEST_GROUP,
        **drawing.HELPERS,
    )


def _stated(
    known: Known,
    lines: Mapping[str, Timeline[Milestone]] | Mapping[str, Timeline[Metric]] | Mapping[str, Timeline[Incentive]],
    order: Sequence[str],
    day: int,
) -> Iterator[Stated]:
    """Yield what is in force on a day, and what will be, in the book's ``order`` of keys."""
    code = languages.current().code
    book = known.book
    for key in sorted(lines, key=lambda one: (order.index(one) if one in order else len(order), one)):
        for part in lines[key]:
            if day < part.ends and part.starts < part.ends:
                said = wording.sentence(part.body, book, code)
                since = part.starts if part.starts > day else None
                stopped = known.stopped.get(key) if isinstance(part.body, Incentive) else None
                paused = None if stopped is None else known.day_of(stopped)
                yield Stated(wording.title_of(part.body, key, code), said, since, paused)


def _fields(known: Known) -> set[str]:
    """Return the fields of activities that any rule of the book looks at."""
    conditions = [one.where for one in known.book.metrics.values()]
    conditions += [need.where for one in known.book.milestones.values() for need in one.needs]
    found = {name for one in conditions if one is not None for name in _named(one)}
    found |= {one.of for one in known.book.metrics.values() if one.measure in {"sum", "distinct"} and one.of}
    return found | {"owner" for one in known.book.milestones.values() if one.credit == "owner"}


def _named(condition: Condition) -> Iterator[str]:
    match condition:
        case Compare():
            yield condition.field
        case Not(part):
            yield from _named(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _named(part)
