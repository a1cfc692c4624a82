"""Advice on bonus plans, and the shape of what they pay, from which the advice and the curves are drawn."""

from fractions import Fraction as F  # noqa: N817  # it stands in nearly every line
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules.bonus import Component
from rules.bonus import Plan
from rules.bonus import plan as terms
from rules.bonus import shape
from rules.book.plan_lint import CODES
from tests.rules.test_plans import KINDS
from tests.rules.test_plans import component
from tests.rules.test_plans import example
from tests.rules.test_plans import plan

PLAN = Plan(key="p", currency="EUR", per="month", components=())


def advice(text):
    report = books.check(text)
    assert report.faults == (), report.faults
    assert {one.code.removeprefix("plan.") for one in report.warnings if one.code.startswith("plan.")} <= {*CODES}
    assert all(one.code.startswith("plan.") for one in report.warnings if one.place.startswith("plan."))
    return [(one.place, one.message) for one in report.warnings if one.place.startswith("plan.")]


def tell(text, place, *words):
    """Check that exactly one piece of advice is about this, with its remedy."""
    found = [message for where, message in advice(text) if where == place and words[0] in message]
    assert len(found) == 1, advice(text)
    for word in words:
        assert word in found[0], found


def tiers(*pairs):
    return tuple(terms.Tier(F(at), F(pays)) for at, pays in pairs)


def one(of, **more):
    return Component(key="c", of="q", terms=of, **more)


# --- advice


def test_a_sound_plan_is_left_alone():
    own = 'of = "calls"\ntiers = [{ from = 0, pays = 6 }, { from = 20, pays = 9 }]'
    assert advice(plan(component("marginal", own), more="cap = 500", examples=example("{ calls = 1 }", 6))) == []


def test_a_cliff_is_told_with_its_amount_at_each_boundary():
    own = 'of = "revenue"\nboundary = "upper"\ntiers = [{from = 0, pays = 0.04}, {from = 250000, pays = 0.08}]'
    tell(plan(component("whole", own)), "plan.p.components[0]", "at 250000 one more pays 10,000 EUR more at once",
         "(10,000 → 20,000)", 'write kind = "marginal"')  # fmt: skip  # what is told, then the remedy


def test_every_step_is_told_and_a_long_list_is_cut():
    steps = ", ".join(f"{{ at = {at}, pays = {at * 5} }}" for at in range(10, 80, 10))
    text = plan(component("step", f'of = "calls"\nsteps = [{steps}]'))
    tell(text, "plan.p.components[0]", "at 10 one more pays 50 EUR more", "at 20 one more pays 50", "and at 2 more")


def test_a_tier_that_costs_whoever_reaches_it_is_told():
    own = 'of = "calls"\nboundary = "lower"\ntiers = [{from = 0, pays = 9}, {from = 10, pays = 3}]'
    text = plan(component("whole", own))
    tell(text, "plan.p.components[0]", "at 10 one more pays 60 EUR less at once")
    tell(text, "plan.p.components[0]", "from 10 on it pays 3 instead of 9", "let what is paid rise")


def test_a_curve_that_jumps_at_its_threshold_is_told():
    own = 'of = "revenue"\npays = 1000\ntarget = "figure.quota"\nthreshold = 0.5\ncap = 2'
    tell(plan(component("curve", own)), "plan.p.components[0]", "at 50 % of the target one more pays 500 EUR more",
         "points = [[0.5, 0], [1, 1]]")  # fmt: skip  # what is told, then the remedy
    smooth = own + "\npoints = [[0.5, 0], [1, 1]]"
    assert not [said for _, said in advice(plan(component("curve", smooth))) if "jumps" in said]


@pytest.mark.parametrize("kind", ["flat", "percent", "marginal", "whole", "per"])
def test_pay_that_grows_without_end_is_told_unless_something_holds_it(kind):
    text = plan(component(kind))
    tell(text, "plan.p.components[0]", "pay grows without end", "caps = { pay = … }")
    for held in (
        plan(component(kind, more="caps = { pay = 100 }")),
        plan(component(kind, more="caps = { credit = 100 }")),
        plan(component(kind, more="budget = 100")),
        plan(component(kind), more="cap = 100"),
    ):
        assert not [said for _, said in advice(held) if "without end" in said], held


