"""The shape of each definition: its keys, which of them go together, and the record that is made of them.

A schema reads as much as it can, so that the checks between definitions also see the sound parts of a faulty one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from marshmallow import RAISE
from marshmallow import Schema
from marshmallow import ValidationError
from marshmallow import validates_schema

from rules import period
from rules.book.conditions import condition
from rules.book.faults import unknown
from rules.book.model import Board
from rules.book.reads import Value
from rules.book.reads import activity_type
from rules.book.reads import amount
from rules.book.reads import currency
from rules.book.reads import day
from rules.book.reads import days
from rules.book.reads import field_name
from rules.book.reads import listed
from rules.book.reads import one_of
from rules.book.reads import positive
from rules.book.reads import table
from rules.book.reads import tables
from rules.book.reads import text
from rules.book.reads import title
from rules.book.reads import units
from rules.book.reads import whole
from rules.incentive import HOLDERS
from rules.incentive import MOST_AWARDS
from rules.incentive import REWARD_KINDS
from rules.incentive import WHEN_SPENT
from rules.incentive import Budget
from rules.incentive import Incentive
from rules.incentive import Reward
from rules.incentive import Who
from rules.metric import MEASURES
from rules.metric import Metric
from rules.milestone import CREDITS
from rules.milestone import Milestone
from rules.milestone import Need
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

CENTURY = 36_525  # days
YEAR = 366  # days
TARGETS = ("every", "reach", "in_a_row")
_STRANGE_KEYS = 20  # so many unknown keys of one table are named
_types = listed(activity_type, 100)
_names = listed(text, 100)
_periods = one_of(period.KINDS)


class Table(Schema):
    """A table that refuses keys it does not know, and names the nearest it does."""

    what = "key"  # what its keys are called

    class Meta:
        """Refuse what is unknown."""

        unknown = RAISE

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> None:
        """Word the fault of each unknown key."""
        allowed = [field.data_key or name for name, field in self.fields.items()]
        strange = [key for key in data if key not in allowed]
        messages: Any = error.messages
        for key in strange[:_STRANGE_KEYS]:
            messages[key] = [unknown(key, allowed, self.what)]
        for key in strange[_STRANGE_KEYS:]:
            del messages[key]


class TitlesTable(Table):
    """Titles by language."""

    what = "language"


_titles = table(TitlesTable.from_dict({language: Value(title) for language in LANGUAGES}))


class Definition(Table):
    """A table that defines something people see; ``title`` is shown in every language that ``titles`` leaves out."""

    title = Value(title)
    titles = Value(_titles)

    def build(self, key: str, values: Mapping[str, Any]) -> Any:
        """Make the record."""
        raise NotImplementedError


class Dated(Definition):
    """A definition that may begin and end on a day of its own."""

    starts = Value(day, name="from")
    ends = Value(day, name="to")

    @validates_schema(skip_on_field_errors=False)
    def begin_before_the_end(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a definition without a day."""
        if "starts" in data and "ends" in data and data["starts"] >= data["ends"]:
            raise ValidationError(
                {"to": ["must be later than from; it is the first day on which this no longer counts"]}
            )


class NeedTable(Table):
    """One need of a milestone."""

    key = Value(text, example='key = "next-step"')
    title = Value(title)
    titles = Value(_titles)
    on = Value(_types, example='on = ["task.created"]')
    where = Value(condition)


class MilestoneTable(Dated):
    """A milestone."""

    record = Value(text)
    credit = Value(one_of(CREDITS))
    needs = Value(
        tables(NeedTable, 20, 'milestone."…".needs'), example='[[milestone."…".needs]] with key, title and on'
    )
    undone_by = Value(_types)
    holds_for = Value(days)

    def build(self, key: str, values: Mapping[str, Any]) -> Milestone:
        """Make the milestone; its record is the first word of its key unless it says otherwise."""
        needs = tuple(Need(**{"title": in_words(need["key"]), **need}) for need in values["needs"])
        record = key.partition(".")[0]
        return Milestone(**{"key": key, "title": in_words(key), "record": record, **values, "needs": needs})


class MetricTable(Dated):
    """A metric."""

    counts = Value(_types, example='counts = "contact.created"')
    measure = Value(one_of(MEASURES))
    of = Value(field_name)
    where = Value(condition)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def know_what_of(self, data: Mapping[str, Any], original: Mapping[str, Any], **_: Any) -> None:
        """Ask ``of`` of those measures that need it, and of no other."""
        measure = data.get("measure", None if "measure" in original else "count")
        if measure in {"sum", "distinct"} and "of" not in original:
            example = "amount" if measure == "sum" else "subject"
            raise ValidationError({"of": [f'is missing: {measure} of what? Write, for example, of = "{example}"']})
        if measure in {"count", "days"} and "of" in original:
            remedy = f'has no meaning with measure = "{measure}"; remove it, or measure a sum or distinct values'
            raise ValidationError({"of": [remedy]})

    def build(self, key: str, values: Mapping[str, Any]) -> Metric:
        """Make the metric; a sum always adds up a field of ``data``, with or without that prefix."""
        of = values.get("of")
        if of is not None and values.get("measure") == "sum":
            of = of.removeprefix("data.")
        return Metric(**{"key": key, "title": in_words(key), **values, "of": of})


class MoneyTable(Table):
    """An amount of money."""

    amount = Value(amount, example="amount = 9.50")
    currency = Value(currency, example='currency = "EUR"')


class BudgetTable(Table):
    """How much of a reward there is."""

    amount = Value(amount, example="amount = 1000")
    per = Value(_periods)
    when_spent = Value(one_of(WHEN_SPENT))


