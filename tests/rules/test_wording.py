# ruff: noqa: E501, RUF001  # whole sentences; Cyrillic letters, quotation marks and full-width punctuation are meant
import re
import string
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules import wording
from rules.condition import OPERATORS
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not
from rules.incentive import REWARD_KINDS
from rules.incentive import Reward
from rules.incentive import Who
from rules.metric import MEASURES
from rules.milestone import CREDITS
from rules.milestone import Need
from rules.value import UNIT
from rules.wording import LANGUAGES
from rules.wording import TONGUES
from rules.wording.english import gift
from tests.rules.strategies import DAY
from tests.rules.strategies import conditions
from tests.rules.strategies import incentive
from tests.rules.strategies import metric
from tests.rules.strategies import milestone

BOOK = books.load((Path(__file__).parents[2] / "rules" / "books" / "starter.toml").read_text())
RUSSIAN = books.load(
    """
    [metric.contacts]
    title = "Проработанные контакты"
    counts = "contact.created"
    [reward.lunch]
    title = "Бесплатный обед"
    kind = "voucher"
    [reward.points]
    kind = "points"
    points = 21
    [incentive.lunch]
    metric = "contacts"
    every = 10
    per = "week"
    at_most = 2
    earns = "lunch"
    [incentive.points]
    metric = "contacts"
    every = 1
    per = "day"
    at_most = 21
    earns = "points"
    """
)
CHINESE = books.load(
    """
    [metric.contacts]
    title = "完善的联系人"
    counts = "contact.created"
    [reward.lunch]
    title = "免费午餐"
    kind = "voucher"
    [reward.early]
    title = "午休提前10分钟"
    kind = "time_off"
    minutes = 10
    [incentive.lunch]
    metric = "contacts"
    every = 10
    per = "week"
    at_most = 2
    earns = ["lunch", "early"]
    """
)


NAMES = {"outcome", "no_answer", "no_show", "cancelled", "email", "phone", "company", "amount"}  # of fields and values


def english(thing, book=BOOK):
    return wording.sentence(thing, book, "en")


def of(**changes):
    """An incentive of the starter book's contacts."""
    return incentive(**{"metric": "developed-contacts", "earns": ("free-lunch",), **changes})


# --- whole sentences


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            (
                "Every 10 developed contacts in a week earn a free lunch or a lunch break 10 minutes earlier, "
                "at most twice a week."
            ),
        ),
        (
            "ru",
            (
                "Показатель «Проработанные контакты»: каждые 10 за неделю дают на выбор «Бесплатный обед» или "
                "«Обеденный перерыв на 10 минут раньше», не более 2 раз в неделю."
            ),
        ),
        (
            "zh",
            "“已完善的联系人”一周内每满10个，即可获得“免费午餐”或“午休提前10分钟”（任选其一），每周最多2次。",
        ),
    ],
)
def test_the_lunch_reads_in_every_language(language, sentence):
    assert wording.sentence(BOOK.incentives["ten-contacts-lunch"], BOOK, language) == sentence


def test_a_russian_book_reads_in_russian():
    lunch, points = (wording.sentence(RUSSIAN.incentives[key], RUSSIAN, "ru") for key in ("lunch", "points"))
    assert lunch == (
        "Показатель «Проработанные контакты»: каждые 10 за неделю дают награду «Бесплатный обед», не более 2 раз в неделю."
    )
    assert (
        points == "Показатель «Проработанные контакты»: каждая единица за день даёт 21 балл, не более 21 раза в день."
    )


def test_a_chinese_book_reads_in_chinese():
    assert wording.sentence(CHINESE.incentives["lunch"], CHINESE, "zh") == (
        "“完善的联系人”一周内每满10个，即可获得“免费午餐”或“午休提前10分钟”（任选其一），每周最多2次。"
    )


def test_titles_of_another_language_stand_in_quotes():
    assert english(RUSSIAN.incentives["lunch"], RUSSIAN) == (
        "Every 10 “Проработанные контакты” in a week earn “Бесплатный обед”, at most twice a week."
    )