@pytest.mark.parametrize("kind", ["step", "curve", "pool", "awards"])
def test_what_has_an_end_of_its_own_is_not_told(kind):
    assert not [said for _, said in advice(plan(component(kind))) if "without end" in said]


def test_a_rate_that_is_capped_still_grows_without_end():
    tell(plan(component(more="caps = { rate = 5 }")), "plan.p.components[0]", "pay grows without end")


def test_a_gate_out_of_reach_is_told_and_one_that_is_always_met():
    text = plan(component(more='gate = { of = "days", at_least = 40 }'))
    tell(text, "plan.p.components[0]", "the gate can never be met", "at most 31, not 40", "ask for fewer")
    text = plan(component(more='gate = { of = "days", at_least = 0 }'))
    tell(text, "plan.p.components[0]", "the gate is always met", "remove it")
    text = plan(component(more='gate = { of = "days", at_least = 40 }\nbasis = "year"'))
    assert not [said for _, said in advice(text) if "gate" in said], "a year has more days"


def test_marks_that_no_credit_reaches_are_told():
    own = 'of = "calls"\ntiers = [{from = 0, pays = 1}, {from = 50, pays = 2}]\ncaps = { credit = 40 }'
    tell(plan(component("marginal", own)), "plan.p.components[0]", "50 can never be reached", "at most 40 are credited")
    own = 'of = "days"\nsteps = [{at = 20, pays = 1}, {at = 32, pays = 2}]'
    tell(plan(component("step", own)), "plan.p.components[0]", "32 can never be reached", "at most 31")


def test_falling_rates_are_told():
    own = 'of = "calls"\ntiers = [{from = 0, pays = 9}, {from = 50, pays = 2}]'
    tell(plan(component("marginal", own)), "plan.p.components[0]", "from 50 on it pays 2 instead of 9", "let what is")


def test_a_budget_without_dates_is_told():
    tell(plan(component(more="budget = 100")), "plan.p.components[0]", "anew every month", "write from and to")
    dated = plan(component(more="budget = 100\nfrom = 2026-03-01\nto = 2026-04-01"))
    assert not [said for _, said in advice(dated) if "anew" in said]


@pytest.mark.parametrize("kind", ["flat", "percent", "marginal", "whole"])
def test_pay_that_can_fall_below_zero_is_told_unless_a_floor_holds_it(kind):
    own = KINDS[kind][0].replace('"calls"', '"revenue"')
    tell(plan(component(kind, own)), "plan.p.components[0]", "falls below zero when revenue does", "write floor = 0")
    for held in (
        plan(component(kind, own, "floor = 0")),
        plan(component(kind, own), more="floor = 0"),
        plan(component(kind, own.replace('"revenue"', '"calls"'))),
    ):
        assert not [said for _, said in advice(held) if "below zero" in said], held


def test_a_year_so_far_that_takes_back_is_told():
    text = plan(component(more='basis = "year"'))
    tell(text, "plan.p.components[0]", "takes back what the year has paid", "a floor for the plan")
    assert not [said for _, said in advice(plan(component(more='basis = "year"'), more="floor = 0")) if "takes" in said]


def test_an_award_that_is_paid_twice_is_told():
    text = plan(component("awards"), component("awards", key="d"))
    tell(text, "plan.p.components[1]", "pays award.bounty a second time", "plan.p.components[0] pays it already")
    assert not [said for where, said in advice(text) if where.endswith("[0]") and "second time" in said]


def test_what_an_incentive_earns_and_a_component_pays_for_is_told():
    text = plan(component("awards"), component("flat", key="d"))
    tell(text, "plan.p.components[0]", "pays for calls once more: incentive.first-call earns it", "d pays for it too")
    apart = plan(component("awards"), component("flat", 'of = "revenue"\npays = 1', key="d"))
    assert not [said for _, said in advice(apart) if "once more" in said]


