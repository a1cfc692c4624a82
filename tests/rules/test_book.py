import re
import time
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules.book import BookError
from rules.book.lint import USUAL
from rules.book.schemas import SECTIONS
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not
from rules.incentive import Budget
from rules.incentive import Who
from rules.value import UNIT
from rules.wording import LANGUAGES
from tests.rules.strategies import DAY

BOOKS = Path(__file__).parents[2] / "rules" / "books"
STARTER = (BOOKS / "starter.toml").read_text()

DESIGN = """
[milestone."contact.developed"]
title  = "Developed contact"
record = "contact"
credit = "last"
[[milestone."contact.developed".needs]]
key = "reachable"
title = "an e-mail or a phone number"
on  = ["contact.created", "contact.updated"]
where = { any = [{ field = "email", filled = true }, { field = "phone", filled = true }] }
[[milestone."contact.developed".needs]]
key = "talked-to"
title = "a conversation"
on  = ["call.completed", "meeting.completed", "email.sent"]

[metric.developed-contacts]
title   = "Developed contacts"
counts  = "contact.developed"
measure = "distinct"
of      = "subject"

[reward.free-lunch]
title = "Free lunch"
kind  = "voucher"
costs = { amount = 9.50, currency = "EUR" }
valid_days = 30
budget = { amount = 1000, per = "month" }
[reward.early-break]
title = "Lunch break 10 minutes earlier"
kind  = "time_off"
minutes = 10

[incentive.ten-contacts-lunch]
title   = "Ten developed contacts"
metric  = "developed-contacts"
every   = 10
per     = "week"
at_most = 2
earns   = ["free-lunch", "early-break"]
from    = 2026-09-01
[[incentive.ten-contacts-lunch.examples]]
value = 27
earns = 2
"""

SMALL = """
[milestone."deal.landed"]
record = "deal"
[[milestone."deal.landed".needs]]
key = "won"
on = "deal.won"

[metric.calls]
counts = "call.completed"
where = { field = "minutes", at_least = 5 }
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"
[metric.landed]
counts = "deal.landed"
measure = "distinct"
of = "subject"

[reward.lunch]
kind = "voucher"
[reward.points]
kind = "points"
points = 10

[incentive.talker]
metric = "calls"
every = 5
per = "day"
at_most = 3
earns = "lunch"
examples = [{ value = 11, earns = 2 }]
[incentive.seller]
metric = "revenue"
reach = 1000.50
per = "month"
earns = ["lunch", "points"]

[board.landed]
metric = "landed"
"""


def with_(old, new, text=SMALL):
    assert old in text
    return text.replace(old, new, 1)


def faults(text):
    with pytest.raises(BookError) as caught:
        books.load(text)
    return caught.value.faults


def warnings(text, emitted=None):
    report = books.check(text, emitted)
    assert report.faults == ()
    return report.warnings


# --- sound books


def test_the_book_of_the_design_page_loads():
    book = books.load(DESIGN)
    lunch = book.incentives["ten-contacts-lunch"]
    assert (lunch.every, lunch.at_most, lunch.earns) == (10 * UNIT, 2, ("free-lunch", "early-break"))
    assert lunch.starts == date(2026, 9, 1).toordinal()
    assert lunch.examples == ((27 * UNIT, 2),)
    assert book.metrics["developed-contacts"].of == "subject"
    assert book.milestones["contact.developed"].needs[0].where == AnyOf(
        (Compare("email", "filled", True), Compare("phone", "filled", True))
    )


def test_the_starter_book_has_neither_faults_nor_warnings():
    report = books.check(STARTER)
    assert report.faults == report.warnings == ()
    assert len(report.book.milestones) >= 2
    assert len(report.book.metrics) >= 8
    assert len(report.book.incentives) >= 6
    assert all(incentive.examples for incentive in report.book.incentives.values())
    dated = [*report.book.milestones.values(), *report.book.metrics.values(), *report.book.incentives.values()]
    assert all(one.starts is None for one in dated)


def test_the_book_of_bonus_plans_has_neither_faults_nor_warnings():
    report = books.check((BOOKS / "bonus.toml").read_text())
    assert report.faults == report.warnings == ()
    assert all(len(plan.examples) > 1 for plan in report.book.plans.values())


def test_a_book_that_is_loaded_twice_is_the_same():
    assert books.load(STARTER) == books.load(STARTER.encode())


def test_what_a_definition_leaves_out_has_its_usual_meaning():
    book = books.load(SMALL)
    assert book.metrics["calls"].measure == "count"
    assert book.incentives["talker"].holder == "participant"
    assert book.incentives["talker"].who == Who()
    assert book.milestones["deal.landed"].credit == "last"
    assert (book.boards["landed"].per, book.boards["landed"].holder, book.boards["landed"].top) == (
        "week",
        "participant",
        10,
    )


def test_a_title_that_is_left_out_is_the_key_in_words():
    book = books.load(DESIGN.replace('title = "Free lunch"\n', "").replace('title  = "Developed contact"\n', ""))
    assert book.rewards["free-lunch"].title == "Free lunch"
    assert book.milestones["contact.developed"].title == "Contact developed"


