"""Bonuses to the cent: what each kind of component pays, in which order, and that the lines add up."""

import itertools
import tomllib
from decimal import Decimal
from fractions import Fraction as F  # noqa: N817  # it stands in nearly every line
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.bonus import COMPONENTS
from rules.bonus import STAGES
from rules.bonus import Adjustment
from rules.bonus import Component
from rules.bonus import Given
from rules.bonus import Inputs
from rules.bonus import Plan
from rules.bonus import Share
from rules.bonus import corrections
from rules.bonus import divide
from rules.bonus import exact
from rules.bonus import plan as terms
from rules.bonus import reckon
from rules.bonus.components import Ask
from rules.bonus.components import payout
from rules.bonus.correction import by_component
from rules.bonus.shares import by_rank
from rules.bonus.statement import Correction

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "bonus.toml"


def vectors(part):
    """Return the published cases of one kind, where they are at hand."""
    if not VECTORS.exists():
        return []
    cases = tomllib.loads(VECTORS.read_text(encoding="utf-8"), parse_float=Decimal)["case"]
    return [pytest.param(case, id=case["name"]) for case in cases if part in case]


NONE = pytest.param(None, marks=pytest.mark.skip("the published cases are not at hand"))


def tiers(*pairs):
    return tuple(terms.Tier(F(at), F(pays)) for at, pays in pairs)


def pay(of, credit, **more):
    """Return what terms pay for a credit, exactly."""
    kind = next(kind for kind in COMPONENTS.values() if kind.terms is type(of))
    return kind.pays(
        of, Ask(F(credit), {name: F(value) for name, value in more.pop("quantities", {}).items()}, **more)
    ).pay


def to_cents(amount, mode="half_up"):
    return exact.money_text(exact.cents(amount, mode))


def plan(*components, **more):
    return Plan(key="p", currency="EUR", per="month", components=components, **more)


def component(of, key="c", **more):
    return Component(key=key, of="q", terms=of, **more)


def given_q(value, **more):
    return Given(quantities={"q": F(value), **{k: F(v) for k, v in more.pop("also", {}).items()}}, **more)


def statement(of, value, *, days=None, rounding=None, also=None, **more):
    """Return the statement of a plan with one component."""
    made = plan(component(of, **more), **({"rounding": rounding} if rounding else {}))
    return reckon(made, Inputs({"c": given_q(value, also=also or {})}, days))


# --- published cases


@pytest.mark.parametrize(
    "case", vectors("tiers") or [pytest.param(None, marks=pytest.mark.skip("no published cases here"))]
)
def test_published_tiers(case):
    table = case["tiers"]
    rates = tiers(*table["rates"])
    if table["kind"] == "marginal":
        of = terms.Marginal(rates)
    else:
        of = terms.Whole(rates, boundary=table.get("boundary", "lower"))
    assert to_cents(pay(of, case["value"])) == case["pay"]


@pytest.mark.parametrize("case", vectors("attainment"))
def test_attainment_is_not_rounded_before_pay(case):
    one = case["attainment"]
    of = terms.Curve(pays=F(one["target_incentive"]), target=F(one["quota"]))
    assert to_cents(pay(of, one["value"])) == case["pay"]


@pytest.mark.parametrize("case", vectors("proration"))
def test_published_prorations(case):
    one = case["proration"]
    made = plan(component(terms.Flat(F(one["amount"]))), prorate=terms.Prorate())
    assert exact.money_text(reckon(made, Inputs({"c": given_q(1)}, (one["days"], one["of"]))).total) == case["pay"]


@pytest.mark.parametrize("case", vectors("split"))
def test_published_splits(case):
    whole = exact.cents(F(case["split"]["amount"]), "half_up")
    parts = divide(whole, [F(weight) for weight in case["split"]["weights"]])
    assert [exact.money_text(part.of(whole)) for part in parts] == case["pays"]


