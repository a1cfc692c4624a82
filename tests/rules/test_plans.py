"""Bonus plans in a book: every kind read and worked out, and everything that can be wrong with one, with its place."""

import itertools
from fractions import Fraction as F  # noqa: N817  # it stands in nearly every line
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules.bonus import Given
from rules.bonus import Inputs
from rules.bonus import plan as terms
from rules.bonus import reckon
from rules.bonus.components import COMPONENTS
from rules.book import BookError
from rules.book import cutting

BOOKS = Path(__file__).parents[2] / "rules" / "books"
GROUND = """
[milestone."contact.done"]
[[milestone."contact.done".needs]]
key = "call"
on = "call.completed"
[metric.done]
counts = "contact.done"
[board.done]
metric = "done"
[metric.calls]
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"
[metric.days]
counts = "call.completed"
measure = "days"
[reward.bounty]
kind = "money"
pays = { amount = 25, currency = "EUR" }
[reward.dollars]
kind = "money"
pays = { amount = 25, currency = "USD" }
[reward.lunch]
kind = "voucher"
[incentive.first-call]
metric = "calls"
reach = 2
per = "month"
earns = ["bounty", "dollars", "lunch"]
"""
# kind → what it says of itself, what is given, and what that pays
KINDS = {
    "flat": ('of = "calls"\npays = 7.50', "{ calls = 3 }", "22.50"),
    "percent": ('of = "revenue"\npercent = 2.5', "{ revenue = 1234.56 }", "30.86"),
    "marginal": (
        'of = "calls"\ntiers = [{ from = 0, pays = 6 }, { from = 20, pays = 9 }]', "{ calls = 21 }", "129",
    ),
    "whole": (
        'of = "revenue"\nboundary = "upper"\ntiers = [{ from = 0, pays = 0.04 }, { from = 100, pays = 0.08 }]',
        "{ revenue = 100 }", "8",
    ),
    "step": (
        'of = "calls"\nstacked = true\nsteps = [{ at = 10, pays = 50 }, { at = 20, pays = 120 }]', "{ calls = 20 }",
        "170",
    ),
    "per": ('of = "calls"\nevery = 10\npays = 25\ncarry = false', "{ calls = 29 }", "50"),
    "curve": (
        'of = "revenue"\npays = 1000\ntarget = "figure.quota"\nthreshold = 0.5\naccelerator = 2\ncap = 1.5',
        "{ revenue = 120, figure.quota = 100 }", "1400",
    ),
    "pool": ('of = "calls"\namount = 1000\nby = "units"', "{ calls = 3 }", "0"),
    "awards": ('of = "award.bounty"', "{ award.bounty = 25 }", "25"),
}  # fmt: skip  # a kind, its own keys, an example


def plan(*components, more="", examples=""):
    """Return a book with one plan of these components; each is the text of its keys."""
    tables = "".join(f"[[plan.p.components]]\n{one}\n" for one in components)
    return f'{GROUND}\n[plan.p]\ncurrency = "EUR"\nper = "month"\n{more}\n{tables}\n{examples}'


def component(kind="flat", own=None, more="", key="c"):
    return f'key = "{key}"\nkind = "{kind}"\n{own if own is not None else KINDS[kind][0]}\n{more}'


def example(values, pays):
    return f"[[plan.p.examples]]\nvalues = {values}\npays = {pays}\n"


def loaded(text):
    return books.load(text).plans["p"]


def faults(text):
    with pytest.raises(BookError) as caught:
        books.load(text)
    return {one.place: one.message for one in caught.value.faults}


def fault(text, place, remedy):
    found = faults(text)
    assert place in found, found
    assert remedy in found[place], found


