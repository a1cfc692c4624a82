"""Golden letters in three languages: their words, their tone, their weight, and a page that every mail program shows.

``GOLDEN=write pytest …`` writes the golden texts anew; read what changed before it is committed (``tests.paper``).
"""
# ruff: noqa: RUF001  # Cyrillic letters and full-width punctuation are meant

import re
from zoneinfo import ZoneInfo

import pytest

from adoption import telling
from adoption.digests import writing
from adoption.extensions import db
from adoption.records import Card
from rules import digest
from rules.digest import Facts
from rules.digest import Open
from rules.digest import Report
from rules.digest import Spending
from rules.value import UNIT
from tests import paper
from tests.bureau import NOW
from tests.bureau import WEEK

ZONE = ZoneInfo("Europe/Amsterdam")
LANGUAGES = ("en", "ru", "zh")
CONTACTS = {"en": "Developed contacts", "ru": "Проработанные контакты", "zh": "已完善的联系人"}
TEN = {"en": "Ten developed contacts", "ru": "Десять проработанных контактов", "zh": "十个已完善的联系人"}
STEP = {"en": "a next step", "ru": "следующий шаг", "zh": "下一步安排"}
TALK = {"en": "a conversation", "ru": "разговор", "zh": "一次沟通"}
LUNCH = {"en": "Free lunch", "ru": "Бесплатный обед", "zh": "免费午餐"}
PEOPLE = ("Alice Novak", "Anna Kowalska", "Боб Иванов", "Lena Fischer", "李伟", "Sara Martín", "Tomás Silva")
WORK = ((3, 6), (9, 12), (3, 7), (8, 0), (7, 7), (4, 5), (7, 10))


def report(number, name, before, now, *, away=(0, 0)):
    weeks = [value * UNIT for value in (4, 5, 4, 6, 5, 4, 5, before, now)]
    return Report(number=number, name=name, work=weeks, had=weeks, targets=[10 * UNIT] * 9, days=(5, 5), away=away)


def team(*, away=False):
    return [
        report(number, name, before, now, away=(0, 5) if away or name == "Lena Fischer" else (0, 0))
        for number, (name, (before, now)) in enumerate(zip(PEOPLE, WORK, strict=True), start=1)
    ]


def facts(reports, **more):
    known = {
        "week": WEEK.toordinal(), "team": "Inside Sales", "metric": CONTACTS, "goal": TEN, "begun": 1,
        "medians": [5 * UNIT] * 9, "scores": [78, 79, 80, 81, 82, 80, 81, 83, 86], "as_of": NOW, "thanked": {},
        "open": [
            Open(kind="contact", need="next-step", title=STEP, records=[f"contact/{one}" for one in range(1, 6)]),
            Open(kind="contact", need="talked-to", title=TALK, records=["contact/7", "contact/8"]),
        ],
        "rewards": [Spending(key="lunch", title=LUNCH, used=11, left=94)],
        "waiting": 3,
    }  # fmt: skip  # a table
    return Facts(reports=reports, **known | more)


SCENES = {
    "normal": facts(team()),
    "quiet": facts([report(number, name, 4, 0) for number, name in enumerate(PEOPLE, start=1)], open=[]),
    "late": facts(team(), late=5),
    "away": facts([report(number, name, 4, 0, away=(0, 5)) for number, name in enumerate(PEOPLE, start=1)], open=[]),
    "one": facts([report(1, "Alice Novak", 3, 6)], open=[], said="near"),
    "sixty": facts([report(number, f"{PEOPLE[number % 7]} {number}", 4, number % 14) for number in range(1, 61)]),
}
CASES = [(scene, code) for scene in SCENES for code in LANGUAGES]
every_letter = pytest.mark.parametrize(("scene", "code"), CASES)


@pytest.fixture
def app(new_app):
    with new_app("sqlite", PUBLIC_URL="https://spoonful.example.com") as app:
        yield app


def written(scene, code):
    found = digest.make(SCENES[scene])
    cards = {f"contact/{one}": Card(f"contact/{one}", name=f"Blue Kettle {one}") for one in range(9)}
    letter = writing.write(found, 1, code, cards, ZONE)
    db.session.rollback()
    return letter


@every_letter
def test_the_golden_letters_say_what_they_said(app, scene, code):
    paper.golden(f"{scene}.{code}", written(scene, code))


# --- tone


@every_letter
def test_no_letter_says_an_unkind_word_or_shouts(app, scene, code):
    paper.kind(written(scene, code), code)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_list_of_words_finds_them(code):
    samples = {"en": "you failed; only 3", "ru": "худший результат, только 3", "zh": "最差，只有三个"}
    assert re.findall(paper.UNKIND[code], samples[code])


@every_letter
def test_the_subject_names_nobody_and_fits(app, scene, code):
    subject = written(scene, code).subject
    assert len(subject) <= 90
    assert not any(name.split()[0] in subject for name in PEOPLE)


@every_letter
def test_nobody_is_shown_by_how_much_they_did(app, scene, code):
    found = digest.make(SCENES[scene])
    names = [line.name for line in found.lines]
    assert names == sorted(names, key=str.casefold)
    text = written(scene, code).text
    colon = "：" if code == "zh" else ":"
    where = [text.rindex(f"\n{name}{colon}") for name in names]
    assert where == sorted(where)


@pytest.mark.parametrize("scene", ["normal", "sixty", "one"])
def test_the_preheader_leaves_out_nobody_who_reached_the_goal(app, scene):
    found = digest.make(SCENES[scene])
    said, reached = telling.digests.preheader(found), [one.name for one in found.lines if one.reached]
    assert all(name in said for name in reached) or f"{len(reached)} of" in said
    assert "goal" in said or not reached


def test_a_budget_that_is_used_up_is_said_to_be_that(app):
    told = telling.digests.rewards([Spending(key="lunch", title=LUNCH, used=used, left=0) for used in (2, 0)])
    assert told == [
        "Free lunch: 2 used; the company's budget is used up.",
        "Free lunch: the company's budget is used up.",
    ]


# --- the page


def test_in_the_dark_no_bar_has_the_colour_of_daylight(app):
    html = written("normal", "en").html
    dark = html.partition("prefers-color-scheme: dark")[2]
    colours = {
        given["bgcolor"]
        for tag, given in paper.Page(html).found
        if tag == "td" and (given.get("class") or "").split() == ["fill"]
    }
    assert len(colours) == 3  # this week, the weeks before, what was reached
    for colour in colours:
        assert f'.fill[bgcolor="{colour}"]' in dark


@every_letter
def test_a_page_uses_what_every_mail_program_knows(app, scene, code):
    paper.safe(written(scene, code).html, code)


@every_letter
def test_a_page_is_complete_without_its_head(app, scene, code):
    """What a mail program throws away is an extra: every text has its colour and size by itself."""
    paper.complete(written(scene, code).html, "third")


@every_letter
def test_bars_are_cells_with_a_colour_and_the_number_stands_beside_them(app, scene, code):
    found = digest.make(SCENES[scene])
    html = written(scene, code).html
    cells = [
        given for tag, given in paper.Page(html).found if tag == "td" and "fill" in (given.get("class") or "").split()
    ]
    assert all(1 <= int(one["width"].removesuffix("%")) <= 100 and one["bgcolor"] for one in cells)
    assert len(cells) >= len(found.bars)
    for bar in found.bars:
        assert f">{bar.value // UNIT}<" in html


@every_letter
def test_a_letter_is_not_clipped(app, scene, code):
    paper.light(written(scene, code), code)
