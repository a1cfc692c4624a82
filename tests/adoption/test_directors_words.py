"""Golden reports to the directors in three languages: their words, their tone, their weight (``tests.paper``)."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from adoption.digests import directors_writing
from adoption.extensions import db
from rules.digest import directors
from rules.digest.directors import Bonus
from rules.digest.directors import Cost
from rules.digest.directors import Effect
from rules.digest.directors import Hours
from rules.digest.directors import Part
from rules.digest.directors import Point
from rules.digest.directors import Report
from rules.digest.directors import Trend
from rules.value import UNIT
from tests import paper
from tests.bureau import NOW
from tests.rules.test_directors import MONTHS
from tests.rules.test_directors import OCTOBER

ZONE = ZoneInfo("Europe/Amsterdam")
LANGUAGES = ("en", "ru", "zh")
LUNCH = {"en": "Free lunch", "ru": "Бесплатный обед", "zh": "免费午餐"}
BREAK = {"en": "Lunch break 10 minutes earlier", "ru": "Обед на 10 минут раньше", "zh": "提前 10 分钟午休"}
TEN = {"en": "Ten developed contacts", "ru": "Десять проработанных контактов", "zh": "十个已完善的联系人"}
CALLS = {"en": "Five conversations", "ru": "Пять разговоров", "zh": "五次通话或会议"}
BONUS = {"en": "Sales bonus", "ru": "Премия отдела продаж", "zh": "销售奖金"}


def trend(name, scores, people=9):
    points = [Point(month, people, score, 86) for month, score in zip(MONTHS, scores, strict=True)]
    return Trend(name, tuple(points))


RICH = Report(
    month=OCTOBER,
    begun=1,
    whole=trend(None, [None, 74, 76, 79, 80, 82], 31),
    teams=(
        trend("Продажи Юг", [None, 78, 78, 77, 76, 75]),
        trend("Inside Sales", [None, 71, 75, 80, 82, 86]),
        trend("West", [None, None, None, None, None, 80]),
    ),
    costs=(
        Cost(
            key="lunch", title=LUNCH, count=63, cents=59_850, currency="EUR", per="month", drawn=59_850, budget=100_000
        ),
        Cost(key="break", title=BREAK, count=12),
    ),
    points=1_250 * UNIT,
    money={"EUR": 12_050},
    effects=(
        Effect(
            key="ten", title=TEN, holder="participant", verdict="more", weeks=8, effect=13_000, low=4_000, high=22_000
        ),
        Effect(
            key="calls", title=CALLS, holder="participant", verdict="none", weeks=8, effect=2_000, low=-4_000,
            high=8_000,
        ),
    ),
    bonuses=(
        Bonus(
            key="b", title=BONUS, per="month", first=OCTOBER, state="closed", people=14, cents=1_234_567,
            currency="EUR",
        ),
    ),
    hours=Hours(
        verdict="more", weeks=8, low=55_000, middle=91_000, high=143_000,
        parts=(
            Part(name="double-entry", saves=True, low=300_000, middle=500_000, high=900_000),
            Part(name="learning", saves=False, low=-200_000, middle=-120_000, high=-60_000),
        ),
    ),
    as_of=NOW,
)  # fmt: skip  # a report
SCENES = {
    "directors-rich": RICH,
    "directors-bare": Report(month=OCTOBER, begun=1, whole=None, money={}, as_of=NOW),
    "directors-down": Report(
        month=OCTOBER, begun=1, whole=trend(None, [80, 79, 78, 78, 77, 77]), money={}, effects=(),
        hours=Hours(verdict="none", weeks=4, low=-20_000, middle=4_000, high=30_000),
        bonuses=(
            Bonus(
                key="b", title=BONUS, per="month", first=OCTOBER, state="approved", people=3, cents=9_900,
                currency="EUR",
            ),
        ),
    ),
}  # fmt: skip  # a table
CASES = [(scene, code) for scene in SCENES for code in LANGUAGES]
every_letter = pytest.mark.parametrize(("scene", "code"), CASES)


@pytest.fixture
def app(new_app):
    with new_app("sqlite", PUBLIC_URL="https://spoonful.example.com") as app:
        yield app


def written(scene, code):
    letter = directors_writing.write(directors.make(SCENES[scene]), 1, code, {}, ZONE)
    db.session.rollback()
    return letter


@every_letter
def test_the_golden_reports_keep_their_words_their_tone_and_their_weight(app, scene, code):
    found = written(scene, code)
    paper.golden(f"{scene}.{code}", found)
    paper.kind(found, code)
    paper.safe(found.html, code)
    paper.complete(found.html, "item", "value", "row")
    paper.light(found, code)
    assert len(found.subject) <= 90


@every_letter
def test_what_a_letter_keeps_is_the_report_itself(app, scene, code):
    kept = msgspec.json.decode(msgspec.json.encode(written(scene, code).facts))
    assert msgspec.convert(kept["report"], Report) == directors.make(SCENES[scene])


def test_nothing_is_made_up_where_nothing_was_measured(app):
    text = written("directors-bare", "en").text
    assert "Adoption is not measured yet" in text
    assert "Hours saved: not measured." in text
    assert "Not measured: the history could not be read." in text


def test_a_small_plan_is_told_neither_by_itself_nor_in_a_sum(app):
    text = written("directors-down", "en").text
    assert "99.00" not in text
    assert "Some are of fewer than five people" in text