@pytest.mark.parametrize("case", vectors("pool"))
def test_published_pools(case):
    whole = exact.cents(F(case["pool"]["amount"]), "half_up")
    shares = divide(whole, [F(units) for units in case["pool"]["units"]])
    paid = [pay(terms.Pool(F(case["pool"]["amount"])), 0, share=share) for share in shares]
    assert [to_cents(one) for one in paid] == case["pays"]


@pytest.mark.parametrize("case", vectors("curve"))
def test_published_curves(case):
    one = case["curve"]
    of = terms.Curve(
        pays=F(one["target_incentive"]),
        target=F(1),
        threshold=F(one["threshold"]),
        accelerator=F(one["accelerator"]),
        cap=F(one["cap_attainment"]),
    )
    assert [to_cents(pay(of, attainment)) for attainment in case["attainments"]] == case["pays"]


@pytest.mark.parametrize("case", vectors("rounding"))
def test_published_roundings(case):
    for mode in ("half_up", "half_even"):
        assert [to_cents(F(value), mode) for value in case["rounding"]["values"]] == case["rounding"][mode]


@pytest.mark.parametrize("case", vectors("every"))
def test_per_n_agrees_with_every_n(case):
    of = terms.PerN(n=F(case["every"]), pays=F(1))
    assert [pay(of, value) for value in case["values"]] == case["due"]


@pytest.mark.parametrize("case", vectors("reach"))
def test_a_step_once_agrees_with_reach(case):
    of = terms.Step(tiers((case["reach"], 1)))
    assert [pay(of, value) for value in case["values"]] == case["due"]


# --- each kind: boundary, zero, negative, huge, repeating decimal

MARGINAL = terms.Marginal(tiers((0, 6), (20, 9), (40, 12)))
WHOLE = terms.Whole(tiers((0, 1), (10, 2)))
STEP = terms.Step(tiers((10, 50), (20, 120)))
STACKED = terms.Step(tiers((10, 50), (20, 120)), stacked=True)
EVERY = terms.Step(tiers((10, 50)), every_time=True)
PER = terms.PerN(n=F(10), pays=F(25))
CURVE = terms.Curve(
    pays=F(900), target=F(3), threshold=F(1, 2), points=tiers(("0.5", "0.25"), (1, 1)), accelerator=F(2)
)
HUGE = F(10) ** 30


@pytest.mark.parametrize(
    ("of", "credit", "pays"),
    [
        (terms.Flat(F("7.5")), 3, "22.50"),
        (terms.Flat(F("7.5")), 0, "0.00"),
        (terms.Flat(F("7.5")), -2, "-15.00"),
        (terms.Flat(F(1, 3)), 2, "0.67"),
        (terms.Flat(F(2)), HUGE, f"{2 * 10**30}.00"),
        (terms.Percent(F("0.025")), "28460", "711.50"),
        (terms.Percent(F("0.025")), "0.20", "0.01"),
        (terms.Percent(F("0.025")), "-0.20", "-0.01"),
        (terms.Percent(F(1, 7)), 1, "0.14"),
        (terms.Percent(F("0.5")), HUGE, f"{5 * 10**29}.00"),
        (MARGINAL, 41, "312.00"),
        (MARGINAL, 20, "120.00"),
        (MARGINAL, 0, "0.00"),
        (MARGINAL, -1, "-6.00"),
        (MARGINAL, F(61, 3), "123.00"),
        (MARGINAL, HUGE, f"{12 * 10**30 - 180}.00"),
        (WHOLE, 10, "20.00"),
        (WHOLE, F("9.99"), "9.99"),
        (WHOLE, 0, "0.00"),
        (WHOLE, -3, "-3.00"),
        (WHOLE, F(31, 3), "20.67"),
        (WHOLE, HUGE, f"{2 * 10**30}.00"),
        (STEP, 9, "0.00"),
        (STEP, 10, "50.00"),
        (STEP, 25, "120.00"),
        (STEP, -5, "0.00"),
        (STEP, HUGE, "120.00"),
        (STACKED, 25, "170.00"),
        (EVERY, 35, "150.00"),
        (EVERY, F(100, 3), "150.00"),
        (EVERY, 0, "0.00"),
        (PER, 9, "0.00"),
        (PER, 10, "25.00"),
        (PER, 27, "50.00"),
        (PER, -10, "0.00"),
        (PER, F(61, 3), "50.00"),
        (PER, HUGE, f"{25 * 10**29}.00"),
        (CURVE, "1.49", "0.00"),
        (CURVE, "1.5", "225.00"),
        (CURVE, 3, "900.00"),
        (CURVE, 2, "450.00"),
        (CURVE, 4, "1500.00"),
        (CURVE, -1, "0.00"),
        (terms.Awards(), "19", "19.00"),
        (terms.Awards(), 0, "0.00"),
    ],
)
def test_each_kind_pays_to_the_cent(of, credit, pays):
    assert to_cents(pay(of, credit)) == pays


