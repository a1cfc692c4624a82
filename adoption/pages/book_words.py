"""The words of the builder: what each choice is called, and the sentences whose placeholders are slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption.languages import gettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    Said = Callable[[], str]
    Words = Mapping[str, Said]

KINDS: Words = {  # one definition
    "incentive": lambda: gettext("Incentive"),
    "reward": lambda: gettext("Reward"),
    "metric": lambda: gettext("Metric"),
    "milestone": lambda: gettext("Milestone"),
    "board": lambda: gettext("Board"),
    "plan": lambda: gettext("Bonus plan"),
}
SECTIONS: Words = {
    "incentive": lambda: gettext("Incentives"),
    "reward": lambda: gettext("Rewards"),
    "metric": lambda: gettext("Metrics"),
    "milestone": lambda: gettext("Milestones"),
    "board": lambda: gettext("Boards"),
    "plan": lambda: gettext("Bonus plans"),
}
ABOUT: Words = {  # what a kind is there for
    "incentive": lambda: gettext("What earns what: how many, in which time, for which reward."),
    "reward": lambda: gettext("What can be earned, what it costs, and how much of it there is."),
    "metric": lambda: gettext("What is counted: records, activities, days or sums."),
    "milestone": lambda: gettext("When a record is done: everything that it needs."),
    "board": lambda: gettext("Who stands where, shown as a leaderboard."),
    "plan": lambda: gettext("What is paid with the salary."),
}
NEW: Words = {
    "incentive": lambda: gettext("New incentive"),
    "reward": lambda: gettext("New reward"),
    "metric": lambda: gettext("New metric"),
    "milestone": lambda: gettext("New milestone"),
    "board": lambda: gettext("New board"),
}
SOMETHING_NEW: Words = {  # the choice in a slot that leads to a new definition
    "reward": lambda: gettext("a new reward…"),
    "metric": lambda: gettext("something new to count…"),
    "milestone": lambda: gettext("a new milestone…"),
}
PER: Words = {
    "day": lambda: gettext("in one day"),
    "week": lambda: gettext("in one week"),
    "month": lambda: gettext("in one month"),
    "quarter": lambda: gettext("in one quarter"),
    "year": lambda: gettext("in one year"),
    "ever": lambda: gettext("in all time"),
}
EACH: Words = {
    "day": lambda: gettext("each day"),
    "week": lambda: gettext("each week"),
    "month": lambda: gettext("each month"),
    "quarter": lambda: gettext("each quarter"),
    "year": lambda: gettext("each year"),
    "ever": lambda: gettext("once and for all"),
}
HOWS: Words = {
    # say: begins a sentence: "Every 10 developed contacts in one week earn …"
    "every": lambda: gettext("Every"),
    # say: begins a sentence: "The first 40 developed contacts in one month earn …"
    "reach": lambda: gettext("The first"),
    # say: begins a sentence: "Every run of 5 working days with …"
    "in_a_row": lambda: gettext("Every run of"),
}
RECEIVERS: Words = {
    # say: who earns: "… earn a participant a free lunch"
    "participant": lambda: gettext("a participant"),
    "team": lambda: gettext("a whole team"),
}
RANKED: Words = {
    # say: who is ranked by a board
    "participant": lambda: gettext("people"),
    "team": lambda: gettext("teams"),
}
MEASURES: Words = {
    # say: what is counted: "It counts different records with …"
    "records": lambda: gettext("different records"),
    "count": lambda: gettext("each activity"),
    "days": lambda: gettext("days"),
    "sum": lambda: gettext("the sum of"),
    "values": lambda: gettext("different values of"),
}
ATTRIBUTES: Words = {
    "actor": lambda: gettext("who did it"),
    "source": lambda: gettext("where it came from"),
    "type": lambda: gettext("what was done"),
    "id": lambda: gettext("its number"),
}
CREDITS: Words = {
    # say: for whom a record counts
    "last": lambda: gettext("whoever took the last step"),
    "owner": lambda: gettext("whoever owns it at that moment"),
    "creator": lambda: gettext("whoever created it"),
}
REWARDS: Words = {
    # say: what a reward is: "It is a voucher …"
    "voucher": lambda: gettext("a voucher"),
    "time_off": lambda: gettext("time off"),
    "points": lambda: gettext("points"),
    "badge": lambda: gettext("a badge"),
    "money": lambda: gettext("money"),
}
SPENT: Words = {
    # say: what happens when a budget is used up: "When that is used up, further ones wait for the next …"
    "stop": lambda: gettext("wait for the next budget"),
    "ask": lambda: gettext("wait until HR decides"),
    "continue": lambda: gettext("are given all the same"),
}
GROUPS: Words = {
    "all": lambda: gettext("All of this holds"),
    "any": lambda: gettext("At least one of this holds"),
    "none": lambda: gettext("None of this holds"),
    "notall": lambda: gettext("Not all of this holds"),
}
OPERATORS: Words = {
    "filled": lambda: gettext("is filled in"),
    "empty": lambda: gettext("is empty"),
    "is": lambda: gettext("is"),
    "is_not": lambda: gettext("is not"),
    "in": lambda: gettext("is one of"),
    "contains": lambda: gettext("contains"),
    "at_least": lambda: gettext("is at least"),
    "more_than": lambda: gettext("is more than"),
    "at_most": lambda: gettext("is at most"),
    "less_than": lambda: gettext("is less than"),
}

# The sentences.  Every placeholder is a slot; around it each language puts its own words in its own order.
SENTENCES: Words = {
    # say: placeholders are boxes: Every | 10 | developed contacts | in one week | a participant | a free lunch
    "incentive.every": lambda: gettext(
        "%(how)s %(target)s %(metric)s %(per)s earn %(holder)s %(earns)s, at most %(limit)s times."
    ),
    "incentive.reach": lambda: gettext("%(how)s %(target)s %(metric)s %(per)s earn %(holder)s %(earns)s, once."),
    "incentive.in_a_row": lambda: gettext(
        "%(how)s %(target)s working days with %(metric)s earns %(holder)s %(earns)s, at most %(limit)s times %(per)s."
    ),
    # say: the placeholder is a box: everyone | the team “North” | …
    "incentive.offered": lambda: gettext("It is offered to %(offered)s."),
    # say: the placeholders are days
    "dates": lambda: gettext("It begins on %(from)s, and its last day is %(last)s."),
    # say: placeholders are boxes: each activity | Call logged
    "metric.count": lambda: gettext("It counts %(measure)s of the kind %(counts)s."),
    # say: placeholders are boxes: different records | Deal won
    "metric.records": lambda: gettext("It counts %(measure)s with %(counts)s."),
    "metric.days": lambda: gettext("It counts the %(measure)s with %(counts)s."),
    # say: placeholders are boxes: the sum of | amount | Deal won
    "metric.sum": lambda: gettext("It counts %(measure)s %(of)s in %(counts)s."),
    "metric.values": lambda: gettext("It counts the %(measure)s %(of)s in %(counts)s."),
    # say: placeholders are boxes: contact | whoever took the last step
    "milestone": lambda: gettext(
        "A record of the kind %(record)s counts once it has everything below. It counts for %(credit)s."
    ),
    # say: placeholders are boxes: Contact deleted | 30
    "milestone.undone": lambda: gettext("It no longer counts if %(undone_by)s follows within %(holds_for)s days."),
    # say: the placeholder is a box: Call logged or E-mail sent
    "need": lambda: gettext("It is met by %(on)s."),
    # say: placeholders are boxes: a voucher | 9.50 | EUR | 30
    "reward.voucher": lambda: gettext(
        "It is %(kind)s worth %(worth)s %(currency)s, and has to be used within %(valid_days)s days."
    ),
    "reward.time_off": lambda: gettext(
        "It is %(kind)s: %(amount)s minutes, and has to be used within %(valid_days)s days."
    ),
    # say: placeholders are boxes: points | 10
    "reward.points": lambda: gettext("It is %(kind)s: %(amount)s of them."),
    "reward.badge": lambda: gettext("It is %(kind)s to keep."),
    "reward.money": lambda: gettext("It is %(kind)s: %(amount)s %(currency)s."),
    # say: placeholders are boxes: 500 | each month
    "reward.budget.money": lambda: gettext("At most %(budget)s %(said)s are spent on it %(per)s."),
    "reward.budget.pieces": lambda: gettext("At most %(budget)s of it are given %(per)s."),
    # say: the placeholder is a box: wait for the next budget
    "reward.spent": lambda: gettext("When that is used up, further ones %(spent)s."),
    # say: the placeholder is a box: 100
    "reward.stock": lambda: gettext("In all there are %(stock)s of it."),
    # say: placeholders are boxes: people | Developed contacts | in one week | 10
    "board": lambda: gettext("It ranks %(holder)s by %(metric)s %(per)s, and shows the first %(top)s."),
}
OR: Said = lambda: gettext("or")  # noqa: E731  # said between two slots

LABELS: Words = {  # what a slot is for, read aloud
    "how": lambda: gettext("How often it is earned"),
    "target": lambda: gettext("How many"),
    "metric": lambda: gettext("What is counted"),
    "per": lambda: gettext("In which time"),
    "holder": lambda: gettext("Who earns or is ranked"),
    "earns": lambda: gettext("What is earned"),
    "limit": lambda: gettext("At most how many times; empty: without a limit"),
    "offered": lambda: gettext("To whom it is offered"),
    "from": lambda: gettext("First day; empty: the day the draft takes force"),
    "last": lambda: gettext("Last day; empty: it has no end"),
    "measure": lambda: gettext("How it is counted"),
    "of": lambda: gettext("Which field"),
    "counts": lambda: gettext("Which activity or milestone"),
    "record": lambda: gettext("Which kind of record, as the CRM calls it"),
    "credit": lambda: gettext("For whom it counts"),
    "undone_by": lambda: gettext("What undoes it"),
    "holds_for": lambda: gettext("Within how many days; empty: at any time"),
    "on": lambda: gettext("Which activity"),
    "kind": lambda: gettext("What kind of reward"),
    "worth": lambda: gettext("What one costs; empty: nothing"),
    "currency": lambda: gettext("Currency"),
    "valid_days": lambda: gettext("For how many days it can be used; empty: for ever"),
    "amount": lambda: gettext("How much"),
    "budget": lambda: gettext("Budget; empty: without a limit"),
    "spent": lambda: gettext("What happens when the budget is used up"),
    "stock": lambda: gettext("How many there are; empty: without a limit"),
    "top": lambda: gettext("How many places are shown"),
}
REMEDIES: Words = {  # what to do about a fault at a field
    "title": lambda: gettext("Give it a title of one line, at most 200 characters long."),
    "titles": lambda: gettext("Titles have one line, and at most 200 characters."),
    "target": lambda: gettext("Write a number above zero, such as 10."),
    "limit": lambda: gettext("Write a whole number from 1 to 10,000, or leave it empty for no limit."),
    "metric": lambda: gettext("Choose what is counted."),
    "earns": lambda: gettext("Choose at least one reward, and no more than ten."),
    "offered": lambda: gettext("Choose to whom it is offered. Roles are something people have, not teams."),
    "from": lambda: gettext("Choose a day, or leave it empty."),
    "last": lambda: gettext("Choose a day that is not before the first day, or leave it empty."),
    "of": lambda: gettext("Choose the field."),
    "counts": lambda: gettext("Choose at least one activity or milestone. Flags about people are never counted."),
    "where": lambda: gettext("Each row needs a field, and a value that fits: a number where it is compared by size."),
    "record": lambda: gettext("Write one word, as the CRM calls it: contact, deal, task."),
    "needs": lambda: gettext("Add at least one thing that it needs."),
    "undone_by": lambda: gettext("Choose an activity, not a milestone."),
    "holds_for": lambda: gettext("Write a number of days above zero, or leave it empty."),
    "on": lambda: gettext("Choose at least one activity; milestones cannot be needed."),
    "worth": lambda: gettext("Write an amount above zero, such as 9.50, or leave it empty."),
    "currency": lambda: gettext("Write the three letters of a currency, such as EUR."),
    "valid_days": lambda: gettext("Write a whole number of days from 1 on, or leave it empty."),
    "amount": lambda: gettext("Write a number above zero, such as 10."),
    "budget": lambda: gettext("Write an amount above zero, such as 500, or leave it empty."),
    "stock": lambda: gettext("Write a whole number from 1 on, or leave it empty."),
    "top": lambda: gettext("Write a whole number from 1 to 1,000."),
}


def said(words: Words, name: str) -> str:
    """Return what something is called; by its own name where nobody named it."""
    return words[name]() if name in words else name