def test_a_definition_and_a_need_may_have_titles_in_several_languages():
    book = books.load(
        SMALL.replace('key = "won"', 'key = "won"\ntitle = "a contract"\ntitles = { ru = "договор", zh = "合同" }')
        .replace('record = "deal"', 'titles = { ru = "Заключённая сделка" }')
        .replace('counts = "call.completed"', 'counts = "call.completed"\ntitles.ru = "Звонки"')
        .replace('kind = "voucher"', 'kind = "voucher"\ntitles = { zh = "午餐" }')
        .replace("every = 5", 'every = 5\ntitles = { en = "Five calls" }')
        .replace("[board.landed]", '[board.landed]\ntitles = { ru = "Сделки" }')
    )
    landed = book.milestones["deal.landed"]
    assert (landed.needs[0].title, landed.needs[0].titles) == ("a contract", {"ru": "договор", "zh": "合同"})
    assert (landed.title, landed.titles) == ("Deal landed", {"ru": "Заключённая сделка"})
    assert book.metrics["calls"].titles == {"ru": "Звонки"}
    assert book.rewards["lunch"].titles == {"zh": "午餐"}
    assert book.incentives["talker"].titles == {"en": "Five calls"}
    assert book.boards["landed"].titles == {"ru": "Сделки"}
    assert book == books.load(SMALL)  # a book is the same by what it means


@pytest.mark.parametrize("name", ["starter", "loans", "bonus"])
def test_every_title_of_a_book_that_ships_is_in_every_language(name):
    book = books.load((BOOKS / f"{name}.toml").read_text())
    parts = [part for section in fields(book) for part in getattr(book, section.name).values()]
    parts += [need for milestone in book.milestones.values() for need in milestone.needs]
    parts += [component for plan in book.plans.values() for component in plan.components]
    assert [part.key for part in parts if part.titles.keys() != set(LANGUAGES) - {"en"}] == []


def test_the_record_of_a_milestone_is_its_first_word_unless_it_says_otherwise():
    assert books.load(with_('record = "deal"\n', "")).milestones["deal.landed"].record == "deal"


def test_numbers_are_exact():
    book = books.load(SMALL)
    assert book.incentives["seller"].reach == 10_005_000
    assert books.load(with_("1000.50", "0.0001")).incentives["seller"].reach == 1
    assert books.load(with_("1000.50", "999999999999.9999")).incentives["seller"].reach == 10**16 - 1


@pytest.mark.parametrize("five", ["5", "5.0", "5.000", "0.5e1", "0x5"])
def test_equal_numbers_are_the_same_number_in_a_condition(five):
    where = books.load(with_("at_least = 5", f"at_least = {five}")).metrics["calls"].where
    assert repr(where) == repr(Compare("minutes", "at_least", 5))


def test_conditions_keep_their_kinds():
    text = with_(
        '{ field = "minutes", at_least = 5 }',
        '{ all = [{ not = { field = "a.b", in = ["x", 1, true] } }, { any = [{ field = "c", is = 1.50 }] }] }',
    )
    assert books.load(text).metrics["calls"].where == All(
        (Not(Compare("a.b", "in", ("x", 1, True))), AnyOf((Compare("c", "is", Decimal("1.5")),)))
    )


def test_a_sum_adds_up_data_with_or_without_saying_so():
    assert books.load(with_('of = "amount"', 'of = "data.amount"')) == books.load(SMALL)


def test_holding_is_a_number_of_days():
    text = with_('record = "deal"', 'record = "deal"\nundone_by = "deal.lost"\nholds_for = 1.5')
    assert books.load(text).milestones["deal.landed"].holds_for == DAY * 3 // 2


@pytest.mark.parametrize(
    ("body", "amount", "costs", "currency"),
    [
        ('kind = "points"\npoints = 2.5', Decimal("2.5"), None, None),
        ('kind = "time_off"\nminutes = 30', Decimal(30), None, None),
        ('kind = "badge"', None, None, None),
        ('kind = "voucher"\ncosts = { amount = 9.50, currency = "EUR" }', None, Decimal("9.5"), "EUR"),
        ('kind = "money"\npays = { amount = 50, currency = "EUR" }', Decimal(50), Decimal(50), "EUR"),
        (
            'kind = "money"\npays = { amount = 50, currency = "EUR" }\ncosts = { amount = 61, currency = "EUR" }',
            *(Decimal(50), Decimal(61), "EUR"),
        ),
    ],
)
def test_each_kind_of_reward_says_how_much_it_is(body, amount, costs, currency):
    reward = books.load(with_('[reward.lunch]\nkind = "voucher"', f"[reward.lunch]\n{body}")).rewards["lunch"]
    assert (reward.amount, reward.costs, reward.currency) == (amount, costs, currency)


def test_a_budget_is_monthly_unless_it_says_otherwise():
    text = with_('kind = "voucher"', 'kind = "voucher"\nbudget = { amount = 20 }\nstock = 7')
    assert books.load(text).rewards["lunch"].budget == Budget(amount=Decimal(20), per="month")
    assert books.load(text).rewards["lunch"].stock == 7