def another(head, who="", kind="flat"):
    """Return a plan beside the other one."""
    own = KINDS[kind][0]
    return f'[plan.q]\n{head}\nper = "month"\n{who}\n[[plan.q.components]]\nkey = "c"\nkind = "{kind}"\n{own}\n'


@pytest.mark.parametrize(
    ("who", "other", "meet"),
    [
        ("", "", True),
        ("", 'who = { team = "A" }', True),
        ('who = { team = ["A", "B"] }', 'who = { team = ["B"] }', True),
        ('who = { team = "A" }', 'who = { role = "lead" }', True),
        ('who = { team = "A" }', 'who = { team = "B" }', False),
        ('who = { team = "A", role = "lead" }', 'who = { team = "A", role = "seller" }', False),
        ("to = 2026-04-01", "from = 2026-04-01", False),
        ("to = 2026-04-02", "from = 2026-04-01", True),
    ],
)
def test_two_plans_are_told_of_each_other_where_they_may_pay_the_same_people(who, other, meet):
    text = plan(component("flat"), more=who) + another('currency = "USD"', other)
    found = [said for where, said in advice(text) if where == "plan.q.currency"]
    assert [said[:38] for said in found] == (["plan.p may pay the same people at the "] if meet else [])
    twice = plan(component("awards"), more=who) + another('currency = "EUR"', other, "awards")
    assert (
        bool([said for where, said in advice(twice) if where == "plan.q.components[0]" and "second time" in said])
        is meet
    )


def test_two_plans_of_one_currency_may_pay_the_same_people():
    text = plan(component("flat")) + another('currency = "EUR"')
    assert not [where for where, _ in advice(text) if where.endswith("currency")]


def test_a_component_outside_of_its_plans_days_is_told():
    text = plan(component(more="to = 2026-03-01"), more="from = 2026-03-01")
    tell(text, "plan.p.components[0]", "can never pay", "let from and to meet the plan's")


def test_a_plan_without_examples_is_told():
    tell(plan(component()), "plan.p", "has no example", "examples = [")


def test_a_metric_that_only_a_plan_uses_is_used():
    report = books.check(plan(component("percent")))
    assert "metric.revenue" not in [warning.place for warning in report.warnings]
    assert "metric.days" in [warning.place for warning in report.warnings]


def test_advice_about_any_kind_comes_without_a_fault():
    assert [advice(plan(component(kind))) for kind in KINDS]


# --- the shape


@pytest.mark.parametrize(
    ("of", "found"),
    [
        (terms.Flat(F(7)), ()),
        (terms.Marginal(tiers((0, 6), (20, 9))), (20,)),
        (terms.Step(tiers((10, 5), (20, 9))), (10, 20)),
        (terms.PerN(F(10), F(5)), (10,)),
        (terms.Curve(F(1), F(100), threshold=F(1, 2), cap=F(3, 2)), (50, 100, 150)),
        (terms.Curve(F(1), "figure.quota", points=tiers(("0.8", 0), (1, 1))), (F(4, 5), 1)),
        (terms.Pool(F(100)), ()),
        (terms.Awards(), ()),
    ],
)
def test_breakpoints_are_where_the_table_bends(of, found):
    assert shape.breakpoints(one(of)) == found
    assert shape.breakpoints(one(of, caps=terms.Caps(credit=F(7)))) == tuple(sorted({*found, F(7)}))


