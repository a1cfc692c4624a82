"""Ready-made packs: each is sound by itself, explains itself, and fits into any book."""

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from config import Settings
from rules import wording
from rules.book import BookError
from rules.book import check
from rules.book import load
from rules.book import packs
from rules.book import promise
from rules.book.composing import put
from rules.version import meaning

BOOKS = Path(packs.__file__).parent.parent / "books"
SHIPPED = packs.shipped()
NAMES = [pack.key for pack in SHIPPED]
EMPTY = ""
TEXTS = {"": EMPTY} | {file.stem: file.read_text(encoding="utf-8") for file in sorted(BOOKS.glob("*.toml"))}
KINDS = ("milestones", "metrics", "rewards", "incentives", "boards", "plans")
every_pack = pytest.mark.parametrize("pack", SHIPPED, ids=NAMES)
subsets = st.lists(st.sampled_from(SHIPPED), unique_by=lambda pack: pack.key)


def with_packs(name, chosen):
    """Add packs to a book that is shipped, one after the other, the way HR does."""
    return grown(name, tuple(pack.key for pack in chosen))


@cache
def grown(name, keys):
    if not keys:
        return TEXTS[name]
    text = grown(name, keys[:-1])
    (last,) = (pack for pack in SHIPPED if pack.key == keys[-1])
    return put(text, packs.additions(read(text), last))


@cache
def read(text):
    return load(text)


def means(book):
    """Return what a book means, whatever its order."""
    return {(kind, key): meaning(one) for kind in KINDS for key, one in getattr(book, kind).items()}


def about(**changes):
    """Write the explanation of a pack."""
    said = "".join(f'[pack.{name}]\nen = "Who"\nru = "Кто"\nzh = "谁"\n' for name in packs.SAID if name not in changes)
    head = '[pack]\norder = 1\ntitle = "Calls"\ntitles = { ru = "Звонки", zh = "通话" }\n'
    return changes.get("head", head) + said


def pack_of(body, key="calls"):
    return packs.read(about() + body, key)


# --- each of them


def test_seven_or_more_are_shipped_and_each_has_its_place():
    assert len(SHIPPED) >= 7
    assert [pack.order for pack in SHIPPED] == list(range(1, len(SHIPPED) + 1))


@every_pack
def test_a_pack_is_a_sound_book_without_a_warning(pack):
    report = check(pack.text)
    assert report.faults == ()
    assert report.warnings == ()


@every_pack
def test_a_pack_says_for_whom_it_is_what_it_does_and_what_it_avoids_in_every_language(pack):
    for said in (pack.titles, pack.for_whom, pack.does, pack.avoids):
        assert set(said) == set(wording.LANGUAGES)
        assert len(set(said.values())) == len(wording.LANGUAGES)


@every_pack
def test_everything_of_a_pack_is_titled_in_every_language(pack):
    for kind in KINDS:
        for one in getattr(pack.book, kind).values():
            assert set(one.titles) == {"ru", "zh"}, one.key
    for milestone in pack.book.milestones.values():
        assert all(set(need.titles) == {"ru", "zh"} for need in milestone.needs)


@every_pack
def test_every_rule_of_a_pack_has_worked_examples_that_show_its_edge(pack):
    for incentive in pack.book.incentives.values():
        earned = [earns for _, earns in incentive.examples]
        assert len(earned) >= 2
        assert max(earned) == incentive.limit, incentive.key


@every_pack
def test_every_rule_is_limited_and_everything_that_costs_money_has_a_budget(pack):
    for incentive in pack.book.incentives.values():
        assert incentive.reach is not None or incentive.at_most is not None, incentive.key
    for reward in pack.book.rewards.values():
        assert reward.kind != "voucher" or (reward.costs and reward.budget), reward.key
    worst = packs.cost(pack.book)
    assert None not in (*worst.money.values(), worst.minutes, worst.points, worst.badges)


@every_pack
def test_one_person_may_publish_a_pack_to_try_it(pack):
    """What it promises stays below what a second person must approve, unless somebody set that lower."""
    promised = sum(one.more for one in promise.newly(load(""), pack.book, people=100, teams=5))
    assert (
        promised
        <= Settings.from_environment({"DATABASE_URL": "sqlite:////x.db", "SECRET_KEY": "x" * 40}).approval_above
    )


