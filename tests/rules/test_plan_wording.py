# ruff: noqa: E501, RUF001  # whole sentences; Cyrillic letters, quotation marks and full-width punctuation are meant
"""Bonus plans as sentences: one golden sentence for each kind and bound in each language, and nothing left in English."""

import re
import string
from pathlib import Path

import pytest

from rules import book as books
from rules import wording
from rules.bonus import STAGES
from rules.bonus.components import COMPONENTS
from rules.wording import LANGUAGES
from rules.wording.plan_phrases import PHRASES

BOOKS = Path(__file__).parents[2] / "rules" / "books"
STARTER = books.load((BOOKS / "starter.toml").read_text(encoding="utf-8"))
GROUND = """
[metric.calls]
title = "Calls"
titles = { ru = "Звонки", zh = "通话" }
counts = "call.completed"
[metric.revenue]
title = "Revenue"
titles = { ru = "Выручка", zh = "收入" }
counts = "deal.won"
measure = "sum"
of = "amount"
[metric.days]
title = "Days"
titles = { ru = "Дни", zh = "天数" }
counts = "call.completed"
measure = "days"
[reward.bounty]
title = "Bounty"
titles = { ru = "Премия", zh = "奖励" }
kind = "money"
pays = { amount = 25, currency = "EUR" }
[incentive.first-call]
metric = "calls"
reach = 2
per = "month"
earns = "bounty"
[plan.p]
title = "Sales"
titles = { ru = "Продажи", zh = "销售" }
currency = "EUR"
per = "quarter"
PLAN
[[plan.p.components]]
key = "c"
title = "Part"
titles = { ru = "Часть", zh = "部分" }
"""
FLAT = 'kind = "flat"\nof = "calls"\npays = 7.50\n'


def made(component=FLAT, more=""):
    return books.load(GROUND.replace("PLAN", more) + component)


def part(component, language):
    book = made(component)
    return wording.component(book.plans["p"].components[0], book.plans["p"], book, language)