@pytest.mark.parametrize(
    ("made", "points"),
    [
        (one(terms.Flat(F(7))), [(0, 0), (10, 70)]),
        (one(terms.Percent(F(1, 40))), [(0, 0), (10_000, 250)]),
        (one(terms.Marginal(tiers((0, 6), (20, 9)))), [(0, 0), (20, 120), (25, 165)]),
        (one(terms.Whole(tiers((0, 6), (20, 9)))), [(0, 0), (20, 120), (20, 180), (25, 225)]),
        (one(terms.Whole(tiers((0, 6), (20, 9)), "lower")), [(0, 0), (20, 120), (20, 180), (25, 225)]),
        (one(terms.Step(tiers((10, 50)))), [(0, 0), (10, 0), (10, 50), (F(25, 2), 50)]),
        (one(terms.Flat(F(7)), caps=terms.Caps(pay=F(30))), [(0, 0), (F(30, 7), 30), (10, 30)]),
        (one(terms.Flat(F(7)), floor=F(20)), [(0, 20), (F(20, 7), 20), (10, 70)]),
        (one(terms.Flat(F(7)), caps=terms.Caps(credit=F(4))), [(0, 0), (4, 28), (5, 28)]),
        (one(terms.Flat(F(5)), gate=terms.Gate("q", F(4))), [(0, 0), (4, 0), (4, 20), (10, 50)]),
        (one(terms.Flat(F(5)), gate=terms.Gate("other", F(4))), [(0, 0), (10, 50)]),
        (
            one(terms.Curve(F(1000), F(100), threshold=F(1, 2), accelerator=F(2), cap=F(3, 2))),
            [(0, 0), (50, 0), (50, 500), (100, 1000), (150, 2000), (F(375, 2), 2000)],
        ),
        (
            one(terms.Curve(F(1000), "figure.quota", points=tiers(("0.5", 0), (1, 1)))),
            [(0, 0), (F(1, 2), 0), (1, 1000), (F(5, 4), 1250)],
        ),
        (one(terms.Pool(F(100))), []),
    ],
)
def test_a_curve_is_exact_and_has_both_sides_of_a_jump(made, points):
    assert shape.curve_of(made, PLAN) == points


def test_a_curve_reaches_beyond_every_mark():
    assert shape.curve_of(one(terms.Flat(F(7))), PLAN, marks=[F(99)])[-1] == (99, 693)


def test_what_comes_again_and_again_is_drawn_a_few_times():
    points = shape.curve_of(one(terms.PerN(F(10), F(25))), PLAN)
    assert [jump.at for jump in shape.jumps(points)] == [10, 20, 30, 40, 50]
    assert {jump.above - jump.below for jump in shape.jumps(points)} == {25}
    far = shape.curve_of(one(terms.PerN(F(1), F(25))), PLAN, marks=[F(10**6)])
    assert len(far) < 200


positive = st.fractions(F(1, 100), 1000, max_denominator=100)
steps = st.lists(positive, min_size=1, max_size=4, unique=True).map(sorted)


@st.composite
def drawn(draw):
    """Draw a component with caps and a floor."""
    marks = draw(steps)
    pays = [draw(positive) for _ in range(len(marks) + 1)]
    table = tiers(*zip([0, *marks], pays, strict=True))
    of = draw(
        st.sampled_from(
            [
                terms.Flat(pays[0]),
                terms.Marginal(table),
                terms.Whole(table, draw(st.sampled_from(["upper", "lower"]))),
                terms.Step(tiers(*zip(marks, pays, strict=False))),
                terms.PerN(marks[0], pays[0]),
                terms.Curve(pays[0], marks[0], threshold=F(1, 2), accelerator=F(2)),
            ]
        )
    )
    caps = terms.Caps(*(draw(st.one_of(st.none(), positive)) for _ in range(3)))
    return one(of, caps=caps, floor=draw(st.one_of(st.none(), positive)))


@given(drawn(), st.fractions(0, 1, max_denominator=1000))
def test_between_two_points_of_a_curve_pay_lies_on_the_line(made, part):
    points = shape.curve_of(made, PLAN)
    assert points[0][0] == 0
    for (low, first), (high, last) in pairwise(points):
        credit = low + (high - low) * part
        if low < credit < high:
            assert shape.pay_of(made, PLAN, credit) == first + (last - first) * part
    jumps = {jump.at for jump in shape.jumps(points)}
    assert all(shape.pay_of(made, PLAN, at) == pay for at, pay in points if at not in jumps)