class RewardTable(Definition):
    """A reward.  Minutes belong to time off, points to points, and ``pays`` to money."""

    KIND_OF: ClassVar = {"minutes": "time_off", "points": "points", "pays": "money"}

    kind = Value(one_of(REWARD_KINDS), example='kind = "voucher"')
    costs = Value(table(MoneyTable))
    valid_days = Value(whole(1, CENTURY))
    minutes = Value(whole(1, 100_000))
    points = Value(amount)
    pays = Value(table(MoneyTable))
    budget = Value(table(BudgetTable))
    stock = Value(whole(1, 10**9))

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def say_how_much(self, data: Mapping[str, Any], original: Mapping[str, Any], **_: Any) -> None:
        """Ask of each kind what it is made of, and of no other kind."""
        faults = {}
        for name, kind in self.KIND_OF.items():
            if data.get("kind") == kind and name not in original:
                example = '{ amount = 50, currency = "EUR" }' if name == "pays" else "10"
                faults[name] = [f'is missing; a reward of kind "{kind}" says, for example, {name} = {example}']
            elif data.get("kind", kind) != kind and name in original:
                faults[name] = [f'belongs to rewards of kind "{kind}"; remove it, or change the kind']
        if len({data.get(name, {}).get("currency") for name in ("pays", "costs")} - {None}) > 1:
            faults["costs"] = ["is in another currency than pays; write both in the same"]
        if faults:
            raise ValidationError(faults)

    def build(self, key: str, values: Mapping[str, Any]) -> Reward:
        """Make the reward; money costs what it pays, unless the book says more."""
        pays, costs = values.get("pays"), values.get("costs")
        money = costs or pays or {}
        own = values.get("points") or values.get("minutes") or (pays or {}).get("amount")
        budget = values.get("budget")
        return Reward(
            key=key,
            kind=values["kind"],
            title=values.get("title", in_words(key)),
            titles=values.get("titles", {}),
            amount=None if own is None else amount(own),
            costs=money.get("amount"),
            currency=money.get("currency"),
            valid_days=values.get("valid_days"),
            budget=None if budget is None else Budget(**budget),
            stock=values.get("stock"),
        )


class WhoTable(Table):
    """To whom an incentive is offered."""

    team = Value(_names)
    role = Value(_names)
    wave = Value(_names)

    @validates_schema(skip_on_field_errors=False)
    def ask_something(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse an empty table: leaving it out already means everybody."""
        if not data:
            msg = "asks nothing; write team, role or wave, or leave who out for everybody"
            raise ValidationError(msg)


class ExampleTable(Table):
    """A worked example.  For ``in_a_row``, ``value`` is the length of one run of met working days."""

    value = Value(units, example="value = 27")
    earns = Value(whole(0, 10**12), example="earns = 2")


class IncentiveTable(Dated):
    """An incentive."""

    metric = Value(text, example='metric = "developed-contacts"')
    every = Value(positive)
    reach = Value(positive)
    in_a_row = Value(whole(1, 10_000))
    per = Value(_periods, example='per = "week"')
    at_most = Value(whole(1, MOST_AWARDS))
    holder = Value(one_of(HOLDERS))
    who = Value(table(WhoTable))
    earns = Value(listed(text, 10), example='earns = "free-lunch"')
    examples = Value(tables(ExampleTable, 100, "incentive.….examples"))

    def load(self, data: Any, **options: Any) -> Any:
        """Read an incentive; count its targets before anything is lost to faults."""
        named = [name for name in TARGETS if name in data]
        if len(named) == 1:
            return super().load(data, **options)
        has = f"has {' and '.join(named)}" if named else "has no target"
        message = f"{has}; write exactly one of {', '.join(TARGETS)}"
        try:
            found = super().load(data, **options)
        except ValidationError as fault:
            fault.messages.setdefault("_schema", []).append(message)  # type: ignore[union-attr]  # a table's are a dict
            raise
        raise ValidationError({"_schema": [message]}, valid_data=found)

    @validates_schema(skip_on_field_errors=False)
    def ask_teams_no_role(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse roles where teams are rewarded."""
        if data.get("holder") == "team" and "role" in data.get("who", {}):
            message = 'is something people have, not teams; remove it, or write holder = "participant"'
            raise ValidationError({"who": {"role": [message]}})

    def build(self, key: str, values: Mapping[str, Any]) -> Incentive:
        """Make the incentive."""
        rest = {
            "who": Who(**values.get("who", {})),
            "examples": tuple((one["value"], one["earns"]) for one in values.get("examples", ())),
        }
        return Incentive(**{"key": key, "title": in_words(key), **values, **rest})


class BoardTable(Definition):
    """A leaderboard."""

    metric = Value(text, example='metric = "developed-contacts"')
    per = Value(_periods)
    holder = Value(one_of(HOLDERS))
    top = Value(whole(1, 1_000))

    def build(self, key: str, values: Mapping[str, Any]) -> Board:
        """Make the board."""
        return Board(**{"key": key, "title": in_words(key), **values})


SECTIONS: Mapping[str, type[Definition]] = {
    "milestone": MilestoneTable,
    "metric": MetricTable,
    "reward": RewardTable,
    "incentive": IncentiveTable,
    "board": BoardTable,
}


def in_words(key: str) -> str:
    """Write a key as the title it has when the book gives none (``free-lunch`` → ``Free lunch``)."""
    words = key.replace("-", " ").replace(".", " ").replace("_", " ")
    return words[:1].upper() + words[1:]