KINDS = {
    "flat": (
        FLAT,
        "Part: 7.50 EUR each for “Calls”.",
        "Часть: за показатель «Звонки» — 7,50 EUR за единицу.",
        "部分：“通话”，每个 7.50 EUR。",
    ),
    "percent": (
        'kind = "percent"\nof = "revenue"\npercent = 2.5',
        "Part: 2.5 % of “Revenue”.",
        "Часть: 2,5 % от показателя «Выручка».",
        "部分：“收入”的 2.5%。",
    ),
    "marginal": (
        'kind = "marginal"\nof = "calls"\ntiers = [{from = 0, pays = 6}, {from = 20, pays = 9}, {from = 40, pays = 12}]',
        "Part: for “Calls”, 6 EUR each up to 20, 9 EUR each from 20 to 40, 12 EUR each beyond 40.",
        "Часть: за показатель «Звонки» — 6 EUR за единицу до 20, 9 EUR за единицу от 20 до 40, 12 EUR за единицу сверх 40.",
        "部分：“通话”分段计算：20 以内为每个 6 EUR、20 至 40 为每个 9 EUR、超过 40 的部分为每个 12 EUR。",
    ),
    "whole": (
        'kind = "whole"\nof = "revenue"\nboundary = "lower"\ntiers = [{from = 0, pays = 0.04}, {from = 150000, pays = 0.08}]',
        "Part: for all of “Revenue”, the rate that is reached: 4 % up to 150,000, 8 % from 150,000 on (a number right on a boundary takes the lower rate).",
        "Часть: за весь показатель «Выручка» по достигнутой ставке — 4 % до 150 000, 8 % начиная с 150 000 (ровно на границе действует более низкая ставка).",
        "部分：“收入”全部按达到的档位计算：150,000 以内为4%、150,000 起为8%（恰好等于分界时按较低档）。",
    ),
    "step": (
        'kind = "step"\nof = "calls"\nsteps = [{at = 10, pays = 50}, {at = 20, pays = 120}]',
        "Part: for “Calls”, 50 EUR at 10, 120 EUR at 20 (the highest counts, once a period).",
        "Часть: за показатель «Звонки» — 50 EUR при достижении 10, 120 EUR при достижении 20 (учитывается наибольшая, один раз за период).",
        "部分：“通话”：达到 10 得 50 EUR、达到 20 得 120 EUR（取最高一档，每期一次）。",
    ),
    "step, again and again": (
        'kind = "step"\nof = "calls"\nstacked = true\nevery_time = true\nsteps = [{at = 10, pays = 50}]',
        "Part: for “Calls”, 50 EUR at 10 (each time it is reached anew).",
        "Часть: за показатель «Звонки» — 50 EUR при достижении 10 (при каждом новом достижении).",
        "部分：“通话”：达到 10 得 50 EUR（每次重新达到都计）。",
    ),
    "per": (
        'kind = "per"\nof = "calls"\nevery = 10\npays = 25\ncarry = true',
        "Part: 25 EUR for every 10 of “Calls”; what is left over counts in the next period.",
        "Часть: 25 EUR за каждые 10 по показателю «Звонки»; остаток переходит на следующий период.",
        "部分：“通话”每满 10 得 25 EUR；余数转入下一期。",
    ),
    "marginal, from a mark on": (
        'kind = "marginal"\nof = "calls"\ntiers = [{from = 0, pays = 0}, {from = 12, pays = 40}]',
        "Part: for “Calls”, nothing up to 12, 40 EUR each beyond 12.",
        "Часть: за показатель «Звонки» — ничего до 12, 40 EUR за единицу сверх 12.",
        "部分：“通话”分段计算：12 以内为零、超过 12 的部分为每个 40 EUR。",
    ),
    "step, all of several": (
        'kind = "step"\nof = "calls"\nstacked = true\nsteps = [{at = 10, pays = 50}, {at = 20, pays = 70}]',
        "Part: for “Calls”, 50 EUR at 10, 70 EUR at 20 (all of them add up, once a period).",
        "Часть: за показатель «Звонки» — 50 EUR при достижении 10, 70 EUR при достижении 20 (суммы складываются, один раз за период).",
        "部分：“通话”：达到 10 得 50 EUR、达到 20 得 70 EUR（各档累加，每期一次）。",
    ),
    "per, each": (
        'kind = "per"\nof = "revenue"\nevery = 1\npays = 0.05\ncarry = false',
        "Part: 0.05 EUR for every full unit of “Revenue”; what is left over lapses.",
        "Часть: 0,05 EUR за каждую полную единицу по показателю «Выручка»; остаток не переносится.",
        "部分：“收入”每满 1 得 0.05 EUR；余数不结转。",
    ),
    "pool, equally": (
        'kind = "pool"\nof = "calls"\namount = "figure.pot"\nby = "equally"',
        "Part: an equal share of “pot”.",
        "Часть: равная доля от «pot».",
        "部分：平均分享 “pot”。",
    ),
    "pool, units": (
        'kind = "pool"\nof = "revenue"\namount = 1000\nby = "units"',
        "Part: a share of 1,000 EUR, in proportion to “Revenue”.",
        "Часть: доля от 1 000 EUR пропорционально показателю «Выручка».",
        "部分：按“收入”的比例分享 1,000 EUR。",
    ),
    "curve": (
        'kind = "curve"\nof = "revenue"\npays = 1000\ntarget = "figure.quota"\nthreshold = 0.5\npoints = [[0.5, 0.25], [1, 1]]\naccelerator = 2\ncap = 1.5',
        "Part: 1,000 EUR when “Revenue” reaches “quota”, in proportion to how far it is reached, nothing below 50 %, 25 % of it at 50 %, 100 % of it at 100 %, evenly in between, whatever lies beyond counts 2 times, none beyond 150 %.",
        "Часть: 1 000 EUR, когда показатель «Выручка» достигает цели («quota»), пропорционально её выполнению, ниже 50 % — ничего, при 50 % — 25 % суммы, при 100 % — 100 % суммы, между ними равномерно, всё сверх цели учитывается с множителем 2, не выше 150 %.",
        "部分：“收入”达到目标 “quota” 时得 1,000 EUR，按完成比例计算，低于 50% 不计，完成 50% 时得 25%，完成 100% 时得 100%，其间按直线计算，超出目标的部分按 2 倍计，最多计到 150%。",
    ),
    "pool": (
        'kind = "pool"\nof = "calls"\namount = 1000\nby = "rank"\nranks = [50, 30, 20]',
        "Part: a share of 1,000 EUR, by rank in “Calls” (the first places weigh 50, 30, 20).",
        "Часть: доля от 1 000 EUR по месту в показателе «Звонки» (веса первых мест: 50, 30, 20).",
        "部分：按“通话”的名次分享 1,000 EUR（前几名的权重：50、30、20）。",
    ),
    "awards": (
        'kind = "awards"\nof = "award.bounty"',
        "Part: what was earned as “Bounty”.",
        "Часть: всё, что получено как «Премия».",
        "部分：以“奖励”获得的全部金额。",
    ),
}
AROUND = {
    'gate = { of = "days", at_least = 10 }': (
        "It counts if “Days” reaches 10.",
        "Учитывается, если показатель «Дни» достигает 10.",
        "“天数”达到 10 才计。",
    ),
    'gate = { of = "days", at_least = 10, otherwise = 0.5 }': (
        "If “Days” stays below 10, 50 % of it counts.",
        "Если показатель «Дни» остаётся ниже 10, учитывается 50 %.",
        "“天数”低于 10 时，只计 50%。",
    ),
    'multiplier = { of = "days", at_least = 0.5, at_most = 1.5 }': (
        "It is multiplied by “Days”, at least by 0.5 and at most by 1.5.",
        "Умножается на показатель «Дни»: не меньше чем на 0,5 и не больше чем на 1,5.",
        "再乘以“天数”，最低 0.5，最高 1.5。",
    ),
    "share = true": (
        "It is worked out once for all who share it, and split by agreed weights.",
        "Рассчитывается один раз на всех участников и делится по согласованным долям.",
        "由共同完成的人一起计算一次，再按约定的比例分配。",
    ),
    "caps = { credit = 100 }": ("At most 100 are credited.", "Учитывается не больше 100.", "最多计 100。"),
    "caps = { rate = 6 }": ("At most 6 EUR each.", "Не больше: 6 EUR за единицу.", "最高每个 6 EUR。"),
    "caps = { pay = 500 }": ("At most 500 EUR.", "Не больше 500 EUR.", "最多 500 EUR。"),
    "floor = 50": ("At least 50 EUR.", "Не меньше 50 EUR.", "最少 50 EUR。"),
    "budget = 9000": (
        "All together get at most 9,000 EUR; beyond that, everybody in proportion.",
        "Все вместе получают не больше 9 000 EUR; сверх этого — каждый пропорционально.",
        "全体合计最多 9,000 EUR；超出时按比例分配。",
    ),
    'basis = "year"': (
        "It is reckoned on the year so far, less what was paid before.",
        "Считается с начала года, за вычетом уже выплаченного.",
        "按年初至今计算，减去已发放的部分。",
    ),
    "from = 2026-03-01": ("From 1 March 2026.", "Начиная с 1 марта 2026 года.", "自2026年3月1日起。"),
    "to = 2026-04-01": ("Until 31 March 2026.", "По 31 марта 2026 года включительно.", "至2026年3月31日止。"),
}
PLANS = {
    "cap = 3000": ("All together at most 3,000 EUR.", "Всего не больше 3 000 EUR.", "合计最多 3,000 EUR。"),
    "floor = 100": ("All together at least 100 EUR.", "Всего не меньше 100 EUR.", "合计最少 100 EUR。"),
    'prorate = { by = "calendar", scales = "pay" }': (
        "Whoever is there for a part of the period is paid for the calendar days.",
        "За неполный период выплата пропорциональна календарным дням.",
        "不足一期的，按日历天数折算金额。",
    ),
    'prorate = { by = "working", scales = "target" }': (
        "For whoever is there for a part of the period, targets shrink by the working days.",
        "За неполный период цели уменьшаются пропорционально рабочим дням.",
        "不足一期的，目标按工作日折算。",
    ),
    'rounding = { mode = "half_even", level = "total" }': (
        "The total is rounded to the cent (half a cent to the even one); the difference is a line of its own.",
        "До цента округляется итог (половина — к чётному); разница — отдельная строка.",
        "合计舍入到分（半分取偶），差额单列一行。",
    ),
}