def test_a_title_is_the_one_of_the_language_else_that_of_the_book_else_the_key_in_words():
    lunch = Reward(key="free-lunch", kind="voucher", title="Free lunch", titles={"ru": "Бесплатный обед"})
    assert [wording.title_of(lunch, lunch.key, language) for language in LANGUAGES] == [
        "Free lunch",
        "Бесплатный обед",
        "Free lunch",
    ]
    in_russian = replace(lunch, title="Бесплатный обед", titles={"en": "Free lunch"})
    assert [wording.title_of(in_russian, lunch.key, language) for language in ("en", "zh")] == [
        "Free lunch",
        "Бесплатный обед",
    ]
    assert wording.title_of(replace(lunch, title="", titles={}), lunch.key, "ru") == "free lunch"
    assert wording.title_of(None, "deals-won", "zh") == "deals won"


def test_a_need_has_its_title_in_each_language():
    need = Need(key="next-step", on=("task.created",), title="a next step", titles={"zh": "下一步安排"})
    assert [wording.need_title(need, language) for language in LANGUAGES] == [
        "a next step",
        "a next step",
        "下一步安排",
    ]
    assert wording.need_title(Need(key="next-step", on=()), "ru") == "next step"


def test_a_sentence_takes_the_title_of_the_book_where_the_language_has_none():
    book = replace(BOOK, rewards={"free-lunch": replace(BOOK.rewards["free-lunch"], titles={})})
    assert wording.sentence(of(), book, "ru") == (
        "Показатель «Проработанные контакты»: каждые 10 за неделю дают награду «Free lunch»."
    )
    assert wording.sentence(of(), book, "zh") == "“已完善的联系人”一周内每满10个，即可获得“Free lunch”。"


def test_no_sentence_of_the_starter_book_mixes_languages():
    parts = (*BOOK.incentives.values(), *BOOK.metrics.values(), *BOOK.milestones.values(), *BOOK.rewards.values())
    needs = [need for milestone in BOOK.milestones.values() for need in milestone.needs]
    english_titles = {one.title for one in (*parts, *needs)}
    for part in parts:
        russian, chinese = (wording.sentence(part, BOOK, language) for language in ("ru", "zh"))
        assert not [title for title in english_titles if title in russian or title in chinese]
        for quoted in re.findall("«(.+?)»", russian):
            assert re.search("[А-Яа-я]", quoted) or quoted in NAMES
        for quoted in re.findall("“(.+?)”", chinese):
            assert re.search("[一-鿿]", quoted) or quoted in NAMES


@pytest.mark.parametrize(
    ("incentive", "russian", "chinese"),
    [
        (
            "steady-week",
            "Показатель «Дни в CRM»: каждые 5 рабочих дней подряд дают значок «Так держать», не более 1 раза в неделю.",
            "每连续5个工作日计入“CRM使用天数”，即可获得徽章“持之以恒”，每周最多1次。",
        ),
        (
            "qualified-deals",
            "Показатель «Квалифицированные сделки»: достижение отметки 5 за месяц даёт награду «Свободный час в пятницу», один раз в месяц.",
            "“合格商机”一个月内达到5个，即可获得“周五休息一小时”，每月一次。",
        ),
        (
            "team-contacts",
            "Командная цель, показатель «Проработанные контакты»: достижение отметки 40 за месяц даёт награду «Завтрак для команды», один раз в месяц.",
            "团队目标：“已完善的联系人”一个月内达到40个，即可获得“团队早餐”，每月一次。",
        ),
    ],
)
def test_titles_of_the_language_read_well_in_its_sentences(incentive, russian, chinese):
    assert wording.sentence(BOOK.incentives[incentive], BOOK, "ru") == russian
    assert wording.sentence(BOOK.incentives[incentive], BOOK, "zh") == chinese