def test_who_may_be_one_or_several():
    text = with_('earns = "lunch"', 'earns = "lunch"\nwho = { team = "Sales", role = ["employee", "manager"] }')
    assert books.load(text).incentives["talker"].who == Who(team=("Sales",), role=("employee", "manager"))


def test_the_value_of_an_example_in_a_row_is_the_length_of_one_run():
    text = with_("every = 5", "in_a_row = 5").replace("{ value = 11, earns = 2 }", "{ value = 14, earns = 2 }")
    assert books.load(text).incentives["talker"].in_a_row == 5
    (fault,) = faults(text.replace("value = 14", "value = 9"))
    assert fault[:2] == ("incentive.talker.examples[0]", "9 → 2, but the rule gives 1; correct the example or the rule")


def test_a_byte_order_mark_and_windows_lines_are_fine():
    assert books.load(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()) == books.load(SMALL)


# --- mistakes: each with its place and a piece of its message

IN = "incentive.talker"
MISTAKES = [
    # keys nobody knows
    ("[metric.calls]", "[metrics.calls]", "metrics", 'did you mean "metric"'),
    ("every = 5", "evry = 5", "incentive.talker.evry", 'did you mean "every"'),
    ('record = "deal"', 'recrod = "deal"', 'milestone."deal.landed".recrod', 'did you mean "record"'),
    (
        'key = "won"',
        'key = "won"\nwhen = 1',
        'milestone."deal.landed".needs[0].when',
        "Write one of: key, title, titles, on",
    ),
    ('earns = "lunch"', 'earns = "lunch"\nwho = { teams = "A" }', f"{IN}.who.teams", 'did you mean "team"'),
    ("{ value = 11,", "{ val = 11,", f"{IN}.examples[0].val", 'did you mean "value"'),
    ("at_least = 5", "atleast = 5", "metric.calls.where.atleast", 'did you mean "at_least"'),
    ("points = 10", "points = 10\nbudget = { amount = 5, each = 'week' }", "reward.points.budget.each", "no key"),
    ("[board.landed]", "[board.landed]\nsize = 5", "board.landed.size", "Write one of: title, titles, metric, per"),
    # names
    ("[metric.calls]", "[metric.Calls]", "metric.Calls", "small letters"),
    ("[reward.lunch]", '[reward."free lunch"]', 'reward."free lunch"', "small letters, digits and hyphens"),
    ("[board.landed]", f"[board.{'x' * 81}]", f'board."{"x" * 59}…"', "shorten it to 80"),
    ('[milestone."deal.landed"]', "[milestone.landed]\n[milestone.x]", "milestone.landed", "with a dot, in quotes"),
    ('metric = "calls"', 'metric = "call"', f"{IN}.metric", 'did you mean "calls"'),
    (
        'metric = "landed"',
        'metric = "deal.landed"',
        "board.landed.metric",
        "is a milestone; write a metric that counts it",
    ),
    ('"points"]', '"lunches"]', "incentive.seller.earns", 'did you mean "lunch"'),
    ('on = "deal.won"', 'on = "deal.landed"', 'milestone."deal.landed".needs[0].on', "is a milestone"),
    ('record = "deal"', 'undone_by = "deal.landed"', 'milestone."deal.landed".undone_by', "is a milestone"),
    # values of the wrong kind
    ("every = 5", 'every = "5"', f"{IN}.every", "a number without quotes"),
    ("every = 5", "every = 0", f"{IN}.every", "above zero"),
    ("every = 5", "every = -1", f"{IN}.every", "above zero"),
    ("every = 5", "every = true", f"{IN}.every", "not true"),
    ("every = 5", "every = 0.00001", f"{IN}.every", "at most 4 decimals"),
    ("every = 5", "every = 1000000000000", f"{IN}.every", "at most 12 digits"),
    ("every = 5", "every = inf", f"{IN}.every", "not Infinity"),
    ("every = 5", "every = nan", f"{IN}.every", "not NaN"),
    ("every = 5", "every = 1e999999", f"{IN}.every", "at most 12 digits"),
    ("every = 5", f"every = 0x{'f' * 9000}", f"{IN}.every", "a number of that size"),
    ("every = 5", "in_a_row = 2.5", f"{IN}.in_a_row", "a whole number"),
    ("at_most = 3", "at_most = 0", f"{IN}.at_most", "from 1 to"),
    ("at_most = 3", "at_most = 3.0", f"{IN}.at_most", "a whole number"),
    ('per = "day"', 'per = "daily"', f"{IN}.per", 'did you mean "day"'),
    ('per = "day"', "per = 7", f"{IN}.per", "Write one of: day, week"),
    ('per = "day"\n', "", f"{IN}.per", "is missing; write per"),
    ('metric = "calls"\n', "", f"{IN}.metric", "is missing; write metric"),
    ('earns = "lunch"', "earns = []", f"{IN}.earns", "at least 1"),
    ('earns = "lunch"', 'earns = ["lunch", "lunch"]', f"{IN}.earns[1]", "listed twice"),
    (
        'earns = "lunch"',
        f"earns = {[str(n) for n in range(11)]}",
        f"{IN}.earns",
        "lists 11; list at least 1 and at most 10",
    ),
    ('earns = "lunch"', 'earns = ["lunch", 5]', f"{IN}.earns[1]", "must be text in quotes"),
    ('earns = "lunch"', 'earns = "lunch"\nholder = "company"', f"{IN}.holder", "Write one of: participant, team"),
    ('earns = "lunch"', 'earns = "lunch"\nwho = {}', f"{IN}.who", "asks nothing"),
    ('earns = "lunch"', 'earns = "lunch"\nwho = "Sales"', f"{IN}.who", "must be a table"),
    (
        'earns = "lunch"',
        'earns = "lunch"\nholder = "team"\nwho = { role = "x" }',
        f"{IN}.who.role",
        "people have, not teams",
    ),
    ('earns = "lunch"', 'earns = "lunch"\nfrom = "2026-09-01"', f"{IN}.from", "a date without quotes"),
    ('earns = "lunch"', 'earns = "lunch"\nfrom = 2026-09-01T08:00:00', f"{IN}.from", "without a time"),
    ('earns = "lunch"', 'earns = "lunch"\nfrom = 2026-09-01\nto = 2026-09-01', f"{IN}.to", "later than from"),
    ('earns = "lunch"', 'earns = "lunch"\ntitle = " "', f"{IN}.title", "is blank"),
    ('earns = "lunch"', f'earns = "lunch"\ntitle = "{"x" * 201}"', f"{IN}.title", "shorten it to 200"),
    ('earns = "lunch"', 'earns = "lunch"\ntitle = "a\\u0000b"', f"{IN}.title", "control character U+0000"),
    ('earns = "lunch"', 'earns = "lunch"\ntitle = ["a"]', f"{IN}.title", "must be text in quotes"),
    # titles by language
    (
        'earns = "lunch"',
        'earns = "lunch"\ntitles = { de = "Reden" }',
        f"{IN}.titles.de",
        'there is no language "de". Write one of: en, ru, zh',
    ),
    ('kind = "voucher"', 'kind = "voucher"\ntitles = { rus = "Обед" }', "reward.lunch.titles.rus", 'did you mean "ru"'),
    (
        'key = "won"',
        'key = "won"\ntitles = { EN = "won" }',
        'milestone."deal.landed".needs[0].titles.EN',
        "no language",
    ),
    ('record = "deal"', 'titles = { zh = " " }', 'milestone."deal.landed".titles.zh', "is blank"),
    ('kind = "voucher"', 'kind = "voucher"\ntitles.ru = "Обед "', "reward.lunch.titles.ru", "spaces around it"),
    ("[board.landed]", f'[board.landed]\ntitles = {{ ru = "{"я" * 201}" }}', "board.landed.titles.ru", "to 200"),
    ('of = "amount"', 'of = "amount"\ntitles = { ru = 5 }', "metric.revenue.titles.ru", "must be text in quotes"),
    ('earns = "lunch"', 'earns = "lunch"\ntitles = "Разговоры"', f"{IN}.titles", "must be a table"),
    (
        "[metric.calls]",
        "[metric]\ncalls = 5\n[metric.others]",
        "metric.calls",
        "must be a table, such as [metric.calls]",
    ),
    ("[board.landed]", "[[board]]", "board", "must hold tables, such as [board.some-key], not a list"),
    ('counts = "call.completed"', 'counts = " call.completed"', "metric.calls.counts", "spaces around it"),
    ('of = "amount"', 'of = ""', "metric.revenue.of", "is blank"),
    ('measure = "sum"', 'measure = "total"', "metric.revenue.measure", "Write one of: count, sum"),
    # what does not go together
    ("every = 5", "every = 5\nreach = 7", IN, "has every and reach; write exactly one of"),
    ("every = 5\n", "", IN, "has no target; write exactly one of every, reach, in_a_row"),
    ('of = "amount"\n', "", "metric.revenue.of", 'sum of what? Write, for example, of = "amount"'),
    ('measure = "sum"', 'measure = "days"', "metric.revenue.of", "has no meaning with"),
    ('measure = "sum"\n', "", "metric.revenue.of", 'has no meaning with measure = "count"'),
    ("points = 10", "", "reward.points.points", 'kind "points" says, for example, points = 10'),
    ("points = 10", "points = 10\nminutes = 5", "reward.points.minutes", 'belongs to rewards of kind "time_off"'),
    ('kind = "voucher"', 'kind = "money"', "reward.lunch.pays", "pays = { amount = 50"),
    ('kind = "voucher"', 'kind = "coupon"', "reward.lunch.kind", "Write one of: voucher"),
    ('kind = "voucher"\n', "", "reward.lunch.kind", "is missing"),
    ('kind = "voucher"', 'kind = "voucher"\ncosts = 9.50', "reward.lunch.costs", "must be a table"),
    ('kind = "voucher"', 'kind = "voucher"\ncosts = { amount = 9.50 }', "reward.lunch.costs.currency", "is missing"),
    (
        'kind = "voucher"',
        'kind = "voucher"\ncosts = { amount = 9, currency = "euro" }',
        *("reward.lunch.costs.currency", "three capital letters"),
    ),
    ('kind = "voucher"', 'kind = "voucher"\nvalid_days = 0', "reward.lunch.valid_days", "from 1 to"),
    ('kind = "voucher"', 'kind = "voucher"\nstock = 0', "reward.lunch.stock", "from 1 to"),
    (
        'kind = "voucher"',
        'kind = "money"\npays = { amount = 5, currency = "EUR" }\ncosts = { amount = 6, currency = "USD" }',
        *("reward.lunch.costs", "write both in the same"),
    ),
    ("earns = 2 }", "earns = 3 }", f"{IN}.examples[0]", "11 → 3, but the rule gives 2"),
    ("{ value = 11, earns = 2 }", "{ value = 11 }", f"{IN}.examples[0].earns", "is missing"),
    ("examples = [{ value = 11, earns = 2 }]", "examples = []", f"{IN}.examples", "one or more tables"),
    (
        "[metric.calls]",
        '[[milestone."deal.landed".needs]]\nkey = "won"\non = "x"\n[metric.calls]',
        'milestone."deal.landed".needs[1].key',
        "give each need its own",
    ),
    (
        '[[milestone."deal.landed".needs]]\nkey = "won"\non = "deal.won"\n',
        "",
        'milestone."deal.landed".needs',
        "is missing",
    ),
    # conditions
    ('{ field = "minutes", at_least = 5 }', "5", "metric.calls.where", "must be a condition"),
    ('{ field = "minutes", at_least = 5 }', '[{ field = "minutes", at_least = 5 }]', "metric.calls.where", "is a list"),
    ('{ field = "minutes", at_least = 5 }', "{}", "metric.calls.where", "must be a condition"),
    ('{ field = "minutes", at_least = 5 }', "{ at_least = 5 }", "metric.calls.where", "must have a field"),
    ('{ field = "minutes", at_least = 5 }', '{ field = "minutes" }', "metric.calls.where", "has no comparison"),
    ("at_least = 5", "at_least = 5, at_most = 9", "metric.calls.where", "has at_least and at_most; write exactly one"),
    ("at_least = 5", 'at_least = "5"', "metric.calls.where.at_least", "a number without quotes"),
    ("at_least = 5", "filled = 1", "metric.calls.where.filled", "true or false"),
    ("at_least = 5", 'in = "x"', "metric.calls.where.in", "must be a list"),
    ("at_least = 5", "in = []", "metric.calls.where.in", "at least 1"),
    ("at_least = 5", 'in = ["x", { a = 1 }]', "metric.calls.where.in[1]", "not a table"),
    ("at_least = 5", "is = [1]", "metric.calls.where.is", "use `in` for a list"),
    ("at_least = 5", "is = 2026-01-01", "metric.calls.where.is", "write dates as text"),
    ("at_least = 5", "is = 1e-13", "metric.calls.where.is", "12 after the point"),
    ('field = "minutes"', "field = 5", "metric.calls.where.field", "must be text"),
    ('{ field = "minutes", at_least = 5 }', "{ any = [] }", "metric.calls.where.any", "must be a list of conditions"),
    (
        '{ field = "minutes", at_least = 5 }',
        "{ any = [{ all = [{ field = 'a', iss = 1 }] }] }",
        "metric.calls.where.any[0].all[0].iss",
        'did you mean "is"',
    ),
    ('{ field = "minutes", at_least = 5 }', "{ not = [] }", "metric.calls.where.not", "is a list"),
    # flags
    ('counts = "call.completed"', 'counts = "flag.raised"', "metric.calls.counts", "never an input of a reward"),
    (
        'counts = "call.completed"',
        'counts = ["call.completed", "signal.seen"]',
        "metric.calls.counts[1]",
        "never an input",
    ),
    ('on = "deal.won"', 'on = "evidence.weighed"', 'milestone."deal.landed".needs[0].on', "never an input"),
    ('record = "deal"', 'undone_by = "reliance.noticed"', 'milestone."deal.landed".undone_by', "never an input"),
    ('field = "minutes"', 'field = "flag.open"', "metric.calls.where.field", "never an input"),
    ('field = "minutes"', 'field = "data.adoption_score"', "metric.calls.where.field", "never an input"),
    ('of = "amount"', 'of = "evidence.weight"', "metric.revenue.of", "never an input"),
    ('field = "minutes"', 'field = "person.adoptionScore"', "metric.calls.where.field", "never an input"),
    ('field = "minutes"', 'field = "owner.adoption-score.value"', "metric.calls.where.field", "never an input"),
    ('field = "minutes"', 'field = "DATA.Signals.export"', "metric.calls.where.field", "never an input"),
    ('of = "amount"', 'of = "reliance_score"', "metric.revenue.of", "never an input"),
    ('counts = "call.completed"', 'counts = "Signal.Export"', "metric.calls.counts", "never an input"),
    # not TOML at all
    ("every = 5", "every = ", "line 28, column 9", "this is not TOML: Invalid value"),
    ("every = 5", "every = 5\nevery = 6", "line 29, column 10", "keep one"),
    ("[reward.points]", "[reward.lunch]", "line 22, column 14", "keep one"),
    ("every = 5", "every = 5 6", "line 28, column 11", "check quotes"),
    (
        '[board.landed]\nmetric = "landed"\n',
        '[board.landed]\nmetric = "landed',
        "line 40, column 17",
        "this is not TOML",
    ),
    ("every = 5", "every = \0", "line 28, column 9", "this is not TOML"),
    ("every = 5", f"every = {'9' * 5000}", "book", "a number too large to read"),
    ("every = 5", "every = 1e99999999999999999999999", "book", "a number too large to read"),
    ("every = 5", f"every = {'[' * 9999}", "book", "nested too deeply"),
    ("every = 5", f"every = {'{a=' * 9999}", "book", "nested too deeply"),
    ("every = 5", f"{'a.' * 600}b = 5", "line 28", "more than 500 dots"),
]