def test_every_kind_of_component_is_tried():
    tried = {terms.Flat, terms.Percent, terms.Marginal, terms.Whole, terms.Step, terms.PerN, terms.Curve, terms.Awards}
    assert {kind.terms for kind in COMPONENTS.values()} == tried | {terms.Pool}


@pytest.mark.parametrize(
    ("boundary", "credit", "pays"), [("upper", 10, 20), ("lower", 10, 10), ("lower", "10.01", "20.02"), ("lower", 0, 0)]
)
def test_the_side_of_a_boundary_is_declared(boundary, credit, pays):
    assert pay(terms.Whole(tiers((0, 1), (10, 2)), boundary=boundary), credit) == F(pays)


def test_what_per_n_leaves_over_is_carried_only_where_that_is_declared():
    carrying = component(terms.PerN(n=F(10), pays=F(25), carry=True))
    first = reckon(plan(carrying), Inputs({"c": given_q(7)}))
    assert (first.total, first.carried) == (0, {"c": 7})
    then = reckon(plan(carrying), Inputs({"c": given_q(4, carried=first.carried["c"])}))
    assert (then.total, then.carried) == (2500, {"c": 1})
    assert reckon(plan(component(PER)), Inputs({"c": given_q(7)})).carried == {}


def test_a_target_may_be_each_persons_own():
    of = terms.Curve(pays=F(1000), target="figure.quota")
    assert pay(of, 90, quantities={"figure.quota": 120}) == 750
    assert pay(of, 90, quantities={"figure.quota": 0}) == 0


@pytest.mark.parametrize(
    ("values", "weights"),
    [
        ((9, 7, 7, 1), (50, 25, 25, 0)),
        ((7, 7, 7, 7), (25, 25, 25, 25)),
        ((1, 2), (30, 50)),
    ],
)
def test_a_pool_by_rank_lets_equals_share_their_places(values, weights):
    given_weights = by_rank([F(value) for value in values], [F(50), F(30), F(20)])
    assert given_weights == [F(weight) for weight in weights]


# --- gates, multipliers, caps, floors, days


@pytest.mark.parametrize(("value", "total"), [(79, 0), (80, 15000), (81, 15000)])
def test_a_gate_lets_everything_through_or_nothing(value, total):
    gate = terms.Gate(of="g", at_least=F(80))
    assert statement(terms.Flat(F(150)), 1, gate=gate, also={"g": value}).total == total


def test_a_gate_may_let_a_part_of_the_credit_through():
    gate = terms.Gate(of="g", at_least=F(80), otherwise=F(1, 2))
    assert statement(terms.Percent(F("0.1")), 100, gate=gate, also={"g": 1}).total == 500


@pytest.mark.parametrize(("value", "total"), [("0.1", 5000), ("1.04", 10400), (9, 15000)])
def test_a_multiplier_is_bounded(value, total):
    multiplier = terms.Multiplier(of="m", at_least=F("0.5"), at_most=F("1.5"))
    assert statement(terms.Flat(F(100)), 1, multiplier=multiplier, also={"m": value}).total == total