def test_a_milestone_reads_in_russian_and_chinese():
    developed = BOOK.milestones["contact.developed"]
    assert wording.sentence(developed, BOOK, "ru").startswith(
        "«Проработанный контакт»: запись contact засчитывается, когда у неё есть всё: "
        "адрес электронной почты или номер телефона, разговор и следующий шаг."
    )
    assert wording.sentence(developed, BOOK, "zh").startswith(
        "“已完善的联系人”：当一条contact记录具备邮箱或电话、一次沟通和下一步安排时计入。"
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"every": 1 * UNIT}, "Each of the developed contacts in a week earns a free lunch."),
        ({"every": 25_000}, "Every 2.5 developed contacts in a week earn a free lunch."),
        ({"every": 12_345 * UNIT, "per": "ever"}, "Every 12,345 developed contacts earn a free lunch."),
        ({"reach": 10 * UNIT}, "Reaching 10 developed contacts in a week earns a free lunch, once a week."),
        ({"reach": UNIT, "per": "ever"}, "The first of the developed contacts earns a free lunch, once only."),
        (
            {"in_a_row": 5},
            "Every 5 working days in a row with at least one of the developed contacts earn a free lunch.",
        ),
        ({"in_a_row": 1}, "Every working day with at least one of the developed contacts earns a free lunch."),
        ({"at_most": 1, "per": "day"}, "Every 10 developed contacts in a day earn a free lunch, at most once a day."),
        ({"at_most": 3, "per": "ever"}, "Every 10 developed contacts earn a free lunch, at most 3 times in all."),
        ({"earns": ("steady-hand",)}, "Every 10 developed contacts in a week earn the badge “Steady hand”."),
        ({"earns": ("ten-points",)}, "Every 10 developed contacts in a week earn 10 points."),
        (
            {"earns": ("free-lunch", "ten-points", "steady-hand")},
            "Every 10 developed contacts in a week earn a free lunch, 10 points or the badge “Steady hand”.",
        ),
        ({"metric": "revenue-won"}, "Every 10 of revenue won in a week earn a free lunch."),
        (
            {"metric": "days-in-the-crm", "reach": 4 * UNIT},
            "Reaching 4 days in the CRM in a week earns a free lunch, once a week.",
        ),
        (
            {"holder": "team"},
            "As a team, every 10 developed contacts in a week earn a free lunch.",
        ),
        (
            {"who": Who(team=("Sales", "Support"), role=("employee",), wave=("north",))},
            (
                "Every 10 developed contacts in a week earn a free lunch. "
                "Offered to team “Sales” or “Support”, role “employee”, wave “north”."
            ),
        ),
        (
            {"starts": date(2026, 9, 1).toordinal()},
            "Every 10 developed contacts in a week earn a free lunch. From 1 September 2026.",
        ),
        (
            {"starts": date(2026, 9, 1).toordinal(), "ends": date(2027, 1, 1).toordinal()},
            (
                "Every 10 developed contacts in a week earn a free lunch. "
                "From 1 September 2026 up to and including 31 December 2026."
            ),
        ),
        (
            {"ends": date(2027, 1, 1).toordinal()},
            "Every 10 developed contacts in a week earn a free lunch. Up to and including 31 December 2026.",
        ),
    ],
)
def test_an_incentive_says_what_it_asks_and_gives(changes, sentence):
    assert english(of(**changes)) == sentence


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "каждый рабочий день со значением не меньше 1 даёт"),
        (2, "каждые 2 рабочих дня подряд со значением не меньше 1 дают"),
        (5, "каждые 5 рабочих дней подряд со значением не меньше 1 дают"),
        (21, "каждые 21 рабочий день подряд со значением не меньше 1 дают"),
        (111, "каждые 111 рабочих дней подряд со значением не меньше 1 дают"),
    ],
)
def test_working_days_have_their_russian_forms(days, words):
    sentence = wording.sentence(of(in_a_row=days), BOOK, "ru")
    assert sentence == f"Показатель «Проработанные контакты»: {words} награду «Бесплатный обед»."


