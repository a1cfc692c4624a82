"""Golden letters about one's own week in three languages: their words, their tone, their weight (``tests.paper``)."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from adoption import languages
from adoption import telling
from adoption.digests import mine_writing
from adoption.extensions import db
from adoption.records import Card
from rules import lead
from rules.digest import Open
from rules.digest import own
from rules.digest.own import Earned
from rules.digest.own import Facts
from rules.digest.own import Offer
from rules.incentive import Reward
from rules.value import UNIT
from tests import paper
from tests.bureau import MONDAY
from tests.bureau import NOW
from tests.bureau import WEEK

ZONE = ZoneInfo("Europe/Amsterdam")
LANGUAGES = ("en", "ru", "zh")
TODAY = MONDAY.toordinal()
CONTACTS = {"en": "Developed contacts", "ru": "Проработанные контакты", "zh": "已完善的联系人"}
TEN = {"en": "Ten developed contacts", "ru": "Десять проработанных контактов", "zh": "十个已完善的联系人"}
STEP = {"en": "a next step", "ru": "следующий шаг", "zh": "下一步安排"}
LUNCH = Reward(key="lunch", title="Free lunch", kind="voucher", titles={"ru": "Бесплатный обед", "zh": "免费午餐"})
BREAK = Reward(
    key="break", title="Lunch break 10 minutes earlier", kind="time_off",
    titles={"ru": "Обед на 10 минут раньше", "zh": "提前 10 分钟午休"},
)  # fmt: skip  # a reward
GOAL = lead.Goal(key="ten", per="week", have=6 * UNIT, target=10 * UNIT, step=10 * UNIT, order=0)
TWICE = replace(GOAL, earned=1, have=12 * UNIT, target=20 * UNIT)
OPEN = Open(kind="contact", need="next-step", title=STEP, records=[f"contact/{one}" for one in range(1, 6)])
OFFERS = {"ten": Offer(TEN, [LUNCH, BREAK], OPEN)}


def facts(work=(4, 6, 5, 5, 7), **more):
    known = {
        "week": WEEK.toordinal(), "today": TODAY, "metric": CONTACTS, "work": [one * UNIT for one in work],
        "days": [5] * 5, "away": [0] * 5, "begun": 1, "state": lead.Week(goals=[GOAL]), "offers": OFFERS, "as_of": NOW,
    }  # fmt: skip  # a table
    return Facts(**known | more)


def earned(status, *, until=None, rewards=(LUNCH,), fresh=True, name="1-1-739943-1"):
    return Earned(name=name, title=TEN, rewards=rewards, status=status, until=until, fresh=fresh)


RICH = {
    "earned": [
        earned("issued", until=TODAY + 4),
        earned("choosing", rewards=(LUNCH, BREAK), name="1-1-739943-2"),
    ],
    "thanked_by": ["Mei Tanaka", "李伟"],
}
GONE = {"away": [0, 0, 0, 0, 5], "offers": {"ten": Offer(TEN, [LUNCH, BREAK])}}
SCENES = {
    "own-normal": facts(**RICH, state=lead.Week(goals=[GOAL], choosing=True), waiting=(LUNCH, BREAK)),
    "own-plain": facts((4, 6, 5, 5, 3), away=[0, 0, 0, 0, 2]),
    "own-even": facts((5, 5, 5, 5, 5), state=lead.Week(goals=[TWICE])),
    "own-first": facts((0, 0, 0, 0, 2), begun=WEEK.toordinal(), state=lead.Week(goals=[replace(GOAL, have=0)])),
    "own-quiet": facts((4, 6, 5, 5, 0), state=lead.Week(goals=[replace(GOAL, have=0)])),
    "own-away": facts((4, 6, 5, 5, 0), **GONE, state=lead.Week(goals=[GOAL], away=True), away_until=TODAY + 3),
    "own-back": facts((4, 6, 5, 5, 0), **GONE, earned=[earned("issued", until=TODAY + 4, fresh=False)]),
    "own-late": facts(late=5, state=lead.Week(goals=[GOAL], late=True, counted=False), said="finish-one"),
}  # fmt: skip  # a table
CASES = [(scene, code) for scene in SCENES for code in LANGUAGES]
every_letter = pytest.mark.parametrize(("scene", "code"), CASES)


@pytest.fixture
def app(new_app):
    with new_app("sqlite", PUBLIC_URL="https://spoonful.example.com") as app:
        yield app


def written(scene, code):
    found = own.make(SCENES[scene])
    cards = {f"contact/{one}": Card(f"contact/{one}", name=f"Blue Kettle {one}") for one in range(9)}
    letter = mine_writing.write(found, 1, code, cards, ZONE)
    db.session.rollback()
    return letter


@every_letter
def test_the_golden_letters_keep_their_words_their_tone_and_their_weight(app, scene, code):
    found = written(scene, code)
    paper.golden(f"{scene}.{code}", found)
    paper.kind(found, code)
    paper.safe(found.html, code)
    paper.complete(found.html, "item", "value", "tip")
    paper.light(found, code)


@every_letter
def test_the_letter_begins_with_the_sentence_of_home(app, scene, code):
    known = SCENES[scene]
    offer = OFFERS["ten"]
    with languages.speaking(code):
        told = telling.Told(
            title=offer.title[code],
            rewards=offer.rewards,
            waiting=known.waiting,
            away_until=known.away_until,
            late=None if known.late is None else telling.own.timedelta(hours=known.late),
        )
        said = telling.lead(lead.lead(known.state), told)
    assert said in written(scene, code).text


@every_letter
def test_the_subject_fits(app, scene, code):
    assert len(written(scene, code).subject) <= 90


@pytest.mark.parametrize("code", LANGUAGES)
def test_whoever_was_away_or_did_nothing_reads_no_number_of_nothing(app, code):
    for scene in ("own-quiet", "own-away", "own-back"):
        found = written(scene, code)
        body = found.text.partition("\n-- \n")[0]
        assert " 0" not in body.replace("10 ", ""), body
        assert "http" in body
    quiet = written("own-quiet", code).text.partition("\n-- \n")[0]
    assert len([line for line in quiet.splitlines()[1:] if line and "http" not in line]) == 2