def test_what_two_packs_call_the_same_is_the_same():
    met = {}
    for pack in SHIPPED:
        for name, means_now in means(pack.book).items():
            assert met.setdefault(name, means_now) == means_now, (pack.key, name)


# --- what its sources must send


def test_a_pack_knows_what_its_sources_must_send():
    by_name = {pack.key: packs.types(pack.book) for pack in SHIPPED}
    assert by_name["clean-closing"] == ("deal.lost", "deal.won")
    assert "audit.row_closed" not in by_name["leaving-spreadsheets"]  # the service sees it by itself
    assert by_name["customer-care"] == (
        "call.completed", "email.sent", "note.created", "ticket.closed", "ticket.replied",
    )  # fmt: skip  # neither the milestone itself nor what undoes it


# --- what it costs


CALLS = '[metric.calls]\ncounts = "call.completed"\n'
LUNCH = '[reward.lunch]\nkind = "voucher"\ncosts = { amount = 10, currency = "EUR" }\n'


def cost_of(rewards, target, people=10):
    text = f'{CALLS}{rewards}[incentive.calls]\nmetric = "calls"\n{target}\n'
    return packs.cost(load(text), people)


def test_ten_people_who_all_earn_as_much_as_they_can():
    found = cost_of(LUNCH, 'every = 5\nper = "week"\nat_most = 2\nearns = "lunch"')
    assert found.money == {"EUR": Decimal(1000)}  # 10 people, 5 weeks begin in a month at most, 2 each, 10 EUR


def test_a_budget_is_the_most_that_is_given():
    lunch = LUNCH + 'budget = { amount = 105, per = "month" }\n'
    assert cost_of(lunch, 'every = 5\nper = "week"\nat_most = 2\nearns = "lunch"').money == {"EUR": Decimal(100)}


def test_a_stock_is_the_most_that_is_given():
    found = cost_of(LUNCH + "stock = 3\n", 'every = 5\nper = "week"\nat_most = 2\nearns = "lunch"')
    assert found.money == {"EUR": Decimal(30)}


def test_what_is_earned_once_is_earned_by_all_in_the_same_month_at_worst():
    assert cost_of(LUNCH, 'reach = 5\nper = "ever"\nearns = "lunch"').money == {"EUR": Decimal(100)}


def test_ten_people_are_one_team():
    found = cost_of(LUNCH, 'reach = 5\nper = "month"\nholder = "team"\nearns = "lunch"')
    assert found.money == {"EUR": Decimal(10)}


def test_a_choice_is_told_as_if_everybody_chose_the_same():
    both = LUNCH + '[reward.nap]\nkind = "time_off"\nminutes = 15\n'
    found = cost_of(both, 'reach = 5\nper = "month"\nearns = ["lunch", "nap"]')
    assert (found.money, found.minutes) == ({"EUR": Decimal(100)}, Decimal(150))


def test_points_and_badges_are_told_apart():
    both = '[reward.p]\nkind = "points"\npoints = 5\n[reward.b]\nkind = "badge"\n'
    found = cost_of(both, 'reach = 5\nper = "month"\nearns = ["p", "b"]')
    assert (found.points, found.badges, found.money) == (Decimal(50), Decimal(10), {})


def test_rows_without_a_limit_are_as_many_as_a_month_has():
    found = cost_of(LUNCH, 'in_a_row = 10\nper = "week"\nearns = "lunch"')
    assert found.money == {"EUR": Decimal(300)}


def test_what_nothing_limits_has_no_highest_cost():
    assert cost_of(LUNCH, 'every = 5\nper = "week"\nearns = "lunch"').money == {"EUR": None}


# --- added to a book


@settings(max_examples=30)
@given(text=st.sampled_from(list(TEXTS)), chosen=subsets)
def test_any_packs_fit_into_any_book_that_is_shipped(text, chosen):
    before = read(TEXTS[text])
    kept = means(read(with_packs(text, chosen)))
    assert all(kept[name] == one for name, one in means(before).items()), "what was there stays what it was"
    assert len(kept) <= len(means(before)) + sum(len(means(pack.book)) for pack in chosen)