@pytest.mark.parametrize(("old", "new", "place", "piece"), MISTAKES, ids=[f"{m[2]}: {m[3]}"[:70] for m in MISTAKES])
def test_a_mistake_is_refused_with_its_place_and_the_remedy(old, new, place, piece):
    found = faults(with_(old, new))
    assert any(fault.place == place and piece in fault.message for fault in found), found
    assert all(len(fault.message) < 800 for fault in found)


def test_the_small_book_itself_is_sound():
    assert warnings(SMALL) == ()


def test_all_mistakes_are_reported_at_once():
    text = SMALL
    places = {f"{IN}.evry", "reward.points.minutes", "metric.calls.where.filled"}
    made = [mistake for mistake in MISTAKES if mistake[2] in places]
    for old, new, _, _ in made:
        text = with_(old, new, text)
    assert {fault.place for fault in faults(text)} >= {place for _, _, place, _ in made}


def test_a_faulty_definition_is_still_checked_against_the_others():
    text = with_('metric = "calls"\nevery = 5', 'metric = "cals"\nevry = 5')
    assert [fault.place for fault in faults(text)] == [f"{IN}.evry", IN, f"{IN}.metric"]


def test_a_name_that_is_defined_with_faults_is_not_called_unknown():
    text = with_('counts = "call.completed"', "counts = 5")
    assert [fault.place for fault in faults(text)] == ["metric.calls.counts"]


