"""Sentences with slots: a translated sentence whose placeholders are controls of a form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.pages import book_words as words
from adoption.pages.book_forms import conditions
from adoption.pages.book_forms import incentive
from rules.book.schemas import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence
    from typing import Any

    from adoption.sent import Sent

_HOLE = re.compile(r"%\((\w+)\)s")
_CLOSING = re.compile(r"[.,:;。，：；、»”）)]+")  # noqa: RUF001  # what may not begin a line, in any language
NONE, NEW = "", "+new"
USUAL = (
    *("contact.created", "contact.updated", "company.created", "company.updated", "call.completed"),
    *("meeting.scheduled", "meeting.completed", "email.sent", "task.created", "task.completed", "note.created"),
    *("deal.created", "deal.updated", "deal.stage_changed", "deal.won", "contact.deleted", "deal.deleted"),
)


class Option(NamedTuple):
    """A choice: its value, what it says, whether it is the one chosen, and whether it is data and no words of ours."""

    value: str
    text: str
    chosen: bool = False
    data: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A control within a sentence.  ``groups`` are a select's choices under a heading; ``after`` sticks to it."""

    name: str
    label: str
    value: str = ""
    kind: str = "select"  # select | number | text | date
    groups: Sequence[tuple[str, Sequence[Option]]] = ()
    redraw: bool = False  # other words stand around it, or other slots, when it changes
    at: str = ""  # the field at which its faults stand
    number: int = 0  # among slots of one name
    suggestions: Sequence[str] = ()
    after: str = ""

    @property
    def id(self) -> str:
        """The control's own name within the page."""
        plain = self.name.removesuffix("[]").replace(".", "-").replace("_", "-")
        return f"f-{plain}-{self.number}" if self.name.endswith("[]") else f"f-{plain}"


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen: definitions by (kind, key) as raw tables, what was sent, and who there is."""

    definitions: Mapping[tuple[str, str], Mapping[str, Any]]
    sent: Sent
    teams: Sequence[str] = ()
    roles: Mapping[str, str] = field(default_factory=dict)  # by their own names, in words
    waves: Sequence[str] = ()
    own: tuple[str, str] = field(default=("", ""))  # the definition that is written

    def of(self, kind: str) -> dict[str, str]:
        """Return the definitions of a kind: key → title in the reader's language."""
        return {key: title_of(body, key) for (one, key), body in self.definitions.items() if one == kind}

    def types(self) -> list[str]:
        """List the types of activities: those that were sent, most first; those the book names; usual ones."""
        found = dict.fromkeys(self.sent.counts)
        for (kind, _), body in self.definitions.items():
            for named in _types_of(kind, body):
                found.setdefault(named)
        if not self.sent.counts:
            found |= dict.fromkeys(USUAL)
        return [one for one in found if ("milestone", one) not in self.definitions]


def _types_of(kind: str, body: Mapping[str, Any]) -> Iterable[str]:
    lists = [body.get("counts")] if kind == "metric" else [body.get("undone_by")] if kind == "milestone" else []
    needs = body.get("needs")
    lists += [one.get("on") for one in needs if isinstance(one, dict)] if isinstance(needs, list) else []
    for one in lists:
        yield from (name for name in (one if isinstance(one, list) else [one]) if isinstance(name, str))


def title_of(body: Mapping[str, Any], key: str) -> str:
    """Return the title of a raw definition in the reader's language, else its own, else its key in words."""
    titles, title = body.get("titles"), body.get("title")
    own = titles.get(languages.current().code) if isinstance(titles, dict) else None
    return str(own or title or in_words(key))


Sentence = list["str | Slot"]


def sentence(name: str, slots: Mapping[str, Sequence[str | Slot]]) -> Sentence:
    """Return the pieces of a sentence: words, and the slots of its placeholders."""
    found: Sentence = []
    template, at = words.said(words.SENTENCES, name), 0
    for hole in _HOLE.finditer(template):
        _join(found, template[at : hole.start()])
        found.extend(slots[hole[1]])
        at = hole.end()
    _join(found, template[at:])
    return found


def _join(found: Sentence, text: str) -> None:
    """Add words; a sign that closes something sticks to the slot before it."""
    sign = _CLOSING.match(text)
    if sign and found and isinstance(found[-1], Slot):
        found[-1] = replace(found[-1], after=sign[0])
        text = text[sign.end() :]
    if text:
        found.append(text)


# --- slots


def choice(name: str, typed: Mapping[str, Any], options: words.Words, **more: Any) -> list[str | Slot]:
    """Return a slot with a few choices; a value that is none of them is kept, as it is."""
    value = str(typed.get(name, ""))
    shown = [Option(one, said(), one == value) for one, said in options.items()]
    if value not in options:
        shown.append(Option(value, value, chosen=True, data=True))
    return [Slot(name, words.said(words.LABELS, name), value, groups=[("", shown)], at=name, **more)]


def written(name: str, typed: Mapping[str, Any], kind: str = "number", **more: Any) -> list[str | Slot]:
    """Return a slot in which something is written."""
    label = words.said(words.LABELS, name)
    return [Slot(name, label, str(typed.get(name, "")), kind=kind, **({"at": name} | more))]


def _picked(slot: Slot, named: Mapping[str, str], *, empty: str, new: str) -> Slot:
    """Give a slot the definitions of a kind, something new, and nothing yet."""
    value = slot.value
    own = [Option(key, title, key == value) for key, title in sorted(named.items(), key=lambda one: one[1].casefold())]
    if value and value not in named and value != NEW:
        own.insert(0, Option(value, in_words(value), chosen=True))
    fresh = value == NEW or (not own and not value and not empty)
    first = [Option(NONE, empty or gettext("choose…"), chosen=not value)] if own or empty else []
    return replace(slot, groups=[("", first + own), ("", [Option(NEW, words.said(words.SOMETHING_NEW, new), fresh)])])