# --- every kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_and_its_example_comes_out(kind):
    own, values, pays = KINDS[kind]
    made = loaded(plan(component(kind, own), examples=example(values, pays)))
    assert type(made.components[0].terms) is COMPONENTS[kind].terms
    assert made.examples[0][1] == F(pays)


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_that_does_not_come_out_is_told_with_what_the_plan_gives(kind):
    own, values, pays = KINDS[kind]
    wrong = plan(component(kind, own), examples=example(values, "9999.99"))
    fault(wrong, "plan.p.examples[0]", f"the plan gives {float(pays):.2f}")
    assert books.check(wrong, examples=False).book is not None, "a change may be tried before its examples are right"


def test_every_kind_of_component_has_a_table_and_a_case_here():
    assert KINDS.keys() == COMPONENTS.keys()


def test_everything_around_a_component_is_read():
    around = """
    gate = { of = "days", at_least = 10, otherwise = 0.5 }
    multiplier = { of = "figure.quality", at_least = 0.5, at_most = 1.5 }
    share = true
    caps = { credit = 100, rate = 6, pay = 500 }
    floor = 10
    budget = 10000
    from = 2026-03-01
    to = 2026-04-01
    prorate = false
    """
    one = loaded(plan(component("flat", None, around))).components[0]
    assert one.gate == terms.Gate("days", F(10), F(1, 2))
    assert one.multiplier == terms.Multiplier("figure.quality", F(1, 2), F(3, 2))
    assert one.caps == terms.Caps(F(100), F(6), F(500))
    assert (one.share, one.floor, one.budget, one.prorate) == (True, F(10), F(10_000), False)
    assert one.ends - one.starts == 31
    assert loaded(plan(component(more='basis = "year"'))).components[0].basis == "year"


def test_everything_around_a_plan_is_read():
    more = """
    title = "Sales"
    titles = { ru = "Продажи" }
    who = { team = "Sales" }
    prorate = { by = "working", scales = "target" }
    cap = 3000
    floor = 100
    rounding = { mode = "half_even", level = "total" }
    element = "1420"
    from = 2026-03-01
    """
    made = loaded(plan(component(), more=more))
    assert (made.cap, made.floor, made.element, made.titles) == (F(3000), F(100), "1420", {"ru": "Продажи"})
    assert made.prorate == terms.Prorate("working", "target")
    assert made.rounding == terms.Rounding("half_even", "total")
    assert made.who.team == ("Sales",)


def test_two_places_of_a_pool_may_weigh_the_same():
    own = 'of = "calls"\namount = 100\nby = "rank"\nranks = [40, 20, 20]'
    assert loaded(plan(component("pool", own))).components[0].terms.ranks == (40, 20, 20)


def test_numbers_are_exact():
    assert loaded(plan(component(own='of = "calls"\npays = 0.1'))).components[0].terms.pays == F(1, 10)


# --- everything that can be wrong