@pytest.mark.parametrize(
    ("title", "given"),
    [
        ("Free lunch", "a free lunch"),
        ("Early break", "an early break"),
        ("Hour off on a Friday", "an hour off on a Friday"),
        ("University course", "a university course"),
        ("One-day pass", "a one-day pass"),
        ("A day off", "a day off"),
        ("Your own parking space", "your own parking space"),
        ("Cinema tickets", "cinema tickets"),
        ("Lunch with the boss", "a lunch with the boss"),
        ("Amazon Gift Card", "an Amazon Gift Card"),
        ("XL T-shirt", "an XL T-shirt"),
        ("USB stick", "a USB stick"),
        ("10 minutes earlier", "10 minutes earlier"),
        ("Обед", "“Обед”"),
    ],
)
def test_an_english_gift_has_its_article(title, given):
    assert gift(title) == given


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["free-lunch"], ("a free lunch", "«Бесплатный обед»", "“免费午餐”")),
        (["ten-points", "steady-hand"], ("10 points or the badge “Steady hand”", "10 баллов или значок «Так держать»", "10积分或徽章“持之以恒”")),
        (["gone"], ("a gone", "«gone»", "“gone”")),  # a reward that the book no longer has
    ],
)  # fmt: skip  # a line for each
def test_what_may_be_chosen_is_said_inside_a_sentence(keys, said):
    rewards = wording.rewards_of(incentive(earns=tuple(keys)), BOOK)
    assert tuple(wording.gifts(rewards, language) for language in ("en", "ru", "zh")) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Offered to role “human resources” or “intern”."),
        ("ru", "роль «отдел кадров» или «intern»"),
        ("zh", "角色“人力资源”或“intern”"),
    ],
)
def test_roles_are_said_in_the_readers_language_and_unknown_ones_by_their_own_name(language, said):
    assert said in wording.sentence(of(who=Who(role=("hr", "intern"))), BOOK, language)


def test_each_language_has_its_quotation_marks():
    assert [wording.quoted("x", language) for language in ("en", "ru", "zh")] == ["“x”", "«x»", "“x”"]


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        (
            BOOK.metrics["developed-contacts"],
            "“Developed contacts” is the number of different records in reached milestones “Developed contact”.",
        ),
        (BOOK.metrics["revenue-won"], "“Revenue won” is the sum of “amount” over activities of type deal.won."),
        (
            metric(
                title="Talks", counts=("call.completed", "contact.developed"), where=Compare("minutes", "at_least", 5)
            ),
            (
                "“Talks” is the number of activities of type call.completed or reached milestones “Developed contact”, "
                "where “minutes” is at least 5."
            ),
        ),
        (
            metric(title="Companies", measure="distinct", of="company"),
            "“Companies” is the number of different values of “company” in activities of type contact.created.",
        ),
        (
            metric(title="Days", measure="days"),
            "“Days” is the number of days with activities of type contact.created.",
        ),
        (
            BOOK.milestones["contact.developed"],
            (
                "“Developed contact”: each contact counts once it has an e-mail or a phone number, a conversation and a next "
                "step. Credit goes to whoever took the last step. It does not count if contact.deleted or contact.merged "
                "follows within 30 days."
            ),
        ),
        (
            milestone(title="Done", holds_for=DAY, undone_by=("contact.deleted",)),
            (
                "“Done”: each contact counts once it has reachable and talked to. Credit goes to whoever took the last step. "
                "It does not count if contact.deleted follows within 1 day."
            ),
        ),
        (
            BOOK.rewards["free-lunch"],
            (
                "“Free lunch”: a voucher, worth 9.50\N{NO-BREAK SPACE}EUR, valid for 30 days, "
                "with a budget of 1,000\N{NO-BREAK SPACE}EUR a month. "
                "When that is used up, further ones wait for the next month."
            ),
        ),
        (BOOK.rewards["early-break"], "“Lunch break 10 minutes earlier”: 10 minutes of time off."),
        (Reward(key="day-off", kind="badge", stock=5), "“day off”: a badge, 5 are available in all."),
        (
            Reward(key="bonus", kind="money", title="Bonus", amount=Decimal(50), costs=Decimal(50), currency="EUR"),
            "“Bonus”: 50\N{NO-BREAK SPACE}EUR.",
        ),
        (
            BOOK.boards["teams-this-month"],
            "“Teams this month” ranks teams by developed contacts in a month and shows the first 10.",
        ),
    ],
)
def test_a_definition_says_what_it_is(thing, sentence):
    assert english(thing) == sentence


