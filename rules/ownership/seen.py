"""What activities say about one record: whose it is, who works on it, whether it is over, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from rules import value

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

OWNERS = ("owner", "owner_id")  # fields that name whose a record is
TAKERS = ("assignee", "assignee_id", *OWNERS)  # … and who is to do a task
SPEAKS = ('"owner', '"assignee')  # one of these stands in the JSON of whatever says whose something is
AMOUNT = "amount"
DUE = ("due", "due_date", "due_on", "deadline")
ENDS = (".deleted", ".merged", ".won", ".lost", ".closed", ".completed", ".archived")
BEGINS = (".created", ".restored", ".reopened", ".stage_changed")
LOOKS = (".viewed", ".opened", ".exported")  # whoever only looks does not work on it
TASK = "task"


class Deed(NamedTuple):
    """An activity about the record that stands.  ``who`` is the participant who did it; ``time`` UTC microseconds."""

    time: int
    source: str
    id: str
    type: str
    day: int
    who: int | None
    data: Mapping[str, Any]


class Touch(NamedTuple):
    """Somebody worked on the record, on a local day."""

    day: int
    who: int
    key: tuple[str, str]  # source and id of the activity


class Said(NamedTuple):
    """An activity said whose it is: ``owner`` is the participant, ``name`` what the source calls them (or nothing)."""

    time: int
    day: int
    owner: int | None
    name: str
    key: tuple[str, str]


class Task(NamedTuple):
    """The open task about the record: by whom it was set, when it is due, and what was said about who does it."""

    day: int
    who: int | None
    key: tuple[str, str]
    due: int | None
    said: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known about a record, in the order of time."""

    name: str
    speaks: bool  # whether its source ever says whose such records are
    begun: int  # the first day of which anything is known
    said: Sequence[Said] = ()
    touches: Sequence[Touch] = ()
    task: Task | None = None
    over: bool = False  # won, lost, merged, deleted, done
    amount: int | None = None  # ten-thousandths
    currency: str = ""
    due: int | None = None  # the local day on which its next task is due

    @property
    def kind(self) -> str:
        """What kind of record it is."""
        return self.name.partition("/")[0]

    @property
    def owner(self) -> Said | None:
        """Return what was said last about whose it is."""
        return self.said[-1] if self.said else None


def seen(
    name: str, deeds: Iterable[Deed], person_of: Callable[[str, str], int | None], *, speaks: bool = True
) -> Record:
    """Put together what activities about a record say, in whatever order they come.

    ``person_of`` gives the participant whom a source calls so.
    """
    told = sorted(deeds, key=lambda one: one[:3])
    kind = name.partition("/")[0]
    own = [one for one in told if one.type.startswith(f"{kind}.")]
    amount, currency = _worth(own)
    task = _task(told, kind, person_of)
    return Record(
        name=name,
        speaks=speaks,
        begun=min((one.day for one in told), default=0),
        said=tuple(_said(own, kind, person_of)),
        touches=tuple(
            Touch(one.day, one.who, (one.source, one.id))
            for one in told
            if one.who is not None and not one.type.endswith(LOOKS)
        ),
        task=task,
        over=_over(own),
        amount=amount,
        currency=currency,
        due=task.due if task else None,
    )


def _said(deeds: Iterable[Deed], kind: str, person_of: Callable[[str, str], int | None]) -> Iterable[Said]:
    for one in deeds:
        name = named(kind, one.data)
        if name is not None:
            owner = person_of(one.source, name) if name else None
            yield Said(one.time, one.day, owner, name, (one.source, one.id))


def named(kind: str, data: Mapping[str, Any]) -> str | None:
    """Return what a source calls the owner of a record of a kind, or whoever does a task; nothing if it names nobody.

    ``None`` if it says nothing of that.
    """
    there = [data[field] for field in (TAKERS if kind == TASK else OWNERS) if field in data]
    if not there:
        return None
    return next((value.text(one) or "" for one in there if value.filled(one)), "").strip()


def _over(deeds: Iterable[Deed]) -> bool:
    over = False
    for one in deeds:
        if one.type.endswith(ENDS):
            over = True
        elif one.type.endswith(BEGINS):
            over = False
    return over


def _worth(deeds: Iterable[Deed]) -> tuple[int | None, str]:
    """Return the amount that was told last, and its currency."""
    amount, currency = None, ""
    for one in deeds:
        units = value.units(one.data.get(AMOUNT))
        if units is not None:
            amount, currency = units, str(one.data.get("currency") or currency)[:3]
    return amount, currency


def _task(deeds: Iterable[Deed], kind: str, person_of: Callable[[str, str], int | None]) -> Task | None:
    """Return the open task about a record, or the record itself where it is one."""
    task: Task | None = None
    for one in deeds:
        if one.type == "task.completed":
            task = None
        elif one.type == "task.created" or (task is not None and one.type.startswith("task.")):
            key = (one.source, one.id)
            due = day_of(next((one.data[field] for field in DUE if field in one.data), None))
            said = next(iter(_said([one], TASK, person_of)), None)
            if task is None or (one.type == "task.created" and kind != TASK):
                task = Task(one.day, one.who, key, due, said)
            else:
                task = task._replace(due=task.due if due is None else due, said=said or task.said)
    return task


def day_of(written: object) -> int | None:
    """Read the local day that a text begins with (2026-11-25, also with a time); ``None`` if it is none."""
    if not isinstance(written, str):
        return None
    try:
        return date.fromisoformat(written[:10]).toordinal()
    except ValueError:
        return None