def test_the_error_lists_every_fault_on_its_own_line():
    text = with_("every = 5", "every = 0").replace("points = 10", "points = 0")
    with pytest.raises(BookError) as caught:
        books.load(text, name="q4.toml")
    assert str(caught.value).splitlines() == ["q4.toml has 2 faults:", *map(str, caught.value.faults)]
    assert str(caught.value.faults[0]).startswith("reward.points.points: must be a number above zero")


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b'title = "caf\xe9"', "UTF-8"),
        ("a = '\ud800'", "UTF-8"),
        ("#" * (1024 * 1024 + 1), "larger than 1024 KiB"),
        ("x" * 10_000_000, "larger than 1024 KiB"),
    ],
    ids=["utf-16", "latin-1", "surrogate", "just too large", "far too large"],
)
def test_text_that_cannot_be_a_book_is_refused(text, piece):
    (fault,) = faults(text)
    assert fault.place == "book"
    assert piece in fault.message


def nested(depth):
    inner = '{ field = "x", is = 1 }'
    for _ in range(depth - 1):
        inner = f"{{ not = {inner} }}"
    return with_('{ field = "minutes", at_least = 5 }', inner)


def test_conditions_may_be_twenty_deep_and_no_deeper():
    assert books.load(nested(20))
    (fault,) = faults(nested(21))
    assert fault.place == "metric.calls.where" + ".not" * 20
    assert "nested more than 20 deep" in fault.message