@settings(max_examples=30)
@given(text=st.sampled_from(list(TEXTS)), chosen=subsets, chance=st.randoms(use_true_random=False))
def test_the_order_of_packs_does_not_matter(text, chosen, chance):
    other = list(chosen)
    chance.shuffle(other)
    assert means(read(with_packs(text, chosen))) == means(read(with_packs(text, other)))


@settings(max_examples=30)
@given(text=st.sampled_from(list(TEXTS)), chosen=subsets)
def test_adding_a_pack_again_adds_nothing(text, chosen):
    book = read(with_packs(text, chosen))
    assert all(packs.additions(book, pack) == {} for pack in chosen)


@pytest.mark.parametrize("name", ["", "starter"])
@every_pack
def test_a_pack_brings_no_warning_into_a_book(pack, name):
    before = {str(one) for one in check(TEXTS[name]).warnings}
    after = {str(one) for one in check(with_packs(name, [pack])).warnings}
    assert after <= before | {"book: holds no metric and no incentive; publishing it ends whatever is in force"}


def test_what_the_book_has_already_is_shared():
    (habits,) = (pack for pack in SHIPPED if pack.key == "habits")
    added = packs.additions(load(TEXTS["starter"]), habits)
    assert set(added) == {
        ("reward", "coffee"), ("incentive", "ten-steady-days"), ("incentive", "a-next-step-a-day"),
    }  # fmt: skip  # the rest is in the starter book, word for word


def test_what_the_book_calls_the_same_and_is_not_gets_another_name():
    book = load('[metric.calls]\ncounts = "call.logged"\n[board.calls]\nmetric = "calls"\n')
    pack = pack_of(f'{CALLS}{LUNCH}[incentive.calls]\nmetric = "calls"\nreach = 5\nper = "week"\nearns = "lunch"\n')
    added = packs.additions(book, pack)
    assert set(added) == {("metric", "calls-2"), ("reward", "lunch"), ("incentive", "calls")}
    assert 'metric = "calls-2"' in added["incentive", "calls"]
    assert 'title  = "Calls"' in added["metric", "calls-2"]


def test_names_follow_through_milestones_and_rewards():
    done = '[milestone."call.done"]\n[[milestone."call.done".needs]]\nkey = "a"\non = "{}"\n'
    body = f"{done.format('call.completed')}{CALLS.replace('call.completed', 'call.done')}{LUNCH}"
    pack = pack_of(f'{body}[incentive.calls]\nmetric = "calls"\nreach = 5\nper = "week"\nearns = ["lunch"]\n')
    text = f'{done.format("call.logged")}[metric.calls]\ncounts = ["call.done"]\n[reward.lunch]\nkind = "badge"\n'
    book = load(put(text, packs.additions(load(text), pack)))
    assert book.metrics["calls-2"].counts == ("call.done-2",)
    assert book.incentives["calls"].earns == ("lunch-2",)
    assert book.incentives["calls"].metric == "calls-2"


def test_a_day_on_which_it_began_does_not_make_a_rule_another_one():
    pack = pack_of(CALLS + '[board.calls]\nmetric = "calls"\n')
    assert packs.additions(load(CALLS + "from = 2026-09-01\n"), pack).keys() == {("board", "calls")}


# --- a pack that is wrong


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CALLS, "begins with [pack]"),
        ("[pack.x\n[metric.a]\n", "this is not TOML"),
        (about(head='[pack]\norder = 1\ntitle = "Calls"\n'), 'pack.titles: is missing in "ru"'),
        (about(head='[pack]\ntitle = "C"\ntitles = { ru = "C", zh = "C" }\n'), "pack.order: is missing"),
        (about(head='[pack]\norder = 1\ntitles = { ru = "C", zh = "C" }\n'), "pack.title: is missing"),
        (about(does=""), 'pack.does: is missing in "en"'),
        (about() + '[pack.price]\nen = "much"\n', "pack.price: is unknown"),
        (about() + '[metric.calls]\ncount = "x"\n', "did you mean"),
    ],
)
def test_what_is_wrong_with_a_pack_is_named(text, said):
    with pytest.raises(BookError) as caught:
        packs.read(text, "calls")
    assert said in "\n".join(map(str, caught.value.faults))