def metric_slot(typed: Mapping[str, Any], at: Choices) -> list[str | Slot]:
    """Return the slot for what is counted."""
    slot = Slot("metric", words.said(words.LABELS, "metric"), str(typed.get("metric", "")), at="metric")
    return [_picked(slot, at.of("metric"), empty="", new="metric")]


def _several(slots: Sequence[Slot]) -> list[str | Slot]:
    """Put "or" between slots."""
    found: list[str | Slot] = []
    for slot in slots:
        found += [f" {words.OR()} ", slot] if found else [slot]
    return found


def reward_slots(typed: Mapping[str, Any], at: Choices) -> list[str | Slot]:
    """Return a slot for each reward, and one for another."""
    named, label = at.of("reward"), words.said(words.LABELS, "earns")
    chosen = list(typed["earns"])
    more = [] if len(chosen) >= incentive.MOST_REWARDS or NEW in chosen else [NONE]
    slots = [
        _picked(
            Slot("earns[]", label, one, at="earns", number=number, redraw=True),
            named,
            empty=gettext("nothing else") if number else "",
            new="reward",
        )
        for number, one in enumerate([*chosen, *more])
    ]
    return _several(slots)


def type_slots(name: str, typed: Mapping[str, Any], at: Choices, *, milestones: bool = False) -> list[str | Slot]:
    """Return a slot for each type of activity, and one for another."""
    last = name.rpartition(".")[2]
    label, chosen = words.said(words.LABELS, last), list(typed[last])
    own = (
        {key: title for key, title in at.of("milestone").items() if at.own != ("milestone", key)} if milestones else {}
    )
    several = gettext("nothing else") if last != "undone_by" else gettext("nothing")
    slots = []
    for number, one in enumerate([*chosen, NONE]):
        nothing = several if number else gettext("nothing") if last == "undone_by" else gettext("choose…")
        slot = Slot(f"{name}[]", label, one, at=name, number=number, redraw=True)
        slots.append(replace(slot, groups=_types(one, at, own, nothing, milestones=milestones)))
    return _several(slots)


def _types(
    value: str, at: Choices, milestones_of: Mapping[str, str], nothing: str, *, milestones: bool
) -> list[tuple[str, list[Option]]]:
    """Return the choices of a type: milestones, what was sent, and something else."""
    kinds = [one for one in at.types() if one not in milestones_of]
    if value and value not in {*kinds, *milestones_of, NEW}:
        kinds.append(value)
    done = [Option(key, title, key == value) for key, title in milestones_of.items()]
    if milestones:
        done.append(Option(NEW, words.said(words.SOMETHING_NEW, "milestone"), value == NEW))
    here = [Option(one, type_text(one, at), one == value) for one in kinds]
    found = [("", [Option(NONE, nothing, not value)])]
    if done:
        found.append((gettext("Milestones"), done))
    came = gettext("Activities that came lately") if at.sent.counts else gettext("Activities that CRMs send")
    return [*found, (came, here)]


def type_text(kind: str, at: Choices) -> str:
    """Say a type of activity, and how many came lately."""
    said = telling.deed(kind, None)
    count = at.sent.counts.get(kind)
    return gettext("%(what)s (%(n)s)", what=said, n=languages.current().number(count)) if count else said


def offered_slot(typed: Mapping[str, Any], at: Choices) -> list[str | Slot]:
    """Return the slot for to whom an incentive is offered."""
    value = typed["offered"]
    groups = [("", [Option(incentive.EVERYONE, gettext("everyone"), value == incentive.EVERYONE)])]
    for name, heading, found in (
        ("team", gettext("Teams"), at.teams),
        ("role", gettext("Roles"), at.roles),
        ("wave", gettext("Waves"), at.waves),
    ):
        own = list(dict.fromkeys([*found, *typed[name]]))
        words_of = at.roles if name == "role" else {}
        options = [
            Option(f"{name}:{one}", words_of.get(one, one), value == f"{name}:{one}", data=one not in words_of)
            for one in own
        ]
        groups += [(heading, options)] if options else []
    groups.append(("", [Option(incentive.SEVERAL, gettext("those ticked below"), value == incentive.SEVERAL)]))
    return [Slot("offered", words.said(words.LABELS, "offered"), value, groups=groups, redraw=True, at="offered")]


def field_slot(name: str, value: str, types: Iterable[str], at: Choices, label: str) -> Slot:
    """Return a slot for a field: those that were sent with these types, with values, and any other."""
    found = {one.name: one.values for one in at.sent.of(types)}
    if value and value not in found and value != conditions.OTHER:
        found = {value: (), **found}
    options = [Option(one, _with_values(one, seen), one == value, data=True) for one, seen in found.items()]
    first = [Option(NONE, gettext("choose…"), not value)]
    rest = [Option(conditions.OTHER, gettext("another field…"), value == conditions.OTHER)]
    groups = [("", first), (gettext("Fields that came lately"), options), ("", rest)]
    return Slot(name, label, value, groups=[one for one in groups if one[1]], redraw=True)


def _with_values(name: str, seen: Sequence[str]) -> str:
    return gettext("%(field)s (%(values)s)", field=name, values=" · ".join(seen)) if seen else name


# --- the sentences of each kind