def test_conditions_may_have_two_hundred_parts_and_no_more():
    def many(count):
        parts = ", ".join(['{ field = "x", is = 1 }'] * count)
        return with_('{ field = "minutes", at_least = 5 }', f"{{ any = [{parts}] }}")

    assert books.load(many(199))
    (fault,) = faults(many(5_000))
    assert fault.place == "metric.calls.where"
    assert "more than 200 parts" in fault.message


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"[metric.m{n}]\ncounts = 'x'" for n in range(30_000)),
        "[metric.calls]\n" + "\n".join(f"k{n} = {n}" for n in range(60_000)),
        "[incentive.i]\nearns = [" + ",".join(f'"{n}"' for n in range(100_000)) + "]",
        "\n".join(f"[incentive.i{n}]\nmetric = 'm{n}x'\nearns = ['a{n}', 'b{n}', 'c{n}']" for n in range(300))
        + "\n".join(f"\n[metric.m{n}]\ncounts='x'\n[reward.r{n}]\nkind='badge'" for n in range(300)),
        "[metric.calls]\nwhere = { field = 'a', in = [" + "1," * 300_000 + "] }",
        "\n".join(f"{'a.' * 400}b{n} = 1" for n in range(200)),
    ],
    ids=["definitions", "keys", "rewards", "unknown names", "values", "dotted keys"],
)
def test_large_nonsense_is_refused_in_good_time(text):
    began = time.perf_counter()
    found = faults(text)
    assert time.perf_counter() - began < 20
    assert sum(len(str(fault)) for fault in found) < 2_000_000