@pytest.mark.parametrize(
    ("caps", "total"),
    [
        (terms.Caps(credit=F(10)), 2000),
        (terms.Caps(pay=F("12.34")), 1234),
        (terms.Caps(rate=F("1.5")), 3000),
        (terms.Caps(credit=F(10), rate=F("1.5"), pay=F(14)), 1400),
    ],
)
def test_credit_rate_and_pay_are_capped(caps, total):
    assert statement(terms.Flat(F(2)), 20, caps=caps).total == total


def test_a_floor_holds_and_proration_comes_before_it():
    made = plan(component(terms.Flat(F(100)), floor=F(60)), prorate=terms.Prorate())
    assert reckon(made, Inputs({"c": given_q(1)}, (15, 30))).total == 6000


def test_proration_scales_the_pay_or_the_targets():
    by_pay = plan(component(MARGINAL), prorate=terms.Prorate())
    by_target = plan(component(MARGINAL), prorate=terms.Prorate(scales="target"))
    half = Inputs({"c": given_q(20)}, (15, 30))
    assert reckon(by_pay, half).total == 6000
    assert reckon(by_target, half).total == 10 * 600 + 10 * 900
    assert reckon(by_target, Inputs({"c": given_q(20)}, (30, 30))).total == 12000


@pytest.mark.parametrize("every_time", [False, True])
def test_whoever_was_there_on_no_day_reaches_no_mark(every_time):
    marks = terms.Step((terms.Tier(F(10), F(50)), terms.Tier(F(20), F(120))), every_time=every_time)
    made = plan(component(marks), prorate=terms.Prorate("working", "target"))
    assert reckon(made, Inputs({"c": given_q(0)}, (0, 21))).total == 0
    assert reckon(made, Inputs({"c": given_q(0)}, (1, 21))).total == 0


def test_a_component_may_stay_whole_whoever_joined_late():
    made = plan(component(terms.Flat(F(100)), prorate=False), prorate=terms.Prorate())
    assert reckon(made, Inputs({"c": given_q(1)}, (1, 30))).total == 10000


def test_the_year_so_far_less_what_was_paid():
    made = plan(component(MARGINAL, basis="year"))
    paid, totals = F(0), []
    for so_far in (15, 25, 45, 44):
        total = reckon(made, Inputs({"c": given_q(so_far, paid=paid)})).total
        paid += exact.money(total)
        totals.append(total)
    assert totals == [9000, 7500, 19500, -1200]
    assert exact.cents(paid, "half_up") == exact.cents(pay(MARGINAL, 44), "half_up")


def test_a_spiffs_budget_is_shared_in_proportion_when_it_is_exceeded():
    spiff = component(terms.Flat(F(50)), budget=F(100))
    asked = [F(5000), F(10000)]
    shares = divide(10000, asked)
    paid = [
        reckon(plan(spiff), Inputs({"c": given_q(a / 5000, budget=s)})).total
        for a, s in zip(asked, shares, strict=True)
    ]
    assert paid == [3333, 6667]
    enough = Share(F(5000), F(9000))
    assert reckon(plan(spiff), Inputs({"c": given_q(1, budget=enough)})).total == 5000


def test_the_stages_stand_in_their_fixed_order():
    full = component(
        MARGINAL,
        gate=terms.Gate(of="q", at_least=F(1)),
        multiplier=terms.Multiplier(of="q", at_least=F(0), at_most=F(2)),
        share=True,
        caps=terms.Caps(credit=F(30), rate=F(1), pay=F(1)),
        floor=F(2),
        basis="year",
    )
    inputs = Inputs({"c": given_q(41, share=Share(F(1), F(2)))}, (15, 30))
    (line,) = reckon(plan(full, prorate=terms.Prorate()), inputs).lines
    stages = [step.stage for step in line.steps]
    assert stages == sorted(stages, key=STAGES.index)
    assert set(stages) == set(STAGES)


# --- the whole