@pytest.mark.parametrize(
    ("own", "place", "remedy"),
    [
        ('of = "calls"\npays = 7\nbonus = 1', ".bonus", "there is no key"),
        ('of = "calls"\npay = 7', ".pay", 'did you mean "pays"'),
        ('of = "calls"', ".pays", "is missing; write pays = 7.50"),
        ('of = "cals"\npays = 7', ".of", 'did you mean "calls"'),
        ('of = "calls"\npays = -7', ".pays", "not below zero"),
        ('of = "calls"\npays = "7"', ".pays", "number"),
        ('of = "calls"\npays = inf', ".pays", "number"),
        ('of = "calls"\npays = nan', ".pays", "number"),
        ('of = "calls"\npays = 1e40', ".pays", "number"),
        ('of = "calls"\npays = 7\ncaps = { pay = 0 }', ".caps.pay", "above zero"),
        ('of = "calls"\npays = 7\nbudget = -1', ".budget", "above zero"),
        ('of = "calls"\npays = 7\nbasis = "month"', ".basis", "period"),
        ('of = "calls"\npays = 7\ngate = { of = "days" }', ".gate.at_least", "is missing; write at_least = 10"),
        ('of = "calls"\npays = 7\ngate = { of = "day", at_least = 1 }', ".gate.of", 'did you mean "days"'),
        ('of = "calls"\npays = 7\ngate = { of = "days", at_least = 1, otherwise = 1 }', ".gate.otherwise", "a part"),
        ('of = "calls"\npays = 7\nfrom = 2026-05-01\nto = 2026-05-01', ".to", "must be later than from"),
        ('of = "calls"\npays = 7\nbasis = "year"\nto = 2026-05-01', ".basis", "count days of one period"),
        ('of = "figure.won"\npays = 7\nbasis = "year"', ".basis", "is known of metrics alone"),
        ('of = "award.bounty"\npays = 7\nbasis = "year"', ".basis", "is known of metrics alone"),
        ('of = "calls"\npays = 7\nfloor = 9\ncaps = { pay = 8 }', ".floor", "lies above the pay in caps"),
        ('of = "calls"\npays = 7\ntiers = [{ from = 0, pays = 6 }]', ".tiers", 'kind "marginal" or "whole"'),
        ('of = "contact.done"\npays = 7', ".of", "is a milestone; write a metric that counts it"),
        ('of = "calls"\npays = 7\nmultiplier = { of = "days", at_least = 2, at_most = 1 }', ".multiplier.at_most",
         "must not lie below at_least"),
        ('of = "figure.Quota!"\npays = 7', ".of", "small letters, digits and hyphens"),
        ('of = "award.nothing"\npays = 7', ".of", "there is no reward"),
    ],
)  # fmt: skip  # what is written, where it is wrong, what to do
def test_a_fault_of_a_component_tells_its_place_and_the_remedy(own, place, remedy):
    fault(plan(component("flat", own)), f"plan.p.components[0]{place}", remedy)


@pytest.mark.parametrize(
    "name",
    ["figure.flag", "figure.adoption-score", "figure.reliance", "figure.evidence", "figure.risk-signals", "flagged"],
)
@pytest.mark.parametrize(
    ("kind", "use", "place"),
    [
        ("flat", 'of = "{}"\npays = 1', ".of"),
        ("flat", 'of = "calls"\npays = 1\ngate = {{ of = "{}", at_least = 1 }}', ".gate.of"),
        ("flat", 'of = "calls"\npays = 1\nmultiplier = {{ of = "{}", at_least = 1, at_most = 2 }}', ".multiplier.of"),
        ("curve", 'of = "calls"\npays = 1\ntarget = "{}"', ".target"),
        ("pool", 'of = "calls"\nby = "units"\namount = "{}"', ".amount"),
    ],
)
def test_a_flag_or_a_score_of_a_person_is_never_an_input_of_pay(name, kind, use, place):
    fault(plan(component(kind, use.format(name))), f"plan.p.components[0]{place}", "never an input of pay")


def test_a_word_that_only_begins_like_a_flag_is_none():
    assert loaded(plan(component(own='of = "figure.flagship-deals"\npays = 1'))).quantities() == {
        "figure.flagship-deals"
    }