@given(st.text(max_size=80))
def test_any_text_is_a_book_or_a_book_error(text):
    report = books.check(text)
    assert (report.book is None) == bool(report.faults)


PIECES = [
    "=",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    ".",
    ",",
    "\n",
    "1e9",
    "-",
    "nan",
    "true",
    "2026-01-01",
    "week",
    "not = ",
    "[[",
    "\\u0000",
]


@given(
    st.lists(
        st.tuples(st.integers(0, len(STARTER)), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=3
    )
)
def test_a_damaged_book_is_a_book_or_a_book_error(cuts):
    text = STARTER
    for at, length, piece in cuts:
        text = text[:at] + piece + text[at + length :]
    report = books.check(text)
    assert (report.book is None) == bool(report.faults)


anything = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.decimals(), st.text(max_size=5), st.dates(), st.datetimes(), st.times()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "field", "is", "not", "key"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("section", SECTIONS)
@given(st.data())
def test_any_value_in_any_key_is_read_or_refused(section, data):
    schema = SECTIONS[section]()
    names = [field.data_key or name for name, field in schema.fields.items()]
    body = data.draw(st.dictionaries(st.sampled_from(names), anything, max_size=5))
    if not schema.validate(body):
        assert schema.build("some.key", schema.load(body)).key == "some.key"


# --- advice

ADVICE = [
    (
        'counts = "call.completed"',
        'counts = "call.complete"',
        "metric.calls.counts",
        'no source is known to send "call.complete"',
    ),
    ('on = "deal.won"', 'on = "deal.one"', 'milestone."deal.landed".needs[0].on', "no source is known"),
    ('record = "deal"', 'undone_by = "deal.gone"', 'milestone."deal.landed".undone_by', "no source is known"),
    ("at_most = 3\n", "", IN, "has no limit: write at_most, or give a reward"),
    (
        "[board.landed]",
        '[incentive.again]\nmetric = "calls"\nreach = 9\nper = "day"\nearns = "lunch"\n[board.landed]',
        "incentive.again",
        "pays for the same as incentive.talker",
    ),
    ('"points"]', "]", "reward.points", "nothing earns it"),
    ('[board.landed]\nmetric = "landed"', "", "metric.landed", "no incentive, no board and no plan uses it"),
    ('counts = "deal.landed"', 'counts = "deal.won"', 'milestone."deal.landed"', "no metric counts it"),
    ('counts = "call.completed"', 'counts = "call.completed"\nmeasure = "days"', IN, "a day has at most 1 days, not 5"),
    ("every = 5", "in_a_row = 5\nfrom = 2026-01-01\nto = 2026-01-05", IN, "it lasts 4 days"),
    ('of = "amount"', 'of = "amount"\nto = 2026-01-01', "incentive.seller", "nothing counts from then on"),
    (
        'measure = "sum"',
        'from = 2026-02-01\nmeasure = "sum"',
        None,
        None,
    ),
    ('where = { field = "minutes", at_least = 5 }', "", None, None),
    (
        'counts = "call.completed"\nwhere = { field = "minutes", at_least = 5 }',
        'counts = "call.created"',
        "metric.calls.counts",
        'pays for every "call.created"',
    ),
    ('counts = "call.completed"', 'counts = "call.created"', None, None),  # it asks for minutes
    ('counts = "call.completed"', 'counts = "call.imported"', "metric.calls.counts", "one import of a list counts"),
    ('on = "deal.won"', 'on = ["deal.won", "deal.imported"]', 'milestone."deal.landed".needs', "an import alone"),
    ("every = 5", "every = 0.5", IN, "several awards for one activity"),
    (
        'counts = "deal.landed"',
        'counts = "deal.landed"\nwhere = { field = "amount", filled = true }',
        "metric.landed.where",
        "a milestone has no data",
    ),
    ('of = "subject"', 'of = "company"', "metric.landed.of", "a milestone has no data"),
    (
        'kind = "voucher"',
        'kind = "voucher"\ncosts = { amount = 9, currency = "EUR" }\nbudget = { amount = 5 }',
        "reward.lunch.budget",
        "not pay for a single one",
    ),
    ('record = "deal"', 'undone_by = "deal.won"', 'milestone."deal.landed".undone_by', "at the same moment"),
    ('record = "deal"', "holds_for = 3", 'milestone."deal.landed".holds_for', "no effect without undone_by"),
]


@pytest.mark.parametrize(("old", "new", "place", "piece"), ADVICE, ids=[f"{a[2]}: {a[3]}"[:70] for a in ADVICE])
def test_what_was_probably_not_meant_is_a_warning(old, new, place, piece):
    found = warnings(
        with_(old, new)
        .replace("earns = 2 }", "earns = 3 }" if "0.5" in new else "earns = 2 }")
        .replace("{ value = 11, earns = 2 }", "{ value = 12, earns = 2 }")
    )
    if place is None:
        assert found == ()
    else:
        assert any(fault.place == place and piece in fault.message for fault in found), found


def test_incentives_that_follow_each_other_do_not_pay_twice():
    later = (
        '[incentive.later]\nmetric = "calls"\nevery = 9\nper = "day"\nat_most = 1\nearns = "lunch"\nfrom = 2026-06-01'
    )
    text = with_("[board.landed]", f"{later}\n[board.landed]").replace("at_most = 3", "at_most = 3\nto = 2026-06-01")
    assert warnings(text) == ()


def test_an_incentive_on_days_when_its_metric_does_not_count_is_a_warning():
    text = with_("every = 5", "every = 5\nfrom = 2026-06-01").replace(
        'counts = "call.completed"', 'counts = "call.completed"\nto = 2026-06-01'
    )
    assert any("does not count on any of its days" in warning.message for warning in warnings(text))


def test_an_incentive_that_begins_before_its_metric_is_a_warning():
    text = with_('of = "amount"', 'of = "amount"\nfrom = 2026-06-01').replace(
        "reach = 1000.50", "reach = 9\nfrom = 2026-05-01"
    )
    (found,) = warnings(text)
    assert (found.place, found.code) == ("incentive.seller", "versions.begins-late")
    assert dict(found.values) == {"counted": "metric.revenue", "day": "2026-06-01"}


@pytest.mark.parametrize(
    ("begins", "days"), [("2026-06-01", None), ("2026-06-02", "1"), ("2026-07-02", "31"), ("2026-07-03", None)]
)
def test_a_few_days_between_an_incentive_and_the_next_are_a_warning(begins, days):
    later = (
        f'[incentive.later]\nmetric = "calls"\nevery = 9\nper = "day"\nat_most = 1\nearns = "lunch"\nfrom = {begins}'
    )
    text = with_("[board.landed]", f"{later}\n[board.landed]").replace("at_most = 3", "at_most = 3\nto = 2026-06-01")
    assert [dict(one.values).get("days") for one in warnings(text)] == ([days] if days else [])
    filled = later.replace("later]", "filled]").replace(f"from = {begins}", f"from = 2026-06-01\nto = {begins}")
    if days:
        assert warnings(text.replace("[board.landed]", f"{filled}\n[board.landed]")) == ()


@pytest.mark.parametrize("measure", ["days", 'distinct"\nof = "actor'])
def test_days_and_people_are_not_driven_up_by_an_import(measure):
    text = with_('counts = "call.completed"', f'counts = "call.imported"\nmeasure = "{measure}"')
    assert all(not one.code.startswith("gaming") for one in warnings(text))


def test_what_nothing_pays_for_may_count_what_it_likes():
    text = with_('counts = "deal.landed"\nmeasure = "distinct"\nof = "subject"', 'counts = "deal.created"')
    assert all(not one.code.startswith("gaming") for one in warnings(text))


def test_a_budget_that_is_overspent_is_no_limit():
    unlimited = with_("at_most = 3\n", "")
    budget = 'kind = "voucher"\nbudget = { amount = 5, when_spent = "%s" }'
    assert warnings(with_('kind = "voucher"', budget % "ask", unlimited)) == ()
    assert [one.code for one in warnings(with_('kind = "voucher"', budget % "continue", unlimited))] == [
        "incentive.unlimited"
    ]


def test_every_warning_has_a_code_of_its_own_and_tells_its_values_in_the_message():
    found = [one for old, new, place, _ in ADVICE if place for one in books.check(with_(old, new)).warnings]
    assert len({one.code for one in found}) >= 15
    for one in found:
        assert re.fullmatch(r"[a-z]+\.[a-z-]+", one.code), one
        assert all(value in one.message for _, value in one.values), one
        assert str(one) == f"{one.place}: {one.message}"


def test_a_budget_or_a_stock_is_a_limit_too():
    unlimited = with_("at_most = 3\n", "")
    assert warnings(with_('kind = "voucher"', 'kind = "voucher"\nstock = 5', unlimited)) == ()


def test_an_empty_book_loads_with_a_warning():
    assert [warning.place for warning in warnings("")] == ["book"]


def test_what_sources_really_send_replaces_what_is_usual():
    text = with_('counts = "call.completed"', 'counts = "anruf.erledigt"')
    assert warnings(text, {"anruf.erledigt", "deal.won"}) == ()
    assert [warning.place for warning in warnings(SMALL, {"deal.won"})] == ["metric.calls.counts"]


def test_a_milestone_named_like_an_activity_is_a_warning():
    assert any("rename it" in warning.message for warning in warnings(SMALL, {*USUAL, "deal.landed"}))