def test_lines_of_a_statement():
    made = plan(
        component(MARGINAL, key="contacts"),
        component(terms.Percent(F("0.025")), key="deals"),
        cap=F(1000),
    )
    inputs = Inputs(
        {"contacts": given_q(41), "deals": given_q(28460)},
        adjustments=(Adjustment("jubilee", 5000, "ten years"),),
        corrections=(Correction("2026-10", "contacts", -900),),
    )
    found = reckon(made, inputs)
    assert [(line.kind, line.key, line.amount, line.note) for line in found.lines] == [
        ("component", "contacts", 31200, ""),
        ("component", "deals", 71150, ""),
        ("cap", "cap", -2350, ""),
        ("correction", "contacts", -900, "2026-10"),
        ("adjustment", "jubilee", 5000, "ten years"),
    ]
    assert found.total == 104100


def test_rounding_the_total_makes_a_line_of_the_difference():
    thirds = [component(terms.Flat(F(1, 3)), key=key) for key in "abc"]
    inputs = Inputs(dict.fromkeys("abc", given_q(1)))
    by_line = reckon(plan(*thirds), inputs)
    by_total = reckon(plan(*thirds, rounding=terms.Rounding(level="total")), inputs)
    assert (by_line.total, [line.kind for line in by_line.lines]) == (99, ["component"] * 3)
    assert (by_total.total, by_total.lines[-1].kind, by_total.lines[-1].amount) == (100, "rounding", 1)


def test_a_plans_floor_tops_up():
    found = reckon(plan(component(PER), floor=F(100)), Inputs({"c": given_q(10)}))
    assert (found.total, found.lines[-1].kind, found.lines[-1].amount) == (10000, "floor", 7500)


@pytest.mark.parametrize("mode", exact.MODES)
@pytest.mark.parametrize("amount", ["0", "0.005", "0.015", "-0.005", "2.675", "-2.675", "0.001", "-0.009"])
def test_roundings_agree_with_decimal(mode, amount):
    ours = Decimal(exact.cents(F(amount), mode)).scaleb(-2)
    assert ours == Decimal(amount).quantize(Decimal("0.01"), rounding=f"ROUND_{mode.upper()}")


# --- properties

NUMBERS = st.fractions(min_value=-(10**6), max_value=10**9, max_denominator=10**6)
POSITIVE = st.fractions(min_value=0, max_value=10**6, max_denominator=1000)
RATES = st.fractions(min_value=0, max_value=100, max_denominator=1000)
WEIGHTS = st.lists(POSITIVE, min_size=1, max_size=30)


@st.composite
def tables(draw):
    """Draw tiers with rising marks, the first at zero."""
    marks = sorted(draw(st.sets(st.fractions(min_value=1, max_value=10**5, max_denominator=100), max_size=5)))
    return tuple(terms.Tier(at, draw(RATES)) for at in (F(0), *marks))


@given(whole=st.integers(-(10**12), 10**12), weights=WEIGHTS)
def test_parts_add_up_to_the_whole(whole, weights):
    parts = [share.of(whole) for share in divide(whole, weights)]
    assert sum(parts) == (whole if sum(weights) else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - (F(whole) * weight / sum(weights) if sum(weights) else 0)) < 1


@given(table=tables(), a=POSITIVE, b=POSITIVE)
def test_marginal_pay_is_monotone_and_never_jumps(table, a, b):
    low, high = sorted((a, b))
    of = terms.Marginal(table)
    difference = pay(of, high) - pay(of, low)
    assert 0 <= difference <= (high - low) * max(tier.pays for tier in table)


@given(table=tables(), at=POSITIVE)
def test_marginal_pay_is_the_sum_of_its_tiers(table, at):
    expected = sum(
        (max(F(0), min(at, end) - tier.at) * tier.pays)
        for tier, end in zip(table, [*(t.at for t in table[1:]), max(at, F(0))], strict=True)
    )
    assert pay(terms.Marginal(table), at) == expected