@pytest.mark.parametrize(
    ("kind", "own", "place", "remedy"),
    [
        ("marginal", "tiers = [{ from = 10, pays = 6 }]", ".tiers", "nothing is said about credits below 10"),
        ("marginal", "tiers = [{ from = 0, pays = 6 }, { from = 0, pays = 9 }]", ".tiers", "rising order"),
        ("whole", 'boundary = "upper"\ntiers = [{from = 0, pays = 6}, {from = 9, pays = 1}, {from = 5, pays = 9}]',
         ".tiers", "5 does not lie above the one before"),
        ("marginal", "tiers = [{ from = 0, pays = -6 }]", ".tiers[0].pays", "not below zero"),
        ("marginal", "tiers = [{ from = 0, to = 9, pays = 6 }]", ".tiers[0].to", "there is no key"),
        ("marginal", "tiers = []", ".tiers", "…tiers"),
        ("whole", "tiers = [{ from = 0, pays = 6 }]", ".boundary", "is missing"),
        ("whole", 'boundary = "both"\ntiers = [{ from = 0, pays = 6 }]', ".boundary", "upper"),
        ("step", "", ".steps", "write steps = [ { at = 10, pays = 50 }"),
        ("step", "steps = [{ at = 0, pays = 6 }]", ".steps[0].at", "above zero"),
        ("step", "steps = [{ at = 20, pays = 6 }, { at = 10, pays = 6 }]", ".steps", "rising order"),
        ("per", "every = 0\npays = 1\ncarry = true", ".every", "above zero"),
        ("per", "every = 10\npays = 1", ".carry", "is missing"),
        ("curve", "pays = 1\ntarget = 0", ".target", "above zero"),
        ("curve", "pays = 1\ntarget = 10\npoints = [[1, 1], [0.5, 0.2]]", ".points", "write them in rising order"),
        ("curve", "pays = 1\ntarget = 10\npoints = [[0.5, 0.5], [1, 0.2]]", ".points", "write them in rising order"),
        ("curve", "pays = 1\ntarget = 10\npoints = [[1, 1, 1]]", ".points", "pairs"),
        ("curve", "pays = 1\ntarget = 10\nthreshold = 0.5\ncap = 0.5", ".cap", "must lie above threshold"),
        ("per", 'every = 10\npays = 1\ncarry = true\nbasis = "year"', ".basis", "earlier periods left over"),
        ("awards", "", ".of", "must be the money of a reward"),
        ("pool", 'amount = 100\nby = "units"\ngate = { of = "days", at_least = 1 }', ".gate", "is not asked"),
        ("pool", 'amount = 100\nby = "luck"', ".by", "units"),
        ("pool", 'amount = 100\nby = "rank"', ".ranks", "weights of the first places"),
        ("pool", 'amount = 100\nby = "units"\nranks = [1]', ".ranks", "belongs to by"),
        ("pool", 'amount = 100\nby = "rank"\nranks = [-1]', ".ranks", "not below zero"),
        ("pool", 'amount = 100\nby = "units"\nmultiplier = { of = "days", at_least = 1, at_most = 2 }', ".multiplier",
         "no longer add up"),
        ("pool", 'amount = 100\nby = "units"\ncaps = { pay = 1 }', ".caps", "no longer add up"),
    ],
)  # fmt: skip  # what is written, where it is wrong, what to do
def test_a_fault_of_a_kind_tells_its_place_and_the_remedy(kind, own, place, remedy):
    fault(plan(component(kind, f'of = "calls"\n{own}')), f"plan.p.components[0]{place}", remedy)


@pytest.mark.parametrize("key", ["Contacts", "a b", "-", "x" * 81, "ключ"])
def test_the_key_of_a_component_is_one_that_payroll_can_read(key):
    fault(plan(component(key=key)), "plan.p.components[0].key", "small letters, digits and hyphens")


def test_no_component_is_called_as_what_corrects_the_whole():
    fault(plan(component(key="total")), "plan.p.components[0].key", "choose another key")


def test_an_unknown_kind_is_told_with_the_nearest():
    fault(plan(component("marginl", "")), "plan.p.components[0].kind", 'did you mean "marginal"')
    fault(plan('key = "c"'), "plan.p.components[0].kind", "is missing")


def test_the_same_key_twice_is_refused():
    fault(plan(component(), component()), "plan.p.components", "the key of two components")


def test_a_plan_has_components_and_not_too_many():
    fault(plan(), "plan.p.components", "is missing")
    many = [component(key=f"c{number}") for number in range(31)]
    fault(plan(*many), "plan.p.components", "30 are the most")


