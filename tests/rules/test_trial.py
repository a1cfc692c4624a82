"""Trials decided from counts: what awards are worth, how they add up, which activities made one."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules.incentive import Incentive
from rules.incentive import Reward
from rules.metric import Metric
from rules.trial import changed
from rules.trial import steps
from rules.trial import sums
from rules.trial import suspicions
from rules.trial import worth
from rules.trial.model import Concentration
from rules.trial.model import Counts
from rules.trial.model import Share
from rules.trial.model import Worth
from rules.value import UNIT

REWARDS = {
    "lunch": Reward(key="lunch", kind="voucher", costs=Decimal("9.50"), currency="EUR"),
    "break": Reward(key="break", kind="time_off", amount=Decimal(10)),
    "bonus": Reward(key="bonus", kind="money", amount=Decimal("20.00"), costs=Decimal("20.00"), currency="EUR"),
    "badge": Reward(key="badge", kind="badge"),
    "points": Reward(key="points", kind="points", amount=Decimal(50)),
}
offers = st.lists(st.sampled_from(sorted(REWARDS)), min_size=1, max_size=3, unique=True).map(sorted).map(tuple)


def offered(key, *earns):
    return Incentive(key=key, metric="m", per="week", every=UNIT, earns=earns)


@st.composite
def counted(draw):
    """Awards by offer, and how often each reward of an offer was chosen so far."""
    awards = draw(st.dictionaries(offers, st.integers(0, 1000), max_size=4))
    chosen = {(offer, reward): draw(st.integers(0, 9)) for offer in awards for reward in offer}
    return awards, worth.shares(chosen, list(awards))


@given(counted())
def test_what_is_likely_lies_between_least_and_most(drawn):
    awards, shares = drawn
    prices = worth.Prices(REWARDS, shares)
    found = prices.earned(awards)
    assert found.awards == sum(awards.values())
    assert all(one.least <= one.likely <= one.most for one in found.worth)
    assert [one.unit for one in found.worth] == sorted(one.unit for one in found.worth)
    for reward in REWARDS:
        least, most, likely = prices.pieces(awards, reward)
        assert least <= likely <= most


@given(counted())
def test_without_a_choice_nothing_is_a_guess(drawn):
    awards = {offer[:1]: count for offer, count in drawn[0].items()}
    found = worth.Prices(REWARDS, ()).earned(awards)
    assert all(one.least == one.likely == one.most for one in found.worth)


def test_people_are_taken_to_choose_as_they_did_so_far():
    shares = (Share(("break", "lunch"), "break", 1, 4), Share(("break", "lunch"), "lunch", 3, 4))
    found = worth.Prices(REWARDS, shares).earned({("break", "lunch"): 4, ("lunch",): 1})
    assert found.worth == (Worth("EUR", 95_000, 475_000, 380_000), Worth("minutes", 0, 400_000, 100_000))


def test_money_costs_what_it_pays_and_a_badge_nothing():
    assert worth.of_one(REWARDS["bonus"]) == {"EUR": 200_000}
    assert worth.of_one(REWARDS["badge"]) == worth.of_one(None) == {}


@given(st.fractions())
def test_halves_are_rounded_up(value):
    assert Fraction(-1, 2) <= worth.half_up(value) - value <= Fraction(1, 2)
    assert worth.half_up(Fraction(5, 2)) == 3


@given(st.dictionaries(st.integers(1, 60), st.integers(0, 9)), st.integers(0, 60))
def test_quartiles_are_as_equal_as_can_be_and_higher_ones_did_more(tallies, many):
    places = sums.quartiles(tallies, range(1, many + 1))
    sizes = [list(places.values()).count(number) for number in range(1, 5)]
    assert max(sizes) - min(sizes) <= 1
    for one, other in zip(sorted(places, key=places.get), sorted(places, key=places.get)[1:], strict=False):
        if places[one] < places[other]:
            assert tallies.get(one, 0) >= tallies.get(other, 0)


def test_concentration_counts_the_first_and_the_first_tenth():
    awards = dict.fromkeys(range(19), 1) | {99: 31, 98: 4}
    assert sums.concentration(awards, 25) == Concentration(54, 31, 36, 3)
    assert sums.concentration({}, 0) == Concentration(0, 0, 0, 0)


def test_a_budget_is_drawn_on_in_the_period_in_which_the_week_began():
    book = books.load(
        """
        [reward.lunch]
        kind = "voucher"
        costs = { amount = 9.50, currency = "EUR" }
        budget = { amount = 100, per = "month" }
        [metric.m]
        counts = "call.completed"
        [incentive.i]
        metric = "m"
        every = 1
        at_most = 9
        per = "week"
        earns = "lunch"
        """
    )
    october, november = 739_890, 739_921  # 2026-10-01, 2026-11-01
    counts = [(book.incentives["i"], Counts({7: 5}, {october + 25: 3, november + 1: 2}))]
    side = sums.Side(book.rewards, worth.Prices(book.rewards, ()), counts)
    found = sums.budgets(sums.Side({}, side.prices, ()), side, {("lunch", october): 8})
    assert [(one.first, one.others, one.draft.likely, one.budget) for one in found] == [
        (october, 760_000, 285_000, 1_000_000),
        (november, 0, 190_000, 1_000_000),
    ]


# --- why


def row(number, value, day=1):
    return steps.Counted(day, number, "crm", f"a{number}", "call.completed", "contact/1", 7, value)


@given(st.lists(st.integers(-3, 5), max_size=40), st.integers(1, 4))
def test_the_steps_of_an_award_carry_the_total_over_its_target(adds, ordinal):
    metric = Metric(key="m", counts=("x",), measure="sum", of="amount")
    incentive = Incentive(key="i", metric="m", per="week", every=4 * UNIT, earns=("lunch",))
    rows = steps.adding(metric, [row(number, one * UNIT) for number, one in enumerate(adds)])
    target, before, made = steps.to_target(incentive, ordinal, rows)
    total = sum(adds) * UNIT
    assert target == 4 * UNIT * ordinal
    if total >= target:
        assert made[-1].total >= target > made[-1].total - made[-1].adds
        assert made[0].total - made[0].adds == sum(adds[:before]) * UNIT
        assert len(made) <= steps.SHOWN
        assert all(one.total > target - 4 * UNIT for one in made)


def test_a_key_adds_one_where_it_first_shows_and_of_days_on_each_day():
    metric = Metric(key="m", counts=("x",), measure="distinct", of="subject")
    rows = [row(1, "a"), row(2, "a"), row(3, "b"), row(4, "a", day=2)]
    assert [one.id for one, _ in steps.adding(metric, rows)] == ["a1", "a3"]
    assert [one.id for one, _ in steps.by_day(metric, rows)] == ["a1", "a3", "a4"]
    assert steps.met_days(steps.by_day(metric, rows)) == [1, 2]


# --- which promises a draft changes, what it is warned of


BOOK = """
[metric.calls]
counts = "call.completed"
[metric.deals]
counts = "deal.won"
[reward.lunch]
kind = "voucher"
[incentive.callers]
metric = "calls"
every = 5
per = "week"
earns = "lunch"
[incentive.dealers]
metric = "deals"
every = 1
per = "week"
earns = "lunch"
"""


def test_a_draft_changes_the_promises_that_any_of_its_changes_reaches():
    def changes(*pair):
        return changed(books.load(BOOK), books.load(BOOK.replace(*pair)))

    assert changes("every = 5", "every = 6") == ("callers",)
    assert changes('"deal.won"', '"deal.lost"') == ("dealers",)
    assert changes('kind = "voucher"', 'kind = "badge"') == ("callers", "dealers")
    assert changes("every = 5", 'every = 5\ntitle = "Callers"\nfrom = 2026-01-01') == ()
    assert changes("[incentive.dealers]", "[incentive.other]") == ("dealers", "other")


def test_few_people_are_not_told_that_one_takes_much():
    def codes(top, awards, among):
        seen = suspicions.Seen(Concentration(awards, top, top, 1), 7, among, (), 0, (), (), ())
        return [one.code for one in suspicions.warnings(seen)]

    assert codes(3, 14, 10) == ["one-takes-much"]
    assert codes(2, 10, 10) == codes(9, 10, 9) == codes(1, 4, 10) == []
    assert codes(0, 0, 10) == ["nobody-earns"]