def plainly(text):
    """Return text with plain spaces."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_said_in_every_language(kind):
    own, *sentences = KINDS[kind]
    assert [plainly(part(own, language)) for language in LANGUAGES] == sentences


def test_there_is_a_sentence_for_every_kind():
    assert {kind.partition(",")[0] for kind in KINDS} == COMPONENTS.keys()


@pytest.mark.parametrize("around", AROUND)
def test_every_bound_of_a_component_is_said_in_every_language(around):
    for language, sentence in zip(LANGUAGES, AROUND[around], strict=True):
        assert plainly(part(FLAT + around, language)).endswith(sentence)


@pytest.mark.parametrize("more", PLANS)
def test_every_bound_of_a_plan_is_said_in_every_language(more):
    book = made(more=more)
    for language, sentence in zip(LANGUAGES, PLANS[more], strict=True):
        assert sentence in plainly(wording.sentence(book.plans["p"], book, language))


@pytest.mark.parametrize(
    ("more", "sentences"),
    [
        ('who = { team = "Sales North" }', (
            "“Sales” pays every quarter. Offered to team “Sales North”. Part:",
            "План «Продажи» выплачивается каждый квартал. Для кого: команда «Sales North». Часть:",
            "“销售”每季度发放。适用于：团队“Sales North”。部分：",
        )),
        ("from = 2026-10-01\nto = 2027-01-01", (
            "every quarter. From 1 October 2026 up to and including 31 December 2026. Part:",
            "каждый квартал. С 1 октября 2026 года по 31 декабря 2026 года включительно. Часть:",
            "每季度发放。自2026年10月1日起至2026年12月31日（含当日）有效。部分：",
        )),
    ],
)  # fmt: skip  # what is written, and its sentence in each language
def test_a_plan_says_to_whom_it_is_offered_and_when(more, sentences):
    book = made(more=more)
    for language, sentence in zip(LANGUAGES, sentences, strict=True):
        assert sentence in plainly(wording.sentence(book.plans["p"], book, language))


def test_what_stays_whole_is_said_where_anything_shrinks():
    whole = (
        "It stays whole for whoever is there for a part of the period.",
        "За неполный период выплачивается целиком.",
        "不足一期的，不作折算。",
    )
    shrinking = made(FLAT + "prorate = false", 'prorate = { by = "working", scales = "pay" }').plans["p"]
    never = made(FLAT + "prorate = false").plans["p"]
    for language, sentence in zip(LANGUAGES, whole, strict=True):
        for plan, said in ((shrinking, True), (never, False)):
            assert wording.component(plan.components[0], plan, STARTER, language).endswith(sentence) is said


def test_a_plan_is_one_paragraph():
    book = made(more="cap = 3000")
    assert [plainly(wording.sentence(book.plans["p"], book, language)) for language in LANGUAGES] == [
        "“Sales” pays every quarter. Part: 7.50 EUR each for “Calls”. All together at most 3,000 EUR. Each line is rounded to the cent (half a cent up).",
        "План «Продажи» выплачивается каждый квартал. Часть: за показатель «Звонки» — 7,50 EUR за единицу. Всего не больше 3 000 EUR. Каждая строка округляется до цента (половина — вверх).",
        "“销售”每季度发放。部分：“通话”，每个 7.50 EUR。合计最多 3,000 EUR。每一行舍入到分（半分进位）。",
    ]


def test_bounds_come_in_the_fixed_order_whatever_the_order_of_the_book():
    around = 'floor = 1\ncaps = { pay = 9, credit = 5 }\nmultiplier = { of = "days", at_least = 1, at_most = 2 }\ngate = { of = "days", at_least = 1 }'
    book = made(FLAT + around, more='floor = 1\ncap = 9\nprorate = { by = "working", scales = "pay" }')
    for language in LANGUAGES:
        found = [bound.stage for bound in wording.bounds(book.plans["p"], book, language)]
        assert found == sorted(found, key=STAGES.index)
        assert found == ["credit", "gate", "multiplier", "proration", "cap", "cap", "floor", "floor", "rounding"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plan_of_a_book_that_ships_reads_to_its_end(language):
    for path in BOOKS.glob("*.toml"):
        book = books.load(path.read_text(encoding="utf-8"))
        for plan in book.plans.values():
            said = wording.sentence(plan, book, language)
            assert not set("{}") & set(said)
            assert "  " not in said
            assert said[-1] in ".。"


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_no_plan_of_the_starter_book_leaves_english_in_other_languages(language):
    for plan in STARTER.plans.values():
        said = wording.sentence(plan, STARTER, language)
        assert set(re.findall(r"[A-Za-z]+", said)) <= {"EUR", "CRM"}, said


def test_every_phrase_is_there_in_every_language_with_the_same_words():
    fields = {
        code: {
            name: {field for _, field, _, _ in string.Formatter().parse(text) if field}
            for name, text in phrases.items()
        }
        for code, phrases in PHRASES.items()
    }
    assert fields["ru"] == fields["zh"] == fields["en"]