@pytest.mark.parametrize(
    ("more", "place", "remedy"),
    [
        ("cap = 0", ".cap", "above zero"),
        ("floor = -1", ".floor", "not below zero"),
        ("cap = 10\nfloor = 11", ".floor", "lies above cap"),
        ("from = 2026-05-01\nto = 2026-04-01", ".to", "must be later than from"),
        ("who = {}", ".who", "asks nothing"),
        ('rounding = { mode = "near", level = "line" }', ".rounding.mode", "half_up"),
        ('prorate = { by = "hours", scales = "pay" }', ".prorate.by", "calendar"),
        ("element = 1420", ".element", "text"),
        ("title = 3", ".title", "text"),
        ("pay = 3", ".pay", "there is no key"),
    ],
)
def test_a_fault_of_a_plan_tells_its_place_and_the_remedy(more, place, remedy):
    fault(plan(component(), more=more), f"plan.p{place}", remedy)


def test_a_period_of_a_plan_is_one_of_a_salary():
    fault(plan(component()).replace('per = "month"\n\n[[', 'per = "week"\n\n[['), "plan.p.per", "month")


def test_a_year_so_far_does_not_shrink_by_the_days_of_one_period():
    more = 'prorate = { by = "calendar", scales = "pay" }'
    text = plan(component(), component(key="y", more='basis = "year"'), more=more)
    fault(text, "plan.p.components[1].prorate", "write prorate = false here")
    assert loaded(text.replace('basis = "year"', 'basis = "year"\nprorate = false')).components[1].basis == "year"


def test_a_year_so_far_has_no_meaning_where_each_period_is_a_year():
    text = plan(component(more='basis = "year"')).replace('per = "month"\n\n[[', 'per = "year"\n\n[[')
    fault(text, "plan.p.components[0].basis", "has no meaning with per")


@pytest.mark.parametrize("reward", ["dollars", "lunch"])
def test_awards_of_another_currency_or_kind_cannot_be_paid(reward):
    fault(plan(component("awards", f'of = "award.{reward}"')), "plan.p", "no reward of kind money in EUR")


def test_an_example_names_what_the_plan_asks_for():
    fault(plan(component(), examples=example("{ visits = 3 }", 1)), "plan.p.examples[0]", "there is no quantity")


def test_every_fault_is_told_at_once():
    found = faults(plan(component(own='of = "cals"\npays = -7', more="floor = false"), component("per", "", key="d")))
    places = {f"plan.p.components[{at}" for at in ("0].of", "0].pays", "0].floor", "1].of", "1].every")}
    assert places <= found.keys()


# --- books that ship