@pytest.mark.parametrize(
    ("condition", "en", "ru", "zh"),
    [
        (Compare("email", "filled", True), "“email” is filled in", "поле «email» заполнено", "已填写“email”"),
        (Compare("email", "filled", False), "“email” is empty", "поле «email» не заполнено", "未填写“email”"),
        (
            Compare("amount", "at_least", 1_234_567),
            "“amount” is at least 1,234,567",
            "«amount» не меньше 1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567",
            "“amount”至少为1,234,567",
        ),
        (
            Compare("rate", "less_than", Decimal("-0.5")),
            "“rate” is less than −0.5",
            "«rate» меньше −0,5",
            "“rate”小于−0.5",
        ),
        (Compare("vip", "is", True), "“vip” is yes", "«vip» = да", "“vip”为是"),
        (
            Compare("stage", "in", ("won", 2)),
            "“stage” is one of “won” or 2",
            "«stage» — одно из: «won» или 2",
            "“stage”为“won”或2之一",
        ),
        (Not(Compare("a", "is", 1)), "it is not true that “a” is 1", "неверно, что «a» = 1", "并非（“a”为1）"),
        (
            All((Compare("a", "is", 1), AnyOf((Compare("b", "is", 2), Compare("c", "is", 3))))),
            "“a” is 1 and (“b” is 2 or “c” is 3)",
            "«a» = 1 и («b» = 2 или «c» = 3)",
            "“a”为1和（“b”为2或“c”为3）",
        ),
    ],
)
def test_a_condition_reads_as_a_clause(condition, en, ru, zh):
    assert [wording.sentence(condition, BOOK, language) for language in LANGUAGES] == [en, ru, zh]


# --- why not yet


@pytest.mark.parametrize(
    ("one", "tally", "sentence"),
    [
        (of(every=10 * UNIT), 7, "3 more to go: 7 of 10 this week."),
        (of(every=10 * UNIT), 27, "3 more to go: 27 of 30 this week."),
        (of(every=10 * UNIT, at_most=2), 27, "All earned this week: 2 of 2."),
        (of(every=25_000), 1, "1.5 more to go: 1 of 2.5 this week."),
        (of(reach=5 * UNIT, per="ever"), 2, "3 more to go: 2 of 5."),
        (of(reach=5 * UNIT, per="month"), 5, "All earned this month: 1 of 1."),
        (of(in_a_row=5), 3, "2 more working days to go: 3 of 5 in a row."),
        (of(in_a_row=5), 9, "1 more working day to go: 4 of 5 in a row."),
        (of(every=10 * UNIT), -2, "12 more to go: −2 of 10 this week."),
    ],
)
def test_what_is_still_missing_is_said_in_numbers(one, tally, sentence):
    assert wording.why_not(one, tally * UNIT, "en") == sentence


def test_what_is_still_missing_is_said_in_every_language():
    one = of(every=10 * UNIT)
    assert wording.why_not(one, 7 * UNIT, "ru") == "Осталось 3: 7 из 10 на этой неделе."
    assert wording.why_not(one, 7 * UNIT, "zh") == "还差3：本周7/10。"
    assert wording.why_not(of(in_a_row=5), 4 * UNIT, "ru") == "Остался 1 рабочий день: 4 из 5 подряд."


def test_open_needs_are_named():
    needs = BOOK.milestones["contact.developed"].needs
    assert wording.missing(needs[1:], "en") == "Still missing: a conversation and a next step."
    assert wording.missing(needs[1:], "ru") == "Ещё нужно: разговор и следующий шаг."
    assert wording.missing(needs[1:], "zh") == "还缺：一次沟通和下一步安排。"
    assert wording.missing((), "en") == "Nothing is missing."
    assert wording.missing(milestone().needs[1:], "en") == "Still missing: talked to."


# --- languages


@pytest.mark.parametrize(
    ("count", "form"),
    [
        *((n, "балл") for n in (1, 21, 101, 1001)),
        *((n, "балла") for n in (2, 3, 4, 22, 104, Decimal("1.5"))),
        *((n, "баллов") for n in (0, 5, 11, 12, 14, 19, 20, 25, 100, 111, 112, 1011)),
    ],
)
def test_russian_has_three_forms(count, form):
    assert wording.plural(count, ("балл", "балла", "баллов"), "ru") == form


