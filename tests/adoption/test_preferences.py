"""How participants want to be addressed and shown: what can be chosen, and which aliases would mislead."""

import threading

import pytest
from sqlalchemy import func
from sqlalchemy import select

from adoption import preferences
from adoption.extensions import db
from adoption.models import Preference
from adoption.preferences import AliasError
from adoption.preferences import AliasTakenError
from adoption.preferences import Preferences
from adoption.preferences import UnknownChoiceError
from tests.house import House

BOOK = '[metric.calls]\ncounts = "call.completed"\n'


@pytest.fixture
def house(app):
    return House(BOOK, people=("Alice Novak", "Bob Visser", "王伟", "Наталья Фёдорова"))  # Cyrillic is meant


def choose(who, **choices):
    try:
        preferences.choose(who, **choices)
    except BaseException:
        db.session.rollback()
        raise
    db.session.commit()


def test_who_has_chosen_nothing_has_the_defaults(house):
    assert preferences.of(house["Alice Novak"]) == Preferences(None, None, "name", None, None)
    assert preferences.of_all(house.numbers.values()) == {}


def test_a_choice_leaves_the_others(house):
    alice = house["Alice Novak"]
    choose(alice, language="ru", welcomed=7)
    choose(alice, theme="dark")
    choose(alice, shown="alias", alias="  Night \t Owl ")
    choose(alice, language=None)
    assert preferences.of(alice) == Preferences(None, "dark", "alias", "Night Owl", 7)
    assert preferences.of_all([alice, house["Bob Visser"]]) == {alice: preferences.of(alice)}


@pytest.mark.parametrize("choice", [{"language": "fr"}, {"theme": "red"}, {"shown": "last"}])
def test_there_are_no_other_choices(house, choice):
    with pytest.raises(UnknownChoiceError):
        choose(house["Alice Novak"], **choice)
    assert preferences.of(house["Alice Novak"]) == Preferences()


@pytest.mark.parametrize(
    "alias",
    [
        "",
        "   ",
        "x" * 41,
        "…",
        "\u3164",
        "Ow\u200bl",  # nothing can be seen between
        "\u202eeman",  # turns around what follows
        "Two\x00lines",
        "Z\u0301\u0302\u0303\u0304algo",
    ],
)
def test_an_alias_is_one_line_that_can_be_read(house, alias):
    with pytest.raises(AliasError):
        choose(house["Alice Novak"], shown="alias", alias=alias)
    assert preferences.of(house["Alice Novak"]) == Preferences()


def test_an_alias_of_several_lines_becomes_one(house):
    choose(house["Alice Novak"], shown="alias", alias="Night\r\nOwl")
    assert preferences.of(house["Alice Novak"]).alias == "Night Owl"


@pytest.mark.parametrize(
    "alias",
    [
        "Bob Visser",
        "bob visser",
        "Visser, Bob",
        "Воb Vissеr",  # noqa: RUF001  # Cyrillic letters
        "B0b V1sser",
        "Bób Vïssér",
        "Ｂｏｂ　Ｖｉｓｓｅｒ",  # noqa: RUF001  # wide letters
        "bob.visser@example.com",
        "王 伟",
        "НАТАЛЬЯ ФЕДОРОВА",  # Cyrillic is meant
        "You",
        "you.",
    ],
)
def test_nobody_is_called_like_somebody_else(house, alias):
    with pytest.raises(AliasTakenError):
        choose(house["Alice Novak"], shown="alias", alias=alias)
    assert preferences.of(house["Alice Novak"]) == Preferences()


def test_my_own_name_may_be_my_alias(house):
    choose(house["Alice Novak"], shown="alias", alias="alice novak")
    choose(house["Alice Novak"], shown="alias", alias="Alice Novak")
    assert preferences.of(house["Alice Novak"]).alias == "Alice Novak"


def test_an_alias_is_one_persons_also_while_they_do_not_use_it(house):
    choose(house["Alice Novak"], shown="alias", alias="Night Owl")
    choose(house["Alice Novak"], shown="name")
    with pytest.raises(AliasTakenError):
        choose(house["Bob Visser"], shown="alias", alias="NIGHT 0WL")
    choose(house["Alice Novak"], alias="")
    choose(house["Bob Visser"], shown="alias", alias="Night Owl")
    assert preferences.of(house["Bob Visser"]).alias == "Night Owl"


def test_of_two_who_want_the_same_alias_at_the_same_time_one_gets_it(app, house):
    wanting = [house["Alice Novak"], house["Bob Visser"]]
    db.session.rollback()
    ready, told = threading.Barrier(2), []

    def want(who):
        with app.app_context():
            ready.wait()
            try:
                choose(who, shown="alias", alias="Night Owl")
                told.append("has it")
            except AliasTakenError:
                told.append("is taken")

    both = [threading.Thread(target=want, args=(who,)) for who in wanting]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told) == ["has it", "is taken"]
    assert db.session.scalar(select(func.count()).select_from(Preference)) == 1