@pytest.mark.parametrize("path", sorted(BOOKS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_plan_of_a_book_that_ships_can_be_cut_out_changed_and_put_back(path):
    text = path.read_text(encoding="utf-8")
    book = books.load(text)
    for key, made in book.plans.items():
        found = cutting.cut(text, "plan", key)
        assert found.text in text, "exactly as it was written"
        again = books.load(found.put_back(found.text))
        assert again == book
        assert again.plans[key].titles == made.titles
        other = books.load(found.put_back(found.text.replace('"BONUS"', '"1420"')))
        assert (other.plans[key].element, made.element) == ("1420", "BONUS")


def test_the_starter_book_has_a_plan_with_titles_and_examples():
    (made,) = books.load((BOOKS / "starter.toml").read_text(encoding="utf-8")).plans.values()
    assert made.titles.keys() == {"ru", "zh"}
    assert all(one.titles.keys() == {"ru", "zh"} for one in made.components)
    assert len(made.examples) >= 3


def test_what_does_not_stand_for_itself_is_not_cut():
    inline = 'plan = { p = { currency = "EUR" } }\n'
    assert cutting.cut(inline, "plan", "p") is None
    assert cutting.cut(f"[{' ' * 200_000}\n", "plan", "p") is None, "and that at once"
    assert cutting.cut(plan(component()), "plan", "q") is None
    assert cutting.cut("no TOML", "plan", "p") is None
    hidden = f'{plan(component())}\n[reward.text]\ntitle = """\n[plan.p]\n"""\n'
    assert cutting.cut(hidden, "plan", "p") is None, "what looks like a table within a text"


def test_remarks_stay_with_what_they_are_about():
    text = f'{plan(component())}# the boards\n\n[board.b]\nmetric = "calls"\n'
    found = cutting.cut(text, "plan", "p")
    assert found.rest.endswith('# the boards\n\n[board.b]\nmetric = "calls"\n')
    assert "#" not in found.text


# --- whatever is written can be worked out

numbers = st.decimals(0, 10**6, places=2, allow_nan=False, allow_infinity=False).map(str)
positive = st.decimals(1, 10**6, places=2, allow_nan=False, allow_infinity=False).map(str)
FACTOR = '{ of = "figure.hours", at_least = 0.5, at_most = 1.5 }'
GATE = '{ of = "days", at_least = 10, otherwise = 0.5 }'


@st.composite
def drawn_components(draw, key):
    """Draw the text of a component of any kind."""
    marks = sorted(draw(st.sets(st.integers(1, 500), min_size=1, max_size=3)))
    rates = [draw(numbers) for _ in range(len(marks) + 1)]
    tiers = ", ".join(f"{{ from = {at}, pays = {pays} }}" for at, pays in zip([0, *marks], rates, strict=True))
    steps = ", ".join(f"{{ at = {at}, pays = {pays} }}" for at, pays in zip(marks, rates, strict=False))
    own = {
        "flat": f"pays = {rates[0]}",
        "percent": f"percent = {rates[0]}",
        "marginal": f"tiers = [{tiers}]",
        "whole": f'tiers = [{tiers}]\nboundary = "{draw(st.sampled_from(["upper", "lower"]))}"',
        "step": f"steps = [{steps}]\nstacked = {draw(st.sampled_from(['true', 'false']))}",
        "per": f"every = {draw(positive)}\npays = {rates[0]}\ncarry = {draw(st.sampled_from(['true', 'false']))}",
        "curve": f"pays = {rates[0]}\ntarget = {draw(positive)}\nthreshold = 0.5",
        "pool": f'amount = {draw(positive)}\nby = "{draw(st.sampled_from(["units", "equally"]))}"',
        "awards": "",
    }
    kind = draw(st.sampled_from(sorted(own)))
    of = "award.bounty" if kind == "awards" else draw(st.sampled_from(["calls", "revenue", "figure.hours"]))
    around = [f"caps = {{ pay = {draw(positive)} }}\nfloor = 1", f"multiplier = {FACTOR}", f"gate = {GATE}"]
    if of in {"calls", "revenue"} and "carry = true" not in own[kind]:
        around.append('basis = "year"')
    more = draw(st.lists(st.sampled_from(around), unique=True)) if kind != "pool" else []
    return component(kind, f'of = "{of}"\n{own[kind]}', "\n".join(more), key)


@given(st.data())
def test_whatever_is_written_well_is_worked_out_and_the_lines_add_up(data):
    parts = [data.draw(drawn_components(f"c{place}")) for place in range(data.draw(st.integers(1, 4)))]
    made = loaded(plan(*parts, more=data.draw(st.sampled_from(["", "cap = 100", "floor = 50"]))))
    value = F(data.draw(numbers))
    given_ = {one.key: Given(dict.fromkeys(one.quantities(), value)) for one in made.components}
    found = reckon(made, Inputs(given_))
    assert found.total == sum(line.amount for line in found.lines)


@given(st.data())
def test_the_order_of_components_changes_no_line(data):
    parts = [data.draw(drawn_components(f"c{place}")) for place in range(3)]
    value = F(data.draw(numbers))
    totals = set()
    for order in itertools.permutations(parts):
        made = loaded(plan(*order))
        given_ = {one.key: Given(dict.fromkeys(one.quantities(), value)) for one in made.components}
        totals.add(frozenset((line.key, line.amount) for line in reckon(made, Inputs(given_)).lines))
    assert len(totals) == 1