def test_english_has_two_forms_and_chinese_one():
    assert [wording.plural(n, ("day", "days"), "en") for n in (0, 1, 2, Decimal("1.5"))] == [
        "days",
        "day",
        "days",
        "days",
    ]
    assert [wording.plural(n, ("天",), "zh") for n in (0, 1, 2)] == ["天"] * 3


@pytest.mark.parametrize("language", ["de", "EN", "", "ru-RU"])
def test_an_unknown_language_is_refused(language):
    with pytest.raises(ValueError, match="write one of en, ru, zh"):
        wording.sentence(BOOK.incentives["first-deal"], BOOK, language)
    with pytest.raises(ValueError, match="no language"):
        wording.why_not(of(), 0, language)


def test_every_language_has_every_phrase_with_the_same_words_in_it():
    def holes(phrase):
        templates = (phrase,) if isinstance(phrase, str) else phrase
        return {name for one in templates for _, name, _, _ in string.Formatter().parse(one) if name}

    optional = {"in_a_row.one", "limit.1", "limit.2"}
    for tongue in TONGUES.values():
        assert tongue.phrases.keys() - optional == TONGUES["en"].phrases.keys() - optional
        for phrase in tongue.phrases.values():
            assert isinstance(phrase, str) or len(phrase) == len({tongue.form(n) for n in (1, 2, 5)})
        assert {"target", "reward", "limit"} <= holes(tongue.phrases["incentive"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_definition_has_words_in_every_language(language):
    book = (BOOK.incentives, BOOK.metrics, BOOK.milestones, BOOK.rewards, BOOK.boards)
    for thing in (one for part in book for one in part.values()):
        assert_reads(wording.sentence(thing, BOOK, language))
    for credit in CREDITS:
        assert_reads(wording.sentence(milestone(credit=credit, undone_by=("contact.deleted",)), BOOK, language))
    for measure in MEASURES:
        assert_reads(wording.sentence(metric(measure=measure, of="amount"), BOOK, language))
    for kind in REWARD_KINDS:
        assert_reads(wording.sentence(Reward(key="gift", kind=kind, amount=Decimal(5), currency="EUR"), BOOK, language))


def assert_reads(sentence):
    assert sentence
    assert not set("{}") & set(sentence)
    assert "  " not in sentence
    assert sentence[0] == sentence[0].upper()
    assert sentence[-1] in ".。"


offers = st.builds(
    of,
    metric=st.sampled_from([*BOOK.metrics, "gone"]),
    earns=st.lists(st.sampled_from([*BOOK.rewards, "gone"]), min_size=1, max_size=3, unique=True).map(tuple),
    per=st.sampled_from(["day", "week", "month", "quarter", "year", "ever"]),
    at_most=st.one_of(st.none(), st.integers(1, 30)),
    holder=st.sampled_from(["participant", "team"]),
    who=st.sampled_from([Who(), Who(team=("A",)), Who(role=("B", "C"), wave=("D",))]),
)
targets = st.one_of(
    st.integers(1, 10**9).map(lambda n: {"every": n}),
    st.integers(1, 10**9).map(lambda n: {"reach": n}),
    st.integers(1, 300).map(lambda n: {"in_a_row": n}),
)


@given(offers, targets, st.integers(-(10**9), 10**10), st.sampled_from(LANGUAGES))
def test_any_incentive_has_a_sentence_and_a_way_to_go(offer, target, tally, language):
    one = of(
        **{name: getattr(offer, name) for name in ("metric", "earns", "per", "at_most", "holder", "who")}, **target
    )
    assert_reads(wording.sentence(one, BOOK, language))
    assert wording.why_not(one, tally, language)


@given(conditions, st.sampled_from(LANGUAGES))
def test_any_condition_has_words(condition, language):
    assert wording.sentence(condition, BOOK, language)


@pytest.mark.parametrize("operator", sorted(OPERATORS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_condition_names_its_field_and_its_value(operator, language):
    takes = OPERATORS[operator].takes
    value = {"scalar": "x{y}", "number": 42, "list": ("x{y}", 42), "flag": True}[takes]
    words = wording.sentence(Compare("some {field}", operator, value), BOOK, language)
    assert "some {field}" in words
    assert takes == "flag" or ("42" in words) == (takes != "scalar")