@given(
    attainments=st.tuples(POSITIVE, POSITIVE),
    threshold=st.fractions(0, 1, max_denominator=10),
    accelerator=st.fractions(0, 3, max_denominator=10),
)
def test_a_curve_never_falls(attainments, threshold, accelerator):
    of = terms.Curve(pays=F(1), target=F(1), threshold=threshold, accelerator=accelerator)
    low, high = (payout(of, one) for one in sorted(attainments))
    assert low <= high


@st.composite
def plans_and_inputs(draw):
    """Draw a plan of up to five components and what is known for them."""
    makers = (
        RATES.map(terms.Flat),
        RATES.map(terms.Percent),
        tables().map(terms.Marginal),
        tables().map(terms.Whole),
        tables().map(lambda table: terms.Step(table[1:] or (terms.Tier(F(1), F(1)),), stacked=True)),
        st.builds(terms.PerN, n=st.just(F(10)), pays=RATES, carry=st.booleans()),
        st.builds(terms.Curve, pays=RATES, target=st.just(F(7)), threshold=st.just(F(1, 2))),
        st.builds(terms.Pool, amount=RATES),
        st.just(terms.Awards()),
    )
    components, known = [], {}
    for number in range(draw(st.integers(1, 5))):
        key = f"c{number}"
        caps = draw(st.builds(terms.Caps, pay=st.none() | RATES))
        floor = draw(st.none() | RATES)
        components.append(component(draw(st.one_of(*makers)), key=key, caps=caps, floor=floor))
        share = Share(draw(POSITIVE), F(10**6)) if draw(st.booleans()) else None
        known[key] = given_q(draw(NUMBERS), share=share)
    rounding = draw(st.builds(terms.Rounding, st.sampled_from(exact.MODES), st.sampled_from(["line", "total"])))
    made = plan(*components, rounding=rounding, cap=draw(st.none() | RATES), prorate=terms.Prorate())
    by_hand = draw(
        st.lists(st.builds(Adjustment, st.sampled_from("ab"), st.integers(-999, 999), st.just("")), max_size=4)
    )
    return made, Inputs(known, draw(st.none() | st.just((11, 30))), tuple(by_hand))


@given(plans_and_inputs(), st.randoms())
def test_lines_add_up_whatever_the_order_of_the_facts(drawn, chance):
    made, inputs = drawn
    found = reckon(made, inputs)
    assert sum(line.amount for line in found.lines) == found.total
    keys, by_hand = list(inputs.given), list(inputs.adjustments)
    chance.shuffle(keys)
    chance.shuffle(by_hand)
    again = reckon(made, Inputs({key: inputs.given[key] for key in keys}, inputs.days, tuple(by_hand)))
    assert again == found


@given(plans_and_inputs(), st.lists(st.lists(NUMBERS, min_size=5, max_size=5), min_size=1, max_size=6))
def test_corrections_end_where_knowing_everything_at_first_would_have(drawn, changes):
    made, inputs = drawn
    posted = by_component(reckon(made, inputs))
    for values in changes:
        known = {
            key: given_q(value, share=one.share)
            for (key, one), value in zip(inputs.given.items(), values, strict=False)
        }
        inputs = Inputs(known, inputs.days)
        again = reckon(made, inputs)
        for one in corrections("2026-10", posted, again):
            posted[one.component] = posted.get(one.component, 0) + one.amount
    at_first = by_component(reckon(made, inputs))
    assert {key: amount for key, amount in posted.items() if amount} == {key: a for key, a in at_first.items() if a}


@given(st.fractions())
def test_numbers_are_written_exactly(value):
    assert exact.number(exact.text(value)) == value


def test_splits_of_one_pay_add_up():
    for pays, weights in itertools.product(("100", "0.01", "33.33"), ((1, 1, 1), (1, 2), (5, 0, 3))):
        whole = exact.cents(F(pays), "half_up")
        totals = []
        for share in divide(whole, [F(weight) for weight in weights]):
            one = component(terms.Flat(F(pays)), share=True)
            totals.append(reckon(plan(one), Inputs({"c": given_q(1, share=share)})).total)
        assert sum(totals) == whole
